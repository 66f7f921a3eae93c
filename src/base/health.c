// SPDX-License-Identifier: MIT
// Whether this process is alive and ready.
#include "base/health.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/metric.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 256, BROKER_LATE_US = 10000000 };

static struct {
    // under lock
    pthread_mutex_t lock;
    struct fw_heartbeat *first;
    bool asks_broker;
    int64_t broker_us; // when it was asked last
    char trouble[TEXT_SIZE];
    bool ready;
    char why[TEXT_SIZE];
} health = { .lock = PTHREAD_MUTEX_INITIALIZER, .why = "starting" };

// --- loops ---

void fw_heartbeat_begin(struct fw_heartbeat *heartbeat, int64_t max_us)
{
    heartbeat->max_us = max_us;
    fw_heartbeat_beat(heartbeat);
    pthread_mutex_lock(&health.lock);
    heartbeat->next = health.first;
    health.first = heartbeat;
    pthread_mutex_unlock(&health.lock);
}

void fw_heartbeat_beat(struct fw_heartbeat *heartbeat)
{
    atomic_store_explicit(&heartbeat->last_us, fw_clock_monotonic_us(), memory_order_relaxed);
}

void fw_heartbeat_end(struct fw_heartbeat *heartbeat)
{
    pthread_mutex_lock(&health.lock);
    struct fw_heartbeat **at = &health.first;
    while (*at != NULL && *at != heartbeat) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = heartbeat->next;
    }
    pthread_mutex_unlock(&health.lock);
}

static _Thread_local struct fw_heartbeat *adopted;

void fw_heartbeat_adopt(struct fw_heartbeat *heartbeat)
{
    adopted = heartbeat;
}

void fw_heartbeat_turn(void)
{
    if (adopted != NULL) {
        fw_heartbeat_beat(adopted);
    }
}

// --- what others say ---

void fw_health_set_broker(const char *trouble)
{
    pthread_mutex_lock(&health.lock);
    health.asks_broker = true;
    health.broker_us = fw_clock_monotonic_us();
    snprintf(health.trouble, sizeof(health.trouble), "%s", trouble != NULL ? trouble : "");
    pthread_mutex_unlock(&health.lock);
    fw_metric_set(FW_METRIC_BROKER_UP, trouble == NULL);
}

void fw_health_set_ready(bool ready, const char *why)
{
    pthread_mutex_lock(&health.lock);
    health.ready = ready;
    snprintf(health.why, sizeof(health.why), "%s", why);
    pthread_mutex_unlock(&health.lock);
    fw_metric_set(FW_METRIC_READY, ready);
}

// --- answers ---

static bool write_loops(struct fw_json *json, int64_t now_us)
{
    bool alive = true;
    fw_json_key(json, "loops");
    fw_json_open_array(json);
    for (const struct fw_heartbeat *loop = health.first; loop != NULL; loop = loop->next) {
        int64_t age_us = now_us - atomic_load_explicit(&loop->last_us, memory_order_relaxed);
        bool turns = age_us <= loop->max_us;
        alive = alive && turns;
        fw_json_open_object(json);
        fw_json_key(json, "name");
        fw_json_text(json, loop->name);
        if (loop->number >= 0) {
            fw_json_key(json, "number");
            fw_json_int(json, loop->number);
        }
        fw_json_key(json, "turns");
        fw_json_bool(json, turns);
        fw_json_key(json, "age_ms");
        fw_json_int(json, age_us / 1000);
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
    return alive;
}

static bool write_broker(struct fw_json *json, int64_t now_us)
{
    if (!health.asks_broker) {
        return true;
    }
    bool late = now_us - health.broker_us > BROKER_LATE_US;
    bool answers = health.trouble[0] == '\0' && !late;
    fw_json_key(json, "broker");
    fw_json_text(json, answers ? "answers" : late ? "was not asked in time" : health.trouble);
    return answers;
}

bool fw_health_alive(struct fw_buffer *out)
{
    int64_t now_us = fw_clock_monotonic_us();
    struct fw_json json = fw_json_begin(out);
    fw_json_open_object(&json);
    pthread_mutex_lock(&health.lock);
    bool loops = write_loops(&json, now_us);
    bool broker = write_broker(&json, now_us);
    pthread_mutex_unlock(&health.lock);
    fw_json_key(&json, "alive");
    fw_json_bool(&json, loops && broker);
    fw_json_close_object(&json);
    return fw_json_end(&json, NULL) == 0 && loops && broker;
}

bool fw_health_ready(struct fw_buffer *out)
{
    struct fw_json json = fw_json_begin(out);
    fw_json_open_object(&json);
    pthread_mutex_lock(&health.lock);
    bool ready = health.ready;
    fw_json_key(&json, "ready");
    fw_json_bool(&json, ready);
    fw_json_key(&json, "why");
    fw_json_text(&json, health.why);
    pthread_mutex_unlock(&health.lock);
    fw_json_close_object(&json);
    return fw_json_end(&json, NULL) == 0 && ready;
}
