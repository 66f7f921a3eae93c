// SPDX-License-Identifier: MIT
// topic/transaction and topic/producer against a real broker: all or nothing, fencing, limits.
#include "broker.h"

#include "base/clock.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct fw_transaction *open_transaction(const struct fw_client *client, const char *id,
                                               const char *topic)
{
    struct fw_error err = { 0 };
    struct fw_transaction *transaction = NULL;
    const char *topics[] = { topic };
    const struct fw_transaction_options options = { .transactional_id = id,
                                                    .topics = topics,
                                                    .n_topics = 1 };
    succeed(fw_transaction_open(client, &options, WAIT_MS, &transaction, &err), &err);
    return transaction;
}

static void begin(struct fw_transaction *transaction)
{
    struct fw_error err = { 0 };
    succeed(fw_transaction_begin(transaction, &err), &err);
}

static void send_and_await(struct fw_transaction *transaction, const char *topic, const char *value,
                           struct fw_delivery *delivery)
{
    struct fw_error err = { 0 };
    struct fw_producer *producer = fw_transaction_producer(transaction);
    send_text(producer, topic, 0, value, delivery);
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);
}

static void commit_alone(struct fw_transaction *transaction)
{
    struct fw_error err = { 0 };
    succeed(fw_transaction_commit(transaction, NULL, NULL, 0, WAIT_MS, &err), &err);
}

// ---- all or nothing ----

static void records_and_offsets_are_committed_together(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char in[NAME_SIZE];
    char out[NAME_SIZE];
    char group[NAME_SIZE];
    struct member member;
    struct fw_client *client = new_client();
    new_topic(client, 1, NULL, 0, in);
    new_topic(client, 1, NULL, 0, out);
    new_name("group", group);
    fill(client, in, 0, 4);
    member_open(&member, client, group, in, FW_OFFSET_NONE);
    member_await_owned(&member, 1);

    struct fw_transaction *transaction = open_transaction(client, group, out);
    begin(transaction);
    struct fw_delivery first;
    struct fw_delivery second;
    send_and_await(transaction, out, "a", &first);
    send_and_await(transaction, out, "b", &second);
    assert_int_equal(first.state, FW_DELIVERY_DONE);
    assert_int_equal(first.offset, 0);
    assert_int_equal(second.offset, 1); // known before the commit
    expect_values(client, out, 0, "");

    struct fw_group *identity = NULL;
    succeed(fw_consumer_group(member.consumer, &identity, &err), &err);
    const struct fw_offset offset = { in, 0, 3, "fw1 pos=4" };
    succeed(fw_transaction_commit(transaction, identity, &offset, 1, WAIT_MS, &err), &err);
    fw_group_free(identity);
    expect_values(client, out, 0, "a b");

    int64_t committed = 0;
    char *metadata = NULL;
    succeed(fw_consumer_committed(member.consumer, in, 0, WAIT_MS, &committed, &metadata, &err),
            &err);
    assert_int_equal(committed, 3);
    assert_string_equal(metadata, "fw1 pos=4");
    free(metadata);
    fw_transaction_close(transaction);
    member_close(&member);
    fw_client_free(client);
}

static void an_aborted_transaction_is_never_seen(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char id[NAME_SIZE];
    struct fw_client *client = new_client();
    new_topic(client, 1, NULL, 0, topic);
    new_name("id", id);
    struct fw_transaction *transaction = open_transaction(client, id, topic);
    begin(transaction);
    send_and_await(transaction, topic, "never", NULL);
    succeed(fw_transaction_abort(transaction, WAIT_MS, &err), &err);
    fw_transaction_close(transaction);
    expect_values(client, topic, 0, "");

    transaction = open_transaction(client, id, topic);
    begin(transaction);
    struct fw_delivery delivery;
    send_and_await(transaction, topic, "seen", &delivery);
    assert_int_equal(delivery.offset, 2); // behind the first one and its end
    commit_alone(transaction);
    fw_transaction_close(transaction);
    expect_values(client, topic, 0, "seen");
    fw_client_free(client);
}

