// SPDX-License-Identifier: MIT
// Tells when a partition of frames stands still or is too far behind.
//
// DESIGN: the number in an event's id comes from what all monitors see, not from a count: of a
// standstill the offset at which it is, of a lag the minute in which it began. A monitor that comes
// later, or that is slower, reads the start on the topic and goes on with it.
#include "web/monitor.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"
#include "survey/plight.h"
#include "topic/producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEND_TIMEOUT_MS = 2000,
    MESSAGE_BYTES = 64 * 1024,
    MAX_PARTITIONS = 10000,
    SUBJECT_TOPIC_BYTES = 180, // of the topic's name in it
};

#define MINUTE_US (60 * INT64_C(1000000))

// One of a partition's two events.
struct told {
    bool open;
    int64_t number;  // of the last one; 0: none yet
    int64_t pending; // of one whose start is not delivered yet; 0: none
    int64_t first_offset;
    int64_t since_utc_us;
};

struct place {
    struct fw_plight plight;
    struct told stalled;
    struct told late;
};

struct fw_monitor {
    const struct fw_config *config;
    struct fw_plight_limits limits;
    struct fw_producer *producer;
    struct fw_buffer value;
    struct place *places; // by partition
    int32_t n_places;
};

int fw_monitor_open(const struct fw_config *config, const struct fw_client *client,
                    struct fw_monitor **ret, struct fw_error *err)
{
    *ret = NULL;
    if (config->stalled_s <= 0 && config->lag_s <= 0) {
        return 0;
    }
    struct fw_monitor *monitor = fw_xcalloc(1, sizeof(*monitor));
    monitor->config = config;
    monitor->limits = (struct fw_plight_limits){ config->stalled_s, config->lag_s };
    fw_buffer_init(&monitor->value, MESSAGE_BYTES);
    int rc = fw_producer_open(client, &monitor->producer, err);
    if (rc < 0) {
        fw_monitor_close(monitor);
        return rc;
    }
    *ret = monitor;
    return 0;
}

void fw_monitor_close(struct fw_monitor *monitor)
{
    if (monitor == NULL) {
        return;
    }
    fw_producer_close(monitor->producer);
    fw_buffer_done(&monitor->value);
    free(monitor->places);
    free(monitor);
}

// ---- what a message is about ----

// "TOPIC[PARTITION]": stands where other events have the video.
static void write_subject(const struct fw_monitor *monitor, int32_t partition,
                          char ret[FW_LIMIT_VIDEO_ID_BYTES + 1])
{
    snprintf(ret, FW_LIMIT_VIDEO_ID_BYTES + 1, "%.*s[%d]", SUBJECT_TOPIC_BYTES,
             monitor->config->video_topic, partition);
    ret[0] = (char)(ret[0] == '.' ? '_' : ret[0]); // which no id begins with
}

// The partition of such a text; -1: it is of something else.
static int32_t read_subject(const struct fw_monitor *monitor, const char *text)
{
    const char *bracket = strrchr(text, '[');
    long partition = bracket != NULL ? strtol(bracket + 1, NULL, 10) : -1;
    char same[FW_LIMIT_VIDEO_ID_BYTES + 1];
    if (partition < 0 || partition >= MAX_PARTITIONS) {
        return -1;
    }
    write_subject(monitor, (int32_t)partition, same);
    return strcmp(same, text) == 0 ? (int32_t)partition : -1;
}

static struct place *place_of(struct fw_monitor *monitor, int32_t partition)
{
    if (partition >= monitor->n_places) {
        size_t n_new = (size_t)(partition + 1 - monitor->n_places);
        monitor->places =
            fw_xrealloc(monitor->places, (size_t)(partition + 1) * sizeof(struct place));
        memset(monitor->places + monitor->n_places, 0, n_new * sizeof(struct place));
        monitor->n_places = partition + 1;
    }
    return &monitor->places[partition];
}

// ---- what is known from the topic ----

void fw_monitor_note(struct fw_monitor *monitor, const struct fw_event_message *message)
{
    bool stalls = message->type == FW_EVENT_STALLED;
    int32_t partition = monitor != NULL && (stalls || message->type == FW_EVENT_LAG)
                            ? read_subject(monitor, message->video_id)
                            : -1;
    if (partition < 0) {
        return;
    }
    struct place *place = place_of(monitor, partition);
    struct told *told = stalls ? &place->stalled : &place->late;
    if (message->number < told->number) {
        return; // of one before
    }
    told->open = message->phase != FW_EVENT_ENDS;
    told->number = message->number;
    told->pending = 0;
    told->first_offset = message->first_frame;
    if (message->phase == FW_EVENT_STARTS &&
        !fw_clock_parse_utc(message->timestamp, &told->since_utc_us)) {
        told->since_utc_us = fw_clock_utc_us();
    }
    *(stalls ? &place->plight.stalled : &place->plight.late) = told->open;
}

// ---- telling ----

static int64_t fresh_number(const struct told *told, enum fw_event_type type, int64_t position,
                            int64_t utc_us)
{
    int64_t number = type == FW_EVENT_STALLED ? position + 1 : utc_us / MINUTE_US;
    return number > told->number ? number : told->number + 1;
}

