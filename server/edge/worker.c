/* One thread for long computations, see worker.h. */
#include "config.h"

#include "edge/worker.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "util/mem.h"

/* First in, first out. */
struct queue {
    struct loop_job *head;
    struct loop_job **tail;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t work;  /* something to run, or the end */
    pthread_cond_t idle;  /* a job is done */
    struct queue todo;
    struct queue done;
    size_t left; /* submitted and not yet done */
    bool ending;
    int wake;
};

static void queue_init(struct queue *queue)
{
    queue->head = NULL;
    queue->tail = &queue->head;
}

static void queue_push(struct queue *queue, struct loop_job *job)
{
    job->next = NULL;
    *queue->tail = job;
    queue->tail = &job->next;
}

static struct loop_job *queue_pop(struct queue *queue)
{
    struct loop_job *job = queue->head;

    if (job) {
        queue->head = job->next;
        if (!queue->head) {
            queue->tail = &queue->head;
        }
    }
    return job;
}

static struct loop_job *queue_take_all(struct queue *queue)
{
    struct loop_job *jobs = queue->head;

    queue_init(queue);
    return jobs;
}

/* Called and left with the lock held. */
static void run_one(struct worker *worker, struct loop_job *job)
{
    pthread_mutex_unlock(&worker->lock);
    job->run(job);
    pthread_mutex_lock(&worker->lock);
    queue_push(&worker->done, job);
    worker->left--;
    pthread_cond_signal(&worker->idle);
    /* Fails only when the counter is full, and then the loop wakes anyway. */
    (void)eventfd_write(worker->wake, 1);
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct loop_job *job;

    pthread_mutex_lock(&worker->lock);
    while (!worker->ending) {
        job = queue_pop(&worker->todo);
        if (job) {
            run_one(worker, job);
        } else {
            pthread_cond_wait(&worker->work, &worker->lock);
        }
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

/* Signals are for the loop's thread: the new one inherits a full mask. */
static int start_thread(struct worker *worker)
{
    sigset_t all;
    sigset_t old;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    rc = pthread_create(&worker->thread, NULL, work, worker);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}

static void release(struct worker *worker)
{
    pthread_cond_destroy(&worker->idle);
    pthread_cond_destroy(&worker->work);
    pthread_mutex_destroy(&worker->lock);
    mem_free(worker);
}

bool worker_new(int wake, struct worker **out_worker, struct err *err)
{
    struct worker *worker = NEW(struct worker);

    worker->wake = wake;
    queue_init(&worker->todo);
    queue_init(&worker->done);
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->work, NULL);
    pthread_cond_init(&worker->idle, NULL);
    errno = start_thread(worker);
    if (errno != 0) {
        release(worker);
        return err_errno(err, "cannot start the crypto worker");
    }
    *out_worker = worker;
    return true;
}

void worker_free(struct worker *worker)
{
    if (!worker) {
        return;
    }
    pthread_mutex_lock(&worker->lock);
    assert(worker->left == 0 && !worker->done.head);
    worker->ending = true;
    pthread_cond_signal(&worker->work);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    release(worker);
}

void worker_submit(struct worker *worker, struct loop_job *job)
{
    pthread_mutex_lock(&worker->lock);
    queue_push(&worker->todo, job);
    worker->left++;
    pthread_cond_signal(&worker->work);
    pthread_mutex_unlock(&worker->lock);
}

struct loop_job *worker_collect(struct worker *worker)
{
    struct loop_job *jobs;

    pthread_mutex_lock(&worker->lock);
    jobs = queue_take_all(&worker->done);
    pthread_mutex_unlock(&worker->lock);
    return jobs;
}

struct loop_job *worker_wait(struct worker *worker)
{
    struct loop_job *jobs;

    pthread_mutex_lock(&worker->lock);
    while (!worker->done.head && worker->left > 0) {
        pthread_cond_wait(&worker->idle, &worker->lock);
    }
    jobs = queue_take_all(&worker->done);
    pthread_mutex_unlock(&worker->lock);
    return jobs;
}