static void what_an_owner_leaves_open_its_heir_ends_at_once(void **unused)
{
    (void)unused;
    char topic[NAME_SIZE];
    char id[NAME_SIZE];
    struct fw_client *client = new_client();
    new_topic(client, 1, NULL, 0, topic);
    new_name("id", id);
    struct fw_transaction *dead = open_transaction(client, id, topic);
    begin(dead);
    send_and_await(dead, topic, "left open", NULL);
    fw_transaction_close(dead); // as a kill does: without an abort

    int64_t before_us = fw_clock_monotonic_us();
    struct fw_transaction *heir = open_transaction(client, id, topic);
    assert_true(fw_clock_monotonic_us() - before_us < 5000000); // its limit is 15 s
    begin(heir);
    send_and_await(heir, topic, "new", NULL);
    commit_alone(heir);
    fw_transaction_close(heir);
    expect_values(client, topic, 0, "new");
    fw_client_free(client);
}

// ---- fencing ----

static void a_zombie_is_fenced(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char id[NAME_SIZE];
    struct fw_client *client = new_client();
    new_topic(client, 1, NULL, 0, topic);
    new_name("id", id);
    struct fw_transaction *zombie = open_transaction(client, id, topic);
    begin(zombie);
    send_and_await(zombie, topic, "zombie's", NULL);

    struct fw_transaction *heir = open_transaction(client, id, topic);
    begin(heir);
    send_and_await(heir, topic, "heir's", NULL);

    assert_true(fw_transaction_commit(zombie, NULL, NULL, 0, WAIT_MS, &err) < 0);
    assert_true(fw_transaction_fenced(&err));
    commit_alone(heir);
    expect_values(client, topic, 0, "heir's");

    // It stays so, whatever the zombie tries.
    assert_true(fw_transaction_begin(zombie, &err) < 0);
    assert_true(fw_transaction_fenced(&err));
    fw_transaction_close(zombie);
    fw_transaction_close(heir);
    fw_client_free(client);
}

static void a_zombie_that_sends_is_fenced(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char id[NAME_SIZE];
    struct fw_client *client = new_client();
    new_topic(client, 1, NULL, 0, topic);
    new_name("id", id);
    struct fw_transaction *zombie = open_transaction(client, id, topic);
    begin(zombie);
    send_and_await(zombie, topic, "zombie's", NULL);
    struct fw_transaction *heir = open_transaction(client, id, topic);

    struct fw_producer *producer = fw_transaction_producer(zombie);
    struct fw_delivery delivery;
    send_text(producer, topic, 0, "zombie's too", &delivery);
    assert_true(fw_producer_await(producer, WAIT_MS, &err) < 0);
    assert_true(fw_transaction_fenced(&err));
    assert_int_equal(delivery.state, FW_DELIVERY_FAILED);
    const struct fw_record record = { .topic = topic, .value = "x", .value_size = 1 };
    assert_true(fw_producer_send(producer, &record, NULL, 0, &err) < 0);
    assert_true(fw_transaction_fenced(&err));
    fw_transaction_close(zombie);
    fw_transaction_close(heir);
    expect_values(client, topic, 0, "");
    fw_client_free(client);
}

static void a_generation_that_is_over_cannot_commit(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char in[NAME_SIZE];
    char out[NAME_SIZE];
    char group[NAME_SIZE];
    struct member first;
    struct member second;
    struct fw_client *client = new_client();
    new_topic(client, 2, NULL, 0, in);
    new_topic(client, 1, NULL, 0, out);
    new_name("group", group);
    member_open(&first, client, group, in, FW_OFFSET_NONE);
    member_await_owned(&first, 2);
    struct fw_group *old = NULL;
    succeed(fw_consumer_group(first.consumer, &old, &err), &err);
    struct fw_transaction *transaction = open_transaction(client, group, out);

    member_open(&second, client, group, in, FW_OFFSET_NONE);
    while (first.n_owned != 1 || second.n_owned != 1) {
        (void)member_poll(&first, 20);
        (void)member_poll(&second, 20);
    }
    begin(transaction);
    send_and_await(transaction, out, "late", NULL);
    const struct fw_offset offset = { in, 0, 1, NULL };
    assert_true(fw_transaction_commit(transaction, old, &offset, 1, WAIT_MS, &err) < 0);
    assert_true(fw_transaction_fenced(&err));
    succeed(fw_transaction_abort(transaction, WAIT_MS, &err), &err);
    expect_values(client, out, 0, "");
    fw_group_free(old);
    fw_transaction_close(transaction);
    member_close(&first);
    member_close(&second);
    fw_client_free(client);
}

