/*
 * The load generator: so many clients on one thread, each at most one request
 * ahead of its replies, until so many rounds are done. A round is the list of
 * requests on the command line; it prints what it saw as one line of JSON.
 *
 *     load --port N --name HOST [OPTION]... FILE=STATUS...
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "util/mem.h"

enum {
    EVENTS = 128,
    OPENING_MOST = 64, /* connections that are made at once */
    PATIENCE_MS = 20000,
    NS_PER_S = 1000000000,
};

struct load {
    struct plan plan;
    size_t connections;
    uint64_t rounds;
    bool reconnect; /* a connection for each round */
    bool hold;      /* keep all open until standard input ends */
    int epoll;
    struct client *clients;
    size_t opened;
    size_t opening;
    size_t live;
    uint64_t begun;
    uint64_t done;
    uint64_t failed;
    uint32_t *took_us; /* of each round */
};

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* ---- Clients ---- */

static void finish(struct load *load, struct client *client)
{
    client_close(client);
    load->live--;
}

static void fail(struct load *load, struct client *client)
{
    if (load->failed++ == 0) {
        fprintf(stderr, "load: %s (request %zu, status %u)\n", client->why,
                client->at, client->framer.status);
    }
}

static bool start(struct load *load, struct client *client)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET,
                                .data.ptr = client};

    if (!client_connect(client, &load->plan) ||
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->fd, &event) != 0) {
        fail(load, client);
        client_close(client);
        return false;
    }
    load->live++;
    load->opening++;
    return true;
}

static void begin(struct load *load, struct client *client)
{
    load->begun++;
    client->began = now_ns();
    client_begin(client);
}

/* New connections, a few at a time. */
static void open_more(struct load *load)
{
    while (load->opened < load->connections && load->opening < OPENING_MOST &&
           load->begun < load->rounds) {
        struct client *client = &load->clients[load->opened++];

        if (start(load, client)) {
            begin(load, client);
        }
    }
}

/* The client's round is over, well or not. */
static void next(struct load *load, struct client *client, bool usable)
{
    if (load->hold && usable) {
        client->at = 0;
        return;
    }
    if (load->begun >= load->rounds) {
        finish(load, client);
        return;
    }
    if (!usable || load->reconnect) {
        finish(load, client);
        if (!start(load, client)) {
            return;
        }
    }
    begin(load, client);
}

static void drive(struct load *load, struct client *client)
{
    bool opening = client->phase == CLIENT_HANDSHAKE;
    enum client_result result;

    if (client->phase == CLIENT_CLOSED ||
        (load->hold && client->phase == CLIENT_SEND && client->at == 0 &&
         client->received)) {
        return;
    }
    do {
        opening = client->phase == CLIENT_HANDSHAKE;
        result = client_drive(client);
        if (opening &&
            (client->phase != CLIENT_HANDSHAKE || result == CLIENT_FAILED)) {
            load->opening--;
        }
        if (result == CLIENT_FAILED) {
            fail(load, client);
            load->done++;
            next(load, client, false);
        } else if (result == CLIENT_DONE) {
            load->took_us[load->done++] =
                (uint32_t)((now_ns() - client->began) / 1000);
            next(load, client, true);
        }
    } while (result != CLIENT_AGAIN && client->phase != CLIENT_CLOSED &&
             !load->hold);
    open_more(load);
}

/* false: nothing comes any more. */
static bool run(struct load *load)
{
    struct epoll_event events[EVENTS];

    open_more(load);
    while (load->done < load->rounds && load->live > 0) {
        int count = epoll_wait(load->epoll, events, EVENTS, PATIENCE_MS);

        if (count <= 0) {
            fprintf(stderr, "load: the server says nothing any more\n");
            return false;
        }
        for (int i = 0; i < count; i++) {
            drive(load, events[i].data.ptr);
        }
    }
    return true;
}

/* ---- The command line ---- */

static void read_file(struct buf *out, const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t part[4096];
    size_t got;

    if (!file) {
        perror(path);
        exit(2);
    }
    while ((got = fread(part, 1, sizeof(part), file)) > 0) {
        buf_add(out, span_of(part, got));
    }
    fclose(file);
}

/* A token a line. */
static struct token_list *read_tokens(const char *path)
{
    struct token_list *tokens = NEW(struct token_list);
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;

    if (!file) {
        perror(path);
        exit(2);
    }
    while (getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        tokens->lines = mem_resize(tokens->lines, (tokens->count + 1) *
                                                      sizeof(*tokens->lines));
        tokens->lines[tokens->count++] = mem_strdup(line);
    }
    free(line);
    fclose(file);
    return tokens;
}

static void release_tokens(struct token_list *tokens)
{
    for (size_t i = 0; tokens && i < tokens->count; i++) {
        mem_free(tokens->lines[i]);
    }
    if (tokens) {
        mem_free(tokens->lines);
    }
    mem_free(tokens);
}

