/* ntlm-message: the bytes of an NTLM challenge, field by field. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scenario/fault.h"
#include "util/base64.h"
#include "wire/ntlmssp_av.h"

enum {
    FIELD_SIZE = 8,
    LENGTH_MAX = 65535,
    PADDING_MAX = 32 * 1024, /* base64 makes 43 KiB of it */
    PAIRS_MAX = 16 * 1024,
};

struct ntlm_message_params {
    struct ntlm_message message;
    enum ntlm_replay replay;
};

_Static_assert(NTLM_REPLAY_STALE == 1 && NTLM_REPLAY_REPEATED == 2,
               "words begin at 1");

#define AT(member)                                                             \
    .offset = offsetof(struct ntlm_message_params, message.member),            \
    .size = sizeof(((struct ntlm_message *)0)->member)
#define GIVEN(member)                                                          \
    .given = offsetof(struct ntlm_message_params, message.member##_given)
#define TEXT(word, member, kind, doc)                                          \
    {                                                                          \
        {"ntlm-message." word, kind, doc}, .type = setting_text, AT(member)    \
    }
#define COUNT(word, member, doc)                                               \
    {                                                                          \
        {"ntlm-message." word, "number", doc}, .type = setting_count,          \
                                               AT(member), GIVEN(member)       \
    }

static const struct setting params[] = {
    {{"ntlm-message.challenge", "stale|repeated",
      "the challenge that went out last in this session, on whatever "
      "connection; stale: the answer is judged by another one, as where the "
      "legs reach two servers; repeated: by this one"},
     .type = setting_word,
     .offset = offsetof(struct ntlm_message_params, replay),
     .size = sizeof(enum ntlm_replay),
     .first = NTLM_REPLAY_STALE},
    TEXT("signature", signature, "text", "8 bytes, hexadecimal"),
    COUNT("type", type, "MessageType"),
    {{"ntlm-message.flags", "hexadecimal",
      "NegotiateFlags on the wire alone; those that the server goes by are "
      "ntlm.flags-set and ntlm.flags-clear"},
     .type = setting_hex32,
     AT(flags),
     GIVEN(flags)},
    COUNT("target-name-length", name_length, "Len of TargetNameFields"),
    COUNT("target-name-max", name_max, "MaxLen of TargetNameFields"),
    COUNT("target-name-offset", name_offset, "BufferOffset of it"),
    COUNT("target-info-length", info_length, "Len of TargetInfoFields"),
    COUNT("target-info-max", info_max, "MaxLen of TargetInfoFields"),
    COUNT("target-info-offset", info_offset, "BufferOffset of it"),
    {{"ntlm-message.short", "yes|no",
      "the message of the 1990s, which ends behind ServerChallenge"},
     .type = setting_flag,
     AT(fields_omitted)},
    TEXT("reserved", reserved, "text", "8 bytes, hexadecimal"),
    TEXT("version", version, "text", "8 bytes, hexadecimal"),
    TEXT("av-pairs", av_pairs, "text",
         "the AV pairs in this order, with blanks between: netbios-computer, "
         "netbios-domain, dns-computer, dns-domain, dns-tree, timestamp, eol, "
         "or any other as ID=HEX; twice is twice, and without eol there is "
         "none"),
    COUNT("truncate", truncate, "so many bytes of it"),
    {{"ntlm-message.padding", "bytes",
      "so many zeros behind it, at most 32KiB"},
     .type = setting_bytes,
     AT(padding)},
    TEXT("bytes", bytes, "text", "the whole message, hexadecimal"),
    {.info = {NULL, NULL, NULL}},
};

static bool check_hex(const char *name, const char *text, size_t size,
                      struct err *err)
{
    AUTO(arena) arena = arena_new();
    struct span bytes;

    if (text && (!hex_decode(arena, text, &bytes) ||
                 (size ? bytes.size != size : bytes.size > LENGTH_MAX))) {
        return err_set(err, "ntlm-message.%s: expected %s, not \"%s\"", name,
                       size ? "16 hexadecimal digits" : "hexadecimal bytes",
                       text);
    }
    return true;
}

static bool check_pairs(const char *text, struct err *err)
{
    AUTO(arena) arena = arena_new();

    if (strlen(text) > PAIRS_MAX) {
        return err_set(err, "ntlm-message.av-pairs: longer than 16 KiB");
    }
    while (*text) {
        size_t length;
        const char *word;
        struct span value;
        uint16_t id;
        bool own;

        text += strspn(text, " ,");
        length = strcspn(text, " ,");
        word = arena_text(arena, span_of(text, length));
        if (length && !ntlmssp_av_read(arena, word, &id, &value, &own)) {
            return err_set(err,
                           "ntlm-message.av-pairs: \"%s\" is no AV pair; "
                           "`lyncmock explain ntlm-message` lists them",
                           word);
        }
        text += length;
    }
    return true;
}

static bool check_numbers(const struct ntlm_message *asked, struct err *err)
{
    const struct {
        const char *name;
        unsigned value;
    } rows[] = {
        {"target-name-length", asked->name_length},
        {"target-name-max", asked->name_max},
        {"target-info-length", asked->info_length},
        {"target-info-max", asked->info_max},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].value > LENGTH_MAX) {
            return err_set(err, "ntlm-message.%s: expected 0 to %d, not %u",
                           rows[i].name, LENGTH_MAX, rows[i].value);
        }
    }
    return asked->padding <= PADDING_MAX ||
           err_set(err, "ntlm-message.padding: at most %d bytes, not %u",
                   PADDING_MAX, asked->padding);
}

