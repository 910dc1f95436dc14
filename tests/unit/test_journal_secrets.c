/* What the journal hides, on what peers really send. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "journal/secrets.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/env.h"
#include "util/utf.h"

struct row {
    const char *name; /* of the header field, or of the case */
    const char *in;
    const char *out;
};

static const struct row headers[] = {
    {"Authorization", "NTLM TlRMTVNT", "NTLM ***(8 bytes)"},
    {"authorization", "ntlm TlRMTVNT", "ntlm ***(8 bytes)"},
    {"AUTHORIZATION", "Negotiate YII", "Negotiate ***(3 bytes)"},
    {"Authorization", "Basic YTpi", "Basic ***(4 bytes)"},
    {"Authorization", "Bearer cwt=AAEB", "Bearer cwt=***(4 bytes)"},
    {"Authorization", "Bearer eyJ", "Bearer ***(3 bytes)"},
    {"Authorization", "hunter2 hunter3", "***(15 bytes)"},
    {"Authorization", "NTLMhunter2", "***(11 bytes)"},
    {"Authorization", "NTLM", "NTLM"},
    {"Authorization", "", ""},
    {"Proxy-Authorization", "Basic YTpi", "Basic ***(4 bytes)"},
    {"Referer", "http://a:secret@b/c@d", "http://a:***(6 bytes)@b/c@d"},
    {"Referer", "http://a:b@c@d/ https://e:f@g",
     "http://a:***(3 bytes)@d/ https://e:***(1 bytes)@g"},
    {"Referer", "http://a@b/?c=d:e@f", "http://a@b/?c=d:e@f"},
    {"Referer", "http://:secret@", "http://:***(6 bytes)@"},
    {"Referer", "http://a:1/b", "http://a:1/b"},
    {"From", "sip:alice@contoso.test", "sip:alice@contoso.test"},
    {"Host", "a:secret@b:443", "a:***(6 bytes)@b:443"},
    {"Host", "b:443", "b:443"},
    {"X-MS-WebTicket", "opaque=PHNh", "opaque=***(4 bytes)"},
    {"X-Ms-WebTicket", "cwt=AAEB", "cwt=***(4 bytes)"},
    {"x-ms-webticket", "AAEB", "***(4 bytes)"},
    {"Cookie", "cwt_ucwa=AAEB; a=b", "***(18 bytes)"},
    {"Set-Cookie", "cwt_ucwa=AAEB; path=/", "***(21 bytes)"},
    {"WWW-Authenticate", "NTLM", "NTLM"},
    {"WWW-Authenticate", "NTLM TlRM", "NTLM ***(4 bytes)"},
    {"WWW-Authenticate", "negotiate oYG", "negotiate ***(3 bytes)"},
    {"WWW-Authenticate", "Negotiate oYG, NTLM TlRM",
     "Negotiate ***(3 bytes), NTLM ***(4 bytes)"},
    {"WWW-Authenticate", "Negotiate, NTLM", "Negotiate, NTLM"},
    {"WWW-Authenticate",
     "MsRtcOAuth href=\"https://h/o\",grant_type=\"password\"",
     "MsRtcOAuth href=\"https://h/o\",grant_type=\"password\""},
    {"WWW-Authenticate", "Bearer trusted_issuers=\"\", client_id=\"0-1\"",
     "Bearer trusted_issuers=\"\", client_id=\"0-1\""},
    {"X-MS-WebTicketURL", "https://h/WebTicket", "https://h/WebTicket"},
    {"Host", "lyncweb.contoso.test", "lyncweb.contoso.test"},
    {"Content-Type", "text/xml; charset=utf-8", "text/xml; charset=utf-8"},
    {"Location", "https://h/?a=1&access_token=xyz&b=2",
     "https://h/?a=1&access_token=***(3 bytes)&b=2"},
};

static void headers_are_masked(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
        AUTO_BUF out = {0};

        secrets_header(&out, headers[i].name, headers[i].in);
        assert_string_equal(buf_text(&out), headers[i].out);
    }
}

static const struct row targets[] = {
    {"path", "/a:b@c", "/a:b@c"},
    {"query", "/?sipuri=sip:a@b&password=c",
     "/?sipuri=sip:a@b&password=***(1 bytes)"},
    {"authority", "a:secret@b:443", "a:***(6 bytes)@b:443"},
    {"no user", "b:443", "b:443"},
    {"whole", "http://a:secret@b/?password=c@d",
     "http://a:***(6 bytes)@b/?password=***(3 bytes)"},
};

static void targets_are_masked(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
        AUTO_BUF out = {0};

        secrets_target(&out, span_text(targets[i].in));
        assert_string_equal(buf_text(&out), targets[i].out);
    }
}

