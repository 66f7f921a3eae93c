// SPDX-License-Identifier: MIT
// survey: standstills and lags over many looks, from made-up ones.
#include "unit.h"

#include "survey/plight.h"

static const struct fw_plight_limits limits = { .stalled_s = 10, .lag_s = 30 };

struct run {
    struct fw_plight plight;
    int64_t second;
};

static void look(struct run *run, int64_t position, int64_t left, double age_s)
{
    const struct fw_plight_look next = { .monotonic_us = 7000000 + run->second++ * 1000000,
                                         .position = position,
                                         .left = left,
                                         .age_s = age_s };
    fw_plight_take(&run->plight, &limits, &next);
}

static void a_standstill_begins_at_its_limit_and_is_over_when_it_goes_on(void **unused)
{
    (void)unused;
    struct run run = { 0 };
    for (int i = 0; i < 10; i++) {
        look(&run, 100, 5, 1);
        assert_false(run.plight.stalled);
    }
    look(&run, 100, 5, 1);
    assert_true(run.plight.stalled);
    look(&run, 101, 5, 1); // a jolt
    assert_true(run.plight.stalled);
    look(&run, 101, 5, 1);
    look(&run, 102, 5, 1);
    assert_true(run.plight.stalled);
    look(&run, 103, 5, 1);
    assert_false(run.plight.stalled);
    for (int i = 0; i < 10; i++) {
        look(&run, 103, 5, 1);
        assert_int_equal(run.plight.stalled, i == 9);
    }
    look(&run, 108, 0, -1); // through at once
    assert_false(run.plight.stalled);
}

static void who_has_nothing_to_do_does_not_stall(void **unused)
{
    (void)unused;
    struct run run = { 0 };
    for (int i = 0; i < 100; i++) {
        look(&run, 100, 0, -1);
        assert_false(run.plight.stalled || run.plight.late);
    }
    for (int i = 0; i < 9; i++) {
        look(&run, 100, 1, i);
        assert_false(run.plight.stalled);
    }
}

static void who_has_not_looked_does_not_know(void **unused)
{
    (void)unused;
    struct run run = { 0 };
    look(&run, 100, 5, 1);
    run.second += 60; // no broker has answered
    for (int i = 0; i < 10; i++) {
        look(&run, 100, 5, 1);
        assert_false(run.plight.stalled);
    }
    look(&run, 100, 5, 1);
    assert_true(run.plight.stalled);
}

static void a_lag_begins_at_its_limit_and_is_over_below_half_of_it(void **unused)
{
    (void)unused;
    static const struct {
        double age_s;
        bool late;
    } steps[] = { { 29, false }, { 30, true },  { 16, true },  { 29, true },
                  { -1, true },  { 14, false }, { 29, false }, { -1, false } };
    struct run run = { 0 };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        look(&run, (int64_t)i, 10, steps[i].age_s);
        assert_int_equal(run.plight.late, steps[i].late);
    }
    look(&run, 90, 10, 31);
    assert_true(run.plight.late);
    look(&run, 100, 0, -1);
    assert_false(run.plight.late);
}

static void a_limit_of_0_is_none(void **unused)
{
    (void)unused;
    struct fw_plight plight = { .stalled = true, .late = true };
    const struct fw_plight_limits none = { 0 };
    for (int64_t i = 0; i < 100; i++) {
        const struct fw_plight_look next = { i * 1000000, 5, 10, 1000 };
        fw_plight_take(&plight, &none, &next);
        assert_false(plight.stalled || plight.late);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_standstill_begins_at_its_limit_and_is_over_when_it_goes_on),
        cmocka_unit_test(who_has_nothing_to_do_does_not_stall),
        cmocka_unit_test(who_has_not_looked_does_not_know),
        cmocka_unit_test(a_lag_begins_at_its_limit_and_is_over_below_half_of_it),
        cmocka_unit_test(a_limit_of_0_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
