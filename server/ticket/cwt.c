/*
 * The compact web ticket, see cwt.h. Its layout was decoded from published
 * tokens (protocol: webticket 5.6): tag, length, value; what the MAC covers is
 * our guess, and no client looks.
 */
#include "config.h"

#include "ticket/cwt.h"

#include <string.h>

#include <nettle/hmac.h>

#include "ticket/guid.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/mem.h"
#include "util/stamp.h"

enum {
    SID_SIZE = 28,
    ANONYMOUS_SIZE = 12,
    MAC_SIZE = SHA256_DIGEST_SIZE,
    TICKS_SIZE = 8,
    FLAGS = 0x10b0, /* seen on the wire as b0 10 */
    FIELDS_MAX = 8,
};

enum tag {
    TAG_SID = 0x01,
    TAG_GUID = 0x81,
    TAG_FLAGS = 0x82,
    TAG_MAC = 0x83,
    TAG_EXPIRES = 0x86,
    TAG_GUID_AGAIN = 0x0d,
    /* Ours: no ticket of a guest was ever published. */
    TAG_GUEST = 0x8d,
    TAG_MEETING = 0x8e,
};

/* S-1-5-7, "Anonymous": a guest's SID (MS-DTYP 2.4.2.4). */
static const uint8_t anonymous[ANONYMOUS_SIZE] = {1, 1, 0, 0, 0, 0, 0, 5, 7};

struct field {
    enum tag tag;
    size_t size; /* 0: any */
};

/* The order of the fields and their sizes are fixed. */
static const struct field user_fields[] = {
    {TAG_SID, SID_SIZE}, {TAG_GUID, GUID_SIZE},     {TAG_FLAGS, 2},
    {TAG_MAC, MAC_SIZE}, {TAG_EXPIRES, TICKS_SIZE}, {TAG_GUID_AGAIN, GUID_SIZE},
};
static const struct field guest_fields[FIELDS_MAX] = {
    {TAG_SID, ANONYMOUS_SIZE},
    {TAG_GUID, GUID_SIZE},
    {TAG_FLAGS, 2},
    {TAG_MAC, MAC_SIZE},
    {TAG_EXPIRES, TICKS_SIZE},
    {TAG_GUID_AGAIN, GUID_SIZE},
    {TAG_GUEST, GUID_SIZE},
    {TAG_MEETING, 0},
};

/*
 * The MAC over all but the MAC itself, and over the pool's name, which is not
 * in the ticket: each pool of the product has a key of its own.
 */
static void compute_mac(const struct ticket_keys *keys, const char *pool,
                        struct span before, struct span after,
                        uint8_t out[MAC_SIZE])
{
    struct hmac_sha256_ctx ctx;

    hmac_sha256_set_key(&ctx, sizeof(keys->mac_key), keys->mac_key);
    hmac_sha256_update(&ctx, before.size, before.data);
    hmac_sha256_update(&ctx, after.size, after.data);
    hmac_sha256_update(&ctx, strlen(pool), (const uint8_t *)pool);
    hmac_sha256_digest(&ctx, MAC_SIZE, out);
}

static void add_tag(struct buf *out, enum tag tag, size_t size)
{
    buf_add_u8(out, (uint8_t)tag);
    buf_add_u8(out, (uint8_t)size);
}

static void add_field(struct buf *out, enum tag tag, const void *data,
                      size_t size)
{
    add_tag(out, tag, size);
    buf_add(out, span_of(data, size));
}

static bool parse_guid(const char *text, const char *what,
                       uint8_t out[GUID_SIZE], struct err *err)
{
    return guid_parse(text, out) ||
           err_set(err, "the %s of a compact ticket is no GUID: %s", what,
                   text);
}

static bool add_guest(struct buf *out, const struct ticket *ticket,
                      struct err *err)
{
    struct span meeting = span_text(ticket->meeting);
    uint8_t guest[GUID_SIZE];

