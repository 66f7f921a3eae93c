// SPDX-License-Identifier: MIT
// What the coordinator knows of a group: its members with their partitions, its committed offsets.
#include "base/memory.h"
#include "topic/lag_impl.h"
#include "wire/offset_metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- all groups ----

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static rd_kafka_resp_err_t groups_result(const struct fw_admin_request *request, char ***ret,
                                         size_t *ret_n)
{
    const rd_kafka_ListConsumerGroups_result_t *result =
        rd_kafka_event_ListConsumerGroups_result(request->answer);
    size_t n_errors = 0;
    const rd_kafka_error_t **errors = rd_kafka_ListConsumerGroups_result_errors(result, &n_errors);
    size_t n = 0;
    const rd_kafka_ConsumerGroupListing_t **listings =
        rd_kafka_ListConsumerGroups_result_valid(result, &n);
    if (n == 0) {
        return n_errors > 0 ? rd_kafka_error_code(errors[0]) : RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    char **names = fw_xcalloc(n, sizeof(char *));
    for (size_t i = 0; i < n; i++) {
        names[i] = fw_xstrdup(rd_kafka_ConsumerGroupListing_group_id(listings[i]));
    }
    qsort(names, n, sizeof(char *), compare_names);
    *ret = names;
    *ret_n = n;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

int fw_lag_groups(struct fw_lag_reader *reader, int timeout_ms, char ***ret, size_t *ret_n,
                  struct fw_error *err)
{
    char **names = NULL;
    size_t n = 0;
    struct fw_admin_request request;
    fw_admin_request_init(&request, &reader->admin, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS,
                          timeout_ms);
    rd_kafka_ListConsumerGroups(reader->admin.handle.rk, request.options, request.queue);
    rd_kafka_resp_err_t code = fw_admin_request_wait(&request, timeout_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = groups_result(&request, &names, &n);
    }
    fw_admin_request_done(&request);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fw_handle_error(&reader->admin.handle, err, code, "consumer groups");
    }
    *ret = names;
    *ret_n = n;
    return 0;
}

// ---- members ----

static void take_assignment(struct fw_lag *lag, int member_idx,
                            const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; list != NULL && i < list->cnt; i++) {
        fw_lag_row(lag, list->elems[i].topic, list->elems[i].partition)->member_idx = member_idx;
        lag->members[member_idx].n_partitions++;
    }
}

static void take_members(struct fw_lag *lag, const rd_kafka_ConsumerGroupDescription_t *group)
{
    size_t n = rd_kafka_ConsumerGroupDescription_member_count(group);
    lag->members = fw_xcalloc(n + 1, sizeof(lag->members[0]));
    for (size_t i = 0; i < n; i++) {
        const rd_kafka_MemberDescription_t *member =
            rd_kafka_ConsumerGroupDescription_member(group, i);
        lag->members[lag->n_members++] = (struct fw_lag_member){
            .consumer_id = fw_xstrdup(rd_kafka_MemberDescription_consumer_id(member)),
            .client_id = fw_xstrdup(rd_kafka_MemberDescription_client_id(member)),
            .host = fw_xstrdup(rd_kafka_MemberDescription_host(member)),
        };
        const rd_kafka_MemberAssignment_t *assignment =
            rd_kafka_MemberDescription_assignment(member);
        take_assignment(lag, (int)i,
                        assignment != NULL ? rd_kafka_MemberAssignment_partitions(assignment)
                                           : NULL);
    }
}

static rd_kafka_resp_err_t take_group(const struct fw_admin_request *request, struct fw_lag *lag)
{
    size_t n = 0;
    const rd_kafka_ConsumerGroupDescription_t **groups =
        rd_kafka_DescribeConsumerGroups_result_groups(
            rd_kafka_event_DescribeConsumerGroups_result(request->answer), &n);
    if (n != 1) {
        return RD_KAFKA_RESP_ERR__FAIL;
    }
    const rd_kafka_error_t *error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
    if (error != NULL) {
        rd_kafka_resp_err_t code = rd_kafka_error_code(error);
        return code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND ? RD_KAFKA_RESP_ERR_NO_ERROR : code;
    }
    rd_kafka_consumer_group_state_t state = rd_kafka_ConsumerGroupDescription_state(groups[0]);
    lag->exists = state != RD_KAFKA_CONSUMER_GROUP_STATE_DEAD;
    snprintf(lag->state, sizeof(lag->state), "%s", rd_kafka_consumer_group_state_name(state));
    take_members(lag, groups[0]);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

int fw_lag_describe(struct fw_lag_reader *reader, struct fw_lag *lag, int timeout_ms,
                    struct fw_error *err)
{
    const char *groups[] = { lag->group };
    struct fw_admin_request request;
    fw_admin_request_init(&request, &reader->admin, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS,
                          timeout_ms);
    rd_kafka_DescribeConsumerGroups(reader->admin.handle.rk, groups, 1, request.options,
                                    request.queue);
    rd_kafka_resp_err_t code = fw_admin_request_wait(&request, timeout_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = take_group(&request, lag);
    }
    fw_admin_request_done(&request);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? 0
               : fw_handle_error(&reader->admin.handle, err, code, "group %s", lag->group);
}

// ---- committed offsets ----

static void take_offset(struct fw_lag *lag, const rd_kafka_topic_partition_t *item)
{
    if (item->offset < 0) {
        return;
    }
    struct fw_lag_partition *row = fw_lag_row(lag, item->topic, item->partition);
    row->committed = item->offset;
    row->position = item->offset;
    int64_t pos = -1;
    // Other programs' metadata are no error here: they only don't say how far they are.
    if (item->metadata != NULL &&
        fw_offset_metadata_parse(item->metadata, item->metadata_size, &pos, NULL) == 0 &&
        pos > row->position) {
        row->position = pos;
    }
    lag->exists = true;
}

static rd_kafka_resp_err_t take_offsets(const struct fw_admin_request *request, struct fw_lag *lag)
{
    size_t n = 0;
    const rd_kafka_group_result_t **groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(request->answer), &n);
    if (n != 1) {
        return RD_KAFKA_RESP_ERR__FAIL;
    }
    const rd_kafka_error_t *error = rd_kafka_group_result_error(groups[0]);
    if (error != NULL) {
        return rd_kafka_error_code(error);
    }
    const rd_kafka_topic_partition_list_t *list = rd_kafka_group_result_partitions(groups[0]);
    for (int i = 0; list != NULL && i < list->cnt; i++) {
        if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return list->elems[i].err;
        }
        take_offset(lag, &list->elems[i]);
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

int fw_lag_committed(struct fw_lag_reader *reader, struct fw_lag *lag, int timeout_ms,
                     struct fw_error *err)
{
    rd_kafka_ListConsumerGroupOffsets_t *what =
        rd_kafka_ListConsumerGroupOffsets_new(lag->group, NULL);
    struct fw_admin_request request;
    fw_admin_request_init(&request, &reader->admin, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS,
                          timeout_ms);
    rd_kafka_ListConsumerGroupOffsets(reader->admin.handle.rk, &what, 1, request.options,
                                      request.queue);
    rd_kafka_ListConsumerGroupOffsets_destroy(what);
    rd_kafka_resp_err_t code = fw_admin_request_wait(&request, timeout_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = take_offsets(&request, lag);
    }
    fw_admin_request_done(&request);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND
               ? 0
               : fw_handle_error(&reader->admin.handle, err, code, "offsets of group %s",
                                 lag->group);
}
