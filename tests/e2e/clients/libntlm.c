/*
 * Makes tokens with libntlm. See TokenProgram in ../clients.py.
 * Arguments: domain, user, password.
 */
#include <ntlm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void print_base64(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        unsigned group = (unsigned)bytes[i] << 16;

        group |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? bytes[i + 2] : 0;
        putchar(digits[group >> 18]);
        putchar(digits[group >> 12 & 63]);
        putchar(left > 1 ? digits[group >> 6 & 63] : '=');
        putchar(left > 2 ? digits[group & 63] : '=');
    }
    putchar('\n');
    fflush(stdout);
}

/* Stops at padding, at the end of the line, or when out is full. */
static size_t read_base64(const char *text, unsigned char *out, size_t room)
{
    unsigned group = 0;
    unsigned bits = 0;
    size_t size = 0;

    for (; size < room && *text != '\0'; text++) {
        const char *digit = strchr(digits, *text);

        if (!digit) {
            break;
        }
        group = group << 6 | (unsigned)(digit - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[size++] = (unsigned char)(group >> bits);
        }
    }
    return size;
}

static void negotiate(const char *domain, const char *user)
{
    tSmbNtlmAuthRequest request;

    buildSmbNtlmAuthRequest_noatsplit(&request, user, domain);
    print_base64((const unsigned char *)&request, SmbLength(&request));
}

static void authenticate(const char *line, const char *user,
                         const char *password)
{
    tSmbNtlmAuthChallenge challenge;
    tSmbNtlmAuthResponse response;

    memset(&challenge, 0, sizeof(challenge));
    read_base64(line, (unsigned char *)&challenge, sizeof(challenge));
    buildSmbNtlmAuthResponse_noatsplit(&challenge, &response, user, password);
    print_base64((const unsigned char *)&response, SmbLength(&response));
}

int main(int argc, char **argv)
{
    char line[4096];

    if (argc != 4) {
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof(line), stdin)) {
        if (line[0] == '\n') {
            negotiate(argv[1], argv[2]);
        } else {
            authenticate(line, argv[2], argv[3]);
        }
    }
    return EXIT_SUCCESS;
}
