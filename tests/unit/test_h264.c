// SPDX-License-Identifier: MIT
// media: H.264 bytes: NAL units, samples, parameter sets.
#include "unit.h"

#include "media/h264.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ }), sizeof((const uint8_t[]){ __VA_ARGS__ })

static size_t n_units(const uint8_t *data, size_t size, int length_size, int *ret_end)
{
    struct fw_h264_walk walk = fw_h264_walk_begin(data, size, length_size);
    struct fw_h264_nal nal;
    size_t n = 0;
    while ((*ret_end = fw_h264_walk_next(&walk, &nal)) == 1) {
        assert_true(nal.size > 0 && nal.data >= data && nal.data + nal.size <= data + size);
        n++;
    }
    return n;
}

static void start_codes_of_three_and_four_bytes_part_units(void **unused)
{
    (void)unused;
    static const uint8_t data[] = { 0, 0, 0,    1,    0x67, 0xaa, 0, 0, 1, 0x68, 0xbb, 0, 0,
                                    0, 1, 0x65, 0x11, 0,    2,    0, 0, 3, 1,    0,    0 };
    struct fw_h264_walk walk = fw_h264_walk_begin(data, sizeof(data), 0);
    struct fw_h264_nal nal;
    assert_int_equal(fw_h264_walk_next(&walk, &nal), 1);
    assert_int_equal(nal.type, FW_H264_SPS);
    assert_int_equal(nal.size, 2);
    assert_int_equal(fw_h264_walk_next(&walk, &nal), 1);
    assert_int_equal(nal.type, FW_H264_PPS);
    assert_int_equal(nal.size, 2); // without the zeros before the next start code
    assert_int_equal(fw_h264_walk_next(&walk, &nal), 1);
    assert_int_equal(nal.type, FW_H264_IDR);
    assert_memory_equal(nal.data, ((const uint8_t[]){ 0x65, 0x11, 0, 2, 0, 0, 3, 1 }), 8);
    assert_int_equal(nal.size, 8); // without the zeros at the end
    assert_int_equal(fw_h264_walk_next(&walk, &nal), 0);
    assert_int_equal(fw_h264_walk_next(&walk, &nal), 0);
}

static void bytes_without_a_unit_give_none(void **unused)
{
    (void)unused;
    int end = -1;
    assert_int_equal(n_units(BYTES(0), 0, &end), 0);
    assert_int_equal(n_units(BYTES(0, 0, 0, 0), 0, &end), 0);
    assert_int_equal(n_units(BYTES(0, 0, 1), 0, &end), 0);
    assert_int_equal(n_units(BYTES(0, 0, 1, 0, 0, 1), 0, &end), 0);
    assert_int_equal(n_units(BYTES(0x65, 1, 2, 3, 1, 1, 1), 0, &end), 0);
    assert_int_equal(n_units(NULL, 0, 0, &end), 0);
    assert_int_equal(n_units(NULL, 0, 4, &end), 0);
    assert_int_equal(end, 0);
}

static void lengths_part_units_and_are_checked(void **unused)
{
    (void)unused;
    int end = -1;
    assert_int_equal(n_units(BYTES(0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 0x41), 4, &end), 2);
    assert_int_equal(end, 0);
    assert_int_equal(n_units(BYTES(0, 2, 0x65, 1, 0, 0, 0, 1, 0x41), 2, &end), 2); // one is empty
    assert_int_equal(end, 0);
    assert_int_equal(n_units(BYTES(1, 0x65, 200, 0x41), 1, &end), 1);
    assert_int_equal(end, -EBADMSG);
    assert_int_equal(n_units(BYTES(0xff, 0xff, 0xff, 0xff, 0x65), 4, &end), 0);
    assert_int_equal(end, -EBADMSG);
    assert_int_equal(n_units(BYTES(0, 0, 1), 4, &end), 0);
    assert_int_equal(end, -EBADMSG);
}

