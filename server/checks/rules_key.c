/*
 * Rules of what makes a ticket's key, and of what must be fresh in each request
 * for a ticket: WS-Trust 1.3, 3.3, 4.1, 4.4.4 and 9.2.
 */
#include "config.h"

#include <string.h>

#include "checks/checks.h"
#include "checks/history_ticket.h"
#include "checks/soap_seen.h"
#include "wire/uris.h"

#define ON_RST (TRAIT_RST | TRAIT_BODY)
#define AT     "//RequestSecurityToken/"
#define SECRET AT "Entropy/BinarySecret"

enum { ENTROPY_LEAST = 16 }; /* 128 bits */

static const struct rst *with_entropy(struct check *check)
{
    const struct rst *rst = rst_judged(check);

    return rst && rst->entropy.size ? rst : NULL;
}

static bool check_length(struct check *check)
{
    const struct rst *rst = with_entropy(check);

    if (!rst) {
        return false;
    }
    if (rst->entropy.size < ENTROPY_LEAST) {
        check_breach(check, SECRET, SPAN_NONE,
                     "the entropy has %zu bytes; at least %d are recommended, "
                     "and clients send 32",
                     rst->entropy.size, ENTROPY_LEAST);
    }
    return true;
}

static bool check_fresh_entropy(struct check *check)
{
    const struct rst *rst = with_entropy(check);
    uint64_t earlier;

    if (!rst) {
        return false;
    }
    earlier = ticket_history_entropy(check->history->tickets, rst->entropy);
    if (earlier) {
        check_breach(check, SECRET, SPAN_NONE,
                     "exchange %llu got its ticket with the same entropy; each "
                     "request takes new random bytes",
                     (unsigned long long)earlier);
    }
    return true;
}

static bool check_base64(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);

    if (!seen || (seen->result != RST_BAD_ENTROPY && !with_entropy(check))) {
        return false;
    }
    if (seen->result == RST_BAD_ENTROPY) {
        check_breach(check, AT "Entropy", SPAN_NONE,
                     "Entropy holds no BinarySecret with 1 to %d bytes in "
                     "base64",
                     RST_ENTROPY_MAX);
    }
    return true;
}

static bool check_random(struct check *check)
{
    const struct rst *rst = with_entropy(check);
    size_t same = 1;

    if (!rst) {
        return false;
    }
    while (same < rst->entropy.size &&
           rst->entropy.data[same] == rst->entropy.data[0]) {
        same++;
    }
    if (same == rst->entropy.size) {
        check_breach(check, SECRET, SPAN_NONE,
                     "each of the %zu bytes of the entropy is %02x; they are "
                     "to be random",
                     same, rst->entropy.data[0]);
    }
    return true;
}

static bool check_key_type(struct check *check)
{
    const struct rst *rst = rst_judged(check);

    if (!rst || rst->key == RST_KEY_ABSENT) {
        return false;
    }
    if (rst->key == RST_KEY_UNKNOWN) {
        check_breach(check, AT "KeyType", soap_quote(check, rst->key_type),
                     "KeyType is %s; there are " URI_TRUST
                     "/SymmetricKey, Bearer and PublicKey",
                     rst->key_type);
    }
    return true;
}

static bool check_key_size(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);

    if (!seen || seen->result == RST_NOT_AN_RST ||
        (seen->result != RST_BAD_KEY_SIZE && !seen->rst.key_size)) {
        return false;
    }
    if (seen->result == RST_BAD_KEY_SIZE) {
        check_breach(check, AT "KeySize", soap_quote(check, "KeySize"),
                     "KeySize is a number of bits, 256 mostly; the service "
                     "takes multiples of 64 from 128 to 1024");
    }
    return true;
}

static bool check_bearer(struct check *check)
{
    const struct rst *rst = rst_judged(check);

    if (!rst || rst->key != RST_KEY_BEARER) {
        return false;
    }
    if (rst->entropy.size) {
        check_breach(check, AT "Entropy", SPAN_NONE,
                     "KeyType asks for a ticket without a key, and Entropy is "
                     "what a key is made of");
    }
    return true;
}

static bool check_context(struct check *check)
{
    const struct rst *rst = rst_judged(check);
    uint64_t earlier;

    if (!rst || !rst->context || !*rst->context) {
        return false;
    }
    earlier = ticket_history_context(check->history->tickets, rst->context);
    if (earlier) {
        check_breach(check, "//RequestSecurityToken/@Context",
                     soap_quote(check, rst->context),
                     "exchange %llu got its ticket with the same Context; "
                     "answers are told apart by it",
                     (unsigned long long)earlier);
    }
    return true;
}

