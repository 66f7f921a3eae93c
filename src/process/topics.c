// SPDX-License-Identifier: MIT
// The topics that a processor reads and writes: prepared before it joins its group.
#include "process/topics.h"

#include "base/log.h"
#include "topic/admin.h"
#include "topic/setup.h"

#include <string.h>

enum { REQUEST_TIMEOUT_MS = 30000 };

static void on_wait(const struct fw_error *reason, void *arg)
{
    const struct fw_config *config = arg;
    fw_log(FW_LOG_WARNING, "waiting for Kafka at %s: %s", config->bootstrap_servers, reason->text);
}

static void tell(const struct fw_layout_finding *finding, void *arg)
{
    struct fw_topics *topics = arg;
    if (finding->news == FW_LAYOUT_CREATED) {
        fw_log(FW_LOG_INFO, "%s", finding->text);
    } else if (finding->news != FW_LAYOUT_FOUND) {
        fw_log(FW_LOG_WARNING, "%s", finding->text);
    }
    if (strcmp(finding->topic, topics->frames) == 0) {
        topics->n_partitions = finding->n_partitions;
    }
}

static void name_topics(struct fw_topics *topics, const struct fw_config *config)
{
    topics->layout = fw_layout_from_config(config);
    topics->frames = fw_layout_topic(topics->layout, FW_TOPIC_FRAMES);
    topics->detections = fw_layout_topic(topics->layout, FW_TOPIC_DETECTIONS);
    topics->events = fw_layout_topic(topics->layout, FW_TOPIC_EVENTS);
    topics->segments = fw_layout_topic(topics->layout, FW_TOPIC_SEGMENTS);
    topics->progress = fw_layout_topic(topics->layout, FW_TOPIC_PROGRESS);
    topics->completions = fw_layout_topic(topics->layout, FW_TOPIC_COMPLETIONS);
    topics->dead_letters = fw_layout_topic(topics->layout, FW_TOPIC_FRAMES_DLQ);
}

int fw_topics_prepare(const struct fw_config *config, const struct fw_client *client,
                      struct fw_topics *ret, struct fw_error *err)
{
    FW_SCOPE(fw_admin_close_cleanup) struct fw_admin *admin = NULL;
    struct fw_topics topics = { 0 };
    int result = fw_admin_open(client, &admin, err);
    if (result == 0) {
        result = fw_admin_await(admin, config, on_wait, (void *)(uintptr_t)config, err);
    }
    if (result != 0) {
        return result;
    }
    name_topics(&topics, config);
    result = fw_layout_apply(topics.layout, admin, FW_LAYOUT_COMPLETE, REQUEST_TIMEOUT_MS, tell,
                             &topics, NULL, err);
    if (result != 0) {
        fw_topics_done(&topics);
        return result;
    }
    *ret = topics;
    return 0;
}

void fw_topics_done(struct fw_topics *topics)
{
    fw_layout_free(topics->layout);
    *topics = (struct fw_topics){ 0 };
}
