// SPDX-License-Identifier: MIT
// topic: producing and reading against librdkafka's mock cluster, and what brokers can answer.
#include "unit.h"

#include "base/clock.h"
#include "base/memory.h"
#include "topic/consumer.h"
#include "topic/producer.h"
#include "topic/reader.h"
#include "wire/limits.h"
#include "wire/partitioner.h"

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 20000, PRODUCE_API = 0 };

struct cluster {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *mock;
    struct fw_client *client;
};

static int start_cluster(void **state)
{
    struct cluster *cluster = fw_xcalloc(1, sizeof(*cluster));
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    cluster->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    assert_non_null(cluster->rk);
    cluster->mock = rd_kafka_mock_cluster_new(cluster->rk, 1);
    assert_non_null(cluster->mock);
    assert_int_equal(rd_kafka_mock_topic_create(cluster->mock, "t", 3, 1), 0);
    cluster->client = fw_client_new(rd_kafka_mock_cluster_bootstraps(cluster->mock), "test");
    *state = cluster;
    return 0;
}

static int stop_cluster(void **state)
{
    struct cluster *cluster = *state;
    fw_client_free(cluster->client);
    rd_kafka_mock_cluster_destroy(cluster->mock);
    rd_kafka_destroy(cluster->rk);
    free(cluster);
    return 0;
}

static void succeed(int rc, const struct fw_error *err)
{
    if (rc < 0) {
        fail_msg("%s", err->text);
    }
}

static struct fw_producer *open_producer(const struct cluster *cluster)
{
    struct fw_error err = { 0 };
    struct fw_producer *producer = NULL;
    int32_t n_partitions = 0;
    succeed(fw_producer_open(cluster->client, &producer, &err), &err);
    succeed(fw_producer_n_partitions(producer, "t", WAIT_MS, &n_partitions, &err), &err);
    assert_int_equal(n_partitions, 3);
    return producer;
}

static void send_text(struct fw_producer *producer, int32_t partition, const char *key,
                      const char *value, struct fw_delivery *delivery)
{
    struct fw_error err = { 0 };
    const struct fw_record record = { .topic = "t",
                                      .partition = partition,
                                      .key = key,
                                      .key_size = strlen(key),
                                      .value = value,
                                      .value_size = strlen(value) };
    succeed(fw_producer_send(producer, &record, delivery, WAIT_MS, &err), &err);
}

static void fill_partition(const struct cluster *cluster, int32_t partition, int n)
{
    struct fw_error err = { 0 };
    struct fw_producer *producer = open_producer(cluster);
    for (int i = 0; i < n; i++) {
        char value[16];
        snprintf(value, sizeof(value), "%d", i);
        send_text(producer, partition, "k", value, NULL);
    }
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);
    fw_producer_close(producer);
}

// ---- producing ----

static void a_record_arrives_as_it_was_sent(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_producer *producer = open_producer(cluster);
    const struct fw_header headers[] = { { "a", "one", 3 },
                                         { "a", "two", 3 },
                                         { "none", NULL, 0 } };
    const struct fw_record record = { .topic = "t",
                                      .partition = 2,
                                      .key = "key",
                                      .key_size = 3,
                                      .value = "v\0v",
                                      .value_size = 3,
                                      .headers = headers,
                                      .n_headers = 3,
                                      .timestamp_ms = 1700000000123 };
    struct fw_delivery delivery;
    succeed(fw_producer_send(producer, &record, &delivery, WAIT_MS, &err), &err);
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);
    assert_int_equal(delivery.state, FW_DELIVERY_DONE);
    assert_int_equal(delivery.partition, 2);
    assert_int_equal(delivery.offset, 0);

    struct fw_reader *reader = NULL;
    struct fw_message *message = NULL;
    succeed(fw_reader_open(cluster->client, &reader, &err), &err);
    succeed(fw_reader_start(reader, "t", 2, FW_OFFSET_BEGIN, FW_OFFSET_END, &err), &err);
    assert_int_equal(fw_reader_next(reader, WAIT_MS, &message, &err), FW_READER_MESSAGE);
    assert_string_equal(message->topic, "t");
    assert_int_equal(message->partition, 2);
    assert_int_equal(message->offset, 0);
    assert_int_equal(message->timestamp_ms, 1700000000123);
    assert_int_equal(message->key_size, 3);
    assert_memory_equal(message->key, "key", 3);
    assert_int_equal(message->value_size, 3);
    assert_memory_equal(message->value, "v\0v", 3);

    struct fw_header header;
    assert_true(fw_message_header(message, "a", &header));
    assert_memory_equal(header.value, "two", 3);
    assert_true(fw_message_header_at(message, 0, &header));
    assert_memory_equal(header.value, "one", 3);
    assert_true(fw_message_header(message, "none", &header));
    assert_null(header.value);
    assert_false(fw_message_header(message, "b", &header));
    assert_false(fw_message_header_at(message, 3, &header));
    fw_message_free(message);
    assert_int_equal(fw_reader_next(reader, WAIT_MS, &message, &err), FW_READER_END);
    fw_reader_close(reader);
    fw_producer_close(producer);
}

