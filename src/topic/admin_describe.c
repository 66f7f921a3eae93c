// SPDX-License-Identifier: MIT
// Lists and describes topics.
#include "base/memory.h"
#include "topic/admin_impl.h"

#include <stdlib.h>
#include <string.h>

// ---- the value of a setting ----

static rd_kafka_resp_err_t setting_result(const struct fw_admin_request *request, const char *name,
                                          char **ret)
{
    size_t n = 0;
    const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(request->answer), &n);
    if (n != 1) {
        return RD_KAFKA_RESP_ERR__FAIL;
    }
    if (rd_kafka_ConfigResource_error(resources[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return rd_kafka_ConfigResource_error(resources[0]);
    }
    size_t n_entries = 0;
    const rd_kafka_ConfigEntry_t **entries =
        rd_kafka_ConfigResource_configs(resources[0], &n_entries);
    for (size_t i = 0; i < n_entries; i++) {
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0) {
            const char *value = rd_kafka_ConfigEntry_value(entries[i]);
            *ret = fw_xstrdup(value != NULL ? value : "");
            return RD_KAFKA_RESP_ERR_NO_ERROR;
        }
    }
    return RD_KAFKA_RESP_ERR_INVALID_CONFIG;
}

int fw_admin_setting(struct fw_admin *admin, const char *topic, const char *name, int timeout_ms,
                     char **ret, struct fw_error *err)
{
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    struct fw_admin_request request;
    fw_admin_request_init(&request, admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms);
    rd_kafka_DescribeConfigs(admin->handle.rk, &resource, 1, request.options, request.queue);
    rd_kafka_ConfigResource_destroy(resource);
    rd_kafka_resp_err_t code = fw_admin_request_wait(&request, timeout_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = setting_result(&request, name, ret);
    }
    fw_admin_request_done(&request);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? 0
               : fw_handle_error(&admin->handle, err, code, "setting %s of topic %s", name, topic);
}

// ---- describe and list ----

static void fill_state(const struct rd_kafka_metadata_topic *topic, struct fw_topic_state *ret)
{
    *ret = (struct fw_topic_state){ .exists = true, .n_partitions = topic->partition_cnt };
    ret->partitions = fw_xcalloc((size_t)topic->partition_cnt + 1, sizeof(*ret->partitions));
    for (int i = 0; i < topic->partition_cnt; i++) {
        const struct rd_kafka_metadata_partition *from = &topic->partitions[i];
        if (from->id >= 0 && from->id < topic->partition_cnt) {
            ret->partitions[from->id] = (struct fw_partition_state){
                .leader = from->leader, .n_replicas = from->replica_cnt, .n_in_sync = from->isr_cnt
            };
        }
    }
}

int fw_admin_describe(struct fw_admin *admin, const char *topic, int timeout_ms,
                      struct fw_topic_state *ret, struct fw_error *err)
{
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(admin->handle.rk, topic, NULL);
    if (rkt == NULL) {
        return fw_topic_error(err, rd_kafka_last_error(), "topic %s", topic);
    }
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(admin->handle.rk, 0, rkt, &metadata, timeout_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = metadata->topics[0].err;
    }
    int rc = 0;
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        *ret = (struct fw_topic_state){ .exists = false };
    } else if (code == RD_KAFKA_RESP_ERR_NO_ERROR ||
               (code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE && metadata != NULL)) {
        fill_state(&metadata->topics[0], ret);
    } else {
        rc = fw_handle_error(&admin->handle, err, code, "topic %s", topic);
    }
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(rkt);
    return rc;
}

void fw_topic_state_done(struct fw_topic_state *state)
{
    free(state->partitions);
    *state = (struct fw_topic_state){ 0 };
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int fw_admin_list(struct fw_admin *admin, int timeout_ms, char ***ret, size_t *ret_n,
                  struct fw_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(admin->handle.rk, 1, NULL, &metadata, timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fw_handle_error(&admin->handle, err, code, "topics");
    }
    char **names = NULL;
    size_t n = 0;
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const char *name = metadata->topics[i].topic;
        if (strncmp(name, "__", 2) != 0) {
            names = fw_xrealloc(names, (n + 1) * sizeof(char *));
            names[n++] = fw_xstrdup(name);
        }
    }
    rd_kafka_metadata_destroy(metadata);
    if (n > 0) {
        qsort(names, n, sizeof(char *), compare_names);
    }
    *ret = names;
    *ret_n = n;
    return 0;
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t n = strlen(name);
    size_t n_suffix = strlen(suffix);
    return n > n_suffix && strcmp(name + n - n_suffix, suffix) == 0;
}

int fw_admin_list_ending(struct fw_admin *admin, const char *suffix, int timeout_ms, char ***ret,
                         size_t *ret_n, struct fw_error *err)
{
    char **names = NULL;
    size_t n = 0;
    int rc = fw_admin_list(admin, timeout_ms, &names, &n, err);
    if (rc < 0) {
        return rc;
    }
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (ends_with(names[i], suffix)) {
            names[n_kept++] = names[i];
        } else {
            free(names[i]);
        }
    }
    *ret = names;
    *ret_n = n_kept;
    return 0;
}

void fw_admin_list_free(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(names[i]);
    }
    free(names);
}
