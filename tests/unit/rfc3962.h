/* Sample values of RFC 3962 appendix B and RFC 3961 appendix A.1. */
#ifndef TESTS_RFC3962_H
#define TESTS_RFC3962_H

#include <stddef.h>

#define X_64    "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"
#define RAEBURN "ATHENA.MIT.EDUraeburn"

static const struct {
    unsigned iterations;
    const char *password;
    const char *salt;
    const char *aes128; /* keys in hexadecimal */
    const char *aes256;
} rfc3962_keys[] = {
    {1, "password", RAEBURN, "42263c6e89f4fc28b8df68ee09799f15",
     "fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161"},
    {2, "password", RAEBURN, "c651bf29e2300ac27fa469d693bdda13",
     "a2e16d16b36069c135d5e9d2e25f896102685618b95914b467c67622225824ff"},
    {1200, "password", RAEBURN, "4c01cd46d632d01e6dbe230a01ed642a",
     "55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a"},
    {5, "password", "\x12\x34\x56\x78\x78\x56\x34\x12",
     "e9b23d52273747dd5c35cb55be619d8e",
     "97a4e786be20d81a382d5ebc96d5909cabcdadc87ca48f574504159f16c36e31"},
    {1200, X_64, "pass phrase equals block size",
     "59d1bb789a828b1aa54ef9c2883f69ed",
     "89adee3608db8bc71f1bfbfe459486b05618b70cbae22092534e56c553ba4b34"},
    {1200, X_64 "X", "pass phrase exceeds block size",
     "cb8005dc5f90179a7f02104c0018751d",
     "d78c5c9cb872a8c9dad4697f0bb5b2d21496c82beb2caeda2112fceea057401b"},
    /* The G clef, U+1D11E. */
    {50, "\xf0\x9d\x84\x9e", "EXAMPLE.COMpianist",
     "f149c1f2e154a73452d43e7fe62a56e5",
     "4b6d9839f84406df1f09cc166db4b83c571848b784a3d6bdc346589a3e393f9e"},
};

static const struct {
    size_t bits;
    const char *in;
    const char *out;
} rfc3961_nfold[] = {
    {64, "012345", "be072631276b1955"},
    {56, "password", "78a07b6caf85fa"},
    {64, "Rough Consensus, and Running Code", "bb6ed30870b7f0e0"},
    {168, "password", "59e4a8ca7c0385c3c37b3f6d2000247cb6e6bd5b3e"},
    {192, "MASSACHVSETTS INSTITVTE OF TECHNOLOGY",
     "db3b0d8f0b061e603282b308a50841229ad798fab9540c1b"},
    {168, "Q", "518a54a215a8452a518a54a215a8452a518a54a215"},
    {168, "ba", "fb25d531ae8974499f52fd92ea9857c4ba24cf297e"},
    {64, "kerberos", "6b65726265726f73"},
    {128, "kerberos", "6b65726265726f737b9b5b2b93132b93"},
    {168, "kerberos", "8372c236344e5f1550cd0747e15d62ca7a5a3bcea4"},
    {256, "kerberos",
     "6b65726265726f737b9b5b2b93132b93"
     "5c9bdcdad95c9899c4cae4dee6d6cae4"},
};

#endif
