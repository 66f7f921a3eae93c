// SPDX-License-Identifier: MIT
// The topics of FireWatch: what each is for, how it is set up, and which must be in step.
//
// What is read from partition p of the frames' topic goes to partition p of segments and progress:
// these three have equal counts, or nothing may run. Topics are created and grown, never shrunk,
// and the settings of one that is there are never changed: what differs is told. One thread at a
// time.
#ifndef FW_TOPIC_LAYOUT_H
#define FW_TOPIC_LAYOUT_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/admin.h"

#include <stdbool.h>
#include <stddef.h>

enum fw_topic_use {
    FW_TOPIC_FRAMES,
    FW_TOPIC_DETECTIONS,
    FW_TOPIC_EVENTS,
    FW_TOPIC_SEGMENTS,
    FW_TOPIC_PROGRESS,
    FW_TOPIC_COMPLETIONS,
    FW_TOPIC_FRAMES_DLQ,
    FW_TOPIC_COMPLETIONS_DLQ,
    FW_TOPIC_EVENTS_DLQ,
    FW_N_TOPICS,
};

// Names and counts, as configured.
struct fw_layout_options {
    const char *frames;
    const char *detections;
    const char *events;
    const char *segments;
    const char *progress;
    const char *completions;
    const char *dlq_suffix; // of the topics for the dead letters of frames, completions and events
    int n_frames;           // partitions; of segments and progress too
    int n_detections;       // of events too
    int n_completions;
    int replication_factor; // with 3 and more, a record counts as stored when 2 brokers have it
};

struct fw_layout;

// Never NULL; the caller frees it. The texts are copied.
struct fw_layout *fw_layout_new(const struct fw_layout_options *options);
void fw_layout_free(struct fw_layout *layout); // NULL is allowed

// The name of a topic, borrowed.
const char *fw_layout_topic(const struct fw_layout *layout, enum fw_topic_use use);

// A topic as it is configured; what it points to is borrowed.
struct fw_topic_spec fw_layout_spec(const struct fw_layout *layout, enum fw_topic_use use);

enum fw_layout_mode {
    FW_LAYOUT_LOOK,     // changes nothing
    FW_LAYOUT_CREATE,   // creates what is missing
    FW_LAYOUT_GROW,     // gives topics partitions up to the configured counts too
    FW_LAYOUT_COMPLETE, // creates what is missing beside the frames' topic, which must be there
};

enum fw_layout_news {
    FW_LAYOUT_FOUND,   // it is there, as it should be
    FW_LAYOUT_MISSING, // LOOK only
    FW_LAYOUT_CREATED,
    FW_LAYOUT_GREW,
    FW_LAYOUT_COUNT_DIFFERS,   // from the configured count
    FW_LAYOUT_OUT_OF_STEP,     // its count is not that of the frames' topic: nothing may run
    FW_LAYOUT_SETTING_DIFFERS, // worth a warning
};

// What is told of a topic, a sentence for the user included. Borrowed, for the call only.
struct fw_layout_finding {
    enum fw_layout_news news;
    const char *topic;
    int n_partitions; // that it has now
    int n_wanted;
    const char *text;
};

// Brings the topics in line with the layout as far as `mode` allows, and tells what it found and
// did, each topic in turn; `timeout_ms` is for each request. *ret_usable (may be NULL) is whether
// nothing that must be there is missing or out of step. Errors: RETRY, CONFIG. COMPLETE gives
// CONFIG for what is not usable, with what to do.
int fw_layout_apply(const struct fw_layout *layout, struct fw_admin *admin,
                    enum fw_layout_mode mode, int timeout_ms,
                    void (*tell)(const struct fw_layout_finding *finding, void *arg), void *arg,
                    bool *ret_usable, struct fw_error *err);

FW_DEFINE_CLEANUP(struct fw_layout *, fw_layout_free)

#endif
