// SPDX-License-Identifier: MIT
// Follows the topics into the view.
//
// DESIGN: a round a second: how far groups and videos are, then what is new of scores and events,
// then all of it is shown at once. What lies in the topics from before is read in portions, so that
// a long history does not hold the first picture up.
#include "web/follow.h"

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/stop.h"
#include "survey/groups.h"
#include "topic/tail.h"
#include "web/members.h"
#include "web/monitor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    EVERY_MS = 1000,
    TIMEOUT_MS = 5000,
    PORTION_US = 400 * 1000, // of one topic in one round
    GROUPS_BYTES = 8 * 1024 * 1024,
    MS_PER_HOUR = 3600 * 1000,
};

struct fw_follow {
    // set before start
    struct fw_view *view;
    const struct fw_config *config;
    struct fw_groups *groups;
    struct fw_reader *reader;
    struct fw_tail *detections;
    struct fw_tail *events;
    struct fw_monitor *monitor; // or NULL
    void (*on_change)(void *arg);
    void *arg;
    pthread_t thread;
    bool runs;
    struct fw_stop_hook hook;

    // the thread only
    struct fw_buffer lag;
    struct fw_buffer members;
    struct fw_buffer snapshot;
    int64_t until_us; // the end of the portion
    bool behind;      // a portion did not reach the end
    bool away;        // brokers, which was said
    bool mute;        // the monitor could not tell something, which was said
    int64_t n_unreadable;
};

// ---- what is new ----

// Ends a portion, which is no error.
static int end_of_portion(struct fw_follow *follow, struct fw_error *err)
{
    if (fw_clock_monotonic_us() < follow->until_us) {
        return 0;
    }
    follow->behind = true;
    return fw_error_set(err, FW_ERROR_RETRY, EAGAIN, "the rest comes next time");
}

static void count_unreadable(struct fw_follow *follow, const struct fw_message *message,
                             const struct fw_error *err)
{
    if (follow->n_unreadable++ == 0) {
        fw_log(FW_LOG_WARNING, "%s[%d]@%lld can't be shown: %s", message->topic, message->partition,
               (long long)message->offset, err->text);
    }
}

static int take_detection(const struct fw_message *message, void *arg, struct fw_error *err)
{
    struct fw_follow *follow = arg;
    struct fw_score score;
    struct fw_error reason = { 0 };
    if (fw_score_decode(message->value, message->value_size, &score, &reason) == 0) {
        fw_view_add_score(follow->view, &score);
    } else {
        count_unreadable(follow, message, &reason);
    }
    return end_of_portion(follow, err);
}

static int take_event(const struct fw_message *message, void *arg, struct fw_error *err)
{
    struct fw_follow *follow = arg;
    struct fw_event_message event;
    struct fw_error reason = { 0 };
    if (message->value != NULL &&
        fw_event_message_decode(message->value, message->value_size, &follow->snapshot, &event,
                                &reason) == 0) {
        fw_view_add_event(follow->view, &event, message->timestamp_ms);
        fw_monitor_note(follow->monitor, &event);
    } else {
        count_unreadable(follow, message, &reason);
    }
    return end_of_portion(follow, err);
}

// A topic that nobody has made yet holds nothing.
static int read_topic(struct fw_follow *follow, struct fw_tail *tail, fw_tail_take *take,
                      struct fw_error *err)
{
    follow->until_us = fw_clock_monotonic_us() + PORTION_US;
    int rc = fw_tail_read(tail, TIMEOUT_MS, take, follow, err);
    return rc == -EAGAIN || rc == -ENOENT ? 0 : rc;
}

static int look_at_groups(struct fw_follow *follow, struct fw_error *err)
{
    int rc = fw_groups_look(follow->groups, NULL, err);
    if (rc < 0) {
        return rc;
    }
    size_t n = 0;
    const struct fw_group_report *reports = fw_groups_get(follow->groups, &n);
    fw_buffer_clear(&follow->lag);
    fw_buffer_clear(&follow->members);
    struct fw_json lag = fw_json_begin(&follow->lag);
    struct fw_json members = fw_json_begin(&follow->members);
    fw_groups_put_json(&lag, reports, n);
    fw_members_put_json(&members, reports, n);
    rc = fw_json_end(&lag, err);
    rc = rc < 0 ? rc : fw_json_end(&members, err);
    if (rc == 0) {
        fw_view_set_groups(follow->view, &follow->lag, &follow->members);
    }
    return rc;
}

// ---- a round ----

// Once it is known what others have told. Whatever becomes of it, the page shows what there is.
static void tell_blindness(struct fw_follow *follow)
{
    size_t n = 0;
    const struct fw_group_report *reports = fw_groups_get(follow->groups, &n);
    struct fw_error err = { 0 };
    bool failed = fw_monitor_look(follow->monitor, reports, n, &err) < 0;
    if (failed && !follow->mute) {
        fw_log(FW_LOG_WARNING, "%s does not take an event, trying on: %s",
               follow->config->events_topic, err.text);
    }
    follow->mute = failed;
}

