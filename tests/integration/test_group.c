// SPDX-License-Identifier: MIT
// topic/consumer and topic/reader against a real broker: assignment, pausing, ends, gaps, offsets.
#include "broker.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// ---- reading ----

static void nothing_comes_before_a_start(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member member;
    struct fw_client *client = new_client();
    new_topic(client, 2, NULL, 0, topic);
    new_name("group", group);
    fill(client, topic, 0, 3);
    member_open(&member, client, group, topic, FW_OFFSET_NONE);
    assert_int_equal(fw_consumer_start(member.consumer, topic, 0, 0, &err), -ESTALE); // too early
    assert_int_equal(err.kind, FW_ERROR_RETRY);
    member_await_owned(&member, 2);
    assert_int_equal(member_poll(&member, 300), FW_EVENT_NONE);

    succeed(fw_consumer_start(member.consumer, topic, 0, 1, &err), &err);
    member_expect(&member, FW_EVENT_MESSAGE, 1);
    member_expect(&member, FW_EVENT_MESSAGE, 2);
    member_expect(&member, FW_EVENT_END, 3);
    succeed(fw_consumer_start(member.consumer, topic, 0, 2, &err), &err); // again, elsewhere
    member_expect(&member, FW_EVENT_MESSAGE, 2);
    member_expect(&member, FW_EVENT_END, 3);
    member_close(&member);
    fw_client_free(client);
}

static void an_end_comes_again_when_asked_for(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member member;
    struct fw_client *client = new_client();
    new_topic(client, 1, NULL, 0, topic);
    new_name("group", group);
    member_open(&member, client, group, topic, FW_OFFSET_BEGIN);
    member_expect(&member, FW_EVENT_END, 0);
    assert_int_equal(member_poll(&member, 200), FW_EVENT_NONE); // not by itself
    succeed(fw_consumer_probe(member.consumer, topic, 0, &err), &err);
    member_expect(&member, FW_EVENT_END, 0);

    fill(client, topic, 0, 2);
    succeed(fw_consumer_probe(member.consumer, topic, 0, &err), &err); // messages answer as well
    member_expect(&member, FW_EVENT_MESSAGE, 0);
    member_expect(&member, FW_EVENT_MESSAGE, 1);
    member_expect(&member, FW_EVENT_END, 2);
    succeed(fw_consumer_probe(member.consumer, topic, 0, &err), &err);
    member_expect(&member, FW_EVENT_END, 2);

    int64_t low = 0;
    int64_t high = 0;
    fw_consumer_watermarks(member.consumer, topic, 0, &low, &high);
    assert_int_equal(low, 0);
    assert_int_equal(high, 2);
    member_close(&member);
    fw_client_free(client);
}

static void a_paused_partition_keeps_still_and_loses_nothing(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member member;
    struct fw_client *client = new_client();
    new_topic(client, 2, NULL, 0, topic);
    new_name("group", group);
    fill(client, topic, 0, 500);
    fill(client, topic, 1, 1);
    member_open(&member, client, group, topic, FW_OFFSET_NONE);
    member_await_owned(&member, 2);
    succeed(fw_consumer_start(member.consumer, topic, 0, 0, &err), &err);
    succeed(fw_consumer_start(member.consumer, topic, 1, 0, &err), &err);
    fw_consumer_pause(member.consumer, topic, 1);
    for (int i = 0; i < 100; i++) {
        member_expect(&member, FW_EVENT_MESSAGE, i);
    }
    fw_consumer_pause(member.consumer, topic, 0);
    fw_consumer_resume(member.consumer, topic, 1);
    member_expect(&member, FW_EVENT_MESSAGE, 0); // the other one goes on
    assert_int_equal(member.event.partition, 1);
    member_expect(&member, FW_EVENT_END, 1);
    assert_int_equal(member_poll(&member, 200), FW_EVENT_NONE);
    fw_consumer_resume(member.consumer, topic, 0);
    for (int i = 100; i < 500; i++) {
        member_expect(&member, FW_EVENT_MESSAGE, i);
    }
    member_expect(&member, FW_EVENT_END, 500);
    member_close(&member);
    fw_client_free(client);
}

