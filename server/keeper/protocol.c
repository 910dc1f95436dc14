/* Messages between the server and its KDC keeper, see protocol.h. */
#include "config.h"

#include "keeper/protocol.h"

enum {
    /* In place of a length: there is no text. */
    NO_TEXT = UINT32_MAX,
    /* The least that one text and one user take: what bounds their counts. */
    TEXT_LEAST = 4,
    USER_LEAST = 4 + TEXT_LEAST + 4 + 1 + TEXT_LEAST,
};

static void add_text(struct buf *out, const char *text)
{
    struct span bytes = span_text(text);

    buf_add_u32le(out, text ? (uint32_t)bytes.size : NO_TEXT);
    buf_add(out, bytes);
}

static void add_texts(struct buf *out, const char *const *texts)
{
    uint32_t count = 0;

    while (texts && texts[count]) {
        count++;
    }
    buf_add_u32le(out, count);
    for (uint32_t i = 0; i < count; i++) {
        add_text(out, texts[i]);
    }
}

static void add_keys(struct buf *out, const struct krb_keys *keys)
{
    buf_add_u32le(out, keys->kvno);
    buf_add_u8(out, (uint8_t)keys->count);
    for (size_t i = 0; i < keys->count; i++) {
        const struct krb_key *key = &keys->items[i];

        buf_add_u32le(out, (uint32_t)key->etype);
        buf_add_u8(out, (uint8_t)key->size);
        buf_add(out, span_of(key->bytes, key->size));
    }
}

static void add_user(struct buf *out, const struct keeper_user *user)
{
    add_texts(out, user->names);
    add_text(out, user->password);
    buf_add_u32le(out, user->etypes);
    buf_add_u8(out, (uint8_t)user->state);
    add_text(out, user->ccache);
}

static void add_realm(struct buf *out, const struct keeper_realm *realm)
{
    add_text(out, realm->realm);
    buf_add_u32le(out, realm->etypes);
    buf_add_u64le(out, (uint64_t)realm->ticket_lifetime);
    buf_add_u64le(out, (uint64_t)realm->renewable_lifetime);
    buf_add_u8(out, realm->preauth);
    add_keys(out, &realm->krbtgt);
    add_keys(out, &realm->service);
    add_texts(out, realm->services);
    buf_add_u32le(out, (uint32_t)realm->user_count);
    for (size_t i = 0; i < realm->user_count; i++) {
        add_user(out, &realm->users[i]);
    }
    add_text(out, realm->krb5kdc);
    add_text(out, realm->run_dir);
    add_text(out, realm->service_keytab);
    add_text(out, realm->user_keytab);
}

void keeper_encode(struct buf *out, const struct keeper_message *message)
{
    buf_add_u32le(out, KEEPER_VERSION);
    buf_add_u8(out, (uint8_t)message->kind);
    buf_add_u32le(out, message->serial);
    switch (message->kind) {
    case KEEPER_REALM:
        add_realm(out, &message->realm);
        break;
    case KEEPER_USER:
        add_user(out, &message->user);
        break;
    case KEEPER_SERVICE:
        add_text(out, message->service);
        break;
    case KEEPER_READY:
        buf_add_u16le(out, message->port);
        break;
    case KEEPER_DONE:
        break;
    case KEEPER_ERROR:
        add_text(out, message->text);
        break;
    }
}

/* What is read, where to, and the first thing that was wrong. */
struct decoder {
    struct reader rd;
    struct arena *arena;
    const char *why;
};

static void refuse(struct decoder *in, const char *why)
{
    if (!in->why) {
        in->why = why;
    }
}

/* NULL: there is none, or it is wrong. */
static const char *read_optional(struct decoder *in)
{
    uint32_t size = rd_u32le(&in->rd);
    struct span bytes;

    if (size == NO_TEXT || in->rd.short_read) {
        return NULL;
    }
    bytes = rd_bytes(&in->rd, size);
    if (bytes.size && memchr(bytes.data, 0, bytes.size)) {
        refuse(in, "a text holds a NUL");
        return NULL;
    }
    return arena_text(in->arena, bytes);
}

static const char *read_text(struct decoder *in)
{
    const char *text = read_optional(in);

    if (!text && !in->rd.short_read) {
        refuse(in, "a text is missing");
    }
    return text;
}

/* A count of things that take so many bytes at least; 0 where it lies. */
static size_t read_count(struct decoder *in, size_t least)
{
    size_t count = rd_u32le(&in->rd);

    if (count > rd_left(&in->rd) / least) {
        refuse(in, "a count is greater than the message");
        return 0;
    }
    return count;
}