static int look(struct fw_follow *follow, struct fw_error *err)
{
    follow->behind = false;
    int rc = look_at_groups(follow, err);
    fw_view_set_videos(follow->view, fw_groups_videos(follow->groups));
    rc = rc < 0 ? rc : read_topic(follow, follow->detections, take_detection, err);
    bool behind = follow->behind;
    follow->behind = false;
    rc = rc < 0 ? rc : read_topic(follow, follow->events, take_event, err);
    if (rc == 0 && !follow->behind) {
        tell_blindness(follow);
    }
    follow->behind = follow->behind || behind;
    return rc;
}

static void tell(struct fw_follow *follow, int rc, const struct fw_error *err)
{
    if (rc < 0 && !follow->away) {
        fw_log(FW_LOG_WARNING, "Kafka does not answer, asking on: %s", err->text);
    } else if (rc == 0 && follow->away) {
        fw_log(FW_LOG_INFO, "Kafka answers again");
    }
    follow->away = rc < 0;
    fw_health_set_broker(rc < 0 ? err->text : NULL);
    fw_health_set_ready(rc == 0, rc < 0 ? "Kafka does not answer" : NULL);
    fw_view_set_trouble(follow->view, rc < 0 ? err->text : NULL);
}

static bool wait_for_next(const struct fw_follow *follow)
{
    struct pollfd stop = { .fd = fw_stop_fd(), .events = POLLIN };
    return poll(&stop, 1, follow->behind ? 0 : EVERY_MS) == 0 || !fw_stop_requested();
}

static void *follow_on(void *arg)
{
    struct fw_follow *follow = arg;
    do {
        struct fw_error err = { 0 };
        int rc = look(follow, &err);
        if (rc < 0 && err.kind == FW_ERROR_STOP) {
            break;
        }
        tell(follow, rc, &err);
        follow->on_change(follow->arg);
    } while (wait_for_next(follow));
    return NULL;
}

// ---- life cycle ----

static void on_stop(void *arg)
{
    struct fw_follow *follow = arg;
    fw_groups_wake(follow->groups);
    fw_reader_wake(follow->reader);
}

static struct fw_tail *new_tail(struct fw_follow *follow, const char *topic)
{
    struct fw_tail *tail = fw_tail_new(follow->reader, topic);
    int64_t history_ms = (int64_t)(follow->config->history_hours * MS_PER_HOUR);
    fw_tail_begin_at(tail, FW_OFFSET_BEGIN, fw_clock_utc_us() / 1000 - history_ms);
    return tail;
}

static int open_all(struct fw_follow *follow, const struct fw_client *client, struct fw_error *err)
{
    int rc = fw_groups_open(follow->config, client, &follow->groups, err);
    rc = rc < 0 ? rc : fw_reader_open(client, &follow->reader, err);
    if (rc < 0) {
        return rc;
    }
    rc = fw_monitor_open(follow->config, client, &follow->monitor, err);
    if (rc < 0) {
        return rc;
    }
    follow->detections = new_tail(follow, follow->config->detections_topic);
    follow->events = new_tail(follow, follow->config->events_topic);
    follow->runs = pthread_create(&follow->thread, NULL, follow_on, follow) == 0;
    return follow->runs ? 0
                        : fw_error_set(err, FW_ERROR_FATAL, EAGAIN, "the system gives no thread");
}

int fw_follow_start(const struct fw_config *config, const struct fw_client *client,
                    struct fw_view *view, void (*on_change)(void *arg), void *arg,
                    struct fw_follow **ret, struct fw_error *err)
{
    struct fw_follow *follow = fw_xcalloc(1, sizeof(*follow));
    follow->view = view;
    follow->config = config;
    follow->on_change = on_change;
    follow->arg = arg;
    fw_buffer_init(&follow->lag, GROUPS_BYTES);
    fw_buffer_init(&follow->members, GROUPS_BYTES);
    fw_buffer_init(&follow->snapshot, FW_LIMIT_SNAPSHOT_BYTES);
    int rc = open_all(follow, client, err);
    if (rc < 0) {
        fw_follow_stop(follow);
        return rc;
    }
    follow->hook = (struct fw_stop_hook){ .call = on_stop, .arg = follow };
    fw_stop_add(&follow->hook);
    *ret = follow;
    return 0;
}

void fw_follow_stop(struct fw_follow *follow)
{
    if (follow == NULL) {
        return;
    }
    if (follow->runs) {
        pthread_join(follow->thread, NULL);
        fw_stop_remove(&follow->hook);
    }
    fw_monitor_close(follow->monitor);
    fw_tail_free(follow->detections);
    fw_tail_free(follow->events);
    fw_reader_close(follow->reader);
    fw_groups_close(follow->groups);
    fw_buffer_done(&follow->lag);
    fw_buffer_done(&follow->members);
    fw_buffer_done(&follow->snapshot);
    free(follow);
}
