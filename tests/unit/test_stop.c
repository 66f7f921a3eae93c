// SPDX-License-Identifier: MIT
// base/stop: real signals to a forked child, which says by bytes on a pipe how far it is.
#include "unit.h"

#include "base/stop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMEOUT_S = 20 }; // of a child, should it hang

static int report[2]; // child to parent
static int never[2];  // nothing is ever written to it

// ---- the child's side ----

static void say(char c)
{
    if (write(report[1], &c, 1) != 1) {
        _exit(90);
    }
}

static void require(bool holds, int line)
{
    if (!holds) {
        fprintf(stderr, "# line %d does not hold\n", line);
        _exit(91);
    }
}

#define REQUIRE(HOLDS) require(HOLDS, __LINE__)

static void wait_for_fd(int fd)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    REQUIRE(poll(&poll_fd, 1, -1) == 1 && poll_fd.revents == POLLIN);
}

static void hook_says(void *arg)
{
    say(*(const char *)arg);
}

static void poll_loop(void)
{
    struct pollfd poll_fd = { .fd = fw_stop_fd(), .events = POLLIN };
    REQUIRE(poll(&poll_fd, 1, 0) == 0);
    REQUIRE(!fw_stop_requested() && fw_stop_signal() == 0);
    say('r');
    wait_for_fd(fw_stop_fd());
    wait_for_fd(fw_stop_fd()); // and stays so
    REQUIRE(fw_stop_requested());
    say(fw_stop_signal() == SIGINT ? 'i' : fw_stop_signal() == SIGTERM ? 't' : '?');
}

// ---- the parent's side ----

static pid_t start(void (*child)(void))
{
    assert_int_equal(pipe(report), 0);
    assert_int_equal(pipe(never), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(TIMEOUT_S);         // SIGALRM is not blocked and ends the child
        signal(SIGPIPE, SIG_DFL); // whatever started the tests
        close(report[0]);
        struct fw_error err = { 0 };
        REQUIRE(fw_stop_init(&err) == 0);
        child();
        _exit(7);
    }
    close(report[1]);
    return pid;
}

static char hear(void)
{
    char c = 0;
    return read(report[0], &c, 1) == 1 ? c : '\0';
}

static void assert_exit(pid_t pid, int code)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
    close(report[0]);
    close(never[0]);
    close(never[1]);
}

static void a_signal_wakes_a_poll_loop(void **unused)
{
    (void)unused;
    static const struct {
        int signal_number;
        char said;
    } cases[] = { { SIGTERM, 't' }, { SIGINT, 'i' } };
    for (int i = 0; i < 2; i++) {
        pid_t pid = start(poll_loop);
        assert_int_equal(hear(), 'r');
        assert_int_equal(kill(pid, cases[i].signal_number), 0);
        assert_int_equal(hear(), cases[i].said);
        assert_exit(pid, 7);
    }
}

static int wake[2];

static void hook_wakes(void *arg)
{
    (void)arg;
    REQUIRE(fw_stop_requested());
    REQUIRE(write(wake[1], "w", 1) == 1);
}

static void *read_until_woken(void *unused)
{
    char c = 0;
    REQUIRE(read(wake[0], &c, 1) == 1 && c == 'w');
    return unused;
}

static void blocked_thread(void)
{
    REQUIRE(pipe(wake) == 0);
    struct fw_stop_hook hook = { .call = hook_wakes };
    fw_stop_add(&hook);
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, read_until_woken, NULL) == 0);
    say('r');
    REQUIRE(pthread_join(thread, NULL) == 0);
    fw_stop_remove(&hook);
}

static void a_hook_wakes_a_blocked_thread(void **unused)
{
    (void)unused;
    pid_t pid = start(blocked_thread);
    assert_int_equal(hear(), 'r');
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_exit(pid, 7);
}

static void hook_hangs(void *arg)
{
    (void)arg;
    say('h');
    char c = 0;
    REQUIRE(read(never[0], &c, 1) == 1);
}

static void hanging(void)
{
    struct fw_stop_hook hook = { .call = hook_hangs };
    fw_stop_add(&hook);
    say('r');
    hook_hangs(NULL); // and so does the rest of the process
}