/* Parameters are zero before they are read, with what is between them. */
static bool is_nothing(const void *asked, size_t size)
{
    const uint8_t *bytes = asked;

    while (size && bytes[size - 1] == 0) {
        size--;
    }
    return size == 0;
}

static bool ntlm_message_check(const void *data, enum point at UNUSED,
                               struct err *err)
{
    const struct ntlm_message_params *asked = data;
    const struct ntlm_message *message = &asked->message;

    if (is_nothing(asked, sizeof(*asked))) {
        return err_set(err, "expected at least one field of the challenge");
    }
    return check_hex("signature", message->signature, FIELD_SIZE, err) &&
           check_hex("reserved", message->reserved, FIELD_SIZE, err) &&
           check_hex("version", message->version, FIELD_SIZE, err) &&
           check_hex("bytes", message->bytes, 0, err) &&
           check_numbers(message, err) &&
           (!message->av_pairs || check_pairs(message->av_pairs, err));
}

static void ntlm_message_plan(const void *data, struct subject *subject)
{
    const struct ntlm_message_params *asked = data;

    if (!is_nothing(&asked->message, sizeof(asked->message))) {
        subject->ntlm->message = &asked->message;
    }
    if (asked->replay != NTLM_REPLAY_NONE) {
        subject->ntlm->replay = asked->replay;
    }
}

extern const struct fault fault_ntlm_message;
const struct fault fault_ntlm_message = {
    .name = "ntlm-message",
    .title = "an NTLM challenge with wrong fields, cut short, or an old one",
    .doc = "Every field of the message as it goes out, whether it makes sense "
           "or not. Its names, flags and timestamp are settings of the world: "
           "`ntlm` and `target-info` change those for one challenge, and the "
           "server goes by them. Where a client answers all the same, its MIC "
           "is judged over the bytes that were sent.",
    .spec = "[MS-NLMP] 2.2.1.2",
    .example = "{av-pairs: netbios-domain 48=00ff timestamp}",
    .examples =
        (const char *const[]){"{signature: 4E544C4D53535000}",
                              "{reserved: 0000000000000001}",
                              "{version: 0601B11D0000000F}",
                              "{bytes: 4E544C4D5353500002000000}", NULL},
    .subjects = SUBJECT_CHALLENGE,
    .order = FAULT_BODY,
    .params = params,
    .size = sizeof(struct ntlm_message_params),
    .check = ntlm_message_check,
    .plan = ntlm_message_plan,
};
