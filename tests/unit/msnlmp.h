/*
 * Numbers of [MS-NLMP] section 4.2, retyped from the document. Names carry the
 * section; all are hexadecimal.
 */
#ifndef UNIT_MSNLMP_H
#define UNIT_MSNLMP_H

/* 4.2.1 */
#define MSNLMP_USER               "User"
#define MSNLMP_DOMAIN             "Domain"
#define MSNLMP_PASSWORD           "Password"
#define MSNLMP_SERVER_CHALLENGE   "0123456789abcdef"
#define MSNLMP_CLIENT_CHALLENGE   "aaaaaaaaaaaaaaaa"
#define MSNLMP_RANDOM_SESSION_KEY "55555555555555555555555555555555"

/* 4.2.2: NTLMv1 */
#define MSNLMP_4_2_2_FLAGS            0xe2028233U
#define MSNLMP_4_2_2_1_1_LMOWF        "e52cac67419a9a224a3b108f3fa6cb6d"
#define MSNLMP_4_2_2_1_2_NTOWF        "a4f49c406510bdcab6824ee7c30fd852"
#define MSNLMP_4_2_2_1_3_BASE_KEY     "d87262b0cde4b1cb7499becccdf10784"
#define MSNLMP_4_2_2_1_4_KXKEY_NON_NT "e52cac67419a9a220000000000000000"
#define MSNLMP_4_2_2_1_4_KXKEY_LM_KEY "b09e379f7fbecb1eaf0afdcb0383c8a0"
#define MSNLMP_4_2_2_2_1_NT_RESPONSE                                           \
    "67c43011f30298a2ad35ece64f16331c44bdbed927841f94"
#define MSNLMP_4_2_2_2_2_LM_RESPONSE                                           \
    "98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13"
#define MSNLMP_4_2_2_2_3_ENCRYPTED_KEY "518822b1b3f350c8958682ecbb3e3cb7"
#define MSNLMP_4_2_2_2_3_NON_NT        "7452ca55c225a1ca04b48fae32cf56fc"
#define MSNLMP_4_2_2_2_3_LM_KEY        "4cd7bb57d697ef9b549f02b8f9b37864"
#define MSNLMP_4_2_2_3_AUTHENTICATE                                            \
    "4e544c4d535350000300000018001800"                                         \
    "6c00000018001800840000000c000c00"                                         \
    "48000000080008005400000010001000"                                         \
    "5c000000100010009c000000358280e2"                                         \
    "0501280a0000000f44006f006d006100"                                         \
    "69006e00550073006500720043004f00"                                         \
    "4d005000550054004500520098def7b8"                                         \
    "7f88aa5dafe2df779688a172def11c7d"                                         \
    "5ccdef1367c43011f30298a2ad35ece6"                                         \
    "4f16331c44bdbed927841f94518822b1"                                         \
    "b3f350c8958682ecbb3e3cb7"
/* 4.2.2.4; the plain text is that of all three wrap examples. */
#define MSNLMP_PLAINTEXT         "50006c00610069006e007400650078007400"
#define MSNLMP_4_2_2_4_SEALED    "56fe04d861f9319af0d7238a2e3b4d457fb8"
#define MSNLMP_4_2_2_4_SIGNATURE "0100000045c844e509dcd1df2e459d36"

/* 4.2.3: NTLMv1 with extended session security */
#define MSNLMP_4_2_3_FLAGS     0x820a8233U
#define MSNLMP_4_2_3_1_3_KXKEY "eb93429a8bd952f8b89c55b87f475edc"
#define MSNLMP_4_2_3_2_1_LM_RESPONSE                                           \
    "aaaaaaaaaaaaaaaa00000000000000000000000000000000"
#define MSNLMP_4_2_3_2_2_NT_RESPONSE                                           \
    "7537f803ae367128ca458204bde7caf81e97ed2683267232"
#define MSNLMP_4_2_3_4_SEAL_KEY  "04dd7f014d8504d265a25cc86a3a7c06"
#define MSNLMP_4_2_3_4_SIGN_KEY  "60e799be5c72fc92922ae8ebe961fb8d"
#define MSNLMP_4_2_3_4_SEALED    "a02372f6530273f3aa1eb90190ce5200c99d"
#define MSNLMP_4_2_3_4_SIGNATURE "01000000ff2aeb52f681793a00000000"

/* 4.2.4: NTLMv2 */
#define MSNLMP_4_2_4_FLAGS        0xe28a8233U
#define MSNLMP_4_2_4_1_1_NTOWF    "0c868a403bfd7a93a3001ef22ef02e3f"
#define MSNLMP_4_2_4_1_2_BASE_KEY "8de40ccadbc14a82f15cb0ad0de95ca3"
#define MSNLMP_4_2_4_1_3_TEMP                                                  \
    "01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000"                 \
    "02000c0044006f006d00610069006e00"                                         \
    "01000c00530065007200760065007200"                                         \
    "0000000000000000"
#define MSNLMP_4_2_4_2_1_LM_RESPONSE                                           \
    "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"
#define MSNLMP_4_2_4_2_2_PROOF         "68cd0ab851e51c96aabc927bebef6a1c"
#define MSNLMP_4_2_4_2_3_ENCRYPTED_KEY "c5dad2544fc9799094ce1ce90bc9d03e"
#define MSNLMP_4_2_4_3_CHALLENGE                                               \
    "4e544c4d53535000020000000c000c00"                                         \
    "3800000033828ae20123456789abcdef"                                         \
    "00000000000000002400240044000000"                                         \
    "060070170000000f5300650072007600"                                         \
    "6500720002000c0044006f006d006100"                                         \
    "69006e0001000c005300650072007600"                                         \
    "6500720000000000"
#define MSNLMP_4_2_4_3_AUTHENTICATE                                            \
    "4e544c4d535350000300000018001800"                                         \
    "6c00000054005400840000000c000c00"                                         \
    "48000000080008005400000010001000"                                         \
    "5c00000010001000d8000000358288e2"                                         \
    "0501280a0000000f44006f006d006100"                                         \
    "69006e00550073006500720043004f00"                                         \
    "4d0050005500540045005200" MSNLMP_4_2_4_2_1_LM_RESPONSE                    \
        MSNLMP_4_2_4_2_2_PROOF MSNLMP_4_2_4_1_3_TEMP                           \
            MSNLMP_4_2_4_2_3_ENCRYPTED_KEY
#define MSNLMP_4_2_4_4_SEAL_KEY  "59f600973cc4960a25480a7c196e4c58"
#define MSNLMP_4_2_4_4_SIGN_KEY  "4788dc861b4782f35d43fd98fe1a2d39"
#define MSNLMP_4_2_4_4_SEALED    "54e50165bf1936dc996020c1811b0f06fb5f"
#define MSNLMP_4_2_4_4_SIGNATURE "010000007fb38ec5c55d497600000000"

#endif
