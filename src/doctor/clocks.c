// SPDX-License-Identifier: MIT
// Whether this machine's clock agrees with others': S3's, and the broker's as far as it shows.
//
// DESIGN: S3 puts its time into every answer. A broker says its own only in records of topics with
// LogAppendTime, and only when somebody writes one; in all others the time is the producer's. So of
// Kafka's side it can be seen that a record comes from the future, by some machine's clock, and not
// more.
#include "base/clock.h"
#include "base/memory.h"
#include "doctor/examine.h"

#include <stdlib.h>
#include <string.h>

static const char check[] = "clock";

static const char set_clock[] =
    "let NTP set the clocks of all machines (chrony, systemd-timesyncd): ages, lag in seconds and "
    "URLs that expire depend on them";

#define SKEW_US INT64_C(5000000) // a Date has whole seconds, and an answer takes a while

static void examine_s3(struct fw_examination *examination)
{
    int64_t offset_us = examination->s3_offset_us;
    if (offset_us > -SKEW_US && offset_us < SKEW_US) {
        fw_findings_add(&examination->findings, FW_FINDING_OK, check, FW_ABOUT_UPLOADS, NULL,
                        "this machine and S3 agree within %d s", (int)(SKEW_US / 1000000));
        return;
    }
    fw_findings_add(&examination->findings, FW_FINDING_WARNING, check, FW_ABOUT_UPLOADS, set_clock,
                    "this machine's clock is %.0f s %s that of S3; AWS refuses more than 900 s, "
                    "which FireWatch corrects but other programs may not",
                    (double)llabs((long long)offset_us) / 1e6,
                    offset_us > 0 ? "behind" : "ahead of");
}

static bool is_brokers_time(struct fw_examination *examination)
{
    FW_SCOPE(fw_free_cleanup) char *type = NULL;
    int rc = fw_admin_setting(examination->admin, examination->config->video_topic,
                              "message.timestamp.type", FW_EXAMINE_TIMEOUT_MS, &type, NULL);
    return rc == 0 && strcmp(type, "LogAppendTime") == 0;
}

static void examine_records(struct fw_examination *examination)
{
    const struct fw_sample *sample = &examination->sample;
    if (examination->admin == NULL || sample->n_records == 0 || sample->newest_utc_ms < 0) {
        return;
    }
    int64_t ahead_us = sample->newest_utc_ms * 1000 - fw_clock_utc_us();
    const char *whose = is_brokers_time(examination) ? "a broker's" : "a producer's";
    if (ahead_us >= SKEW_US) {
        fw_findings_add(&examination->findings, FW_FINDING_WARNING, check, FW_ABOUT_LAG, set_clock,
                        "a frame is from %.0f s in the future: this machine's clock is behind, or "
                        "%s ahead",
                        (double)ahead_us / 1e6, whose);
    } else {
        fw_findings_add(&examination->findings, FW_FINDING_OK, check, FW_ABOUT_LAG, NULL,
                        "no frame is from the future (their time is %s)", whose);
    }
}

void fw_examine_clocks(struct fw_examination *examination)
{
    if (examination->has_s3_offset) {
        examine_s3(examination);
    }
    examine_records(examination);
    if (!examination->has_s3_offset && examination->sample.n_records == 0) {
        fw_findings_add(&examination->findings, FW_FINDING_SKIPPED, check, FW_ABOUT_NOTHING, NULL,
                        "neither an answer of S3 nor a frame is there to compare with");
    }
}