static void the_key_chooses_the_partition(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_producer *producer = open_producer(cluster);
    struct fw_delivery delivery[2];
    send_text(producer, FW_PARTITION_BY_KEY, "cam-7", "x", &delivery[0]);
    send_text(producer, FW_PARTITION_BY_KEY, "video_1715470000", "x", &delivery[1]);
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);
    assert_int_equal(delivery[0].partition, fw_partition_for_key("cam-7", 5, 3));
    assert_int_equal(delivery[1].partition, fw_partition_for_key("video_1715470000", 16, 3));
    assert_int_not_equal(delivery[0].partition, delivery[1].partition);
    fw_producer_close(producer);
}

static void a_refused_record_is_counted_and_named(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_producer *producer = open_producer(cluster);
    struct fw_delivery first;
    struct fw_delivery second;
    send_text(producer, 0, "k", "good", NULL);
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);

    rd_kafka_mock_push_request_errors(cluster->mock, PRODUCE_API, 1,
                                      RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    send_text(producer, 0, "k", "bad", &first);
    assert_true(fw_producer_await(producer, WAIT_MS, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_non_null(strstr(err.text, "t[0]"));
    assert_non_null(strstr(err.text, "max.message.bytes"));
    assert_int_equal(first.state, FW_DELIVERY_FAILED);
    assert_int_equal(first.kind, FW_ERROR_DATA);

    send_text(producer, 1, "k", "good again", &second);
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err); // told once
    assert_int_equal(second.state, FW_DELIVERY_DONE);
    struct fw_producer_counts counts;
    fw_producer_counts(producer, &counts);
    assert_int_equal(counts.n_sent, 3);
    assert_int_equal(counts.n_delivered, 2);
    assert_int_equal(counts.n_failed, 1);
    assert_int_equal(counts.n_delivered_bytes, strlen("good") + strlen("good again"));
    fw_producer_close(producer);
}

static void what_brokers_answer_in_passing_is_retried(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_producer *producer = open_producer(cluster);
    rd_kafka_mock_push_request_errors(cluster->mock, PRODUCE_API, 2,
                                      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
    struct fw_delivery delivery;
    send_text(producer, 0, "k", "x", &delivery);
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);
    assert_int_equal(delivery.state, FW_DELIVERY_DONE);
    fw_producer_close(producer);
}

static void a_record_too_large_names_the_setting(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_producer *producer = open_producer(cluster);
    size_t size = FW_LIMIT_MESSAGE_BYTES + 64 * 1024;
    char *bytes = calloc(1, size);
    assert_non_null(bytes);
    const struct fw_record record = { .topic = "t", .value = bytes, .value_size = size };
    struct fw_delivery delivery = { .state = FW_DELIVERY_DONE, .offset = 77 };
    assert_int_equal(fw_producer_send(producer, &record, &delivery, WAIT_MS, &err), -EMSGSIZE);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_non_null(strstr(err.text, "message.max.bytes"));
    assert_int_equal(delivery.offset, 77); // untouched
    free(bytes);
    fw_producer_close(producer);
}

static void a_full_queue_holds_the_sender_until_its_deadline(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    assert_int_equal(fw_client_set(cluster->client, "queue.buffering.max.messages", "2", &err), 0);
    struct fw_producer *producer = open_producer(cluster);
    assert_int_equal(rd_kafka_mock_broker_set_down(cluster->mock, 1), 0);
    send_text(producer, 0, "k", "1", NULL);
    send_text(producer, 0, "k", "2", NULL);
    const struct fw_record record = { .topic = "t", .value = "3", .value_size = 1 };
    assert_int_equal(fw_producer_send(producer, &record, NULL, 0, &err), -EAGAIN);
    assert_int_equal(err.kind, FW_ERROR_RETRY);
    assert_int_equal(fw_producer_send(producer, &record, NULL, 150, &err), -EAGAIN);

    assert_int_equal(fw_producer_await(producer, 50, &err), -ETIMEDOUT);
    assert_int_equal(err.kind, FW_ERROR_RETRY);
    assert_non_null(strstr(err.text, "2 records"));

    // The broker comes back: room is made while the sender waits.
    assert_int_equal(rd_kafka_mock_broker_set_up(cluster->mock, 1), 0);
    succeed(fw_producer_send(producer, &record, NULL, WAIT_MS, &err), &err);
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);
    fw_producer_close(producer);
}