    if (!parse_guid(ticket->guest, "guest", guest, err)) {
        return false;
    }
    if (meeting.size > MEETING_URI_MAX) {
        return err_set(err,
                       "a compact ticket cannot carry a conference URI "
                       "of %zu bytes",
                       meeting.size);
    }
    add_field(out, TAG_GUEST, guest, sizeof(guest));
    add_field(out, TAG_MEETING, meeting.data, meeting.size);
    return true;
}

/* Up to where the MAC goes, and what follows it. */
static bool add_fields(const struct ticket *ticket, struct buf *before,
                       struct buf *after, struct err *err)
{
    uint8_t guid[GUID_SIZE];

    if (!parse_guid(ticket->id, "id", guid, err)) {
        return false;
    }
    buf_add(before, span_of("\x00\x01", 2));
    if (ticket->guest) {
        add_field(before, TAG_SID, anonymous, sizeof(anonymous));
    } else {
        add_field(before, TAG_SID, ticket->sid, SID_SIZE);
    }
    add_field(before, TAG_GUID, guid, sizeof(guid));
    add_tag(before, TAG_FLAGS, 2);
    buf_add_u16le(before, FLAGS);
    add_tag(before, TAG_MAC, MAC_SIZE);
    add_tag(after, TAG_EXPIRES, TICKS_SIZE);
    buf_add_u64le(after, stamp_ticks(ticket->expires));
    add_field(after, TAG_GUID_AGAIN, guid, sizeof(guid));
    return !ticket->guest || add_guest(after, ticket, err);
}

/* What is wrong with its bytes; with the text that they become, see text_of. */
static void damage(struct buf *bytes, size_t mac_at, enum ticket_cwt how)
{
    if (how == TICKET_CWT_FLIPPED) {
        bytes->data[mac_at] ^= 1;
    } else if (how == TICKET_CWT_LENGTH) {
        bytes->data[mac_at - 1] ^= 1; /* the length before the MAC */
    } else if (how == TICKET_CWT_TRUNCATED) {
        bytes->size -= bytes->size / 4;
    }
}

/* "cwt=..." */
static const char *text_of(struct arena *arena, struct span bytes,
                           enum ticket_cwt how)
{
    if (how == TICKET_CWT_PADDED) {
        return arena_printf(arena, "cwt=%s", base64_text(arena, bytes));
    }
    return arena_printf(arena, "%s%s", how == TICKET_CWT_NO_LABEL ? "" : "cwt=",
                        base64url_text(arena, bytes));
}

bool cwt_issue(const struct ticket_keys *keys, struct arena *arena,
               const struct ticket *ticket, struct span *out_text,
               struct err *err)
{
    AUTO_BUF before = {0};
    AUTO_BUF after = {0};
    uint8_t mac[MAC_SIZE];
    size_t mac_at;

    if (!add_fields(ticket, &before, &after, err)) {
        return false;
    }
    compute_mac(keys, ticket->pool ? ticket->pool : "", buf_span(&before),
                buf_span(&after), mac);
    mac_at = before.size;
    buf_add(&before, span_of(mac, sizeof(mac)));
    buf_add(&before, buf_span(&after));
    damage(&before, mac_at, ticket->lies.cwt);
    *out_text = span_text(text_of(arena, buf_span(&before), ticket->lies.cwt));
    return true;
}

/* What is in each of the fields, and where the MAC is. */
struct parts {
    const struct field *fields;
    size_t count;
    struct span values[FIELDS_MAX];
    struct span before;
    struct span after;
};

/* A user's ticket or a guest's: the length of the SID tells. */
static void choose_fields(struct span bytes, struct parts *parts)
{
    struct reader rd = rd_init(span_slice(bytes, 3, 1));
    bool guest = rd_u8(&rd) == ANONYMOUS_SIZE;

    parts->fields = guest ? guest_fields : user_fields;
    parts->count = guest ? ARRAY_SIZE(guest_fields) : ARRAY_SIZE(user_fields);
}

