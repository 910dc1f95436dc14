/* What an NTLMv2 proof could have been made of, see ntlm_why.h. */
#include "config.h"

#include "auth/ntlm_why.h"

#include <string.h>
#include <strings.h>

#include "util/utf.h"
#include "world/world.h"

enum {
    NAME_MAX_BYTES = 512,  /* of a name that is tried in other spellings */
    BLOB_MAX_BYTES = 4096, /* of a blob that is tried in other shapes */
    TAIL = 4,              /* zeros at the end of temp, 3.3.2 */
    HEAD = 28,             /* of temp, before its AV pairs */
    TIME_AT = 8,           /* of temp */
};

static void add(struct ntlm_items *list, struct span bytes, const char *says)
{
    if (list->count == NTLM_HUNT_ITEMS) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (span_equal(list->items[i].bytes, bytes)) {
            return;
        }
    }
    list->items[list->count++] = (struct ntlm_item){bytes, says, false};
}

static struct span wide(struct arena *arena, const char *text)
{
    AUTO_BUF out = {0};

    utf16le_add(&out, span_text(text));
    return arena_copy(arena, buf_span(&out));
}

static void add_name(struct ntlm_hunt *h, enum ntlm_part part, const char *name)
{
    if (name && strlen(name) <= NAME_MAX_BYTES) {
        add(&h->parts[part], wide(h->ctx->arena, name), name);
    }
}

static void add_spellings(struct ntlm_hunt *h, enum ntlm_part part,
                          const char *name)
{
    struct arena *arena = h->ctx->arena;

    if (name) {
        add_name(h, part, utf8_upper(arena, name));
        add_name(h, part, name);
        add_name(h, part, arena_lower(arena, name));
    }
}

/* ---- Names ---- */

const char *ntlm_hunt_bare(struct arena *arena, const char *name)
{
    const char *slash = strrchr(name, '\\');

    if (!slash) {
        slash = strrchr(name, '/');
    }
    name = slash ? slash + 1 : name;
    if (strncasecmp(name, "sip:", 4) == 0) {
        name += 4;
    }
    return arena_text(arena, span_of(name, strcspn(name, "@")));
}

/* The domain in "CONTOSO\alice" and "alice@contoso.test"; NULL: none. */
static const char *inner_domain(struct arena *arena, const char *name)
{
    const char *slash = strchr(name, '\\');
    const char *at = strrchr(name, '@');

    if (slash) {
        return arena_text(arena, span_of(name, (size_t)(slash - name)));
    }
    return at ? at + 1 : NULL;
}

static void add_users(struct ntlm_hunt *h)
{
    struct arena *arena = h->ctx->arena;
    const struct world *world = h->ctx->world;
    const char *sent = h->answer->user;
    const char *bare = ntlm_hunt_bare(arena, sent);
    const char *domain = h->answer->domain;

    add_spellings(h, NTLM_PART_USER, sent);
    add_spellings(h, NTLM_PART_USER, bare);
    add_spellings(h, NTLM_PART_USER,
                  arena_printf(arena, "%s@%s", bare, world->domain));
    add_spellings(h, NTLM_PART_USER,
                  arena_printf(arena, "%s\\%s", domain, bare));
    add_spellings(h, NTLM_PART_USER,
                  arena_printf(arena, "%s\\%s", world->netbios, bare));
    if (h->user) {
        add_spellings(h, NTLM_PART_USER, h->user->account);
        add_spellings(h, NTLM_PART_USER, h->user->sip);
        add_spellings(h, NTLM_PART_USER,
                      arena_printf(arena, "sip:%s", h->user->sip));
    }
    add_name(h, NTLM_PART_USER, "");
}

static void add_av_names(struct ntlm_hunt *h)
{
    struct reader rd = rd_init(buf_span(&h->handle->offer.target_info));
    struct ntlmssp_av av;

    while (ntlmssp_av_next(&rd, &av) == NTLMSSP_OK && av.id != NTLMSSP_AV_EOL) {
        if (ntlmssp_av_is_text(av.id)) {
            add_name(h, NTLM_PART_DOMAIN,
                     utf16le_text(h->ctx->arena, av.value));
        }
    }
}

/* As sent, none, and in upper case are what ntlm_proof.c takes. */
static void add_domains(struct ntlm_hunt *h)
{
    struct arena *arena = h->ctx->arena;
    const struct world *world = h->ctx->world;
    struct ntlm_items *list = &h->parts[NTLM_PART_DOMAIN];
    const char *sent = h->answer->domain;

    add(list, wide(arena, sent), sent);
    add(list, SPAN_NONE, "");
    add_name(h, NTLM_PART_DOMAIN, utf8_upper(arena, sent));
    for (size_t i = 0; i < list->count; i++) {
        list->items[i].fine = true;
    }
    add_spellings(h, NTLM_PART_DOMAIN, sent);
    add_spellings(h, NTLM_PART_DOMAIN, inner_domain(arena, h->answer->user));
    add_spellings(h, NTLM_PART_DOMAIN, world->netbios);
    add_spellings(h, NTLM_PART_DOMAIN, world->domain);
    add_spellings(h, NTLM_PART_DOMAIN, world->realm);
    add_spellings(h, NTLM_PART_DOMAIN, world->also);
    add_av_names(h);
    add_spellings(h, NTLM_PART_DOMAIN,
                  ntlmssp_text(arena, h->answer->message.workstation.bytes,
                               h->answer->flags & NTLMSSP_UNICODE));
    add_spellings(h, NTLM_PART_DOMAIN, h->ctx->host);
    add_spellings(h, NTLM_PART_DOMAIN,
                  arena_printf(arena, "%s.local", world->netbios));
    add_name(h, NTLM_PART_DOMAIN, ".");
    add_name(h, NTLM_PART_DOMAIN, "WORKGROUP");
}