static void deleted_messages_are_a_gap_with_its_bounds(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member member;
    struct fw_client *client = new_client();
    new_topic(client, 1, NULL, 0, topic);
    new_name("group", group);
    fill(client, topic, 0, 10);
    delete_below(topic, 0, 6);
    member_open(&member, client, group, topic, 2);
    member_expect(&member, FW_EVENT_GAP, 2);
    assert_int_equal(member.event.next_offset, 6);
    member_expect(&member, FW_EVENT_MESSAGE, 6);

    // The beginning has no gap, and a partition that is shorter than the offset begins anew.
    succeed(fw_consumer_start(member.consumer, topic, 0, FW_OFFSET_BEGIN, &err), &err);
    member_expect(&member, FW_EVENT_MESSAGE, 6);
    succeed(fw_consumer_start(member.consumer, topic, 0, 1000, &err), &err);
    member_expect(&member, FW_EVENT_GAP, 1000);
    assert_int_equal(member.event.next_offset, 6);
    member_expect(&member, FW_EVENT_MESSAGE, 6);
    member_close(&member);

    struct fw_reader *reader = NULL;
    struct fw_message *message = NULL;
    succeed(fw_reader_open(client, &reader, &err), &err);
    succeed(fw_reader_start(reader, topic, 0, 5, 9, &err), &err);
    assert_int_equal(fw_reader_next(reader, WAIT_MS, &message, &err), -ERANGE);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_non_null(strstr(err.text, "it holds 6 to 9"));
    fw_reader_close(reader);
    fw_client_free(client);
}

// ---- waking ----

static void *wake(void *arg)
{
    fw_consumer_wake(arg);
    return NULL;
}

static void a_poll_is_woken_from_another_thread(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member member;
    struct fw_client *client = new_client();
    new_topic(client, 1, NULL, 0, topic);
    new_name("group", group);
    member_open(&member, client, group, topic, FW_OFFSET_BEGIN);
    member_expect(&member, FW_EVENT_END, 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, wake, member.consumer), 0);
    assert_int_equal(fw_consumer_poll(member.consumer, 3600 * 1000, &member.event, &err), 0);
    pthread_join(thread, NULL);
    assert_int_equal(member_poll(&member, 0), FW_EVENT_NONE); // the wake is used up
    member_close(&member);
    fw_client_free(client);
}

// ---- membership ----

static void two_members_share_and_one_takes_over(void **unused)
{
    (void)unused;
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member first;
    struct member second;
    struct fw_client *client = new_client();
    new_topic(client, 4, NULL, 0, topic);
    new_name("group", group);
    member_open(&first, client, group, topic, FW_OFFSET_NONE);
    member_await_owned(&first, 4);
    char *id = fw_consumer_member_id(first.consumer);
    assert_true(strlen(id) > 0);
    free(id);

    member_open(&second, client, group, topic, FW_OFFSET_NONE);
    while (first.n_owned != 2 || second.n_owned != 2) {
        (void)member_poll(&first, 20);
        (void)member_poll(&second, 20);
    }
    // Range: neighbours stay together.
    assert_true(first.owned[0] == first.owned[1] && first.owned[2] == first.owned[3]);
    assert_true(first.owned[0] != second.owned[0] && first.owned[2] != second.owned[2]);
    assert_int_equal(first.n_revocations, 1);
    assert_false(first.lost);

    member_close(&first); // leaves: no session timeout is waited out
    assert_int_equal(first.n_revocations, 2);
    int64_t left_us = fw_clock_monotonic_us();
    member_await_owned(&second, 4);
    assert_true(fw_clock_monotonic_us() - left_us < 6000000);
    member_close(&second);
    fw_client_free(client);
}

static void a_cooperative_member_keeps_reading_what_it_keeps(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member first;
    struct member second;
    struct fw_client *client = new_client();
    const char *name = "partition.assignment.strategy";
    if (fw_client_set(client, name, "cooperative-sticky", &err) < 0) {
        assert_non_null(strstr(err.text, "2.6.1 or later"));
        fw_client_free(client);
        skip();
    }
    new_topic(client, 2, NULL, 0, topic);
    new_name("group", group);
    fill(client, topic, 0, 2);
    fill(client, topic, 1, 2);
    member_open(&first, client, group, topic, FW_OFFSET_NONE);
    member_await_owned(&first, 2);
    member_open(&second, client, group, topic, FW_OFFSET_NONE);
    while (first.n_owned != 1 || second.n_owned != 1) {
        (void)member_poll(&first, 20);
        (void)member_poll(&second, 20);
    }
    int32_t kept = first.owned[0] ? 0 : 1;
    assert_false(second.owned[kept]);
    assert_false(first.lost);
    succeed(fw_consumer_start(first.consumer, topic, kept, 0, &err), &err);
    member_expect(&first, FW_EVENT_MESSAGE, 0);
    member_close(&second);
    while (first.n_owned != 2) {
        enum fw_event_kind kind = member_poll(&first, 20); // no revocation of the kept one
        assert_true(kind != FW_EVENT_MESSAGE || first.event.offset == 1);
    }
    assert_int_equal(first.n_revocations, 1);
    member_close(&first);
    fw_client_free(client);
}

