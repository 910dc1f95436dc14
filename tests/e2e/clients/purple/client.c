/*
 * A client without a face: libpurple, its SIPE protocol (pidgin-sipe) and one
 * account. All that they say goes to standard output; it ends when the
 * connection is made, fails, or has taken too long.
 *
 *   client HOME CERTIFICATES ACCOUNT PASSWORD AUTHENTICATION
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>
#include <libxml/parser.h>
#include <purple.h>

/* Where Debian puts plug-ins that are not libpurple's own. */
#define PLUGINS  "/usr/lib/purple-2"
#define PROTOCOL "prpl-sipe"

enum { PATIENCE_SECONDS = 20 };

/*
 * pidgin-sipe reads XML with a SAX1 handler that it marks as SAX2, which
 * libxml2 allows. Debian 12's 2.9.14+dfsg-1.3~deb12u6 then calls neither, and
 * pidgin-sipe finds every document empty, from whatever server. This function
 * stands in front of the library's and takes the mark away.
 */
int xmlSAXUserParseMemory(xmlSAXHandlerPtr handler, void *data,
                          const char *text, int size)
{
    union {
        void *symbol;
        int (*call)(xmlSAXHandlerPtr, void *, const char *, int);
    } next = {dlsym(RTLD_NEXT, "xmlSAXUserParseMemory")};
    xmlSAXHandler sax = *handler;

    if (!sax.startElementNs && !sax.endElementNs) {
        sax.initialized = 1;
    }
    return next.call(&sax, data, text, size);
}

/* ---- The event loop that libpurple wants from its user interface ---- */

struct input {
    PurpleInputFunction function;
    gpointer data;
};

static gboolean on_input(GIOChannel *channel, GIOCondition condition,
                         gpointer data)
{
    struct input *input = data;
    int what = 0;

    if (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR)) {
        what |= PURPLE_INPUT_READ;
    }
    if (condition & (G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL)) {
        what |= PURPLE_INPUT_WRITE;
    }
    input->function(input->data, g_io_channel_unix_get_fd(channel),
                    (PurpleInputCondition)what);
    return TRUE;
}

static guint add_input(int fd, PurpleInputCondition condition,
                       PurpleInputFunction function, gpointer data)
{
    struct input *input = g_new0(struct input, 1);
    GIOChannel *channel = g_io_channel_unix_new(fd);
    int what = G_IO_HUP | G_IO_ERR;
    guint id;

    input->function = function;
    input->data = data;
    if (condition & PURPLE_INPUT_READ) {
        what |= G_IO_IN;
    }
    if (condition & PURPLE_INPUT_WRITE) {
        what |= G_IO_OUT | G_IO_NVAL;
    }
    id = g_io_add_watch_full(channel, G_PRIORITY_DEFAULT, (GIOCondition)what,
                             on_input, input, g_free);
    g_io_channel_unref(channel);
    return id;
}

static PurpleEventLoopUiOps loop_ops = {
    .timeout_add = g_timeout_add,
    .timeout_remove = g_source_remove,
    .input_add = add_input,
    .input_remove = g_source_remove,
    .timeout_add_seconds = g_timeout_add_seconds,
};

static PurpleCoreUiOps core_ops;

/* ---- How it ends ---- */

static void on_signed_on(PurpleConnection *connection, gpointer loop)
{
    (void)connection;
    printf("client: signed on\n");
    g_main_loop_quit(loop);
}

static void on_error(PurpleConnection *connection, PurpleConnectionError code,
                     const char *text, gpointer loop)
{
    (void)connection;
    (void)code;
    printf("client: connection error: %s\n", text);
    g_main_loop_quit(loop);
}

static gboolean on_time(gpointer loop)
{
    printf("client: time is up\n");
    g_main_loop_quit(loop);
    return FALSE;
}

static void watch_connection(GMainLoop *loop)
{
    static int handle;
    void *connections = purple_connections_get_handle();

    purple_signal_connect(connections, "signed-on", &handle,
                          PURPLE_CALLBACK(on_signed_on), loop);
    purple_signal_connect(connections, "connection-error", &handle,
                          PURPLE_CALLBACK(on_error), loop);
    g_timeout_add_seconds(PATIENCE_SECONDS, on_time, loop);
}

/* ---- The account: server and transport are left to discovery ---- */

static void sign_in(const char *name, const char *password,
                    const char *authentication)
{
    PurpleAccount *account = purple_account_new(name, PROTOCOL);

    purple_account_set_password(account, password);
    purple_account_set_string(account, "authentication", authentication);
    purple_accounts_add(account);
    purple_account_set_enabled(account, purple_core_get_ui(), TRUE);
    purple_savedstatus_activate(
        purple_savedstatus_new(NULL, PURPLE_STATUS_AVAILABLE));
}

static gboolean start(const char *home, const char *certificates)
{
    purple_util_set_user_dir(home);
    purple_debug_set_enabled(TRUE);
    purple_core_set_ui_ops(&core_ops);
    purple_eventloop_set_ui_ops(&loop_ops);
    purple_plugins_add_search_path(PLUGINS);
    purple_certificate_add_ca_search_path(certificates);
    if (!purple_core_init("lyncmock-test")) {
        return FALSE;
    }
    purple_set_blist(purple_blist_new());
    if (!purple_find_prpl(PROTOCOL)) {
        fprintf(stderr, "no %s: is pidgin-sipe installed?\n", PROTOCOL);
        return FALSE;
    }
    return TRUE;
}

int main(int argc, char **argv)
{
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 6) {
        fprintf(stderr,
                "usage: %s HOME CERTIFICATES ACCOUNT PASSWORD "
                "AUTHENTICATION\n",
                argv[0]);
        return 2;
    }
    if (!start(argv[1], argv[2])) {
        return 1;
    }
    watch_connection(loop);
    sign_in(argv[3], argv[4], argv[5]);
    g_main_loop_run(loop);
    purple_core_quit();
    return 0;
}