const struct rule rules_key[] = {
    {
        .id = "WT-031",
        .level = FINDING_SHOULD,
        .title = "The client's entropy has at least 16 bytes",
        .section = "WS-Trust 1.3 section 4.4.4",
        .doc = "The ticket's key is P_SHA1 of both entropies. It is "
               "recommended that the client's has at least 128 bits: with less "
               "a key of 256 bits can be guessed by whoever saw the answer.",
        .good = "<Entropy><BinarySecret>, 32 random bytes in base64",
        .bad = "<Entropy><BinarySecret>c2VjcmV0</BinarySecret></Entropy>",
        .on = ON_RST,
        .check = check_length,
    },
    {
        .id = "WT-032",
        .level = FINDING_SHOULD,
        .title = "Each request has entropy of its own",
        .section = "WS-Trust 1.3 section 3.3 and 4.4.4",
        .doc = "Entropy is a nonce. A client that sends the same again has it "
               "from a file, or from a generator that was never seeded. Legs "
               "of one handshake, and requests that got no ticket, may repeat "
               "it.",
        .good = "new random bytes for each ticket",
        .bad = "the bytes that the ticket before was asked for with",
        .on = ON_RST,
        .check = check_fresh_entropy,
    },
    {
        .id = "WT-033",
        .level = FINDING_SHOULD,
        .title = "Entropy holds a BinarySecret in base64",
        .section = "WS-Trust 1.3 section 3.3 and 4.1",
        .doc = "An Entropy that is empty, that is no base64 or that holds "
               "something else gets the fault InvalidRequest.",
        .good = "<Entropy><BinarySecret>AAECAwQFBgcICQoLDA0ODw==</BinarySecret>"
                "</Entropy>",
        .bad = "<Entropy>00 01 02 03</Entropy>",
        .on = ON_RST,
        .check = check_base64,
    },
    {
        .id = "WT-034",
        .level = FINDING_ROBUSTNESS,
        .title = "Entropy is random",
        .section = "WS-Trust 1.3 section 3.3",
        .doc = "Bytes that are all alike are a buffer that nobody filled.",
        .good = "bytes of the system's generator",
        .bad = "<BinarySecret>AAAAAAAAAAAAAAAAAAAAAA==</BinarySecret>",
        .on = ON_RST,
        .check = check_random,
    },
    {
        .id = "WT-035",
        .level = FINDING_PRACTICE,
        .title = "KeyType is one that WS-Trust knows",
        .section = "WS-Trust 1.3 section 9.2; protocol: webticket 4.1",
        .doc = "SymmetricKey for a ticket that requests are signed with, "
               "Bearer for one that is only shown. Another one gets the fault "
               "BadRequest.",
        .good = "<KeyType>" URI_TRUST "/SymmetricKey</KeyType>",
        .bad = "<KeyType>SymmetricKey</KeyType>",
        .on = ON_RST,
        .check = check_key_type,
    },
    {
        .id = "WT-036",
        .level = FINDING_PRACTICE,
        .title = "KeySize is a number of bits that a key can have",
        .section = "WS-Trust 1.3 section 9.2; protocol: webticket 4.1",
        .doc = "It counts bits, not bytes. Clients of the product leave it "
               "out, and get 256.",
        .good = "<KeySize>256</KeySize>",
        .bad = "<KeySize>32</KeySize>",
        .on = ON_RST,
        .check = check_key_size,
    },
    {
        .id = "WT-037",
        .level = FINDING_PRACTICE,
        .title = "A request for a bearer ticket has no Entropy",
        .section = "WS-Trust 1.3 section 9.2 and 4.4.4",
        .doc = "A bearer ticket has no key. A client that sends entropy all "
               "the same expects one, and will sign with a key that nobody "
               "else has.",
        .good = "<KeyType>" URI_TRUST "/Bearer</KeyType> and no Entropy",
        .bad = "<KeyType>" URI_TRUST "/Bearer</KeyType><Entropy>...</Entropy>",
        .on = ON_RST,
        .check = check_bearer,
    },
    {
        .id = "WT-038",
        .level = FINDING_PRACTICE,
        .title = "Each request has a Context of its own",
        .section = "WS-Trust 1.3 section 3.1; protocol: webticket 4.1",
        .doc = "The answer carries the Context of its request, so that a "
               "client with several requests under way knows which is "
               "answered. Clients make it a new UUID.",
        .good = "Context=\"7f0e...\" and then Context=\"1c55...\"",
        .bad = "the same Context in each request",
        .on = ON_RST,
        .check = check_context,
    },
    {.id = NULL},
};
