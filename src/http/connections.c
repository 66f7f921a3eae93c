// SPDX-License-Identifier: MIT
// The connections there are, and the thread that closes those that take too long.
//
// The library's own time-out counts from the last byte, so a client that sends one now and then
// would stay for ever. Here the time of a whole request counts.
#include "http/server_impl.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/memory.h"
#include "base/metric.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOK_US = 1000000, PRIORITY = 10 };

// The server's thread works when nobody else wants to.
static void give_way(void)
{
    static _Thread_local bool done;
    if (!done) {
        (void)setpriority(PRIO_PROCESS, (id_t)gettid(), PRIORITY); // a wish
        done = true;
    }
}

static void add(struct fw_http_server *server, struct MHD_Connection *native, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(native, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct fw_http_connection *connection = fw_xcalloc(1, sizeof(*connection));
    connection->server = server;
    connection->native = native;
    connection->fd = info != NULL ? info->connect_fd : -1;
    connection->since_us = fw_clock_monotonic_us();
    fw_buffer_init(&connection->body, FW_HTTP_MAX_BODY_BYTES);
    pthread_mutex_lock(&server->lock);
    connection->next = server->connections;
    if (connection->next != NULL) {
        connection->next->previous = connection;
    }
    server->connections = connection;
    pthread_mutex_unlock(&server->lock);
    *context = connection;
}

// The library closes the descriptor after this, so whoever finds it in the list may use it.
static void take_out(struct fw_http_server *server, struct fw_http_connection *connection)
{
    pthread_mutex_lock(&server->lock);
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        server->connections = connection->next;
    }
    pthread_mutex_unlock(&server->lock);
    fw_buffer_done(&connection->body);
    free(connection);
}

void fw_http_on_connection(void *arg, struct MHD_Connection *native, void **context,
                           enum MHD_ConnectionNotificationCode code)
{
    give_way();
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        add(arg, native, context);
    } else if (*context != NULL) {
        take_out(arg, *context);
        *context = NULL;
    }
}

void fw_http_set_phase(struct fw_http_connection *connection, enum fw_http_phase phase)
{
    pthread_mutex_lock(&connection->server->lock);
    connection->phase = phase;
    connection->since_us = fw_clock_monotonic_us();
    pthread_mutex_unlock(&connection->server->lock);
}

void fw_http_on_completed(void *arg, struct MHD_Connection *native, void **request,
                          enum MHD_RequestTerminationCode code)
{
    (void)arg;
    (void)native;
    (void)code; // who gives up is nobody's trouble here
    struct fw_http_connection *connection = *request;
    if (connection != NULL) {
        fw_buffer_clear(&connection->body);
        fw_http_set_phase(connection, FW_HTTP_WAITS);
    }
}

// --- the watching thread ---

static bool is_late(const struct fw_http_connection *connection, int64_t now_us)
{
    static const int64_t limits_s[] = {
        [FW_HTTP_WAITS] = FW_HTTP_HEADER_S, [FW_HTTP_ANSWERS] = FW_HTTP_ANSWER_S
    };
    return connection->phase != FW_HTTP_STREAMS &&
           now_us - connection->since_us > limits_s[connection->phase] * 1000000;
}

static void look_locked(struct fw_http_server *server)
{
    int64_t now_us = fw_clock_monotonic_us();
    size_t n = 0;
    for (struct fw_http_connection *connection = server->connections; connection != NULL;
         connection = connection->next) {
        n++;
        if (connection->asleep) {
            connection->asleep = false;
            MHD_resume_connection(connection->native);
        } else if (is_late(connection, now_us) && shutdown(connection->fd, SHUT_RDWR) == 0) {
            fw_metric_add(FW_METRIC_HTTP_REFUSED, 1);
            connection->since_us = now_us; // not again before it is gone
        }
    }
    fw_metric_set(FW_METRIC_HTTP_CONNECTIONS, (double)n);
}

void *fw_http_watch(void *arg)
{
    struct fw_http_server *server = arg;
    give_way();
    pthread_mutex_lock(&server->lock);
    while (!server->stopping) {
        int64_t until_us = fw_clock_monotonic_us() + LOOK_US;
        (void)fw_cond_wait_until(&server->changed, &server->lock, until_us); // looks in any case
        look_locked(server);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

void fw_http_wake(struct fw_http_server *server)
{
    pthread_mutex_lock(&server->lock);
    for (struct fw_http_connection *connection = server->connections; connection != NULL;
         connection = connection->next) {
        if (connection->asleep) {
            connection->asleep = false;
            MHD_resume_connection(connection->native);
        }
    }
    pthread_mutex_unlock(&server->lock);
}
