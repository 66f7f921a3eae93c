// SPDX-License-Identifier: MIT
// What an alerter counts, in the process's metrics.
#include "alert/count.h"

#include "base/clock.h"
#include "base/metric.h"

// From the time that the producer gave the frame, where it gave one.
static void count_latency(const struct fw_alert_job *job)
{
    int64_t produced_us = 0;
    if (fw_clock_parse_utc(job->event.timestamp, &produced_us)) {
        fw_metric_observe(FW_METRIC_ALERT_SECONDS, fw_clock_utc_us() - produced_us);
    }
}

void fw_alert_count_result(const struct fw_alert_job *job)
{
    switch (job->result) {
    case FW_ALERT_DELIVERED:
        fw_series_add(fw_metric_series_of(FW_METRIC_ALERTS, fw_event_type_words[job->event.type]),
                      1);
        count_latency(job);
        break;
    case FW_ALERT_HELD_BACK:
        fw_series_add(fw_metric_series_of(FW_METRIC_ALERTS_HELD_BACK,
                                          fw_alert_verdict_words[job->judged.verdict]),
                      1);
        break;
    case FW_ALERT_DEAD:
        break; // counted with the other dead letters
    }
}
