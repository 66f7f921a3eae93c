// SPDX-License-Identifier: MIT
// The checks: each adds what it finds to the findings, and is done within seconds.
//
// In the order in which they are run; later ones look at what earlier ones have learnt. All on one
// thread. None fails: what stands in the way of a check is its finding.
#ifndef FW_DOCTOR_EXAMINE_H
#define FW_DOCTOR_EXAMINE_H

#include "config/config.h"
#include "doctor/finding.h"
#include "doctor/sample.h"
#include "topic/admin.h"
#include "topic/client.h"
#include "topic/layout.h"

#include <stdbool.h>
#include <stdint.h>

enum { FW_EXAMINE_TIMEOUT_MS = 5000 }; // of one request

struct fw_examination {
    const struct fw_config *config;
    struct fw_findings findings;

    // of the broker's check; owned
    struct fw_client *client;
    struct fw_admin *admin; // NULL unless a broker answers

    struct fw_sample sample; // of the frames; of 0 records where there is none
    bool is_skewed;          // the videos of the sample are

    bool has_s3_offset; // S3 has said what time it is
    int64_t s3_offset_us;
};

void fw_examine_broker(struct fw_examination *examination);
void fw_examine_topics(struct fw_examination *examination);
void fw_examine_partitioner(struct fw_examination *examination);
void fw_examine_groups(struct fw_examination *examination);
void fw_examine_objects(struct fw_examination *examination); // S3
void fw_examine_clocks(struct fw_examination *examination);
void fw_examine_model(struct fw_examination *examination);
void fw_examine_disk(struct fw_examination *examination);

// For a check that needs a broker where there is none.
void fw_examine_without_broker(struct fw_examination *examination, const char *check);

#endif
