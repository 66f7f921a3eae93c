// SPDX-License-Identifier: MIT
// The topics of FireWatch: the table of their settings.
#include "topic/layout.h"

#include "base/memory.h"
#include "topic/layout_impl.h"

#include <stdlib.h>
#include <string.h>

// 16 MiB, and for dead letters 64 KiB more: a largest frame with headers that say why.
#define FRAME_BYTES       "16777216"
#define DEAD_LETTER_BYTES "16842752"

// Days in milliseconds. Segments outlast the longest video and the longest outage of uploads;
// progress outlasts the frames that it is about, and dead letters the people who look at them.
#define DAYS_7  "604800000"
#define DAYS_14 "1209600000"
#define DAYS_30 "2592000000"

#define MAX_BYTES "max.message.bytes"
#define RETENTION "retention.ms"

static const struct fw_topic_setting of_frames[] = {
    { MAX_BYTES, FRAME_BYTES },
    { RETENTION, DAYS_7 },
};

static const struct fw_topic_setting of_results[] = {
    { RETENTION, DAYS_7 },
};

// A restore reads the whole partition: it stays small when old records of a video go soon, and
// Kafka compacts closed segments only.
static const struct fw_topic_setting of_progress[] = {
    { "cleanup.policy", "compact,delete" }, { RETENTION, DAYS_14 },
    { "segment.bytes", "16777216" },        { "segment.ms", "3600000" },
    { "min.cleanable.dirty.ratio", "0.1" },
};

static const struct fw_topic_setting of_dead_letters[] = {
    { MAX_BYTES, DEAD_LETTER_BYTES },
    { RETENTION, DAYS_30 },
};

static const struct fw_topic_setting of_replicas = { "min.insync.replicas", "2" };

static void set_topic(struct fw_layout *layout, enum fw_topic_use use, const char *name,
                      int n_partitions, const struct fw_topic_setting *settings, size_t n)
{
    struct fw_layout_topic *topic = &layout->topics[use];
    topic->name = fw_xstrdup(name);
    topic->n_partitions = n_partitions;
    memcpy(topic->settings, settings, n * sizeof(settings[0]));
    topic->n_settings = n;
    if (layout->replication_factor >= 3) {
        topic->settings[topic->n_settings++] = of_replicas;
    }
}

#define SET(USE, NAME, N, SETTINGS)                                                                \
    set_topic(layout, USE, NAME, N, SETTINGS, FW_ARRAY_LEN(SETTINGS))

struct fw_layout *fw_layout_new(const struct fw_layout_options *options)
{
    struct fw_layout *layout = fw_xcalloc(1, sizeof(*layout));
    layout->replication_factor = options->replication_factor;
    FW_SCOPE(fw_free_cleanup)
    char *frames_dlq = fw_xasprintf("%s%s", options->frames, options->dlq_suffix);
    FW_SCOPE(fw_free_cleanup)
    char *completions_dlq = fw_xasprintf("%s%s", options->completions, options->dlq_suffix);
    FW_SCOPE(fw_free_cleanup)
    char *events_dlq = fw_xasprintf("%s%s", options->events, options->dlq_suffix);
    SET(FW_TOPIC_FRAMES, options->frames, options->n_frames, of_frames);
    SET(FW_TOPIC_DETECTIONS, options->detections, options->n_detections, of_results);
    SET(FW_TOPIC_EVENTS, options->events, options->n_detections, of_results);
    SET(FW_TOPIC_SEGMENTS, options->segments, options->n_frames, of_frames);
    SET(FW_TOPIC_PROGRESS, options->progress, options->n_frames, of_progress);
    SET(FW_TOPIC_COMPLETIONS, options->completions, options->n_completions, of_results);
    SET(FW_TOPIC_FRAMES_DLQ, frames_dlq, 1, of_dead_letters);
    SET(FW_TOPIC_COMPLETIONS_DLQ, completions_dlq, 1, of_dead_letters);
    SET(FW_TOPIC_EVENTS_DLQ, events_dlq, 1, of_dead_letters);
    layout->topics[FW_TOPIC_SEGMENTS].in_step = true;
    layout->topics[FW_TOPIC_PROGRESS].in_step = true;
    return layout;
}

void fw_layout_free(struct fw_layout *layout)
{
    if (layout == NULL) {
        return;
    }
    for (size_t i = 0; i < FW_N_TOPICS; i++) {
        free(layout->topics[i].name);
    }
    free(layout);
}

const char *fw_layout_topic(const struct fw_layout *layout, enum fw_topic_use use)
{
    return layout->topics[use].name;
}

struct fw_topic_spec fw_layout_spec(const struct fw_layout *layout, enum fw_topic_use use)
{
    const struct fw_layout_topic *topic = &layout->topics[use];
    return (struct fw_topic_spec){ .name = topic->name,
                                   .n_partitions = topic->n_partitions,
                                   .replication_factor = layout->replication_factor,
                                   .settings = topic->settings,
                                   .n_settings = topic->n_settings };
}

// ---- settings that are there ----

// A number of at least the wanted one will do; -1 has no limit.
static bool is_less(const char *value, const char *wanted)
{
    long long is = strtoll(value, NULL, 10);
    return is >= 0 && is < strtoll(wanted, NULL, 10);
}

const char *fw_layout_fault(const struct fw_topic_setting *wanted, const char *value)
{
    if (strcmp(wanted->name, MAX_BYTES) == 0) {
        return is_less(value, wanted->value) ? "larger records will be refused" : NULL;
    }
    if (strcmp(wanted->name, RETENTION) == 0) {
        return is_less(value, wanted->value) ? "records may go before they are needed" : NULL;
    }
    if (strcmp(wanted->name, "cleanup.policy") == 0) {
        return strstr(value, "compact") == NULL ? "each restart will read all that was ever written"
                                                : NULL;
    }
    if (strcmp(wanted->name, of_replicas.name) == 0) {
        return is_less(value, wanted->value) ? "a record that one broker has counts as stored"
                                             : NULL;
    }
    return NULL; // how well it runs, not whether
}
