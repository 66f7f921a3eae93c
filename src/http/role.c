// SPDX-License-Identifier: MIT
// What every role serves.
#include "http/role.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/health.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { ASK_EVERY_US = 2000000, STATUS_OK = 200, STATUS_UNAVAILABLE = 503 };

struct fw_role {
    // set before start
    struct fw_role_options options;
    struct fw_http_server *server;
    pthread_t asker;
    bool asks;

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
};

// --- routes ---

static void get_metrics(void *arg, const struct fw_http_request *request,
                        struct fw_http_answer *answer)
{
    (void)arg;
    (void)request;
    answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
    // What fails is remembered by the body, and told by whoever sends it.
    (void)fw_metric_write(&answer->body, NULL);
}

static void get_health(void *arg, const struct fw_http_request *request,
                       struct fw_http_answer *answer)
{
    (void)arg;
    (void)request;
    answer->content_type = "application/json";
    answer->status = fw_health_alive(&answer->body) ? STATUS_OK : STATUS_UNAVAILABLE;
}

static void get_readiness(void *arg, const struct fw_http_request *request,
                          struct fw_http_answer *answer)
{
    (void)arg;
    (void)request;
    answer->content_type = "application/json";
    answer->status = fw_health_ready(&answer->body) ? STATUS_OK : STATUS_UNAVAILABLE;
}

const struct fw_http_route fw_role_routes[FW_ROLE_N_ROUTES] = {
    { .method = "GET", .path = "/metrics", .handle = get_metrics },
    { .method = "GET", .path = "/healthz", .open = true, .handle = get_health },
    { .method = "GET", .path = "/readyz", .open = true, .handle = get_readiness },
};

// --- the broker ---

static void ask(const struct fw_role *role)
{
    struct fw_error err = { 0 };
    int result = role->options.ask_broker(role->options.arg, &err);
    fw_health_set_broker(result == 0 ? NULL : err.text);
}

static void *ask_again_and_again(void *arg)
{
    struct fw_role *role = arg;
    pthread_mutex_lock(&role->lock);
    while (!role->stopping) {
        pthread_mutex_unlock(&role->lock);
        ask(role);
        pthread_mutex_lock(&role->lock);
        int64_t until_us = fw_clock_monotonic_us() + ASK_EVERY_US;
        bool in_time = true;
        while (!role->stopping && in_time) {
            in_time = fw_cond_wait_until(&role->changed, &role->lock, until_us);
        }
    }
    pthread_mutex_unlock(&role->lock);
    return NULL;
}

// --- life cycle ---

static int serve(struct fw_role *role, struct fw_error *err)
{
    struct fw_http_options options = { .token = role->options.token,
                                       .routes = fw_role_routes,
                                       .n_routes = FW_ROLE_N_ROUTES };
    int result = fw_http_address_parse(role->options.listen, &options.address, err);
    return result == 0 ? fw_http_start(&options, &role->server, err) : result;
}

int fw_role_start(const struct fw_role_options *options, struct fw_role **ret, struct fw_error *err)
{
    struct fw_role *role = fw_xcalloc(1, sizeof(*role));
    role->options = *options;
    pthread_mutex_init(&role->lock, NULL);
    fw_cond_init(&role->changed);
    int result = serve(role, err);
    if (result == 0 && options->ask_broker != NULL) {
        role->asks = pthread_create(&role->asker, NULL, ask_again_and_again, role) == 0;
        result = role->asks
                     ? 0
                     : fw_error_set(err, FW_ERROR_FATAL, EAGAIN, "the system gives no thread");
    }
    if (result != 0) {
        fw_role_stop(role);
        return result;
    }
    char where[FW_HTTP_ADDRESS_TEXT_SIZE];
    fw_http_address_write(fw_http_server_address(role->server), where);
    fw_log(FW_LOG_INFO, "http=%s serves /metrics, /healthz and /readyz", where);
    *ret = role;
    return 0;
}

void fw_role_stop(struct fw_role *role)
{
    if (role == NULL) {
        return;
    }
    if (role->asks) {
        pthread_mutex_lock(&role->lock);
        role->stopping = true;
        pthread_cond_signal(&role->changed);
        pthread_mutex_unlock(&role->lock);
        pthread_join(role->asker, NULL);
    }
    fw_http_stop(role->server);
    pthread_cond_destroy(&role->changed);
    pthread_mutex_destroy(&role->lock);
    free(role);
}
