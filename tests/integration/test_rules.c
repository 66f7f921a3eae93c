// SPDX-License-Identifier: MIT
// The rules of transactions against a real broker, each beside the way without it.
//
// Owners that die or fall asleep are processes of their own: this program again, called with the
// names that it works on.
#include "broker.h"

#include "base/clock.h"
#include "process/outlet.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TRIES = 3,
    SLOWER = 5,           // the way without the rule takes at least so many times as long
    AT_ONCE_US = 5000000, // a transaction that nobody ends stays open for 15 s
};

// What a zombie says as it exits.
enum { AS_IT_SHOULD = 10, COMMITTED_ALL_THE_SAME, REFUSED_WITHOUT_OFFSETS };

static struct fw_client *short_session_client(void)
{
    struct fw_error err = { 0 };
    struct fw_client *client = new_client();
    succeed(fw_client_set(client, "session.timeout.ms", "2000", &err), &err);
    succeed(fw_client_set(client, "heartbeat.interval.ms", "500", &err), &err);
    return client;
}

// ---- ways out ----

static struct fw_outlet *open_outlet(const struct fw_client *client, struct fw_consumer *consumer,
                                     const char *group, const char *in, const char *out)
{
    struct fw_error err = { 0 };
    struct fw_outlet *outlet = NULL;
    const char *outputs[] = { out };
    const struct fw_outlet_options options = { .client = client,
                                               .consumer = consumer,
                                               .group_id = group,
                                               .topic = in,
                                               .transactional = true,
                                               .outputs = outputs,
                                               .n_outputs = 1 };
    succeed(fw_outlet_open(&options, WAIT_MS, &outlet, &err), &err);
    return outlet;
}

static void stage(struct fw_outlet *outlet, const char *out, const char *value)
{
    struct fw_error err = { 0 };
    const struct fw_record record = { .topic = out, .value = value, .value_size = strlen(value) };
    succeed(fw_outlet_begin(outlet, &err), &err);
    succeed(fw_outlet_send(outlet, &record, NULL, &err), &err);
    succeed(fw_outlet_await(outlet, &err), &err);
}

static void stage_and_commit(struct fw_outlet *outlet, const char *out, const char *value)
{
    struct fw_error err = { 0 };
    stage(outlet, out, value);
    succeed(fw_outlet_commit(outlet, 1, "fw1 pos=1", &err), &err);
}

// A way out without the rules: any id, and no offset in its transactions.
static struct fw_transaction *open_bare(const struct fw_client *client, const char *id)
{
    struct fw_error err = { 0 };
    struct fw_transaction *bare = NULL;
    const struct fw_transaction_options options = { .transactional_id = id };
    succeed(fw_transaction_open(client, &options, WAIT_MS, &bare, &err), &err);
    return bare;
}

static void stage_bare(struct fw_transaction *bare, const char *out, const char *value)
{
    struct fw_error err = { 0 };
    succeed(fw_transaction_begin(bare, &err), &err);
    send_text(fw_transaction_producer(bare), out, 0, value, NULL);
    succeed(fw_producer_await(fw_transaction_producer(bare), WAIT_MS, &err), &err);
}

static int commit_bare(struct fw_transaction *bare, struct fw_error *err)
{
    return fw_transaction_commit(bare, NULL, NULL, 0, WAIT_MS, err);
}

// An id of this process, not of a partition.
static void process_id(const char *group, char ret[NAME_SIZE])
{
    snprintf(ret, NAME_SIZE, "%s-%d", group, (int)getpid());
}

// ---- owners in processes of their own ----

// The names that an owner works on: `out` is written by the rules, `bare` without.
struct names {
    char group[NAME_SIZE];
    char in[NAME_SIZE];
    char out[NAME_SIZE];
    char bare[NAME_SIZE];
};

struct owner {
    pid_t pid;
    int socket; // a byte each way: it is ready; it may go on
};

static void make_names(const struct fw_client *client, struct names *ret)
{
    new_name("group", ret->group);
    new_topic(client, 1, NULL, 0, ret->in);
    new_topic(client, 1, NULL, 0, ret->out);
    new_topic(client, 1, NULL, 0, ret->bare);
}

