/* One client of the load generator, see client.h. */
#include "config.h"

#include "client.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "../unit/ntlm_client.h"
#include "util/span.h"

enum { CHUNK = 16 * 1024 };

/* ---- NTLM ---- */

static void add_token(struct client *client, bool first)
{
    const struct plan *plan = client->plan;
    struct ntlm_client ntlm =
        client_of(client->arena, plan->user, plan->password);
    struct span token = client_negotiate(&ntlm);

    ntlm.mic = CLIENT_MIC_NONE;
    if (!first) {
        token = client_authenticate(&ntlm, client->challenge);
    }
    base64_add(&client->out, token);
}

/* The token of "WWW-Authenticate: NTLM ..." in a reply's head. */
static void take_challenge(struct client *client, struct span head)
{
    static const char name[] = "WWW-Authenticate: NTLM ";
    const char *text = arena_text(client->arena, head);
    const char *found = strcasestr(text, name);

    client->challenge = SPAN_NONE;
    if (found) {
        found += strlen(name);
        if (!base64_decode(client->arena,
                           span_of(found, strcspn(found, "\r\n")),
                           &client->challenge)) {
            client->challenge = SPAN_NONE;
        }
    }
}

/* ---- Negotiate ---- */

/* A round that has none left sends an empty token, and fails. */
static void add_next(struct client *client, struct token_list *tokens)
{
    if (tokens->at < tokens->count) {
        buf_add_text(&client->out, tokens->lines[tokens->at++]);
    }
}

/* ---- A request ---- */

static void prepare(struct client *client)
{
    struct ask *ask = &client->plan->asks[client->at];
    const char *text = buf_text(&ask->text);
    const char *token = strstr(text, ASK_TOKEN);

    buf_reset(&client->out);
    buf_reset(&client->in);
    client->out_at = 0;
    client->framed = 0;
    client->framer = (struct framer){0};
    if (!token) {
        buf_add(&client->out, buf_span(&ask->text));
        return;
    }
    buf_add(&client->out, span_of(text, (size_t)(token - text)));
    if (client->plan->tokens) {
        add_next(client, client->plan->tokens);
    } else {
        add_token(client, client->at == 0);
    }
    buf_add_text(&client->out, token + strlen(ASK_TOKEN));
}

static enum client_result failed(struct client *client, const char *why)
{
    client->why = why;
    return CLIENT_FAILED;
}

/* What an OpenSSL call that did not succeed means. */
static enum client_result blocked(struct client *client, int rc,
                                  const char *why)
{
    int error = SSL_get_error(client->ssl, rc);

    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        return CLIENT_AGAIN;
    }
    return failed(client, why);
}

/* Has the reply come in full? */
static bool is_whole(struct client *client)
{
    struct framer *framer = &client->framer;
    struct span in = buf_span(&client->in);

    if (!client->framed) {
        client->framed = framer_head_size(in, 0);
        if (!client->framed) {
            return false;
        }
        framer_reply(framer, span_slice(in, 0, client->framed), false);
        if (client->plan->user) {
            take_challenge(client, span_slice(in, 0, client->framed));
        }
    }
    client->framed +=
        framer_pass(framer, span_slice(in, client->framed, SIZE_MAX));
    return framer->done;
}

/* ---- Steps ---- */

static enum client_result shake_hands(struct client *client)
{
    int rc = SSL_connect(client->ssl);

    if (rc != 1) {
        return blocked(client, rc, "no TLS handshake");
    }
    client->phase = CLIENT_SEND;
    return CLIENT_DONE;
}

static enum client_result send_request(struct client *client)
{
    while (client->out_at < client->out.size) {
        size_t put = 0;

        if (!SSL_write_ex(client->ssl, client->out.data + client->out_at,
                          client->out.size - client->out_at, &put)) {
            return blocked(client, 0, "the connection broke while sending");
        }
        client->out_at += put;
    }
    client->phase = CLIENT_RECEIVE;
    return CLIENT_DONE;
}

/* FOLDER/1 is the reply to the first request. */
static void save(const struct client *client)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%zu", client->plan->save, client->at + 1);
    file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(1);
    }
    fwrite(client->in.data, 1, client->in.size, file);
    fclose(file);
}

static enum client_result receive_reply(struct client *client)
{
    while (!is_whole(client)) {
        uint8_t *room = buf_reserve(&client->in, CHUNK);
        size_t got = 0;

        if (!SSL_read_ex(client->ssl, room, CHUNK, &got)) {
            return blocked(client, 0, "the connection broke before a reply");
        }
        buf_commit(&client->in, got);
        client->received += got;
    }
    client->phase = CLIENT_SEND;
    if (client->plan->save) {
        save(client);
    }
    if (client->framer.status != client->plan->asks[client->at].status) {
        return failed(client, "another status than expected");
    }
    return CLIENT_DONE;
}

static enum client_result step(struct client *client)
{
    switch (client->phase) {
    case CLIENT_HANDSHAKE:
        return shake_hands(client);
    case CLIENT_SEND:
        return send_request(client);
    case CLIENT_RECEIVE:
        return receive_reply(client);
    case CLIENT_CLOSED:
        break;
    }
    return CLIENT_AGAIN;
}

enum client_result client_drive(struct client *client)
{
    enum client_result result = CLIENT_DONE;

    ERR_clear_error();
    while (result == CLIENT_DONE) {
        enum client_phase phase = client->phase;

        result = step(client);
        if (result == CLIENT_DONE && phase == CLIENT_RECEIVE) {
            if (++client->at == client->plan->asks_count) {
                return CLIENT_DONE;
            }
            prepare(client);
        }
    }
    return result;
}

/* ---- Beginning and end ---- */

void client_begin(struct client *client)
{
    arena_free(client->arena);
    client->arena = arena_new();
    client->at = 0;
    prepare(client);
}

bool client_connect(struct client *client, const struct plan *plan)
{
    int on = 1;

    client->plan = plan;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client->fd < 0) {
        client->why = strerror(errno);
        return false;
    }
    client->phase = CLIENT_HANDSHAKE;
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(client->fd, (const struct sockaddr *)&plan->address,
                sizeof(plan->address)) != 0 &&
        errno != EINPROGRESS) {
        client->why = strerror(errno);
        return false;
    }
    client->ssl = SSL_new(plan->tls);
    return client->ssl && SSL_set_fd(client->ssl, client->fd) &&
           SSL_set_tlsext_host_name(client->ssl, plan->name);
}

void client_close(struct client *client)
{
    if (client->phase == CLIENT_CLOSED) {
        return;
    }
    if (client->ssl && SSL_is_init_finished(client->ssl)) {
        SSL_shutdown(client->ssl);
    }
    SSL_free(client->ssl);
    client->ssl = NULL;
    close(client->fd);
    client->phase = CLIENT_CLOSED;
}
