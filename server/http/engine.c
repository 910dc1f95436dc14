/* Turning libmicrohttpd, and the way back from it to the edge. */
#include "config.h"

#include "http/internal.h"

void http_run(struct http *http)
{
    MHD_UNSIGNED_LONG_LONG timeout;

    MHD_run(http->daemon);
    if (MHD_get_timeout(http->daemon, &timeout) == MHD_YES && timeout == 0) {
        loop_defer(http->options.loop, &http->again);
    }
}

struct edge_conn *http_conn(struct http *http, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info ? edge_conn_of(http->options.edge, info->connect_fd) : NULL;
}