static void a_sample_has_lengths_and_no_parameter_sets(void **unused)
{
    (void)unused;
    static const uint8_t unit[] = {
        0, 0, 0, 1, 9,    0xf0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 1,  0x68,
        4, 0, 0, 1, 0x06, 5,    0, 0, 1, 0x65, 7, 8, 0, 0, 1, 12, 0xff
    };
    static const uint8_t sample[] = { 0, 0, 0, 2, 0x06, 5, 0, 0, 0, 3, 0x65, 7, 8 };
    struct fw_h264_content content = { 0 };
    assert_int_equal(fw_h264_inspect(unit, sizeof(unit), 0, &content), 0);
    assert_true(content.has_picture && content.has_idr);
    assert_int_equal(content.sample_size, sizeof(sample));
    uint8_t made[sizeof(sample)];
    fw_h264_write_sample(unit, sizeof(unit), 0, made);
    assert_memory_equal(made, sample, sizeof(sample));

    // and a sample stays as it is
    assert_int_equal(fw_h264_inspect(sample, sizeof(sample), 4, &content), 0);
    assert_int_equal(content.sample_size, sizeof(sample));
    fw_h264_write_sample(sample, sizeof(sample), 4, made);
    assert_memory_equal(made, sample, sizeof(sample));

    assert_int_equal(fw_h264_inspect(BYTES(0, 0, 1, 0x41, 1), 0, &content), 0);
    assert_true(content.has_picture && !content.has_idr);
    assert_int_equal(fw_h264_inspect(BYTES(0, 0, 1, 0x67, 1), 0, &content), 0);
    assert_false(content.has_picture);
    assert_int_equal(fw_h264_inspect(BYTES(0, 0, 0, 9, 0x65), 4, &content), -EBADMSG);
}

// SPS: profile, constraints, level, then the id as ue(v): 1 = 0, 010 = 1, 00101 = 4.
#define SPS_0 0x67, 66, 0xc0, 30, 0x80 | 0x15
#define SPS_1 0x67, 77, 0x40, 40, 0x40 | 0x15
#define PPS_0 0x68, 0xce, 0x3c, 0x80
#define PPS_4 0x68, 0x2e, 0x3c, 0x80

static void add(struct fw_h264_sets *sets, const uint8_t *data, size_t size)
{
    struct fw_error err = { 0 };
    if (fw_h264_sets_add(sets, data, size, NULL, &err) != 0) {
        fail_msg("%s", err.text);
    }
}

static void refused(struct fw_h264_sets *sets, const uint8_t *data, size_t size)
{
    struct fw_error err = { 0 };
    size_t n = sets->n;
    assert_int_equal(fw_h264_sets_add(sets, data, size, NULL, &err), -EBADMSG);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_int_equal(sets->n, n);
}

static void check_avcc(const struct fw_h264_sets *sets, const uint8_t *expected, size_t size)
{
    uint8_t *record = NULL;
    size_t record_size = 0;
    assert_int_equal(fw_h264_sets_to_avcc(sets, &record, &record_size, NULL), 0);
    assert_int_equal(record_size, size);
    assert_memory_equal(record, expected, size);
    free(record);
}

static void the_union_holds_each_set_once_in_one_order(void **unused)
{
    (void)unused;
    struct fw_h264_sets sets = { 0 };
    add(&sets, BYTES(0, 0, 0, 1, SPS_1, 0, 0, 0, 1, PPS_4));
    assert_int_equal(sets.n, 2);
    add(&sets, BYTES(0, 0, 1, PPS_0, 0, 0, 1, SPS_0, 0, 0, 1, 0x06, 5, 1));
    assert_int_equal(sets.n, 4);
    add(&sets, BYTES(0, 0, 0, 1, SPS_0, 0, 0, 0, 1, PPS_0));
    assert_int_equal(sets.n, 4);
    // The highest profile and level, the constraints that all keep.
    static const uint8_t expected[] = { 1, 77,    0x40, 40, 0xff, 0xe2,  0, 5, SPS_0, 0,
                                        5, SPS_1, 2,    0,  4,    PPS_0, 0, 4, PPS_4 };
    check_avcc(&sets, expected, sizeof(expected));

    // The record read back gives the same.
    struct fw_h264_sets again = { 0 };
    int length_size = 0;
    assert_int_equal(fw_h264_sets_add(&again, expected, sizeof(expected), &length_size, NULL), 0);
    assert_int_equal(length_size, 4);
    check_avcc(&again, expected, sizeof(expected));
    fw_h264_sets_done(&again);
    fw_h264_sets_done(&sets);
    assert_int_equal(sets.n, 0);
}

