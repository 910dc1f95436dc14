/* The one lock, see guard.h. Beside the log's level it is the only state that
 * belongs to the process: there is one, as there is one process. */
#include "config.h"

#include "util/guard.h"

#include <assert.h>
#include <pthread.h>
#include <unistd.h>

#include "util/buf.h"

static bool needed;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local unsigned depth;
static _Thread_local struct buf kept; /* lines of the log */

void guard_print(struct span line)
{
    ssize_t written = write(STDERR_FILENO, line.data, line.size);

    (void)written; /* nowhere left to complain */
}

bool guard_keep(struct span line)
{
    if (depth == 0) {
        return false;
    }
    buf_add(&kept, line);
    return true;
}

static void print_kept(void)
{
    if (kept.size) {
        guard_print(buf_span(&kept));
        buf_clear(&kept);
    }
}

static void lock(void)
{
    int rc = pthread_mutex_lock(&mutex);

    assert(rc == 0);
}

static void unlock(void)
{
    int rc = pthread_mutex_unlock(&mutex);

    assert(rc == 0);
    print_kept();
}

void guard_start(void)
{
    assert(!needed && depth == 0);
    needed = true;
}

void guard_stop(void)
{
    assert(depth == 0);
    needed = false;
}

bool guard_needed(void)
{
    return needed;
}

bool guard_held(void)
{
    return !needed || depth > 0;
}

void guard_enter(void)
{
    if (needed && depth++ == 0) {
        lock();
    }
}

void guard_leave(void)
{
    if (needed) {
        assert(depth > 0);
        if (--depth == 0) {
            unlock();
        }
    }
}

unsigned guard_pause(void)
{
    unsigned held = depth;

    if (held) {
        depth = 0;
        unlock();
    }
    return held;
}

void guard_resume(unsigned held)
{
    if (held) {
        lock();
        depth = held;
    }
}
