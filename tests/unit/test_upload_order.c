// SPDX-License-Identifier: MIT
// upload: whether a completed run is newer than the one that an object is of.
#include "unit.h"

#include "upload/order.h"

#define SECOND INT64_C(1000000)

// A run whose first frame was produced at second 1000, against an object of second 2000.
static const struct fw_completed_run run = {
    .run_id = "b", .run_offset = 40, .n_frames = 100, .first_frame_us = 1000 * SECOND
};
static const struct fw_stored_run stored = {
    .run_id = "a", .run_offset = 40, .n_frames = 100, .modified_us = 2000 * SECOND
};

static void the_later_offset_is_newer(void **unused)
{
    (void)unused;
    struct fw_stored_run other = stored;
    other.run_offset = 39;
    assert_true(fw_run_is_newer(&run, &other));
    other.run_offset = 41;
    assert_false(fw_run_is_newer(&run, &other));
    other.n_frames = 1; // counts within a run only
    assert_false(fw_run_is_newer(&run, &other));
}

static void of_one_run_the_longer_is_newer(void **unused)
{
    (void)unused;
    struct fw_stored_run same = stored;
    same.run_id = "b";
    assert_false(fw_run_is_newer(&run, &same));
    same.n_frames = 99;
    assert_true(fw_run_is_newer(&run, &same));
    same.n_frames = 101;
    assert_false(fw_run_is_newer(&run, &same));
}

static void a_repeat_is_not_newer_by_a_wrong_clock(void **unused)
{
    (void)unused;
    struct fw_stored_run same = stored;
    same.run_id = "b";
    same.modified_us = 900 * SECOND; // the server's clock is behind the producer's
    assert_false(fw_run_is_newer(&run, &same));
}

static void an_object_from_before_the_run_is_older_whatever_it_says(void **unused)
{
    (void)unused;
    struct fw_stored_run before = stored;
    before.run_offset = 5000; // topics were made anew since
    before.modified_us = 999 * SECOND;
    assert_true(fw_run_is_newer(&run, &before));
    before.modified_us = 1000 * SECOND; // may be 1000.9
    assert_false(fw_run_is_newer(&run, &before));
    before.modified_us = 0; // unknown
    assert_false(fw_run_is_newer(&run, &before));
}

static void an_object_that_says_nothing_is_older(void **unused)
{
    (void)unused;
    const struct fw_stored_run silent = {
        .run_id = NULL, .run_offset = -1, .n_frames = -1, .modified_us = 2000 * SECOND
    };
    assert_true(fw_run_is_newer(&run, &silent));
}

static void runs_without_a_name_are_told_by_offset_and_frames(void **unused)
{
    (void)unused;
    struct fw_completed_run of_original = run;
    struct fw_stored_run same = stored;
    of_original.run_id = "";
    same.run_id = NULL;
    assert_false(fw_run_is_newer(&of_original, &same));
    same.n_frames = 99;
    assert_true(fw_run_is_newer(&of_original, &same));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_later_offset_is_newer),
        cmocka_unit_test(of_one_run_the_longer_is_newer),
        cmocka_unit_test(a_repeat_is_not_newer_by_a_wrong_clock),
        cmocka_unit_test(an_object_from_before_the_run_is_older_whatever_it_says),
        cmocka_unit_test(an_object_that_says_nothing_is_older),
        cmocka_unit_test(runs_without_a_name_are_told_by_offset_and_frames),
    };
    return cmocka_run_group_tests_name("upload_order", tests, NULL, NULL);
}