static void read_asks(struct plan *plan, char **words, int count)
{
    plan->asks = mem_array((size_t)count, sizeof(*plan->asks));
    plan->asks_count = (size_t)count;
    for (int i = 0; i < count; i++) {
        char *equals = strrchr(words[i], '=');

        if (!equals) {
            fprintf(stderr, "load: %s: write FILE=STATUS\n", words[i]);
            exit(2);
        }
        *equals = '\0';
        plan->asks[i].status = (unsigned)strtoul(equals + 1, NULL, 10);
        read_file(&plan->asks[i].text, words[i]);
    }
}

static void read_options(struct load *load, int argc, char **argv)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"name", required_argument, NULL, 'n'},
        {"connections", required_argument, NULL, 'c'},
        {"rounds", required_argument, NULL, 'r'},
        {"user", required_argument, NULL, 'u'},
        {"password", required_argument, NULL, 'w'},
        {"reconnect", no_argument, NULL, 'x'},
        {"tokens", required_argument, NULL, 't'},
        {"save", required_argument, NULL, 's'},
        {"hold", no_argument, NULL, 'h'},
        {0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'p':
            load->plan.address.sin_port =
                htons((uint16_t)strtoul(optarg, NULL, 10));
            break;
        case 'n':
            load->plan.name = optarg;
            break;
        case 'c':
            load->connections = strtoul(optarg, NULL, 10);
            break;
        case 'r':
            load->rounds = strtoull(optarg, NULL, 10);
            break;
        case 'u':
            load->plan.user = optarg;
            break;
        case 'w':
            load->plan.password = optarg;
            break;
        case 't':
            load->plan.tokens = read_tokens(optarg);
            break;
        case 's':
            load->plan.save = optarg;
            break;
        case 'x':
            load->reconnect = true;
            break;
        case 'h':
            load->hold = true;
            break;
        default:
            exit(2);
        }
    }
    read_asks(&load->plan, argv + optind, argc - optind);
}

static void prepare(struct load *load)
{
    struct rlimit limit;

    if (load->plan.asks_count == 0 || load->connections == 0 ||
        !load->plan.name || !load->plan.address.sin_port) {
        fprintf(stderr,
                "usage: load --port N --name HOST [--connections N] "
                "[--rounds N] [--reconnect] [--hold] [--user U "
                "--password P] [--tokens FILE] [--save DIR] FILE=STATUS...\n");
        exit(2);
    }
    if (load->hold) {
        load->rounds = load->connections;
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    load->plan.address.sin_family = AF_INET;
    load->plan.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    load->plan.tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(load->plan.tls, SSL_MODE_RELEASE_BUFFERS);
    load->clients = mem_array(load->connections, sizeof(*load->clients));
    load->took_us = mem_array(load->rounds, sizeof(*load->took_us));
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
}

/* ---- What it saw ---- */

static int by_size(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static void tell(struct load *load, int64_t took)
{
    uint64_t received = 0;
    uint64_t good = load->done - (load->failed < load->done ? load->failed : 0);

    for (size_t i = 0; i < load->connections; i++) {
        received += load->clients[i].received;
    }
    qsort(load->took_us, good, sizeof(*load->took_us), by_size);
    printf("{\"rounds\": %llu, \"failed\": %llu, \"seconds\": %.6f, "
           "\"received\": %llu, \"p50_us\": %u, \"p99_us\": %u}\n",
           (unsigned long long)load->done, (unsigned long long)load->failed,
           (double)took / NS_PER_S, (unsigned long long)received,
           good ? load->took_us[good / 2] : 0,
           good ? load->took_us[good * 99 / 100] : 0);
    fflush(stdout);
}

static void release(struct load *load)
{
    for (size_t i = 0; i < load->connections; i++) {
        client_close(&load->clients[i]);
        buf_clear(&load->clients[i].in);
        buf_clear(&load->clients[i].out);
        arena_free(load->clients[i].arena);
    }
    for (size_t i = 0; i < load->plan.asks_count; i++) {
        buf_clear(&load->plan.asks[i].text);
    }
    release_tokens(load->plan.tokens);
    mem_free(load->plan.asks);
    mem_free(load->clients);
    mem_free(load->took_us);
    SSL_CTX_free(load->plan.tls);
    close(load->epoll);
}

int main(int argc, char **argv)
{
    struct load load = {.connections = 1, .rounds = 1};
    int64_t began;
    bool whole;

    read_options(&load, argc, argv);
    prepare(&load);
    began = now_ns();
    whole = run(&load);
    tell(&load, now_ns() - began);
    if (load.hold) {
        while (getchar() != EOF) {
        }
    }
    release(&load);
    return whole && load.failed == 0 ? 0 : 1;
}
