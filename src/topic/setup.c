// SPDX-License-Identifier: MIT
// From the configuration to Kafka: the client, the topics' layout, the first contact.
#include "topic/setup.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/stop.h"
#include "topic/admin_impl.h"

#include <errno.h>
#include <string.h>

// How long one try of the first contact is, and so how soon a stop is noticed; and the least that
// lies between two that fail at once.
enum { TRY_MS = 500, PAUSE_MS = 100 };

static int set_property(struct fw_client *client, const char *text, struct fw_error *err)
{
    if (strncmp(text, FW_CLIENT_VARIABLE_PREFIX, strlen(FW_CLIENT_VARIABLE_PREFIX)) != 0) {
        return fw_client_set_pair(client, text, err);
    }
    const char *equals = strchrnul(text, '=');
    FW_SCOPE(fw_free_cleanup) char *variable = fw_xstrndup(text, (size_t)(equals - text));
    return fw_client_set_variable(client, variable, *equals == '=' ? equals + 1 : "", err);
}

int fw_client_from_config(const struct fw_config *config, struct fw_client **ret,
                          struct fw_error *err)
{
    FW_SCOPE(fw_client_free_cleanup)
    struct fw_client *client = fw_client_new(config->bootstrap_servers, NULL);
    for (size_t i = 0; i < config->properties.n; i++) {
        int rc = set_property(client, config->properties.items[i], err);
        if (rc < 0) {
            return rc;
        }
    }
    *ret = FW_TAKE(client);
    return 0;
}

struct fw_layout *fw_layout_from_config(const struct fw_config *config)
{
    const struct fw_layout_options options = {
        .frames = config->video_topic,
        .detections = config->detections_topic,
        .events = config->events_topic,
        .segments = config->segments_topic,
        .progress = config->progress_topic,
        .completions = config->completions_topic,
        .dlq_suffix = config->dlq_suffix,
        .n_frames = config->video_topic_partitions,
        .n_detections = config->detections_topic_partitions,
        .n_completions = config->completions_topic_partitions,
        .replication_factor = config->replication_factor,
    };
    return fw_layout_new(&options);
}

// Brokers only: a cluster may have many topics.
int fw_admin_ask(struct fw_admin *admin, int timeout_ms, struct fw_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(admin->handle.rk, 0, NULL, &metadata, timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fw_handle_error(&admin->handle, err, code, "brokers");
    }
    rd_kafka_metadata_destroy(metadata);
    return 0;
}

int fw_admin_await(struct fw_admin *admin, const struct fw_config *config,
                   void (*on_wait)(const struct fw_error *reason, void *arg), void *arg,
                   struct fw_error *err)
{
    int64_t deadline_us =
        fw_clock_monotonic_us() + (int64_t)(config->startup_timeout_s * 1000000.0);
    struct fw_error reason = { 0 };
    while (fw_admin_ask(admin, TRY_MS, &reason) < 0) {
        if (reason.kind != FW_ERROR_RETRY) {
            return fw_error_set(err, reason.kind, reason.code, "%s", reason.text);
        }
        if (fw_stop_requested()) {
            return fw_error_set(err, FW_ERROR_STOP, EINTR, "stopped while waiting for Kafka");
        }
        if (fw_clock_monotonic_us() >= deadline_us) {
            return fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT, "no answer from Kafka: %s",
                                reason.text);
        }
        if (on_wait != NULL) {
            on_wait(&reason, arg);
            on_wait = NULL;
        }
        (void)rd_kafka_poll(admin->handle.rk, PAUSE_MS); // its events don't matter here
    }
    return 0;
}

int fw_client_await(const struct fw_client *client, const struct fw_config *config,
                    void (*on_wait)(const struct fw_error *reason, void *arg), void *arg,
                    struct fw_error *err)
{
    struct fw_admin *admin = NULL;
    int rc = fw_admin_open(client, &admin, err);
    rc = rc < 0 ? rc : fw_admin_await(admin, config, on_wait, arg, err);
    fw_admin_close(admin);
    return rc;
}