#define TYPE "http://docs/#PasswordText"

static const struct row bodies[] = {
    {"empty", "", ""},
    {"no secret", "<a><b>c</b></a>", "<a><b>c</b></a>"},
    {"plain", "<Password>secret</Password>",
     "<Password>***(6 bytes)</Password>"},
    {"prefix", "<wsse:Password>secret</wsse:Password>",
     "<wsse:Password>***(6 bytes)</wsse:Password>"},
    {"odd prefix", "<x.-1:Password>secret</x.-1:Password>",
     "<x.-1:Password>***(6 bytes)</x.-1:Password>"},
    {"two colons", "<a:b:Password>secret</a:b:Password>",
     "<a:b:Password>***(6 bytes)</a:b:Password>"},
    {"upper case", "<PASSWORD>secret</PASSWORD>",
     "<PASSWORD>***(6 bytes)</PASSWORD>"},
    {"mixed ends", "<w:Password>secret</x:pASSWORD>rest",
     "<w:Password>***(6 bytes)</x:pASSWORD>rest"},
    {"attribute", "<Password Type=\"" TYPE "\">secret</Password>",
     "<Password Type=\"" TYPE "\">***(6 bytes)</Password>"},
    {"newline in tag", "<Password\n a='b'\n>secret</Password\n>",
     "<Password\n a='b'\n>***(6 bytes)</Password\n>"},
    {"gt in attribute", "<Password a=\"x>y\">secret</Password>",
     "<Password a=\"x>y\">***(6 bytes)</Password>"},
    {"empty tag look-alike", "<Password a=\"/>\">secret</Password>",
     "<Password a=\"/>\">***(6 bytes)</Password>"},
    {"empty", "<Password/><a>b</a>", "<Password/><a>b</a>"},
    {"no content", "<Password></Password>",
     "<Password>***(0 bytes)</Password>"},
    {"unclosed quote", "<Password a=\">secret</Password><b c=\"/>",
     "<Password***(11 bytes)</Password><b c=\"/>"},
    {"no end of tag", "<Password secret", "<Password***(7 bytes)"},
    {"no closing tag", "<Password>secret</b>", "<Password>***(10 bytes)"},
    {"cut", "<a><Password>sec", "<a><Password>***(3 bytes)"},
    {"cut in closing tag", "<Password>secret</Pass", "<Password>***(12 bytes)"},
    {"CDATA", "<Password><![CDATA[</Password>secret]]></Password>x",
     "<Password>***(29 bytes)</Password>x"},
    {"unclosed CDATA", "<Password><![CDATA[</Password>secret",
     "<Password>***(26 bytes)"},
    {"comment", "<Password><!--</Password>-->secret</Password>x",
     "<Password>***(24 bytes)</Password>x"},
    {"instruction", "<Password><?a </Password>?>secret</Password>x",
     "<Password>***(23 bytes)</Password>x"},
    {"unclosed instruction", "<Password><?a </Password>secret",
     "<Password>***(21 bytes)"},
    {"short comment", "<Password>a<!-->b</Password>-->c</Password>x",
     "<Password>***(22 bytes)</Password>x"},
    {"nested", "<Password>a<Password>b</Password>secret</Password>x",
     "<Password>***(29 bytes)</Password>x"},
    {"children", "<Password><a>secret</a></Password>",
     "<Password>***(13 bytes)</Password>"},
    {"comment does not hide", "<!-- <a b=\"--><Password>secret</Password>",
     "<!-- <a b=\"--><Password>***(6 bytes)</Password>"},
    {"space in tag", "< wsse:Password >secret</ Password>",
     "< wsse:Password >***(6 bytes)</ Password>"},
    {"other name", "<PasswordHint>dog</PasswordHint>",
     "<PasswordHint>dog</PasswordHint>"},
    {"two",
     "<Password>a</Password><Username>u</Username><Password>bb</Password>",
     "<Password>***(1 bytes)</Password><Username>u</Username>"
     "<Password>***(2 bytes)</Password>"},
    {"BinarySecret", "<t:BinarySecret Type=\"n\">ICEi</t:BinarySecret>",
     "<t:BinarySecret Type=\"n\">***(4 bytes)</t:BinarySecret>"},
    {"UserToken", "<UserToken xmlns=\"u\">cwt=AAEB</UserToken>",
     "<UserToken xmlns=\"u\">***(8 bytes)</UserToken>"},
    {"SignatureValue",
     "<Assertion><ds:SignatureValue>AbC=</ds:SignatureValue></Assertion>",
     "<Assertion><ds:SignatureValue>***(4 bytes)</ds:SignatureValue>"
     "</Assertion>"},
    {"leading white space", " \r\n<Password>x</Password>",
     " \r\n<Password>***(1 bytes)</Password>"},
    {"BOM", "\xef\xbb\xbf<Password>x</Password>",
     "\xef\xbb\xbf<Password>***(1 bytes)</Password>"},
    {"text before", "x=y <Password>x</Password>",
     "x=y <Password>***(1 bytes)</Password>"},
    {"UTF-7", "<?xml version=\"1.0\" encoding=\"UTF-7\"?>+ADw-",
     "***(43 bytes)"},
    {"UTF-7, spaces", "<?xml version='1.0' encoding = 'utf-7'?>a",
     "***(41 bytes)"},
    {"UTF-8 said",
     "<?xml version='1.0' encoding='UTF-8'?><Password>x</Password>",
     "<?xml version='1.0' encoding='UTF-8'?><Password>***(1 bytes)"
     "</Password>"},
    {"form", "grant_type=password&username=alice&password=Passw0rd!",
     "grant_type=password&username=alice&password=***(9 bytes)"},
    {"form, case", "PassWord=a&x=b", "PassWord=***(1 bytes)&x=b"},
    {"form, escaped name", "pass%77ord=a%26b&x=b",
     "pass%77ord=***(5 bytes)&x=b"},
    {"form, odd characters", "password=a;b=c d<e#f&x=y",
     "password=***(11 bytes)&x=y"},
    {"form, equals", "password==a=&x=y", "password=***(3 bytes)&x=y"},
    {"form, twice", "password=a&password=b",
     "password=***(1 bytes)&password=***(1 bytes)"},
    {"form, renew", "ms_rtc_renew=cwt%3dAA&x=y",
     "ms_rtc_renew=***(8 bytes)&x=y"},
    {"form, like", "mypassword=a&password2=b", "mypassword=a&password2=b"},
    {"form, no value", "password&x=y", "password&x=y"},
    {"plain text form", "user=a\r\npassword=b\r\nx",
     "user=a\r\npassword=***(4 bytes)"},
    {"JSON", "{\"access_token\":\"cwt=AAEB\",\"expires_in\":28289}",
     "{\"access_token\":\"***(8 bytes)\",\"expires_in\":28289}"},
    {"JSON, spaces and case", "{ \"PassWord\" : \"a\\\"b\" , \"x\":1}",
     "{ \"PassWord\" : \"***(4 bytes)\" , \"x\":1}"},
    {"JSON, escaped name", "{\"pass\\u0077ord\":\"a\"}",
     "{\"pass\\u0077ord\":\"***(1 bytes)\"}"},
    {"JSON, number", "{\"pin\": 1234, \"x\":2}",
     "{\"pin\": ***(4 bytes), \"x\":2}"},
    {"JSON, object", "{\"password\":{\"x\":2}}", "{\"password\":***(8 bytes)"},
    {"JSON, cut", "{\"password\":\"abc", "{\"password\":\"***(3 bytes)"},
    {"JSON, no value", "{\"password\":", "{\"password\":***(0 bytes)"},
    {"JSON, name as value", "[\"password\",\"a\"]", "[\"password\",\"a\"]"},
    {"JSON, cut escape", "{\"a\\", "{\"a\\"},
};

