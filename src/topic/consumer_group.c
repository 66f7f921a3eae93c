// SPDX-License-Identifier: MIT
// A member of a consumer group: what is assigned and revoked.
#include "base/memory.h"
#include "topic/consumer_impl.h"

#include <string.h>

static struct fw_partition *partitions_of(const rd_kafka_topic_partition_list_t *list)
{
    struct fw_partition *partitions = fw_xcalloc((size_t)list->cnt + 1, sizeof(*partitions));
    for (int i = 0; i < list->cnt; i++) {
        partitions[i] = (struct fw_partition){ .topic = list->elems[i].topic,
                                               .partition = list->elems[i].partition };
    }
    return partitions;
}

static bool is_cooperative(struct fw_consumer *consumer)
{
    const char *protocol = rd_kafka_rebalance_protocol(consumer->group.rk);
    return protocol != NULL && strcmp(protocol, "COOPERATIVE") == 0;
}

static void keep_error(struct fw_consumer *consumer, rd_kafka_error_t *error,
                       rd_kafka_resp_err_t code)
{
    if (error != NULL) {
        code = rd_kafka_error_code(error);
        rd_kafka_error_destroy(error);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)fw_topic_error(&consumer->rebalance_error, code, "assignment"); // poll returns it
    }
}

// Tells the library that the assignment has been seen. It gets an empty one in an eager group; in a
// cooperative one it insists on the real one, which then is paused for good: the fetcher reads.
static void accept_assignment(struct fw_consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    if (is_cooperative(consumer)) {
        keep_error(consumer, rd_kafka_incremental_assign(consumer->group.rk, list),
                   RD_KAFKA_RESP_ERR_NO_ERROR);
        keep_error(consumer, NULL, rd_kafka_pause_partitions(consumer->group.rk, list));
        return;
    }
    rd_kafka_topic_partition_list_t *nothing = rd_kafka_topic_partition_list_new(0);
    keep_error(consumer, NULL, rd_kafka_assign(consumer->group.rk, nothing));
    rd_kafka_topic_partition_list_destroy(nothing);
}

static void release_assignment(struct fw_consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    if (is_cooperative(consumer)) {
        keep_error(consumer, rd_kafka_incremental_unassign(consumer->group.rk, list),
                   RD_KAFKA_RESP_ERR_NO_ERROR);
    } else {
        keep_error(consumer, NULL, rd_kafka_assign(consumer->group.rk, NULL));
    }
}

static void assigned(struct fw_consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    accept_assignment(consumer, list);
    for (int i = 0; i < list->cnt; i++) {
        rd_kafka_topic_partition_list_add(consumer->owned, list->elems[i].topic,
                                          list->elems[i].partition);
    }
    FW_SCOPE(fw_free_cleanup) struct fw_partition *partitions = partitions_of(list);
    consumer->options.on_assigned(partitions, (size_t)list->cnt, consumer->options.arg);
}

static void give_up(struct fw_consumer *consumer, rd_kafka_topic_partition_list_t *list, bool lost)
{
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *gone = &list->elems[i];
        fw_fetcher_stop(&consumer->fetcher, gone->topic, gone->partition);
        (void)rd_kafka_topic_partition_list_del(consumer->owned, gone->topic,
                                                gone->partition); // was not owned: as good
    }
    FW_SCOPE(fw_free_cleanup) struct fw_partition *partitions = partitions_of(list);
    consumer->options.on_revoked(partitions, (size_t)list->cnt, lost, consumer->options.arg);
}

static void revoked(struct fw_consumer *consumer, rd_kafka_topic_partition_list_t *list, bool lost)
{
    give_up(consumer, list, lost);
    release_assignment(consumer, list);
}

void fw_consumer_lose_all(struct fw_consumer *consumer)
{
    rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_copy(consumer->owned);
    give_up(consumer, all, true);
    rd_kafka_topic_partition_list_destroy(all);
}

void fw_consumer_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                              rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct fw_consumer *consumer = fw_handle_of(opaque)->owner;
    switch (code) {
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
        assigned(consumer, list);
        break;
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
        revoked(consumer, list, rd_kafka_assignment_lost(rk) != 0);
        break;
    default:
        (void)fw_topic_error(&consumer->rebalance_error, code, "assignment"); // poll returns it
        keep_error(consumer, NULL, rd_kafka_assign(rk, NULL));
        break;
    }
}