static struct fw_event_message message_of(const struct fw_monitor *monitor, int32_t partition,
                                          enum fw_event_type type, const struct told *told,
                                          int64_t position, int64_t utc_us)
{
    struct fw_event_message message = {
        .type = type,
        .phase = told->open ? FW_EVENT_ENDS : FW_EVENT_STARTS,
        .reason = told->open ? FW_EVENT_CLEARED : FW_EVENT_NO_REASON,
        .run_offset = -1,
        .number = told->open ? told->number : told->pending,
        .first_frame = told->first_offset,
        .frame = position,
        .pts_us = utc_us > told->since_utc_us ? utc_us - told->since_utc_us : 0,
        .peak_frame = told->first_offset,
    };
    write_subject(monitor, partition, message.video_id);
    fw_clock_format_utc(utc_us, message.timestamp);
    const struct fw_event_places places = { .site = monitor->config->public_url };
    fw_event_message_link(&message, &places);
    return message;
}

static int send(struct fw_monitor *monitor, const struct fw_event_message *message,
                struct fw_error *err)
{
    fw_buffer_clear(&monitor->value);
    int rc = fw_event_message_encode(message, &monitor->value, err);
    if (rc < 0) {
        return rc;
    }
    struct fw_record record = { .topic = monitor->config->events_topic,
                                .partition = FW_PARTITION_BY_KEY,
                                .key = message->video_id,
                                .key_size = strlen(message->video_id),
                                .value = monitor->value.data,
                                .value_size = monitor->value.size };
    rc = fw_producer_send(monitor->producer, &record, NULL, SEND_TIMEOUT_MS, err);
    return rc < 0 ? rc : fw_producer_await(monitor->producer, SEND_TIMEOUT_MS, err);
}

// Tells the start or the end of one event where that is news. What was not delivered is news again.
static int tell(struct fw_monitor *monitor, int32_t partition, enum fw_event_type type, bool holds,
                struct told *told, int64_t position, struct fw_error *err)
{
    if (holds == told->open) {
        told->pending = 0;
        return 0;
    }
    int64_t utc_us = fw_clock_utc_us();
    if (holds && told->pending == 0) {
        told->pending = fresh_number(told, type, position, utc_us);
        told->first_offset = position;
        told->since_utc_us = utc_us;
    }
    struct fw_event_message message = message_of(monitor, partition, type, told, position, utc_us);
    int rc = send(monitor, &message, err);
    if (rc < 0) {
        return rc;
    }
    if (holds) {
        fw_series_add(fw_metric_series_of(FW_METRIC_EVENTS, fw_event_type_words[type]), 1);
    }
    told->open = holds;
    told->number = message.number;
    told->pending = 0;
    fw_log(FW_LOG_WARNING, "%s event=%s number=%lld phase=%s offset=%lld", message.video_id,
           fw_event_type_words[type], (long long)message.number,
           fw_event_phase_words[message.phase], (long long)position);
    return 0;
}

static void set_gauges(const struct fw_lag_partition *row, const struct place *place, double age_s)
{
    char partition[16];
    snprintf(partition, sizeof(partition), "%d", row->partition);
    const char *const labels[] = { row->topic, partition };
    fw_series_set(fw_metric_series(FW_METRIC_PARTITION_STALLED, labels), place->plight.stalled);
    fw_series_set(fw_metric_series(FW_METRIC_LAG_SECONDS, labels), age_s > 0 ? age_s : 0);
}

static int look_at(struct fw_monitor *monitor, const struct fw_group_report *report, size_t idx,
                   struct fw_error *err)
{
    const struct fw_lag_partition *row = &report->lag.partitions[idx];
    const struct fw_partition_facts *facts = &report->facts[idx];
    if (strcmp(row->topic, monitor->config->video_topic) != 0 || row->partition < 0 ||
        row->partition >= MAX_PARTITIONS) {
        return 0;
    }
    struct place *place = place_of(monitor, row->partition);
    const struct fw_plight_look look = { .monotonic_us = report->lag.monotonic_us,
                                         .position = row->position,
                                         .left = facts->left,
                                         .age_s = facts->age_s };
    fw_plight_take(&place->plight, &monitor->limits, &look);
    set_gauges(row, place, facts->left > 0 ? facts->age_s : 0);
    int rc = tell(monitor, row->partition, FW_EVENT_STALLED, place->plight.stalled, &place->stalled,
                  row->position, err);
    return rc < 0 ? rc
                  : tell(monitor, row->partition, FW_EVENT_LAG, place->plight.late, &place->late,
                         row->position, err);
}

int fw_monitor_look(struct fw_monitor *monitor, const struct fw_group_report reports[], size_t n,
                    struct fw_error *err)
{
    int rc = 0;
    for (size_t i = 0; monitor != NULL && i < n && rc == 0; i++) {
        bool processes = strcmp(reports[i].lag.group, monitor->config->group_id) == 0;
        for (size_t k = 0; processes && k < reports[i].lag.n_partitions && rc == 0; k++) {
            rc = look_at(monitor, &reports[i], k, err);
        }
    }
    return rc;
}