// The library's own word that a member has been too slow.
struct too_slow {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool seen;
};

static void watch_log(enum fw_log_level level, const char *text, void *arg)
{
    (void)level;
    struct too_slow *too_slow = arg;
    pthread_mutex_lock(&too_slow->lock);
    if (strstr(text, "event=MAXPOLL") != NULL) {
        too_slow->seen = true;
        pthread_cond_signal(&too_slow->cond);
    }
    pthread_mutex_unlock(&too_slow->lock);
}

static void await_too_slow(struct too_slow *too_slow)
{
    struct timespec until = { .tv_sec = fw_clock_utc_us() / 1000000 + WAIT_MS / 1000 };
    pthread_mutex_lock(&too_slow->lock);
    while (!too_slow->seen) {
        assert_int_equal(pthread_cond_timedwait(&too_slow->cond, &too_slow->lock, &until), 0);
    }
    pthread_mutex_unlock(&too_slow->lock);
}

static void a_member_that_does_not_poll_loses_and_cannot_commit(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member sleeper;
    struct member heir;
    struct fw_client *client = new_client();
    struct too_slow too_slow = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };
    struct fw_client *impatient = new_client();
    fw_client_set_log(impatient, watch_log, &too_slow);
    succeed(fw_client_set(impatient, "session.timeout.ms", "6000", &err), &err);
    succeed(fw_client_set(impatient, "max.poll.interval.ms", "6000", &err), &err);
    new_topic(client, 1, NULL, 0, topic);
    new_name("group", group);
    member_open(&sleeper, impatient, group, topic, FW_OFFSET_NONE);
    member_await_owned(&sleeper, 1);
    await_too_slow(&too_slow);
    member_open(&heir, client, group, topic, FW_OFFSET_NONE);
    member_await_owned(&heir, 1);

    const struct fw_offset offset = { .topic = topic, .partition = 0, .offset = 5 };
    assert_int_equal(fw_consumer_commit(sleeper.consumer, &offset, 1, WAIT_MS, &err), -ESTALE);
    assert_int_equal(err.kind, FW_ERROR_RETRY);
    succeed(fw_consumer_commit(heir.consumer, &offset, 1, WAIT_MS, &err), &err);

    // It notices, and stays a member.
    while (sleeper.n_owned > 0) {
        struct fw_event event;
        int rc = fw_consumer_poll(sleeper.consumer, 20, &event, &err);
        assert_true(rc >= 0 || err.kind == FW_ERROR_RETRY); // it is told that it was late
    }
    assert_true(sleeper.lost);
    member_close(&sleeper);
    member_close(&heir);
    fw_client_free(impatient);
    fw_client_free(client);
}

// ---- committed offsets ----

static void committed_offsets_read_back_with_their_metadata(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    char group[NAME_SIZE];
    struct member member;
    int64_t offset = 0;
    char *metadata = NULL;
    struct fw_client *client = new_client();
    new_topic(client, 2, NULL, 0, topic);
    new_name("group", group);
    member_open(&member, client, group, topic, FW_OFFSET_NONE);
    member_await_owned(&member, 2);
    succeed(fw_consumer_committed(member.consumer, topic, 0, WAIT_MS, &offset, &metadata, &err),
            &err);
    assert_int_equal(offset, FW_OFFSET_NONE);
    assert_string_equal(metadata, "");
    free(metadata);

    const struct fw_offset offsets[] = {
        { .topic = topic, .partition = 0, .offset = 7, .metadata = "fw1 pos=12" },
        { .topic = topic, .partition = 1, .offset = 3 },
    };
    succeed(fw_consumer_commit(member.consumer, offsets, 2, WAIT_MS, &err), &err);
    succeed(fw_consumer_committed(member.consumer, topic, 0, WAIT_MS, &offset, &metadata, &err),
            &err);
    assert_int_equal(offset, 7);
    assert_string_equal(metadata, "fw1 pos=12");
    free(metadata);
    succeed(fw_consumer_committed(member.consumer, topic, 1, WAIT_MS, &offset, &metadata, &err),
            &err);
    assert_int_equal(offset, 3);
    assert_string_equal(metadata, "");
    free(metadata);

    const struct fw_offset later = { .topic = topic, .partition = 1, .offset = 4 };
    succeed(fw_consumer_commit_later(member.consumer, &later, 1, &err), &err);
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)WAIT_MS * 1000;
    while (offset != 4) {
        assert_true(fw_clock_monotonic_us() < deadline_us);
        succeed(fw_consumer_committed(member.consumer, topic, 1, WAIT_MS, &offset, &metadata, &err),
                &err);
        free(metadata);
    }
    assert_int_equal(fw_consumer_n_failed_commits(member.consumer), 0);
    member_close(&member);
    fw_client_free(client);
}