static bool split(struct span bytes, struct parts *parts)
{
    struct reader rd = rd_init(bytes);

    choose_fields(bytes, parts);
    if (rd_u8(&rd) != 0 || rd_u8(&rd) != 1) {
        return false;
    }
    for (size_t i = 0; i < parts->count; i++) {
        const struct field *field = &parts->fields[i];
        enum tag tag = rd_u8(&rd);
        size_t size = rd_u8(&rd);

        if (tag != field->tag || (field->size && size != field->size)) {
            return false;
        }
        if (tag == TAG_MAC) {
            parts->before = span_slice(bytes, 0, rd.offset);
        }
        parts->values[i] = rd_bytes(&rd, size);
        if (tag == TAG_MAC) {
            parts->after = span_slice(bytes, rd.offset, bytes.size);
        }
    }
    return !rd.short_read && rd_left(&rd) == 0;
}

/* Of a tag that the fields have. */
static struct span value_of(const struct parts *parts, enum tag tag)
{
    size_t i = 0;

    while (parts->fields[i].tag != tag) {
        i++;
    }
    return parts->values[i];
}

static void read_ticket(struct arena *arena, const struct parts *parts,
                        struct ticket *ticket)
{
    struct reader ticks = rd_init(value_of(parts, TAG_EXPIRES));

    ticket->format = TICKET_CWT;
    ticket->id = guid_text(arena, value_of(parts, TAG_GUID).data);
    ticket->expires = stamp_from_ticks(rd_u64le(&ticks));
    if (parts->fields == guest_fields) {
        ticket->guest = guid_text(arena, value_of(parts, TAG_GUEST).data);
        ticket->meeting = arena_text(arena, value_of(parts, TAG_MEETING));
        ticket->sip = ticket_guest_sip(arena, ticket->guest);
    } else {
        ticket->sid = arena_copy(arena, value_of(parts, TAG_SID)).data;
    }
}

enum ticket_flaw cwt_open(const struct ticket_keys *keys, struct arena *arena,
                          struct span bytes, const char *pool,
                          struct ticket *out_ticket)
{
    struct parts parts = {0};
    uint8_t mac[MAC_SIZE];

    if (!split(bytes, &parts)) {
        out_ticket->detail = "The bytes are no compact web ticket.";
        return TICKET_GARBAGE;
    }
    read_ticket(arena, &parts, out_ticket);
    compute_mac(keys, pool, parts.before, parts.after, mac);
    if (!mem_equal_secret(mac, value_of(&parts, TAG_MAC).data, MAC_SIZE)) {
        out_ticket->detail = "The MAC does not fit: the ticket was changed, or "
                             "is from another pool, another server or "
                             "another run of this one.";
        return TICKET_BAD_SIGNATURE;
    }
    return TICKET_VALID;
}

static const char *tag_text(enum tag tag)
{
    switch (tag) {
    case TAG_SID:
        return "the SID";
    case TAG_GUID:
        return "the GUID";
    case TAG_FLAGS:
        return "the flags";
    case TAG_MAC:
        return "the MAC";
    case TAG_EXPIRES:
        return "the time at which it expires";
    case TAG_GUID_AGAIN:
        return "the GUID at its end";
    case TAG_GUEST:
        return "the guest's GUID";
    case TAG_MEETING:
        return "the conference URI";
    }
    return "a field that is not known";
}

const char *cwt_field_at(struct span bytes, size_t at)
{
    struct reader rd = rd_init(bytes);

    (void)rd_bytes(&rd, 2);
    while (rd_left(&rd) > 1 && at >= 2) {
        enum tag tag = rd_u8(&rd);
        size_t size = rd_u8(&rd);

        (void)rd_bytes(&rd, size);
        if (at < rd.offset) {
            return tag_text(tag);
        }
    }
    return "its first two bytes";
}
