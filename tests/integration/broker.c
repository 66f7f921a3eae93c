// SPDX-License-Identifier: MIT
// What the C tests against a real broker share.
#include "broker.h"

#include "base/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *broker_address(void)
{
    return getenv("KAFKA_TEST_BOOTSTRAP");
}

int broker_skip(void)
{
    printf("1..0 # SKIP KAFKA_TEST_BOOTSTRAP is not set\n");
    return 0;
}

void succeed(int rc, const struct fw_error *err)
{
    if (rc < 0) {
        fail_msg("%s (%s, %d)", err->text, fw_error_kind_name(err->kind), err->code);
    }
}

struct fw_client *new_client(void)
{
    return fw_client_new(broker_address(), "test");
}

void new_name(const char *what, char ret[NAME_SIZE])
{
    static atomic_int counter;
    snprintf(ret, NAME_SIZE, "%s-%d-%lld-%d", what, (int)getpid(),
             (long long)fw_clock_utc_us() / 1000, atomic_fetch_add(&counter, 1));
}

void new_topic(const struct fw_client *client, int n_partitions,
               const struct fw_topic_setting *settings, size_t n_settings, char ret[NAME_SIZE])
{
    struct fw_error err = { 0 };
    struct fw_admin *admin = NULL;
    bool created = false;
    new_name("topic", ret);
    succeed(fw_admin_open(client, &admin, &err), &err);
    const struct fw_topic_spec spec = {
        .name = ret, .n_partitions = n_partitions, .settings = settings, .n_settings = n_settings
    };
    succeed(fw_admin_create(admin, &spec, WAIT_MS, &created, &err), &err);
    assert_true(created);
    fw_admin_close(admin);
}

void send_text(struct fw_producer *producer, const char *topic, int32_t partition,
               const char *value, struct fw_delivery *delivery)
{
    struct fw_error err = { 0 };
    const struct fw_record record = {
        .topic = topic, .partition = partition, .value = value, .value_size = strlen(value)
    };
    succeed(fw_producer_send(producer, &record, delivery, WAIT_MS, &err), &err);
}

void fill(const struct fw_client *client, const char *topic, int32_t partition, int n)
{
    struct fw_error err = { 0 };
    struct fw_producer *producer = NULL;
    succeed(fw_producer_open(client, &producer, &err), &err);
    for (int i = 0; i < n; i++) {
        char value[16];
        snprintf(value, sizeof(value), "%d", i);
        send_text(producer, topic, partition, value, NULL);
    }
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);
    fw_producer_close(producer);
}

void delete_below(const char *topic, int32_t partition, int64_t offset)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    assert_int_equal(rd_kafka_conf_set(conf, "bootstrap.servers", broker_address(), NULL, 0), 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
    rd_kafka_DeleteRecords_t *records = rd_kafka_DeleteRecords_new(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteRecords(rk, &records, 1, NULL, queue);
    rd_kafka_event_t *answer = rd_kafka_queue_poll(queue, WAIT_MS);
    assert_non_null(answer);
    assert_int_equal(rd_kafka_event_error(answer), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(answer);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteRecords_destroy(records);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
}

void expect_values(const struct fw_client *client, const char *topic, int32_t partition,
                   const char *expected)
{
    struct fw_error err = { 0 };
    struct fw_reader *reader = NULL;
    struct fw_message *message = NULL;
    char values[1024] = "";
    size_t n = 0;
    int rc = FW_READER_NOTHING;
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)WAIT_MS * 1000;
    succeed(fw_reader_open(client, &reader, &err), &err);
    succeed(fw_reader_start(reader, topic, partition, FW_OFFSET_BEGIN, FW_OFFSET_END, &err), &err);
    while (rc != FW_READER_END || strcmp(values, expected) != 0) {
        rc = fw_reader_next(reader, 100, &message, &err);
        succeed(rc, &err);
        if (rc == FW_READER_MESSAGE) {
            n += (size_t)snprintf(values + n, sizeof(values) - n, "%s%.*s", n > 0 ? " " : "",
                                  (int)message->value_size, (const char *)message->value);
            assert_true(n < sizeof(values));
            fw_message_free(message);
        }
        if (strncmp(values, expected, n) != 0 || fw_clock_monotonic_us() > deadline_us) {
            assert_string_equal(values, expected);
        }
    }
    fw_reader_close(reader);
}

// ---- members ----

static void on_assigned(const struct fw_partition *partitions, size_t n, void *arg)
{
    struct member *member = arg;
    struct fw_error err = { 0 };
    member->n_assignments++;
    for (size_t i = 0; i < n; i++) {
        assert_false(member->owned[partitions[i].partition]);
        member->owned[partitions[i].partition] = true;
        member->n_owned++;
        if (member->start_at != FW_OFFSET_NONE) {
            succeed(fw_consumer_start(member->consumer, partitions[i].topic,
                                      partitions[i].partition, member->start_at, &err),
                    &err);
        }
    }
}

static void on_revoked(const struct fw_partition *partitions, size_t n, bool lost, void *arg)
{
    struct member *member = arg;
    member->n_revocations++;
    member->lost = lost;
    for (size_t i = 0; i < n; i++) {
        assert_true(member->owned[partitions[i].partition]);
        member->owned[partitions[i].partition] = false;
        member->n_owned--;
    }
}

void member_open(struct member *member, const struct fw_client *client, const char *group,
                 const char *topic, int64_t start_at)
{
    struct fw_error err = { 0 };
    *member = (struct member){ .start_at = start_at };
    snprintf(member->topic, sizeof(member->topic), "%s", topic);
    const char *topics[] = { topic };
    const struct fw_consumer_options options = { .group_id = group,
                                                 .topics = topics,
                                                 .n_topics = 1,
                                                 .on_assigned = on_assigned,
                                                 .on_revoked = on_revoked,
                                                 .arg = member };
    succeed(fw_consumer_open(client, &options, &member->consumer, &err), &err);
}

void member_close(struct member *member)
{
    fw_consumer_close(member->consumer);
    assert_int_equal(member->n_owned, 0);
}

enum fw_event_kind member_poll(struct member *member, int timeout_ms)
{
    struct fw_error err = { 0 };
    member->event = (struct fw_event){ .kind = FW_EVENT_NONE };
    int rc = fw_consumer_poll(member->consumer, timeout_ms, &member->event, &err);
    succeed(rc, &err);
    if (member->event.kind == FW_EVENT_MESSAGE) {
        fw_message_free(member->event.message);
        member->event.message = NULL;
    }
    return member->event.kind;
}

void member_expect(struct member *member, enum fw_event_kind kind, int64_t offset)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)WAIT_MS * 1000;
    while (member_poll(member, 100) == FW_EVENT_NONE) {
        assert_true(fw_clock_monotonic_us() < deadline_us);
    }
    assert_int_equal(member->event.kind, kind);
    assert_int_equal(member->event.offset, offset);
}

void member_await_owned(struct member *member, int n)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)WAIT_MS * 1000;
    while (member->n_owned != n) {
        assert_int_equal(member_poll(member, 20), FW_EVENT_NONE);
        assert_true(fw_clock_monotonic_us() < deadline_us);
    }
}
