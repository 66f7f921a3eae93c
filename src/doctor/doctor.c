// SPDX-License-Identifier: MIT
// `firewatch doctor`: one check after the other, and what they find.
#include "doctor/doctor.h"

#include "base/buffer.h"
#include "base/log.h"
#include "base/stop.h"
#include "doctor/examine.h"
#include "doctor/report.h"

#include <stdio.h>

enum { JSON_BYTES = 16 * 1024 * 1024 };

static void (*const checks[])(struct fw_examination *examination) = {
    fw_examine_broker,  fw_examine_topics, fw_examine_partitioner, fw_examine_groups,
    fw_examine_objects, fw_examine_clocks, fw_examine_model,       fw_examine_disk,
};

// Each as soon as it is there: some checks take seconds.
static void print_from(const struct fw_examination *examination, size_t first)
{
    for (size_t i = first; i < examination->findings.n; i++) {
        fw_finding_print(&examination->findings.items[i], stdout);
    }
    fflush(stdout); // whether it could be written is looked at in the end
}

static void print_json(const struct fw_examination *examination)
{
    struct fw_buffer buf;
    struct fw_error err = { 0 };
    fw_buffer_init(&buf, JSON_BYTES);
    struct fw_json json = fw_json_begin(&buf);
    fw_findings_put_json(&json, &examination->findings);
    if (fw_json_end(&json, &err) == 0) {
        printf("%.*s\n", (int)buf.size, (const char *)buf.data);
    } else {
        fw_log(FW_LOG_ERROR, "%s", err.text);
    }
    fw_buffer_done(&buf);
}

static void release(struct fw_examination *examination)
{
    fw_findings_done(&examination->findings);
    fw_sample_done(&examination->sample);
    fw_admin_close(examination->admin);
    fw_client_free(examination->client);
}

int fw_doctor(const struct fw_config *config)
{
    struct fw_examination examination = { .config = config };
    for (size_t i = 0; i < FW_ARRAY_LEN(checks) && !fw_stop_requested(); i++) {
        size_t first = examination.findings.n;
        checks[i](&examination);
        if (!config->json) {
            print_from(&examination, first);
        }
    }
    bool was_stopped = fw_stop_requested();
    if (config->json && !was_stopped) {
        print_json(&examination);
    }
    size_t n_wrong = fw_findings_count(&examination.findings, FW_FINDING_WRONG);
    release(&examination);
    return was_stopped || n_wrong > 0 ? 1 : 0;
}