// ---- ends behind control records ----

static void an_end_lies_behind_the_marks_of_transactions(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member member;
    struct fw_client *client = new_client();
    new_topic(client, 1, NULL, 0, topic);
    new_name("group", group);
    struct fw_transaction *transaction = open_transaction(client, group, topic);
    begin(transaction);
    send_and_await(transaction, topic, "a", NULL);
    commit_alone(transaction);
    expect_values(client, topic, 0, "a");
    member_open(&member, client, group, topic, FW_OFFSET_BEGIN);
    member_expect(&member, FW_EVENT_MESSAGE, 0);
    member_expect(&member, FW_EVENT_END, 2);

    // An open transaction hides what lies behind its first record; its abort then moves the end.
    begin(transaction);
    send_and_await(transaction, topic, "b", NULL);
    fill(client, topic, 0, 1);
    succeed(fw_consumer_probe(member.consumer, topic, 0, &err), &err);
    member_expect(&member, FW_EVENT_END, 2);
    succeed(fw_transaction_abort(transaction, WAIT_MS, &err), &err);
    member_expect(&member, FW_EVENT_MESSAGE, 3);
    member_expect(&member, FW_EVENT_END, 5);

    // No gap where only marks lie, and committing the end makes the lag zero.
    succeed(fw_consumer_start(member.consumer, topic, 0, 4, &err), &err);
    member_expect(&member, FW_EVENT_END, 5);
    const struct fw_offset offset = { topic, 0, member.event.offset, NULL };
    succeed(fw_consumer_commit(member.consumer, &offset, 1, WAIT_MS, &err), &err);
    int64_t low = 0;
    int64_t high = 0;
    fw_consumer_watermarks(member.consumer, topic, 0, &low, &high);
    assert_int_equal(high, offset.offset);
    fw_transaction_close(transaction);
    member_close(&member);
    fw_client_free(client);
}

// ---- records ----

static void headers_survive_compression(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    struct fw_client *client = new_client();
    struct fw_producer *producer = NULL;
    struct fw_reader *reader = NULL;
    struct fw_message *message = NULL;
    succeed(fw_client_set(client, "compression.type", "lz4", &err), &err);
    new_topic(client, 1, NULL, 0, topic);
    succeed(fw_producer_open(client, &producer, &err), &err);
    const struct fw_header headers[] = { { "stage", "decode", 6 }, { "empty", "", 0 } };
    const struct fw_record record = { .topic = topic,
                                      .key = "k",
                                      .key_size = 1,
                                      .headers = headers,
                                      .n_headers = 2,
                                      .timestamp_ms = 1700000000123 };
    succeed(fw_producer_send(producer, &record, NULL, WAIT_MS, &err), &err);
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);

    succeed(fw_reader_open(client, &reader, &err), &err);
    succeed(fw_reader_start(reader, topic, 0, 0, 1, &err), &err);
    assert_int_equal(fw_reader_next(reader, WAIT_MS, &message, &err), FW_READER_MESSAGE);
    struct fw_header header;
    assert_true(fw_message_header(message, "stage", &header));
    assert_int_equal(header.size, 6);
    assert_memory_equal(header.value, "decode", 6);
    assert_true(fw_message_header(message, "empty", &header));
    assert_int_equal(header.size, 0);
    assert_null(message->value); // a tombstone
    assert_int_equal(message->timestamp_ms, 1700000000123);
    fw_message_free(message);
    fw_reader_close(reader);
    fw_producer_close(producer);
    fw_client_free(client);
}

// `size` bytes that are not all the same.
static char *make_value(size_t size)
{
    char *value = malloc(size);
    assert_non_null(value);
    for (size_t i = 0; i < size; i++) {
        value[i] = (char)(i * 2654435761U >> 24);
    }
    return value;
}

