/*
 * One client of the load generator: a connection that sends the requests of a
 * plan one after the other, and waits for each reply.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "edge/framer.h"
#include "util/arena.h"
#include "util/buf.h"

struct ask {
    struct buf text; /* the whole request; TOKEN stands for a token */
    unsigned status; /* of the reply that is right */
};

#define ASK_TOKEN "@TOKEN@"

/* Tokens made beforehand, one for each round. */
struct token_list {
    char **lines;
    size_t count;
    size_t at;
};

struct plan {
    struct sockaddr_in address;
    SSL_CTX *tls;
    const char *name; /* for SNI */
    struct ask *asks;
    size_t asks_count;
    struct token_list *tokens; /* for Negotiate; NULL: none */
    const char *user;          /* for NTLM */
    const char *password;
    const char *save; /* a folder for the replies of a round; NULL: none */
};

enum client_phase {
    CLIENT_CLOSED,
    CLIENT_HANDSHAKE,
    CLIENT_SEND,
    CLIENT_RECEIVE,
};

enum client_result {
    CLIENT_AGAIN,  /* waits for its socket */
    CLIENT_DONE,   /* the last reply of a round is in */
    CLIENT_FAILED, /* or another status than it should be */
};

struct client {
    const struct plan *plan;
    enum client_phase phase;
    int fd;
    SSL *ssl;
    size_t at; /* the request that is under way */
    struct buf out;
    size_t out_at;
    struct buf in;
    struct framer framer;
    size_t framed; /* bytes of `in` that the framer has seen; 0: no head */
    struct arena *arena;
    struct span type1;
    struct span challenge; /* in the arena */
    uint64_t received;
    int64_t began;
    const char *why; /* after CLIENT_FAILED */
};

/* Begins a connection; false: none can be made. */
bool client_connect(struct client *client, const struct plan *plan);
/* Begins a round on a connection that is there, or is being made. */
void client_begin(struct client *client);
/* Goes as far as it gets without waiting. */
enum client_result client_drive(struct client *client);
void client_close(struct client *client);

#endif
