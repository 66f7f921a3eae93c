// SPDX-License-Identifier: MIT
// assemble: which records of a stretch are a video's segments.
#include "unit.h"

#include "assemble/segments.h"

#include <errno.h>
#include <string.h>

static int add(struct fw_segment_table *table, int64_t number, int64_t offset, int64_t size,
               struct fw_error *err)
{
    const struct fw_segment segment = {
        .number = number, .first_picture = 50 * number, .n_pictures = 50, .size_bytes = size
    };
    return fw_segment_table_add(table, &segment, offset, err);
}

static struct fw_completion say(int64_t count, int64_t bytes)
{
    return (struct fw_completion){ .segments = { .count = count, .bytes = bytes } };
}

static void numbers_in_order_are_a_video(void **unused)
{
    (void)unused;
    struct fw_segment_table table = { 0 };
    struct fw_error err = { 0 };
    for (int64_t i = 0; i < 1000; i++) {
        assert_int_equal(add(&table, i, 3 * i, 7, &err), FW_SEGMENT_NEXT);
    }
    const struct fw_completion said = say(1000, 7000);
    assert_int_equal(fw_segment_table_check(&table, &said, &err), 0);
    assert_false(table.ambiguous);
    assert_int_equal(table.n_pictures, 50000);
    assert_int_equal(table.n_bytes, 7000);
    assert_int_equal(table.places[999].offset, 2997);
    fw_segment_table_done(&table);
    assert_null(table.places);
}

static void the_last_of_a_number_counts(void **unused)
{
    (void)unused;
    struct fw_segment_table table = { 0 };
    struct fw_error err = { 0 };
    assert_int_equal(add(&table, 0, 1, 7, &err), FW_SEGMENT_NEXT);
    assert_int_equal(add(&table, 1, 2, 7, &err), FW_SEGMENT_NEXT);
    assert_int_equal(add(&table, 0, 3, 7, &err), FW_SEGMENT_AGAIN);
    assert_false(table.ambiguous); // the same again: either will do
    assert_int_equal(add(&table, 1, 4, 8, &err), FW_SEGMENT_AGAIN);
    assert_true(table.ambiguous);
    assert_int_equal(table.places[0].offset, 3);
    assert_int_equal(table.places[1].offset, 4);
    const struct fw_completion said = say(2, 15);
    assert_int_equal(fw_segment_table_check(&table, &said, &err), 0);
    fw_segment_table_done(&table);
}

static void a_number_that_is_left_out_is_missing(void **unused)
{
    (void)unused;
    struct fw_segment_table table = { 0 };
    struct fw_error err = { 0 };
    assert_int_equal(add(&table, 1, 1, 7, &err), -ENODATA);
    assert_string_equal(err.text, "segment 0 is missing");
    assert_int_equal(add(&table, 0, 2, 7, &err), FW_SEGMENT_NEXT);
    const struct fw_completion said = say(2, 7);
    assert_int_equal(fw_segment_table_check(&table, &said, &err), -ENODATA);
    assert_string_equal(err.text, "segment 1 is missing");
    fw_segment_table_done(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_order_are_a_video),
        cmocka_unit_test(the_last_of_a_number_counts),
        cmocka_unit_test(a_number_that_is_left_out_is_missing),
    };
    return cmocka_run_group_tests_name("segment_table", tests, NULL, NULL);
}
