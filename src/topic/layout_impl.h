// SPDX-License-Identifier: MIT
// Inside topic/: what the files of the layout share.
#ifndef FW_TOPIC_LAYOUT_IMPL_H
#define FW_TOPIC_LAYOUT_IMPL_H

#include "topic/layout.h"

enum { FW_LAYOUT_MAX_SETTINGS = 8 };

// A topic as it shall be.
struct fw_layout_topic {
    char *name; // owned
    int n_partitions;
    bool in_step; // with the frames' topic
    struct fw_topic_setting settings[FW_LAYOUT_MAX_SETTINGS];
    size_t n_settings;
};

struct fw_layout {
    struct fw_layout_topic topics[FW_N_TOPICS];
    int replication_factor;
};

// Why a setting of a topic that is there will not do, or NULL. `value` is what it is.
const char *fw_layout_fault(const struct fw_topic_setting *wanted, const char *value);

#endif