static const char *const *read_texts(struct decoder *in)
{
    size_t count = read_count(in, TEXT_LEAST);
    const char **texts =
        arena_alloc(in->arena, (count + 1) * sizeof(const char *));

    for (size_t i = 0; i < count; i++) {
        texts[i] = read_text(in);
    }
    return texts;
}

static void read_keys(struct decoder *in, struct krb_keys *out_keys)
{
    size_t count;

    out_keys->kvno = rd_u32le(&in->rd);
    count = rd_u8(&in->rd);
    if (count > KRB_KEYS_MAX) {
        refuse(in, "there are too many keys");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct krb_key *key = &out_keys->items[i];
        struct span bytes;

        key->etype = (int32_t)rd_u32le(&in->rd);
        bytes = rd_bytes(&in->rd, rd_u8(&in->rd));
        if (!bytes.size || bytes.size != krb_key_size(key->etype)) {
            refuse(in, "a key is not as long as its type says");
            return;
        }
        memcpy(key->bytes, bytes.data, bytes.size);
        key->size = bytes.size;
    }
    out_keys->count = count;
}

static unsigned read_etypes(struct decoder *in)
{
    uint32_t etypes = rd_u32le(&in->rd);

    if (etypes & ~(uint32_t)KRB_ALL_BITS) {
        refuse(in, "an encryption type is unknown");
    }
    return etypes;
}

static void read_user(struct decoder *in, struct keeper_user *out_user)
{
    uint8_t state;

    out_user->names = read_texts(in);
    if (!out_user->names[0]) {
        refuse(in, "a user has no name");
    }
    out_user->password = read_text(in);
    out_user->etypes = read_etypes(in);
    state = rd_u8(&in->rd);
    if (state > KEEPER_KEY_EXPIRED) {
        refuse(in, "a user's state is unknown");
    }
    out_user->state = (enum keeper_state)state;
    out_user->ccache = read_optional(in);
}

static void read_users(struct decoder *in, struct keeper_realm *realm)
{
    size_t count = read_count(in, USER_LEAST);
    struct keeper_user *users =
        arena_alloc(in->arena, (count + 1) * sizeof(struct keeper_user));

    for (size_t i = 0; i < count && !in->why; i++) {
        read_user(in, &users[i]);
    }
    realm->users = users;
    realm->user_count = count;
}

static void read_realm(struct decoder *in, struct keeper_realm *realm)
{
    realm->realm = read_text(in);
    realm->etypes = read_etypes(in);
    realm->ticket_lifetime = (int64_t)rd_u64le(&in->rd);
    realm->renewable_lifetime = (int64_t)rd_u64le(&in->rd);
    realm->preauth = rd_u8(&in->rd) != 0;
    read_keys(in, &realm->krbtgt);
    read_keys(in, &realm->service);
    realm->services = read_texts(in);
    read_users(in, realm);
    realm->krb5kdc = read_text(in);
    realm->run_dir = read_text(in);
    realm->service_keytab = read_optional(in);
    realm->user_keytab = read_optional(in);
}

/* False: the number is of no kind of message. */
static bool read_message(struct decoder *in, uint8_t kind,
                         struct keeper_message *message)
{
    if (kind > KEEPER_ERROR) {
        return false;
    }
    message->kind = (enum keeper_message_kind)kind;
    switch (message->kind) {
    case KEEPER_REALM:
        read_realm(in, &message->realm);
        break;
    case KEEPER_USER:
        read_user(in, &message->user);
        break;
    case KEEPER_SERVICE:
        message->service = read_text(in);
        break;
    case KEEPER_READY:
        message->port = rd_u16le(&in->rd);
        break;
    case KEEPER_DONE:
        break;
    case KEEPER_ERROR:
        message->text = read_text(in);
        break;
    }
    return true;
}

bool keeper_decode(struct arena *arena, struct span packet,
                   struct keeper_message *out_message, struct err *err)
{
    struct decoder in = {.rd = rd_init(packet), .arena = arena};
    struct keeper_message message = {0};
    uint32_t version = rd_u32le(&in.rd);
    uint8_t kind = rd_u8(&in.rd);

    message.serial = rd_u32le(&in.rd);
    if (!in.rd.short_read && version != KEEPER_VERSION) {
        return err_set(err,
                       "the message is of version %u, not %d: server and "
                       "keeper are not of one build",
                       version, KEEPER_VERSION);
    }
    if (!read_message(&in, kind, &message)) {
        return err_set(err, "the message is of an unknown kind, %u", kind);
    }
    if (in.why) {
        return err_set(err, "the message is wrong: %s", in.why);
    }
    if (in.rd.short_read) {
        return err_set(err, "the message ends early");
    }
    if (rd_left(&in.rd)) {
        return err_set(err, "the message goes on behind its end");
    }
    *out_message = message;
    return true;
}