/* ---- The challenge ---- */

static struct span reversed(struct arena *arena, struct span bytes)
{
    uint8_t *out = arena_alloc(arena, bytes.size);

    for (size_t i = 0; i < bytes.size; i++) {
        out[i] = bytes.data[bytes.size - 1 - i];
    }
    return span_of(out, bytes.size);
}

static const char *whose(const struct auth_context *ctx,
                         const struct auth_past *past)
{
    if (past->connection == ctx->connection) {
        return "an earlier challenge of this connection: only the last one "
               "counts";
    }
    return arena_printf(ctx->arena,
                        "the challenge that connection %llu was given, and "
                        "this is connection %llu: all legs belong on one "
                        "connection (RFC 4559 section 6)",
                        (unsigned long long)past->connection,
                        (unsigned long long)ctx->connection);
}

static void add_past(struct ntlm_hunt *h)
{
    const struct auth_context *ctx = h->ctx;
    struct auth_past *past =
        arena_alloc(ctx->arena, AUTH_PAST_MAX * sizeof(*past));
    size_t count = ctx->past ? ctx->past(ctx->plan, past) : 0;

    for (size_t i = 0; i < count; i++) {
        add(&h->parts[NTLM_PART_CHALLENGE],
            span_of(past[i].challenge, NTLM_NONCE_SIZE), whose(ctx, &past[i]));
    }
}

static void add_challenges(struct ntlm_hunt *h)
{
    static const uint8_t zeros[NTLM_NONCE_SIZE];
    struct ntlm_items *list = &h->parts[NTLM_PART_CHALLENGE];
    struct span right =
        span_of(h->handle->offer.server_challenge, NTLM_NONCE_SIZE);
    struct span lm = h->answer->message.lm_response.bytes;

    add(list, right, "the challenge");
    add_past(h);
    add(list, reversed(h->ctx->arena, right),
        "the challenge with its bytes in reverse order");
    if (h->answer->form == NTLM_FORM_V2) {
        add(list, h->answer->v2.client_challenge,
            "the client's own challenge in the place of the server's");
    }
    add(list, span_of(zeros, sizeof(zeros)),
        "eight zeros in the place of the challenge");
    if (lm.size >= NTLM_NONCE_SIZE) {
        add(list, span_slice(lm, 0, NTLM_NONCE_SIZE),
            "the client's own challenge in the place of the server's");
    }
    add(list, SPAN_NONE, "the blob alone, without the challenge");
}

/* ---- The blob ---- */

static struct span joined(struct arena *arena, struct span a, struct span b,
                          struct span c)
{
    AUTO_BUF out = {0};

    buf_add(&out, a);
    buf_add(&out, b);
    buf_add(&out, c);
    return arena_copy(arena, buf_span(&out));
}

static void add_tails(struct ntlm_hunt *h, struct span temp)
{
    static const uint8_t zeros[2 * TAIL];
    struct ntlm_items *list = &h->parts[NTLM_PART_BLOB];
    struct span tail = span_slice(temp, temp.size - TAIL, TAIL);
    struct arena *arena = h->ctx->arena;

    if (span_is_zero(tail)) {
        add(list, span_slice(temp, 0, temp.size - TAIL),
            "the blob without its last four zeros: MsvAvEOL and four more "
            "belong in it");
    }
    add(list, joined(arena, temp, span_of(zeros, TAIL), SPAN_NONE),
        "the blob with four zeros behind it, which were not sent");
    add(list, joined(arena, temp, span_of(zeros, 2 * TAIL), SPAN_NONE),
        "the blob with eight zeros behind it, which were not sent");
}

/* The pairs but those of which `drop` has the bit. */
static void copy_pairs(struct buf *out, struct span pairs, unsigned drop)
{
    struct reader rd = rd_init(pairs);
    struct ntlmssp_av av;

    while (ntlmssp_av_next(&rd, &av) == NTLMSSP_OK && av.id != NTLMSSP_AV_EOL) {
        if (av.id >= 32 || !(drop & 1u << av.id)) {
            ntlmssp_av_add(out, av.id, av.value);
        }
    }
    ntlmssp_av_add(out, NTLMSSP_AV_EOL, SPAN_NONE);
}

