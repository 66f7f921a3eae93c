// SPDX-License-Identifier: MIT
// Creates and grows topics.
//
// DESIGN: the library's admin calls put their result on a queue; each of ours makes one, waits, and
// looks at the one result in it. A producer's connection serves, for it joins nothing.
#include "topic/admin.h"

#include "base/clock.h"
#include "base/memory.h"
#include "topic/admin_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// How often a topic that is being made is looked at.
enum { LOOK_MS = 50 };

int fw_admin_open(const struct fw_client *client, struct fw_admin **ret, struct fw_error *err)
{
    struct fw_admin *admin = fw_xcalloc(1, sizeof(*admin));
    const struct fw_handle_options options = { .type = RD_KAFKA_PRODUCER, .owner = admin };
    int rc = fw_handle_open(&admin->handle, client, &options, err);
    if (rc < 0) {
        free(admin);
        return rc;
    }
    *ret = admin;
    return 0;
}

void fw_admin_close(struct fw_admin *admin)
{
    if (admin != NULL) {
        fw_handle_close(&admin->handle);
        free(admin);
    }
}

static int left_ms(int64_t deadline_us)
{
    int64_t left_us = deadline_us - fw_clock_monotonic_us();
    return left_us > 0 ? (int)(left_us / 1000) : 0;
}

// ---- one request and its answer ----

void fw_admin_request_init(struct fw_admin_request *request, struct fw_admin *admin,
                           rd_kafka_admin_op_t op, int timeout_ms)
{
    *request =
        (struct fw_admin_request){ .options = rd_kafka_AdminOptions_new(admin->handle.rk, op),
                                   .queue = rd_kafka_queue_new(admin->handle.rk) };
    char text[128];
    // Both fail outside of their range only: then the library's own limit, a minute, holds.
    (void)rd_kafka_AdminOptions_set_request_timeout(request->options, timeout_ms, text,
                                                    sizeof(text));
    (void)rd_kafka_AdminOptions_set_operation_timeout(request->options, timeout_ms, text,
                                                      sizeof(text));
}

void fw_admin_request_done(struct fw_admin_request *request)
{
    if (request->answer != NULL) {
        rd_kafka_event_destroy(request->answer);
    }
    rd_kafka_queue_destroy(request->queue);
    rd_kafka_AdminOptions_destroy(request->options);
}

// Waits a little longer than the library, whose own error says more.
rd_kafka_resp_err_t fw_admin_request_wait(struct fw_admin_request *request, int timeout_ms)
{
    request->answer = rd_kafka_queue_poll(request->queue, timeout_ms + 1000);
    return request->answer == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT
                                   : rd_kafka_event_error(request->answer);
}

static int topic_error(struct fw_admin *admin, const rd_kafka_topic_result_t *result,
                       struct fw_error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_topic_result_error(result);
    const char *text = rd_kafka_topic_result_error_string(result);
    const char *name = rd_kafka_topic_result_name(result);
    return text != NULL && text[0] != '\0'
               ? fw_handle_error(&admin->handle, err, code, "topic %s: %s", name, text)
               : fw_handle_error(&admin->handle, err, code, "topic %s", name);
}

// ---- create ----

static int new_topic(const struct fw_topic_spec *spec, rd_kafka_NewTopic_t **ret,
                     struct fw_error *err)
{
    char text[256];
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(
        spec->name, spec->n_partitions,
        spec->replication_factor > 0 ? spec->replication_factor : -1, text, sizeof(text));
    if (topic == NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "topic %s: %s", spec->name, text);
    }
    for (size_t i = 0; i < spec->n_settings; i++) {
        // Fails for an empty name only; the broker judges the rest.
        (void)rd_kafka_NewTopic_set_config(topic, spec->settings[i].name, spec->settings[i].value);
    }
    *ret = topic;
    return 0;
}

static rd_kafka_resp_err_t created_result(const struct fw_admin_request *request,
                                          const rd_kafka_topic_result_t **ret)
{
    size_t n = 0;
    const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(request->answer), &n);
    *ret = n == 1 ? results[0] : NULL;
    return n == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR__FAIL;
}

