// SPDX-License-Identifier: MIT
// How a process is asked to end.
//
// DESIGN: both signals are blocked everywhere, so that sigwait on one thread gets the first. That
// thread then installs a handler that ends the process and lets the signals through to itself,
// before it calls the first hook: a hook that hangs does not keep the user from ending the program.
// Hooks run outside the lock, for they take locks of their own; `running` tells fw_stop_remove to
// wait for one that has begun.
#include "base/stop.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct {
    // set before start
    int fd;

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t idle; // running became NULL
    struct fw_stop_hook *hooks;
    struct fw_stop_hook *running;

    // atomic
    atomic_int signal; // that asked; 0: none
} stop = { .fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER, .idle = PTHREAD_COND_INITIALIZER };

static void end_at_once(int signal_number)
{
    (void)signal_number;
    _exit(1);
}

static sigset_t signals_of_stop(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

static void let_second_signal_end(const sigset_t *signals)
{
    struct sigaction action = { .sa_handler = end_at_once };
    sigemptyset(&action.sa_mask);
    int rc = sigaction(SIGINT, &action, NULL) | sigaction(SIGTERM, &action, NULL);
    assert(rc == 0); // both signals can be handled
    (void)rc;
    pthread_sigmask(SIG_UNBLOCK, signals, NULL);
}

// Takes the next hook off the list; it counts as running.
static struct fw_stop_hook *take_hook(void)
{
    pthread_mutex_lock(&stop.lock);
    struct fw_stop_hook *hook = stop.hooks;
    stop.running = hook;
    if (hook != NULL) {
        stop.hooks = hook->next;
    } else {
        pthread_cond_broadcast(&stop.idle);
    }
    pthread_mutex_unlock(&stop.lock);
    return hook;
}

static void call_hooks(void)
{
    struct fw_stop_hook *hook;
    while ((hook = take_hook()) != NULL) {
        hook->call(hook->arg);
        pthread_mutex_lock(&stop.lock);
        stop.running = NULL;
        pthread_cond_broadcast(&stop.idle);
        pthread_mutex_unlock(&stop.lock);
    }
}

static void *wait_for_signals(void *unused)
{
    (void)unused;
    const sigset_t signals = signals_of_stop();
    int signal_number = 0;
    int rc = sigwait(&signals, &signal_number);
    assert(rc == 0); // the set is valid
    (void)rc;

    let_second_signal_end(&signals);
    atomic_store(&stop.signal, signal_number);
    const uint64_t one = 1;
    ssize_t n = write(stop.fd, &one, sizeof(one));
    assert(n == sizeof(one)); // a counter at 0 takes a 1
    (void)n;
    call_hooks();
    for (;;) {
        pause(); // for the second signal; the only thread that it reaches
    }
}

static int start_thread(void)
{
    pthread_attr_t attributes;
    int rc = pthread_attr_init(&attributes);
    if (rc != 0) {
        return rc;
    }
    pthread_t thread;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    rc = pthread_create(&thread, &attributes, wait_for_signals, NULL);
    if (rc == 0) {
        pthread_setname_np(thread, "fw-stop"); // for debuggers only
    }
    pthread_attr_destroy(&attributes);
    return rc;
}

int fw_stop_init(struct fw_error *err)
{
    assert(stop.fd < 0);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        return fw_error_set(err, FW_ERROR_FATAL, errno, "cannot ignore SIGPIPE: %s",
                            strerrordesc_np(errno));
    }
    stop.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop.fd < 0) {
        return fw_error_set(err, FW_ERROR_FATAL, errno, "no descriptor for signals: %s",
                            strerrordesc_np(errno));
    }
    const sigset_t signals = signals_of_stop();
    int rc = pthread_sigmask(SIG_BLOCK, &signals, NULL);
    rc = rc == 0 ? start_thread() : rc;
    if (rc != 0) {
        close(stop.fd); // never used
        stop.fd = -1;
        return fw_error_set(err, FW_ERROR_FATAL, rc, "no thread for signals: %s",
                            strerrordesc_np(rc));
    }
    return 0;
}

bool fw_stop_requested(void)
{
    return atomic_load(&stop.signal) != 0;
}

int fw_stop_fd(void)
{
    return stop.fd;
}

int fw_stop_signal(void)
{
    return atomic_load(&stop.signal);
}

void fw_stop_add(struct fw_stop_hook *hook)
{
    // Asked and added under one lock: the thread takes hooks only after it was asked, so one that
    // is added before is called by it, one that comes later by its adder.
    pthread_mutex_lock(&stop.lock);
    bool asked = fw_stop_requested();
    if (!asked) {
        hook->next = stop.hooks;
        stop.hooks = hook;
    }
    pthread_mutex_unlock(&stop.lock);
    if (asked) {
        hook->call(hook->arg);
    }
}

void fw_stop_remove(struct fw_stop_hook *hook)
{
    pthread_mutex_lock(&stop.lock);
    for (struct fw_stop_hook **at = &stop.hooks; *at != NULL; at = &(*at)->next) {
        if (*at == hook) {
            *at = hook->next;
            break;
        }
    }
    while (stop.running == hook) {
        pthread_cond_wait(&stop.idle, &stop.lock);
    }
    pthread_mutex_unlock(&stop.lock);
}