static void a_second_signal_ends_at_once_whatever_hangs(void **unused)
{
    (void)unused;
    pid_t pid = start(hanging);
    assert_int_equal(hear(), 'r');
    assert_int_equal(hear(), 'h');
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(hear(), 'h');
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_exit(pid, 1);
}

static void several_hooks(void)
{
    static char names[] = { 'a', 'b', 'c', 'd' };
    struct fw_stop_hook hooks[4];
    for (int i = 0; i < 4; i++) {
        hooks[i] = (struct fw_stop_hook){ .call = hook_says, .arg = &names[i] };
    }
    fw_stop_add(&hooks[0]);
    fw_stop_add(&hooks[1]);
    fw_stop_add(&hooks[2]);
    fw_stop_remove(&hooks[1]);
    say('r');
    wait_for_fd(fw_stop_fd());
    fw_stop_add(&hooks[3]); // late: called by this thread
    fw_stop_remove(&hooks[3]);
    wait_for_fd(never[0]);
}

static void each_hook_is_called_once_also_a_late_one(void **unused)
{
    (void)unused;
    pid_t pid = start(several_hooks);
    assert_int_equal(hear(), 'r');
    assert_int_equal(kill(pid, SIGTERM), 0);
    int n_heard[4] = { 0 };
    for (int i = 0; i < 3; i++) {
        char c = hear();
        assert_in_range(c, 'a', 'd');
        n_heard[c - 'a']++;
    }
    assert_int_equal(n_heard[0], 1);
    assert_int_equal(n_heard[1], 0);
    assert_int_equal(n_heard[2], 1);
    assert_int_equal(n_heard[3], 1);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(hear(), '\0'); // nothing more until its end
    assert_exit(pid, 1);
}

static int go[2];
static atomic_bool finished;
static pid_t main_thread;

static void hook_waits(void *arg)
{
    (void)arg;
    REQUIRE(write(wake[1], "b", 1) == 1);
    char c = 0;
    REQUIRE(read(go[0], &c, 1) == 1);
    atomic_store(&finished, true);
}

static char state_of(pid_t thread)
{
    char path[64];
    char text[256] = "";
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "r");
    REQUIRE(file != NULL && fgets(text, sizeof(text), file) != NULL);
    fclose(file);
    return strrchr(text, ')')[2];
}

// Lets the hook go on only once the main thread sleeps, which it does in fw_stop_remove.
static void *release_hook(void *unused)
{
    char c = 0;
    REQUIRE(read(wake[0], &c, 1) == 1);
    while (state_of(main_thread) != 'S') {
        sched_yield();
    }
    REQUIRE(write(go[1], "g", 1) == 1);
    return unused;
}

static void remove_running_hook(void)
{
    REQUIRE(pipe(wake) == 0 && pipe(go) == 0);
    main_thread = (pid_t)syscall(SYS_gettid);
    struct fw_stop_hook hook = { .call = hook_waits };
    fw_stop_add(&hook);
    say('r');
    char c = 0;
    REQUIRE(read(wake[0], &c, 1) == 1); // the hook has begun
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, release_hook, NULL) == 0);
    REQUIRE(write(wake[1], "s", 1) == 1);
    fw_stop_remove(&hook);
    REQUIRE(atomic_load(&finished));
    REQUIRE(pthread_join(thread, NULL) == 0);
}

static void removing_waits_for_a_hook_that_runs(void **unused)
{
    (void)unused;
    pid_t pid = start(remove_running_hook);
    assert_int_equal(hear(), 'r');
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_exit(pid, 7);
}

static void write_to_closed_pipe(void)
{
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    close(ends[0]);
    REQUIRE(write(ends[1], "x", 1) == -1 && errno == EPIPE);
}

static void a_closed_pipe_is_an_error_not_the_end(void **unused)
{
    (void)unused;
    assert_exit(start(write_to_closed_pipe), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_wakes_a_poll_loop),
        cmocka_unit_test(a_hook_wakes_a_blocked_thread),
        cmocka_unit_test(a_second_signal_ends_at_once_whatever_hangs),
        cmocka_unit_test(each_hook_is_called_once_also_a_late_one),
        cmocka_unit_test(removing_waits_for_a_hook_that_runs),
        cmocka_unit_test(a_closed_pipe_is_an_error_not_the_end),
    };
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