// ---- topics ----

static void topics_are_made_once_and_never_shrink(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    char topic[NAME_SIZE];
    struct fw_admin *admin = NULL;
    struct fw_topic_state state;
    bool created = true;
    struct fw_client *client = new_client();
    const struct fw_topic_setting settings[] = { { "max.message.bytes", "16777216" },
                                                 { "cleanup.policy", "compact,delete" } };
    new_topic(client, 3, settings, 2, topic);
    succeed(fw_admin_open(client, &admin, &err), &err);

    const struct fw_topic_spec other = { .name = topic, .n_partitions = 5 };
    succeed(fw_admin_create(admin, &other, WAIT_MS, &created, &err), &err);
    assert_false(created);
    succeed(fw_admin_describe(admin, topic, WAIT_MS, &state, &err), &err);
    assert_true(state.exists);
    assert_int_equal(state.n_partitions, 3);
    assert_true(state.partitions[2].leader >= 0);
    assert_int_equal(state.partitions[2].n_replicas, 1);
    assert_int_equal(state.partitions[2].n_in_sync, 1);
    fw_topic_state_done(&state);

    char *value = NULL;
    succeed(fw_admin_setting(admin, topic, "max.message.bytes", WAIT_MS, &value, &err), &err);
    assert_string_equal(value, "16777216");
    free(value);
    succeed(fw_admin_setting(admin, topic, "cleanup.policy", WAIT_MS, &value, &err), &err);
    assert_string_equal(value, "compact,delete");
    free(value);
    assert_true(fw_admin_setting(admin, topic, "no.such", WAIT_MS, &value, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);

    assert_true(fw_admin_grow(admin, topic, 2, WAIT_MS, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    succeed(fw_admin_grow(admin, topic, 4, WAIT_MS, &err), &err);
    succeed(fw_admin_describe(admin, topic, WAIT_MS, &state, &err), &err);
    assert_int_equal(state.n_partitions, 4);
    fw_topic_state_done(&state);

    succeed(fw_admin_describe(admin, "no-such-topic", WAIT_MS, &state, &err), &err);
    assert_false(state.exists);
    fw_topic_state_done(&state);

    char **names = NULL;
    size_t n = 0;
    bool found = false;
    succeed(fw_admin_list(admin, WAIT_MS, &names, &n, &err), &err);
    for (size_t i = 0; i < n; i++) {
        found = found || strcmp(names[i], topic) == 0;
        assert_true(strncmp(names[i], "__", 2) != 0);
    }
    assert_true(found);
    fw_admin_list_free(names, n);
    fw_admin_close(admin);
    fw_client_free(client);
}

static void a_bad_topic_is_refused_with_the_reason(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct fw_admin *admin = NULL;
    struct fw_client *client = new_client();
    succeed(fw_admin_open(client, &admin, &err), &err);
    const struct fw_topic_setting nonsense = { "cleanup.policy", "burn" };
    const struct fw_topic_spec specs[] = {
        { .name = "with blanks", .n_partitions = 1 },
        { .name = "too-many-replicas", .n_partitions = 1, .replication_factor = 99 },
        { .name = "nonsense", .n_partitions = 1, .settings = &nonsense, .n_settings = 1 },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(specs); i++) {
        assert_true(fw_admin_create(admin, &specs[i], WAIT_MS, NULL, &err) < 0);
        assert_int_equal(err.kind, FW_ERROR_CONFIG);
        assert_non_null(strstr(err.text, specs[i].name));
    }
    fw_admin_close(admin);
    fw_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_comes_before_a_start),
        cmocka_unit_test(an_end_comes_again_when_asked_for),
        cmocka_unit_test(a_paused_partition_keeps_still_and_loses_nothing),
        cmocka_unit_test(deleted_messages_are_a_gap_with_its_bounds),
        cmocka_unit_test(a_poll_is_woken_from_another_thread),
        cmocka_unit_test(two_members_share_and_one_takes_over),
        cmocka_unit_test(a_cooperative_member_keeps_reading_what_it_keeps),
        cmocka_unit_test(a_member_that_does_not_poll_loses_and_cannot_commit),
        cmocka_unit_test(committed_offsets_read_back_with_their_metadata),
        cmocka_unit_test(topics_are_made_once_and_never_shrink),
        cmocka_unit_test(a_bad_topic_is_refused_with_the_reason),
    };
    return RUN_WITH_BROKER("group", tests);
}
