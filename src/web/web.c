// SPDX-License-Identifier: MIT
// `firewatch serve`: what makes it up.
//
//     topics ─► follow ─► view ─► server (api, live)
//     store  ─► shelf  ───┘
//
// Three threads beside the waiting one: follow reads the topics, shelf asks the store, and the
// server answers from the view alone.
#include "web/web.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/stop.h"
#include "topic/setup.h"
#include "web/api.h"
#include "web/follow.h"

#include <poll.h>
#include <stdlib.h>

enum { GOOD = 0, FAILED = 1, MISUSE = 2 };

#define DEFAULT_LISTEN "127.0.0.1:8080"

struct web {
    const struct fw_config *config;
    struct fw_client *client;
    struct fw_view *view;
    struct fw_shelf *shelf;
    struct fw_follow *follow;
    struct fw_http_server *server;
    struct fw_api api;
};

static void on_change(void *arg)
{
    struct web *web = arg;
    fw_view_publish(web->view);
    fw_http_wake(web->server);
}

static void on_wait(const struct fw_error *reason, void *arg)
{
    struct web *web = arg;
    fw_view_set_trouble(web->view, reason->text);
    on_change(web);
    fw_log(FW_LOG_WARNING, "waiting for Kafka at %s: %s", web->config->bootstrap_servers,
           reason->text);
}

static int start_server(struct web *web, struct fw_error *err)
{
    const struct fw_config *config = web->config;
    struct fw_http_route routes[FW_API_N_ROUTES];
    web->api = (struct fw_api){ .view = web->view,
                                .shelf = web->shelf,
                                .has_token = config->http_token != NULL };
    struct fw_http_options options = { .token = config->http_token,
                                       .routes = routes,
                                       .n_routes = fw_api_routes(&web->api, routes),
                                       .admits = fw_api_admits,
                                       .arg = &web->api };
    const char *listen = config->http_listen != NULL ? config->http_listen : DEFAULT_LISTEN;
    int rc = fw_http_address_parse(listen, &options.address, err);
    rc = rc < 0 ? rc : fw_http_start(&options, &web->server, err);
    if (rc == 0) {
        char where[FW_HTTP_ADDRESS_TEXT_SIZE];
        fw_http_address_write(fw_http_server_address(web->server), where);
        fw_log(FW_LOG_INFO, "http=%s serves the page: http://%s/", where, where);
    }
    return rc;
}

static void wait_for_stop(void)
{
    struct pollfd stop = { .fd = fw_stop_fd(), .events = POLLIN };
    while (!fw_stop_requested()) {
        (void)poll(&stop, 1, -1); // interrupted: looks again
    }
}

// The page is there before Kafka is, and says so.
static int start(struct web *web, struct fw_error *err)
{
    int rc = fw_shelf_start(web->config, web->view, &web->shelf, err);
    rc = rc < 0 ? rc : start_server(web, err);
    return rc;
}

static int work(struct web *web, struct fw_error *err)
{
    int rc = fw_client_await(web->client, web->config, on_wait, web, err);
    rc = rc < 0 ? rc
                : fw_follow_start(web->config, web->client, web->view, on_change, web, &web->follow,
                                  err);
    if (rc == 0) {
        wait_for_stop();
    }
    return rc < 0 && err->kind != FW_ERROR_STOP ? FAILED : GOOD;
}

static void end(struct web *web)
{
    fw_follow_stop(web->follow); // wakes the server no more
    fw_http_stop(web->server);
    fw_shelf_stop(web->shelf);
    fw_view_free(web->view);
    fw_client_free(web->client);
    free(web);
}

int fw_web_serve(const struct fw_config *config)
{
    struct fw_error err = { 0 };
    struct web *web = fw_xcalloc(1, sizeof(*web));
    web->config = config;
    web->view = fw_view_new(config->s3_bucket != NULL);
    int rc = fw_client_from_config(config, &web->client, &err);
    rc = rc < 0 ? rc : start(web, &err);
    int code = rc < 0 ? MISUSE : work(web, &err);
    if (code != GOOD) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
    }
    end(web);
    return code;
}