static void bodies_are_masked(void **state UNUSED)
{
    int wrong = 0;

    for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
        AUTO_BUF out = {0};

        secrets_body(&out, span_text(bodies[i].in));
        if (strcmp(buf_text(&out), bodies[i].out) != 0) {
            print_error("%s: %s\n", bodies[i].name, buf_text(&out));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void bytes_that_are_no_text(void **state UNUSED)
{
    static const struct {
        const char *name;
        struct span in;
        bool masked;
    } rows[] = {
        {"image", {(const uint8_t *)"\x89PNG\x00\xff", 6}, false},
        {"UTF-16LE",
         {(const uint8_t *)"<\0P\0a\0s\0s\0w\0o\0r\0d\0>\0x\0", 22},
         true},
        {"UTF-16BE",
         {(const uint8_t *)"\0<\0p\0a\0s\0s\0w\0o\0r\0d\0=\0x", 22},
         true},
        {"UTF-16, no secret", {(const uint8_t *)"<\0a\0/\0>\0", 8}, false},
        {"Latin-1", {(const uint8_t *)"<Password>\xe4</Password>", 22}, true},
        {"Kerberos", {(const uint8_t *)"\x30\x82\xff\x01\xa0\x80", 6}, true},
        {"Kerberos, short", {(const uint8_t *)"\x30\x7f\xa0\x80", 4}, true},
        {"other DER", {(const uint8_t *)"\x30\x7f\x02\x80", 4}, false},
        {"EBCDIC", {(const uint8_t *)"\x4c\x6f\xa7\x94\x93\x40", 6}, true},
        {"NULs", {(const uint8_t *)"\0\0\0\0", 4}, false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_BUF out = {0};

        secrets_body(&out, rows[i].in);
        if (span_starts(buf_span(&out), "***(") != rows[i].masked) {
            fail_msg("%s", rows[i].name);
        }
        if (!rows[i].masked) {
            assert_true(span_equal(buf_span(&out), rows[i].in));
        }
    }
}

static const struct row messages[] = {
    {"good",
     "GET /a?b=c HTTP/1.1\r\nHost: x\r\nAuthorization: NTLM TlRM\r\n\r\n",
     "GET /a?b=c HTTP/1.1\r\nHost: x\r\nAuthorization: NTLM ***(4 "
     "bytes)\r\n\r\n"},
    {"body", "POST / HTTP/1.1\r\n\r\n5\r\n<Pass\r\n",
     "POST / HTTP/1.1\r\n\r\n***(10 bytes)"},
    {"query", "GET /?password=abc HTTP/1.1\r\nHost: x\r\n",
     "GET /?password=***(12 bytes)\r\nHost: x\r\n"},
    {"space before colon", "Authorization : NTLM TlRM\r\nHost: x",
     "Authorization***(12 bytes)\r\nHost: x"},
    {"space in front", " authorization: NTLM TlRM\r\nHost: x",
     " authorization***(11 bytes)\r\nHost: x"},
    {"no colon", "Authorization NTLM TlRM", "Authorization***(10 bytes)"},
    {"continued", "Authorization: NTLM\r\n TlRM\r\n\tabc\r\nHost: x",
     "Authorization: NTLM\r\n***(5 bytes)\r\n***(4 bytes)\r\nHost: x"},
    {"bare CR", "Host: x\rCookie: a=b\rX: y",
     "Host: x\rCookie: ***(3 bytes)\rX: y"},
    {"inside of a line", "GET / HTTP/1.1 Cookie: a",
     "GET / HTTP/1.1 Cookie***(3 bytes)"},
    {"begins like a secret",
     "X-MS-WebTicketURL: https://h/W\r\nX-MS-WebTicketSupported: cwt,saml",
     "X-MS-WebTicketURL: https://h/W\r\nX-MS-WebTicketSupported: cwt,saml"},
    {"secret behind that", "X-MS-WebTicketURL: Cookie: a",
     "X-MS-WebTicketURL: Cookie***(3 bytes)"},
    {"name alone", "Authorization", "Authorization***(0 bytes)"},
    {"empty", "", ""},
    {"only line ends", "\r\n", "\r\n"},
};

static void messages_are_masked(void **state UNUSED)
{
    int wrong = 0;

    for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
        AUTO_BUF out = {0};

        secrets_message(&out, span_text(messages[i].in));
        if (strcmp(buf_text(&out), messages[i].out) != 0) {
            print_error("%s: %s\n", messages[i].name, buf_text(&out));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* Noise made of what the maskers look for: no crash, and no text turned into
 * bytes that are none. */
static void noise_is_survived(void **state UNUSED)
{
    static const char *const pieces[] = {
        "<",      ">",     "/",         "Password", "\"",       "'",
        "<!--",   "-->",   "<![CDATA[", "]]>",      ":",        "=",
        "&",      "%",     "\\",        "{",        "}",        "password",
        "\r\n",   " ",     "[",         ",",        "\xc3\xa4", "\xff",
        "Cookie", "NTLM ", "\\u0",      "%4",       "://",      "@",
    };
    struct env env;

    env_system(&env, 1);
    for (int round = 0; round < 20000; round++) {
        AUTO_BUF in = {0};
        AUTO_BUF out = {0};
        uint8_t draw[24];

        env_random(&env, draw, sizeof(draw));
        for (size_t i = 0; i < draw[0] % sizeof(draw); i++) {
            buf_add_text(&in, pieces[draw[i] % ARRAY_SIZE(pieces)]);
        }
        secrets_body(&out, buf_span(&in));
        assert_true(!utf8_valid(buf_span(&in)) || utf8_valid(buf_span(&out)));
        secrets_message(&out, buf_span(&in));
        secrets_form(&out, buf_span(&in));
        secrets_header(&out, "WWW-Authenticate", buf_text(&in));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_masked),
        cmocka_unit_test(targets_are_masked),
        cmocka_unit_test(bodies_are_masked),
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(messages_are_masked),
        cmocka_unit_test(noise_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