static struct owner start_owner(const struct names *names)
{
    extern char **environ;
    int ends[2];
    struct owner owner = { 0 };
    char *const words[] = { (char *)"owner",    (char *)names->group, (char *)names->in,
                            (char *)names->out, (char *)names->bare,  NULL };
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    assert_int_equal(posix_spawn(&owner.pid, "/proc/self/exe", &actions, NULL, words, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    owner.socket = ends[0];
    return owner;
}

static void await_ready(const struct owner *owner)
{
    char byte = 0;
    assert_int_equal(read(owner->socket, &byte, 1), 1); // 0: it has failed
}

// Waits for its end, and returns what it says.
static int await_end(struct owner *owner)
{
    int status = 0;
    assert_int_equal(waitpid(owner->pid, &status, 0), owner->pid);
    close(owner->socket);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// The owner: has committed once, and has a transaction open on either way. Then it dies, or sleeps
// and goes on.
static int be_owner(char **words)
{
    struct fw_error err = { 0 };
    struct member member;
    char id[NAME_SIZE];
    char byte = 0;
    const char *group = words[1];
    const char *in = words[2];
    const char *out = words[3];
    struct fw_client *client = short_session_client();
    member_open(&member, client, group, in, FW_OFFSET_NONE);
    member_await_owned(&member, 1);
    struct fw_outlet *outlet = open_outlet(client, member.consumer, group, in, out);
    process_id(group, id);
    struct fw_transaction *bare = open_bare(client, id);
    stage_and_commit(outlet, out, "kept");
    stage(outlet, out, "left open");
    stage_bare(bare, words[4], "left open");
    assert_int_equal(write(STDIN_FILENO, "r", 1), 1);
    assert_int_equal(read(STDIN_FILENO, &byte, 1), 1);

    if (fw_outlet_commit(outlet, 1, "fw1 pos=1", &err) == 0) {
        return COMMITTED_ALL_THE_SAME;
    }
    bool fenced = fw_transaction_fenced(&err);
    if (commit_bare(bare, &err) != 0) {
        return REFUSED_WITHOUT_OFFSETS;
    }
    return fenced ? AS_IT_SHOULD : EXIT_FAILURE;
}

// ---- the rules ----

static int64_t first_transaction_us(const struct fw_client *client, struct fw_consumer *consumer,
                                    const struct names *names)
{
    struct fw_outlet *outlet = open_outlet(client, consumer, names->group, names->in, names->out);
    int64_t begin_us = fw_clock_monotonic_us();
    stage_and_commit(outlet, names->out, "x");
    int64_t took_us = fw_clock_monotonic_us() - begin_us;
    fw_outlet_close(outlet);
    return took_us;
}

static int64_t first_bare_transaction_us(const struct fw_client *client, const struct names *names)
{
    struct fw_error err = { 0 };
    char id[NAME_SIZE];
    process_id(names->group, id);
    struct fw_transaction *bare = open_bare(client, id);
    int64_t begin_us = fw_clock_monotonic_us();
    stage_bare(bare, names->bare, "x");
    succeed(commit_bare(bare, &err), &err);
    int64_t took_us = fw_clock_monotonic_us() - begin_us;
    fw_transaction_close(bare);
    return took_us;
}

// The topics' metadata are fetched as the way out is opened: no record waits for them.
static void a_first_transaction_is_as_fast_as_any(void **unused)
{
    (void)unused;
    struct names names;
    struct member member;
    struct fw_client *client = new_client();
    make_names(client, &names);
    member_open(&member, client, names.group, names.in, FW_OFFSET_NONE);
    member_await_owned(&member, 1);
    int64_t ours_us = INT64_MAX;
    int64_t bare_us = INT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        int64_t took_us = first_transaction_us(client, member.consumer, &names);
        ours_us = took_us < ours_us ? took_us : ours_us;
        took_us = first_bare_transaction_us(client, &names);
        bare_us = took_us < bare_us ? took_us : bare_us;
    }
    print_message("# first transaction: %lld us; topics not asked for before: %lld us\n",
                  (long long)ours_us, (long long)bare_us);
    assert_true(ours_us * SLOWER < bare_us);
    member_close(&member);
    fw_client_free(client);
}

// The id is the partition's: an heir in another process ends what the dead one has open at once.
// With an id for each process, what the heir commits stays hidden behind it.
static void an_heir_does_not_wait_for_the_dead(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct names names;
    struct member heir;
    char other_group[NAME_SIZE];
    char id[NAME_SIZE];
    struct fw_client *client = new_client();
    make_names(client, &names);
    struct owner dead = start_owner(&names);
    await_ready(&dead);
    // A group of its own: how long the group takes to notice is not the question here.
    new_name("group", other_group);
    member_open(&heir, client, other_group, names.in, FW_OFFSET_NONE);
    member_await_owned(&heir, 1);
    assert_int_equal(kill(dead.pid, SIGKILL), 0);
    assert_int_equal(await_end(&dead), -SIGKILL);

    int64_t begin_us = fw_clock_monotonic_us();
    process_id(names.group, id);
    struct fw_transaction *bare = open_bare(client, id);
    stage_bare(bare, names.bare, "new");
    succeed(commit_bare(bare, &err), &err);
    struct fw_outlet *outlet = open_outlet(client, heir.consumer, names.group, names.in, names.out);
    stage_and_commit(outlet, names.out, "new");
    expect_values(client, names.out, 0, "kept new");
    int64_t took_us = fw_clock_monotonic_us() - begin_us;
    print_message("# seen after %lld us\n", (long long)took_us);
    assert_true(took_us < AT_ONCE_US);
    do {
        expect_values(client, names.bare, 0, "");
    } while (fw_clock_monotonic_us() - begin_us < took_us * 2);
    fw_outlet_close(outlet);
    fw_transaction_close(bare);
    member_close(&heir);
    fw_client_free(client);
}

// An owner sleeps until the group has moved on, and wakes before its heir has opened the
// partition's id. Its offset has not changed, but goes along: the transaction is refused. Without,
// it commits what the heir will do again.
static void a_sleeper_that_wakes_before_its_heir_begins_commits_nothing(void **unused)
{
    (void)unused;
    struct names names;
    struct member heir;
    struct fw_client *client = short_session_client();
    make_names(client, &names);
    struct owner sleeper = start_owner(&names);
    await_ready(&sleeper);
    assert_int_equal(kill(sleeper.pid, SIGSTOP), 0);
    member_open(&heir, client, names.group, names.in, FW_OFFSET_NONE);
    member_await_owned(&heir, 1);
    assert_int_equal(write(sleeper.socket, "g", 1), 1);
    assert_int_equal(kill(sleeper.pid, SIGCONT), 0);
    assert_int_equal(await_end(&sleeper), AS_IT_SHOULD);

    struct fw_outlet *outlet = open_outlet(client, heir.consumer, names.group, names.in, names.out);
    stage_and_commit(outlet, names.out, "heir's");
    expect_values(client, names.out, 0, "kept heir's");
    expect_values(client, names.bare, 0, "left open");
    fw_outlet_close(outlet);
    member_close(&heir);
    fw_client_free(client);
}

// To the broker, an offset of nobody in particular would be as good as a member's.
static void who_is_no_member_has_no_identity(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct names names;
    struct member member;
    struct fw_group *identity = NULL;
    struct fw_client *client = new_client();
    make_names(client, &names);
    member_open(&member, client, names.group, names.in, FW_OFFSET_NONE); // not polled yet
    assert_int_equal(fw_consumer_group(member.consumer, &identity, &err), -ESTALE);
    assert_true(fw_transaction_fenced(&err));
    assert_null(identity);
    member_await_owned(&member, 1);
    succeed(fw_consumer_group(member.consumer, &identity, &err), &err);
    fw_group_free(identity);
    member_close(&member);
    fw_client_free(client);
}

int main(int argc, char **argv)
{
    if (argc == 5) {
        _exit(be_owner(argv)); // as it is: what it has open stays open
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_transaction_is_as_fast_as_any),
        cmocka_unit_test(an_heir_does_not_wait_for_the_dead),
        cmocka_unit_test(a_sleeper_that_wakes_before_its_heir_begins_commits_nothing),
        cmocka_unit_test(who_is_no_member_has_no_identity),
    };
    return RUN_WITH_BROKER("rules", tests);
}