static void no_broker_is_an_error_that_says_why(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct fw_client *client = fw_client_new("127.0.0.1:1", NULL);
    struct fw_producer *producer = NULL;
    int32_t n_partitions = 0;
    succeed(fw_producer_open(client, &producer, &err), &err);
    assert_true(fw_producer_n_partitions(producer, "t", 500, &n_partitions, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_RETRY);
    assert_non_null(strstr(err.text, "Connection refused"));
    fw_producer_close(producer);
    fw_client_free(client);
}

static void a_missing_topic_is_the_users_business(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_producer *producer = open_producer(cluster);
    rd_kafka_mock_topic_set_error(cluster->mock, "gone", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    int32_t n_partitions = 0;
    assert_int_equal(fw_producer_n_partitions(producer, "gone", WAIT_MS, &n_partitions, &err),
                     -ENOENT);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    fw_producer_close(producer);
}

// ---- reading ----

static void expect_message(struct fw_reader *reader, int64_t offset)
{
    struct fw_error err = { 0 };
    struct fw_message *message = NULL;
    int rc = fw_reader_next(reader, WAIT_MS, &message, &err);
    succeed(rc, &err);
    assert_int_equal(rc, FW_READER_MESSAGE);
    assert_int_equal(message->offset, offset);
    fw_message_free(message);
    assert_int_equal(fw_reader_position(reader), offset + 1);
}

static void expect_end(struct fw_reader *reader, int64_t position)
{
    struct fw_error err = { 0 };
    struct fw_message *message = NULL;
    int rc = fw_reader_next(reader, WAIT_MS, &message, &err);
    succeed(rc, &err);
    assert_int_equal(rc, FW_READER_END);
    assert_int_equal(fw_reader_position(reader), position);
}

static void a_stretch_has_two_ends(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_message *message = NULL;
    struct fw_reader *reader = NULL;
    fill_partition(cluster, 0, 5);
    succeed(fw_reader_open(cluster->client, &reader, &err), &err);

    succeed(fw_reader_start(reader, "t", 0, 1, 3, &err), &err);
    expect_message(reader, 1);
    expect_message(reader, 2);
    expect_end(reader, 3);
    expect_end(reader, 3); // and stays there

    succeed(fw_reader_start(reader, "t", 0, 4, 9, &err), &err);
    expect_message(reader, 4);
    expect_end(reader, 5); // the partition's, before the stretch's
    assert_int_equal(fw_reader_next(reader, 1, &message, &err), FW_READER_NOTHING);
    fill_partition(cluster, 0, 1);
    expect_message(reader, 5); // what is still to come

    succeed(fw_reader_start(reader, "t", 0, 6, FW_OFFSET_END, &err), &err);
    expect_end(reader, 6);

    int64_t low = -1;
    int64_t high = -1;
    succeed(fw_reader_watermarks(reader, "t", 0, WAIT_MS, &low, &high, &err), &err);
    assert_int_equal(low, 0);
    assert_int_equal(high, 6);
    fw_reader_close(reader);
}

static void an_offset_that_is_not_there_is_named(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_message *message = NULL;
    struct fw_reader *reader = NULL;
    fill_partition(cluster, 1, 2);
    succeed(fw_reader_open(cluster->client, &reader, &err), &err);
    succeed(fw_reader_start(reader, "t", 1, 50, FW_OFFSET_END, &err), &err);
    assert_int_equal(fw_reader_next(reader, WAIT_MS, &message, &err), -ERANGE);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_non_null(strstr(err.text, "t[1]: offset 50 is not there: it holds 0 to 1"));

    succeed(fw_reader_start(reader, "t", 1, 1, FW_OFFSET_END, &err), &err); // good for more
    expect_message(reader, 1);
    fw_reader_close(reader);
}

static void a_reader_is_woken(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_message *message = NULL;
    struct fw_reader *reader = NULL;
    succeed(fw_reader_open(cluster->client, &reader, &err), &err);
    succeed(fw_reader_start(reader, "t", 2, FW_OFFSET_BEGIN, FW_OFFSET_END, &err), &err);
    expect_end(reader, 0);
    fw_reader_wake(reader);
    assert_int_equal(fw_reader_next(reader, 3600 * 1000, &message, &err), FW_READER_NOTHING);
    fw_reader_close(reader);
}

// ---- leaving ----

static void on_assigned(const struct fw_partition *partitions, size_t n, void *arg)
{
    (void)partitions;
    *(size_t *)arg += n;
}

static void on_revoked(const struct fw_partition *partitions, size_t n, bool lost, void *arg)
{
    (void)partitions;
    (void)lost;
    *(size_t *)arg -= n;
}

static void a_member_ends_without_its_coordinator(void **state)
{
    const struct cluster *cluster = *state;
    struct fw_error err = { 0 };
    struct fw_consumer *consumer = NULL;
    struct fw_event event;
    size_t n_owned = 0;
    const char *topics[] = { "t" };
    const struct fw_consumer_options options = { .group_id = "group",
                                                 .topics = topics,
                                                 .n_topics = 1,
                                                 .on_assigned = on_assigned,
                                                 .on_revoked = on_revoked,
                                                 .arg = &n_owned };
    int64_t begun_us = fw_clock_monotonic_us();
    succeed(fw_consumer_open(cluster->client, &options, &consumer, &err), &err);
    while (n_owned != 3) {
        succeed(fw_consumer_poll(consumer, 20, &event, &err), &err);
        assert_true(fw_clock_monotonic_us() - begun_us < (int64_t)WAIT_MS * 1000);
    }
    assert_int_equal(rd_kafka_mock_broker_set_down(cluster->mock, 1), 0);
    const struct fw_offset offset = { .topic = "t", .partition = 0, .offset = 1 };
    assert_true(fw_consumer_commit(consumer, &offset, 1, 100, &err) < 0); // and stays under way
    assert_int_equal(err.kind, FW_ERROR_RETRY);
    begun_us = fw_clock_monotonic_us();
    fw_consumer_close(consumer);
    assert_int_equal(n_owned, 0);
    assert_true(fw_clock_monotonic_us() - begun_us < 10 * 1000000);
}

#define MOCK_TEST(NAME) cmocka_unit_test_setup_teardown(NAME, start_cluster, stop_cluster)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOCK_TEST(a_record_arrives_as_it_was_sent),
        MOCK_TEST(the_key_chooses_the_partition),
        MOCK_TEST(a_refused_record_is_counted_and_named),
        MOCK_TEST(what_brokers_answer_in_passing_is_retried),
        MOCK_TEST(a_record_too_large_names_the_setting),
        MOCK_TEST(a_full_queue_holds_the_sender_until_its_deadline),
        cmocka_unit_test(no_broker_is_an_error_that_says_why),
        MOCK_TEST(a_missing_topic_is_the_users_business),
        MOCK_TEST(a_stretch_has_two_ends),
        MOCK_TEST(an_offset_that_is_not_there_is_named),
        MOCK_TEST(a_reader_is_woken),
        MOCK_TEST(a_member_ends_without_its_coordinator),
    };
    return cmocka_run_group_tests_name("topic_mock", tests, NULL, NULL);
}