/* The blob with other pairs, with its zeros behind them and without. */
static void add_with(struct ntlm_hunt *h, struct span pairs, const char *says)
{
    static const uint8_t zeros[TAIL];
    struct span head = span_slice(h->answer->v2.temp, 0, HEAD);
    struct ntlm_items *list = &h->parts[NTLM_PART_BLOB];
    struct arena *arena = h->ctx->arena;

    add(list, joined(arena, head, pairs, span_of(zeros, TAIL)), says);
    add(list, joined(arena, head, pairs, SPAN_NONE), says);
}

static void add_without(struct ntlm_hunt *h, unsigned drop, const char *says)
{
    AUTO_BUF pairs = {0};

    copy_pairs(&pairs, h->answer->v2.av_pairs, drop);
    add_with(h, arena_copy(h->ctx->arena, buf_span(&pairs)), says);
}

enum {
    FLAGS_BIT = 1 << NTLMSSP_AV_FLAGS,
    HOST_BIT = 1 << NTLMSSP_AV_SINGLE_HOST,
    NAME_BIT = 1 << NTLMSSP_AV_TARGET_NAME,
    BINDING_BIT = 1 << NTLMSSP_AV_CHANNEL_BINDINGS,
    TIME_BIT = 1 << NTLMSSP_AV_TIMESTAMP,
    OWN_BITS = FLAGS_BIT | HOST_BIT | NAME_BIT | BINDING_BIT,
};

static void add_pairs(struct ntlm_hunt *h)
{
    struct span offered = buf_span(&h->handle->offer.target_info);

    add_without(h, FLAGS_BIT, "the blob before MsvAvFlags was put into it");
    add_without(h, BINDING_BIT,
                "the blob before MsvAvChannelBindings was put into it");
    add_without(h, NAME_BIT, "the blob before MsvAvTargetName was put into it");
    add_without(h, BINDING_BIT | NAME_BIT,
                "the blob before MsvAvChannelBindings and MsvAvTargetName were "
                "put into it");
    add_without(h, OWN_BITS,
                "the blob before the client's own AV pairs were put into it");
    add_without(h, TIME_BIT,
                "the blob without MsvAvTimestamp, which the message has");
    add_with(h, offered,
             "the target info of the challenge, where the message has another");
    add_with(h, SPAN_NONE,
             "a blob without target info, where the message has "
             "one");
}

/* The same blob with another time in its head. */
static void add_time(struct ntlm_hunt *h, struct span time, const char *says)
{
    struct span temp = h->answer->v2.temp;

    add(&h->parts[NTLM_PART_BLOB],
        joined(h->ctx->arena, span_slice(temp, 0, TIME_AT), time,
               span_slice(temp, TIME_AT + time.size, temp.size)),
        says);
}

static void add_blobs(struct ntlm_hunt *h)
{
    static const uint8_t zeros[8];
    struct span temp = h->answer->v2.temp;
    struct span time = SPAN_NONE;

    add(&h->parts[NTLM_PART_BLOB], temp, "the blob");
    if (temp.size > BLOB_MAX_BYTES || temp.size < HEAD + TAIL) {
        return;
    }
    add_tails(h, temp);
    if (ntlmssp_av_find(buf_span(&h->handle->offer.target_info),
                        NTLMSSP_AV_TIMESTAMP, &time) &&
        time.size == sizeof(zeros)) {
        add_time(h, time,
                 "the blob with the challenge's MsvAvTimestamp in its head, "
                 "where the message has another time");
    }
    add_time(h, span_of(zeros, sizeof(zeros)),
             "the blob before its time was put into it");
    add_pairs(h);
}

/* ---- Together ---- */

void ntlm_hunt_begin(struct ntlm_hunt *hunt, const struct auth_context *ctx,
                     const struct ntlm_handle *handle,
                     const struct ntlm_answer *answer)
{
    *hunt = (struct ntlm_hunt){
        .ctx = ctx,
        .handle = handle,
        .answer = answer,
    };
    add_challenges(hunt);
    if (answer->form == NTLM_FORM_V2) {
        add_blobs(hunt);
    }
}

void ntlm_hunt_for(struct ntlm_hunt *hunt, const struct user *user)
{
    struct arena *arena = hunt->ctx->arena;
    struct why_form *forms = arena_alloc(arena, WHY_FORMS_MAX * sizeof(*forms));
    struct ntlm_items *passwords = &hunt->parts[NTLM_PART_PASSWORD];
    size_t count;

    hunt->user = user;
    hunt->password = user_password_now(user);
    hunt->parts[NTLM_PART_USER].count = 0;
    hunt->parts[NTLM_PART_DOMAIN].count = 0;
    passwords->count = 0;
    add_users(hunt);
    add_domains(hunt);
    add(passwords, wide(arena, hunt->password), "");
    count = why_forms(arena, hunt->password, true, forms);
    for (size_t i = 0; i < count; i++) {
        add(passwords, forms[i].wide, forms[i].how);
    }
}