static int ask_to_create(struct fw_admin *admin, const struct fw_topic_spec *spec, int timeout_ms,
                         bool *ret_created, struct fw_error *err)
{
    rd_kafka_NewTopic_t *topic = NULL;
    int rc = new_topic(spec, &topic, err);
    if (rc < 0) {
        return rc;
    }
    struct fw_admin_request request;
    fw_admin_request_init(&request, admin, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_ms);
    rd_kafka_CreateTopics(admin->handle.rk, &topic, 1, request.options, request.queue);
    rd_kafka_NewTopic_destroy(topic);
    rd_kafka_resp_err_t code = fw_admin_request_wait(&request, timeout_ms);
    const rd_kafka_topic_result_t *result = NULL;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = created_result(&request, &result);
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
        *ret_created = code == RD_KAFKA_RESP_ERR_NO_ERROR;
    } else if (result != NULL) {
        rc = topic_error(admin, result, err);
    } else {
        rc = fw_handle_error(&admin->handle, err, code, "topic %s", spec->name);
    }
    fw_admin_request_done(&request);
    return rc;
}

static bool is_usable(const struct fw_topic_state *state, int n_partitions)
{
    bool usable = state->exists && state->n_partitions >= n_partitions;
    for (int i = 0; usable && i < state->n_partitions; i++) {
        usable = state->partitions[i].leader >= 0;
    }
    return usable;
}

// The controller answers before the brokers have heard of it.
static int wait_until_usable(struct fw_admin *admin, const char *topic, int n_partitions,
                             int64_t deadline_us, struct fw_error *err)
{
    bool usable = false;
    do {
        struct fw_topic_state state = { 0 };
        int rc = fw_admin_describe(admin, topic, left_ms(deadline_us) + LOOK_MS, &state, err);
        if (rc < 0) {
            return rc;
        }
        usable = is_usable(&state, n_partitions);
        fw_topic_state_done(&state);
        if (!usable) {
            (void)rd_kafka_poll(admin->handle.rk, LOOK_MS); // its events don't matter here
        }
    } while (!usable && left_ms(deadline_us) > 0);
    return usable ? 0
                  : fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT,
                                 "topic %s: its partitions have no leaders yet", topic);
}

int fw_admin_create(struct fw_admin *admin, const struct fw_topic_spec *spec, int timeout_ms,
                    bool *ret_created, struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    bool created = false;
    int rc = ask_to_create(admin, spec, timeout_ms, &created, err);
    if (rc == 0) {
        rc = wait_until_usable(admin, spec->name, created ? spec->n_partitions : 1, deadline_us,
                               err);
    }
    if (rc == 0 && ret_created != NULL) {
        *ret_created = created;
    }
    return rc;
}

// ---- grow ----

static rd_kafka_resp_err_t grown_result(const struct fw_admin_request *request,
                                        const rd_kafka_topic_result_t **ret)
{
    size_t n = 0;
    const rd_kafka_topic_result_t **results = rd_kafka_CreatePartitions_result_topics(
        rd_kafka_event_CreatePartitions_result(request->answer), &n);
    *ret = n == 1 ? results[0] : NULL;
    return n == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR__FAIL;
}

static int ask_to_grow(struct fw_admin *admin, const char *topic, int n_partitions, int timeout_ms,
                       struct fw_error *err)
{
    char text[256];
    rd_kafka_NewPartitions_t *partitions =
        rd_kafka_NewPartitions_new(topic, (size_t)n_partitions, text, sizeof(text));
    if (partitions == NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "topic %s: %s", topic, text);
    }
    struct fw_admin_request request;
    fw_admin_request_init(&request, admin, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, timeout_ms);
    rd_kafka_CreatePartitions(admin->handle.rk, &partitions, 1, request.options, request.queue);
    rd_kafka_NewPartitions_destroy(partitions);
    rd_kafka_resp_err_t code = fw_admin_request_wait(&request, timeout_ms);
    const rd_kafka_topic_result_t *result = NULL;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = grown_result(&request, &result);
    }
    int rc = 0;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rc = result != NULL ? topic_error(admin, result, err)
                            : fw_handle_error(&admin->handle, err, code, "topic %s", topic);
    }
    fw_admin_request_done(&request);
    return rc;
}

int fw_admin_grow(struct fw_admin *admin, const char *topic, int n_partitions, int timeout_ms,
                  struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    int rc = ask_to_grow(admin, topic, n_partitions, timeout_ms, err);
    return rc < 0 ? rc : wait_until_usable(admin, topic, n_partitions, deadline_us, err);
}