static void a_frame_of_nearly_16_mib_passes(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    struct fw_client *client = new_client();
    struct fw_producer *producer = NULL;
    struct fw_reader *reader = NULL;
    struct fw_message *message = NULL;
    const struct fw_topic_setting large = { "max.message.bytes", "16777216" };
    new_topic(client, 1, &large, 1, topic);
    size_t size = FW_LIMIT_MESSAGE_BYTES - 1024;
    char *value = make_value(size);
    struct fw_record record = { .topic = topic, .value = value, .value_size = size };
    succeed(fw_producer_open(client, &producer, &err), &err);
    succeed(fw_producer_send(producer, &record, NULL, WAIT_MS, &err), &err);
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);
    succeed(fw_reader_open(client, &reader, &err), &err);
    succeed(fw_reader_start(reader, topic, 0, 0, 1, &err), &err);
    assert_int_equal(fw_reader_next(reader, WAIT_MS, &message, &err), FW_READER_MESSAGE);
    assert_int_equal(message->value_size, size);
    assert_memory_equal(message->value, value, size);
    fw_message_free(message);
    fw_reader_close(reader);
    fw_producer_close(producer);
    free(value);
    fw_client_free(client);
}

static void a_record_that_the_broker_finds_too_large_names_the_setting(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    struct fw_client *client = new_client();
    struct fw_producer *producer = NULL;
    const struct fw_topic_setting small = { "max.message.bytes", "100000" };
    new_topic(client, 1, &small, 1, topic);
    char *value = make_value(200000);
    const struct fw_record record = { .topic = topic, .value = value, .value_size = 200000 };
    succeed(fw_producer_open(client, &producer, &err), &err);
    struct fw_delivery delivery;
    succeed(fw_producer_send(producer, &record, &delivery, WAIT_MS, &err), &err);
    assert_int_equal(fw_producer_await(producer, WAIT_MS, &err), -EMSGSIZE);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_non_null(strstr(err.text, "max.message.bytes"));
    assert_int_equal(delivery.state, FW_DELIVERY_FAILED);

    send_text(producer, topic, 0, "small", &delivery); // the producer goes on
    succeed(fw_producer_await(producer, WAIT_MS, &err), &err);
    fw_producer_close(producer);
    expect_values(client, topic, 0, "small");

    free(value);
    fw_client_free(client);
}

static void a_record_too_large_ends_its_transaction_only(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char id[NAME_SIZE];
    struct fw_client *client = new_client();
    const struct fw_topic_setting small = { "max.message.bytes", "100000" };
    new_topic(client, 1, &small, 1, topic);
    new_name("id", id);
    char *value = make_value(200000);
    struct fw_transaction *transaction = open_transaction(client, id, topic);
    struct fw_producer *producer = fw_transaction_producer(transaction);
    begin(transaction);
    send_and_await(transaction, topic, "lost with it", NULL);
    const struct fw_record record = { .topic = topic, .value = value, .value_size = 200000 };
    struct fw_delivery delivery;
    succeed(fw_producer_send(producer, &record, &delivery, WAIT_MS, &err), &err);
    assert_int_equal(fw_producer_await(producer, WAIT_MS, &err), -ECANCELED);
    assert_int_equal(err.kind, FW_ERROR_RETRY);
    assert_int_equal(delivery.kind, FW_ERROR_DATA); // which one it was
    assert_int_equal(fw_transaction_commit(transaction, NULL, NULL, 0, WAIT_MS, &err), -ECANCELED);
    assert_int_equal(err.kind, FW_ERROR_RETRY);
    succeed(fw_transaction_abort(transaction, WAIT_MS, &err), &err);
    fw_transaction_close(transaction);

    transaction = open_transaction(client, id, topic);
    begin(transaction);
    send_and_await(transaction, topic, "goes on", NULL);
    commit_alone(transaction);
    fw_transaction_close(transaction);
    expect_values(client, topic, 0, "goes on");
    free(value);
    fw_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_and_offsets_are_committed_together),
        cmocka_unit_test(an_aborted_transaction_is_never_seen),
        cmocka_unit_test(what_an_owner_leaves_open_its_heir_ends_at_once),
        cmocka_unit_test(a_zombie_is_fenced),
        cmocka_unit_test(a_zombie_that_sends_is_fenced),
        cmocka_unit_test(a_generation_that_is_over_cannot_commit),
        cmocka_unit_test(an_end_lies_behind_the_marks_of_transactions),
        cmocka_unit_test(headers_survive_compression),
        cmocka_unit_test(a_frame_of_nearly_16_mib_passes),
        cmocka_unit_test(a_record_that_the_broker_finds_too_large_names_the_setting),
        cmocka_unit_test(a_record_too_large_ends_its_transaction_only),
    };
    return RUN_WITH_BROKER("transaction", tests);
}