static void one_id_with_two_meanings_is_refused(void **unused)
{
    (void)unused;
    struct fw_h264_sets sets = { 0 };
    add(&sets, BYTES(0, 0, 0, 1, SPS_0, 0, 0, 0, 1, PPS_0));
    refused(&sets, BYTES(0, 0, 1, SPS_1, 0, 0, 1, 0x68, 0xce, 0x3c, 0x81));   // PPS 0 differs
    refused(&sets, BYTES(0, 0, 1, 0x67, 66, 0xc0, 31, 0x95));                 // SPS 0 differs
    refused(&sets, BYTES(0, 0, 1, SPS_1, 0, 0, 1, 0x67, 77, 0x40, 41, 0x55)); // within one
    fw_h264_sets_done(&sets);
}

static void malformed_parameter_sets_are_refused(void **unused)
{
    (void)unused;
    struct fw_h264_sets sets = { 0 };
    refused(&sets, NULL, 0);
    refused(&sets, BYTES(1));
    refused(&sets, BYTES(0, 0, 1, 0x65, 1));         // no parameter set
    refused(&sets, BYTES(0, 0, 1, 0x67));            // nothing behind the header
    refused(&sets, BYTES(0, 0, 1, 0x67, 66, 1, 30)); // no id
    refused(&sets, BYTES(0, 0, 1, 0x67, 66, 1, 30, 0, 0, 0, 0, 0, 0, 0x80)); // an endless id
    refused(&sets, BYTES(0, 0, 1, 0x67, 66, 1, 30, 0x04, 0x20));             // id 32
    refused(&sets, BYTES(1, 66, 0, 30, 0xff, 0xe1, 0));
    refused(&sets, BYTES(1, 66, 0, 30, 0xff, 0xe1, 0, 9, SPS_0));
    refused(&sets, BYTES(1, 66, 0, 30, 0xff, 0xe1, 0, 5, SPS_0, 2, 0, 4, PPS_0));
    refused(&sets, BYTES(1, 66, 0, 30, 0xff, 0xe0, 0));
    assert_int_equal(sets.n, 0);

    // An SPS alone is no stream.
    add(&sets, BYTES(0, 0, 1, SPS_0));
    uint8_t *record = NULL;
    size_t size = 0;
    struct fw_error err = { 0 };
    assert_int_equal(fw_h264_sets_to_avcc(&sets, &record, &size, &err), -EBADMSG);
    assert_null(record);
    fw_h264_sets_done(&sets);
}

static void emulation_prevention_is_no_part_of_an_id(void **unused)
{
    (void)unused;
    // profile 66, constraints 0, level 0 (hostile), then the id: 00 00 03 hides before it.
    struct fw_h264_sets sets = { 0 };
    add(&sets, BYTES(0, 0, 1, 0x67, 66, 0, 0, 3, 0x80, 0, 0, 1, PPS_0)); // id 0
    refused(&sets, BYTES(0, 0, 1, SPS_0));                               // id 0 too
    add(&sets, BYTES(0, 0, 1, SPS_1));
    fw_h264_sets_done(&sets);
}

static void too_many_sets_are_refused(void **unused)
{
    (void)unused;
    struct fw_h264_sets sets = { 0 };
    for (unsigned i = 0; i < 31; i++) {
        // ue(v): the number plus one, behind as many zeros as bits follow its first.
        int n = 0;
        while ((i + 1) >> (n + 1) != 0) {
            n++;
        }
        unsigned bits = (i + 1) << (16 - (2 * n + 1));
        add(&sets, BYTES(0, 0, 1, 0x67, 66, 1, 30, (uint8_t)(bits >> 8), (uint8_t)(bits | 1)));
    }
    assert_int_equal(sets.n, 31);
    refused(&sets, BYTES(0, 0, 1, 0x67, 66, 1, 30, 0x04, 0x01)); // id 31: an avcC counts to 31
    fw_h264_sets_done(&sets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_codes_of_three_and_four_bytes_part_units),
        cmocka_unit_test(bytes_without_a_unit_give_none),
        cmocka_unit_test(lengths_part_units_and_are_checked),
        cmocka_unit_test(a_sample_has_lengths_and_no_parameter_sets),
        cmocka_unit_test(the_union_holds_each_set_once_in_one_order),
        cmocka_unit_test(one_id_with_two_meanings_is_refused),
        cmocka_unit_test(malformed_parameter_sets_are_refused),
        cmocka_unit_test(emulation_prevention_is_no_part_of_an_id),
        cmocka_unit_test(too_many_sets_are_refused),
    };
    return cmocka_run_group_tests_name("h264", tests, NULL, NULL);
}
