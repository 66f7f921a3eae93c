// SPDX-License-Identifier: MIT
// What the C tests against a real broker share: the broker, topics, records, members of a group.
//
// The broker's address comes in KAFKA_TEST_BOOTSTRAP; without it the tests are skipped. Topics and
// groups get names of their own, so that tests share a broker.
#ifndef FW_TESTS_BROKER_H
#define FW_TESTS_BROKER_H

#include "../unit/unit.h"

#include "topic/admin.h"
#include "topic/consumer.h"
#include "topic/producer.h"
#include "topic/reader.h"
#include "topic/transaction.h"

enum { WAIT_MS = 30000, NAME_SIZE = 64, MAX_PARTITIONS = 8 };

// Runs the tests, or says why not. Returns main's exit code.
#define RUN_WITH_BROKER(NAME, TESTS)                                                               \
    (broker_address() == NULL ? broker_skip()                                                      \
                              : cmocka_run_group_tests_name(NAME, TESTS, NULL, NULL))

const char *broker_address(void);
int broker_skip(void);

// Fails the test with the error's text when rc is negative.
void succeed(int rc, const struct fw_error *err);

struct fw_client *new_client(void);

// A name that no other test uses, in the caller's memory.
void new_name(const char *what, char ret[NAME_SIZE]);

// Makes a topic with a new name.
void new_topic(const struct fw_client *client, int n_partitions,
               const struct fw_topic_setting *settings, size_t n_settings, char ret[NAME_SIZE]);

void send_text(struct fw_producer *producer, const char *topic, int32_t partition,
               const char *value, struct fw_delivery *delivery);

// Sends "0", "1" ... and waits until they are delivered.
void fill(const struct fw_client *client, const char *topic, int32_t partition, int n);

// Deletes what lies below `offset`, as retention does.
void delete_below(const char *topic, int32_t partition, int64_t offset);

// Reads a partition until it ends behind `expected` (its values, joined by blanks): what a commit
// has promised may become visible a little later. Fails when there is anything else.
void expect_values(const struct fw_client *client, const char *topic, int32_t partition,
                   const char *expected);

// A member of a group, and what it has seen.
struct member {
    struct fw_consumer *consumer;
    bool owned[MAX_PARTITIONS]; // of one topic
    int n_owned;
    int n_assignments;
    int n_revocations;
    bool lost;        // in the last revocation
    int64_t start_at; // where each assigned partition is started; FW_OFFSET_NONE: not at all
    char topic[NAME_SIZE];
    struct fw_event event; // the last one
};

// Joins a group and starts what it is assigned at `start_at`.
void member_open(struct member *member, const struct fw_client *client, const char *group,
                 const char *topic, int64_t start_at);
void member_close(struct member *member);

// Polls once, up to `timeout_ms`. Frees a message, but leaves the event. Returns its kind.
enum fw_event_kind member_poll(struct member *member, int timeout_ms);

// Polls until the next event of that kind, of which it fails to see any other before.
void member_expect(struct member *member, enum fw_event_kind kind, int64_t offset);

// Polls until the member owns `n` partitions.
void member_await_owned(struct member *member, int n);

#endif
