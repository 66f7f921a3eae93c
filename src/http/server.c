// SPDX-License-Identifier: MIT
// A small HTTP/1.1 server: listening, and the life of its two threads.
#include "http/server_impl.h"

#include "base/cond.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 64 };

// --- listening ---

static int check_token(const struct fw_http_options *options, const char *where,
                       struct fw_error *err)
{
    if (options->token == NULL && !options->address.loopback) {
        return fw_error_set(err, FW_ERROR_CONFIG, EACCES,
                            "%s can be reached from elsewhere, which needs a token: set "
                            "FIREWATCH_HTTP_TOKEN",
                            where);
    }
    if (options->token != NULL && strlen(options->token) < FW_HTTP_MIN_TOKEN_BYTES) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "FIREWATCH_HTTP_TOKEN must have at least %d characters",
                            FW_HTTP_MIN_TOKEN_BYTES);
    }
    return 0;
}

static int listen_at(struct fw_http_address *address, int *ret_fd, struct fw_error *err)
{
    char where[FW_HTTP_ADDRESS_TEXT_SIZE];
    int on = 1;
    fw_http_address_write(address, where);
    int fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) {
        // Else a restart would find its own address in use for a minute.
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    }
    address->size = address->socket.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                          : sizeof(struct sockaddr_in);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address->socket, address->size) != 0 ||
        listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address->socket, &address->size) != 0) {
        int code = errno;
        if (fd >= 0) {
            close(fd);
        }
        return fw_error_set(err, FW_ERROR_CONFIG, code, "can't listen at %s: %s", where,
                            strerrordesc_np(code));
    }
    *ret_fd = fd;
    return 0;
}

// --- the library ---

FW_PRINTF(2, 0) static void on_log(void *arg, const char *format, va_list args)
{
    (void)arg;
    char text[FW_ERROR_TEXT_SIZE];
    vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    fw_log(FW_LOG_DEBUG, "http: %s", text);
}

static void free_server(struct fw_http_server *server)
{
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server->routes);
    free(server);
}

static struct fw_http_server *new_server(const struct fw_http_options *options)
{
    struct fw_http_server *server = fw_xcalloc(1, sizeof(*server));
    server->address = options->address;
    server->token = options->token;
    server->n_routes = options->n_routes;
    server->admits = options->admits;
    server->admits_arg = options->arg;
    server->routes = fw_xcalloc(options->n_routes + 1, sizeof(*server->routes));
    if (options->n_routes > 0) {
        memcpy(server->routes, options->routes, options->n_routes * sizeof(*server->routes));
    }
    pthread_mutex_init(&server->lock, NULL);
    fw_cond_init(&server->changed);
    return server;
}

static int serve(struct fw_http_server *server, int fd, struct fw_error *err)
{
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        fw_http_on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)FW_HTTP_MAX_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)FW_HTTP_MAX_PER_ADDRESS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)FW_HTTP_MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)FW_HTTP_IDLE_S,
        MHD_OPTION_NOTIFY_CONNECTION, fw_http_on_connection, server, MHD_OPTION_NOTIFY_COMPLETED,
        fw_http_on_completed, server, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    if (server->daemon == NULL) {
        close(fd);
        return fw_error_set(err, FW_ERROR_CONFIG, EAGAIN, "the HTTP server does not start");
    }
    if (pthread_create(&server->watch, NULL, fw_http_watch, server) != 0) {
        MHD_stop_daemon(server->daemon);
        return fw_error_set(err, FW_ERROR_FATAL, EAGAIN, "the system gives no thread");
    }
    return 0;
}

int fw_http_start(const struct fw_http_options *options, struct fw_http_server **ret,
                  struct fw_error *err)
{
    char where[FW_HTTP_ADDRESS_TEXT_SIZE];
    int fd = -1;
    fw_http_address_write(&options->address, where);
    int result = check_token(options, where, err);
    if (result != 0) {
        return result;
    }
    struct fw_http_server *server = new_server(options);
    result = listen_at(&server->address, &fd, err);
    if (result == 0) {
        result = serve(server, fd, err);
    }
    if (result != 0) {
        free_server(server);
        return result;
    }
    *ret = server;
    return 0;
}

void fw_http_stop(struct fw_http_server *server)
{
    if (server == NULL) {
        return;
    }
    pthread_mutex_lock(&server->lock);
    server->stopping = true; // no stream falls asleep any more
    pthread_cond_signal(&server->changed);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->watch, NULL);
    fw_http_wake(server); // the library can't end with sleepers
    MHD_stop_daemon(server->daemon);
    free_server(server);
}

const struct fw_http_address *fw_http_server_address(const struct fw_http_server *server)
{
    return &server->address;
}
