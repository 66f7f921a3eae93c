// SPDX-License-Identifier: MIT
// What lag and status share.
#include "watch/visit.h"

#include "base/log.h"
#include "base/stop.h"
#include "topic/setup.h"

#include <errno.h>

enum { LOOKS = 10 };

#define PAUSE_S 0.5

static void on_wait(const struct fw_error *reason, void *arg)
{
    const struct fw_visit *visit = arg;
    fw_log(FW_LOG_WARNING, "waiting for Kafka at %s: %s", visit->config->bootstrap_servers,
           reason->text);
}

static void on_stop(void *arg)
{
    struct fw_visit *visit = arg;
    fw_groups_wake(visit->groups);
}

static int show(struct fw_visit *visit, struct fw_error *err)
{
    FILE *page = fw_screen_begin(&visit->screen);
    int rc = visit->write(visit, page, err);
    if (rc == 0 && !fw_screen_show(&visit->screen)) {
        rc = fw_error_set(err, FW_ERROR_STOP, EPIPE, "output was closed");
    }
    return rc;
}

// A coordinator that has just begun says so, and is asked again.
static int look_patiently(struct fw_visit *visit, struct fw_error *err)
{
    int rc = visit->look(visit, err);
    for (int i = 0; i < LOOKS && rc < 0 && err->kind == FW_ERROR_RETRY; i++) {
        rc = fw_screen_wait(PAUSE_S) ? visit->look(visit, err) : rc;
    }
    return rc < 0 ? rc : show(visit, err);
}

static int look_and_show(struct fw_visit *visit, struct fw_error *err)
{
    int rc = visit->look(visit, err);
    return rc < 0 ? rc : show(visit, err);
}

// A watch outlives its brokers: what they were asked is asked again.
static int watch(struct fw_visit *visit, struct fw_error *err)
{
    bool away = false;
    int rc = 0;
    do {
        rc = look_and_show(visit, err);
        if (rc < 0 && err->kind != FW_ERROR_RETRY) {
            return rc;
        }
        if (rc < 0 && !away) {
            fw_log(FW_LOG_WARNING, "Kafka does not answer, asking on: %s", err->text);
        } else if (rc == 0 && away) {
            fw_log(FW_LOG_INFO, "Kafka answers again");
        }
        away = rc < 0;
    } while (fw_screen_wait(visit->config->interval_s));
    return 0;
}

static int work(struct fw_visit *visit, struct fw_error *err)
{
    int rc = fw_client_await(visit->client, visit->config, on_wait, visit, err);
    rc = rc < 0 ? rc : fw_groups_open(visit->config, visit->client, &visit->groups, err);
    if (rc < 0) {
        return rc;
    }
    struct fw_stop_hook hook = { .call = on_stop, .arg = visit };
    fw_stop_add(&hook);
    fw_screen_init(&visit->screen, visit->watches && !visit->config->json);
    rc = visit->watches ? watch(visit, err) : look_patiently(visit, err);
    fw_screen_done(&visit->screen);
    fw_stop_remove(&hook);
    return rc;
}

int fw_visit_run(struct fw_visit *visit)
{
    struct fw_error err = { 0 };
    if (fw_client_from_config(visit->config, &visit->client, &err) < 0) {
        fprintf(stderr, "firewatch %s: %s\n", visit->command, err.text);
        return 2;
    }
    // A watch is to see a broker soon after it is back: the library's own limit is ten seconds.
    fw_client_prefer(visit->client, "reconnect.backoff.max.ms", "1000");
    int rc = work(visit, &err);
    // A reader that closed its pipe has read enough, and a watch ends when it is told to.
    bool good = rc == 0 || err.code == EPIPE || (err.kind == FW_ERROR_STOP && visit->watches);
    if (!good) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
    }
    fw_groups_close(visit->groups);
    fw_client_free(visit->client);
    return good ? 0 : 1;
}
