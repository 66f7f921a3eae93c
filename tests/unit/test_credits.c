// SPDX-License-Identifier: MIT
// base/credits: bounds by items and bytes, waiting, the call when room comes back, closing.
#include "unit.h"

#include "base/credits.h"

#include <pthread.h>

static void count_call(void *arg)
{
    (*(int *)arg)++;
}

static void items_are_bounded(void **unused)
{
    (void)unused;
    int n_calls = 0;
    struct fw_credits *credits = fw_credits_new(2, 1000, count_call, &n_calls);
    assert_true(fw_credits_try(credits, 1));
    assert_true(fw_credits_try(credits, 1));
    assert_false(fw_credits_try(credits, 1));
    assert_int_equal(n_calls, 0);
    fw_credits_give(credits, 1);
    assert_int_equal(n_calls, 1);
    fw_credits_give(credits, 1); // nobody was refused since: no call
    assert_int_equal(n_calls, 1);
    fw_credits_free(credits);
}

static void bytes_are_bounded_but_one_item_always_passes(void **unused)
{
    (void)unused;
    struct fw_credits *credits = fw_credits_new(10, 100, NULL, NULL);
    assert_true(fw_credits_try(credits, 5000));
    assert_false(fw_credits_try(credits, 1));
    fw_credits_give(credits, 5000);
    assert_true(fw_credits_try(credits, 60));
    assert_false(fw_credits_try(credits, 41));
    assert_true(fw_credits_try(credits, 40));
    fw_credits_free(credits);
}

struct taker {
    struct fw_credits *credits;
    bool taken;
};

static void *take_one(void *arg)
{
    struct taker *taker = arg;
    taker->taken = fw_credits_take(taker->credits, 1);
    return NULL;
}

static void a_waiter_gets_what_is_given_back(void **unused)
{
    (void)unused;
    struct taker taker = { .credits = fw_credits_new(1, 10, NULL, NULL) };
    assert_true(fw_credits_take(taker.credits, 1));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_one, &taker), 0);
    fw_credits_give(taker.credits, 1);
    pthread_join(thread, NULL);
    assert_true(taker.taken);
    assert_false(fw_credits_try(taker.credits, 1));
    fw_credits_free(taker.credits);
}

static void closing_wakes_and_refuses(void **unused)
{
    (void)unused;
    struct taker taker = { .credits = fw_credits_new(1, 10, NULL, NULL), .taken = true };
    assert_true(fw_credits_take(taker.credits, 1));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_one, &taker), 0);
    fw_credits_close(taker.credits);
    pthread_join(thread, NULL);
    assert_false(taker.taken);
    fw_credits_free(taker.credits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_bounded),
        cmocka_unit_test(bytes_are_bounded_but_one_item_always_passes),
        cmocka_unit_test(a_waiter_gets_what_is_given_back),
        cmocka_unit_test(closing_wakes_and_refuses),
    };
    return cmocka_run_group_tests_name("credits", tests, NULL, NULL);
}
