// SPDX-License-Identifier: MIT
// store: how a large file is cut into parts.
#include "store/store_impl.h"
#include "unit.h"

static void test_parts_are_never_too_many(void **state)
{
    (void)state;
    static const int64_t mib = 1024 * 1024;
    static const int64_t wanted = 8 * 1024 * 1024;
    assert_int_equal(fw_multipart_part_size(wanted, 1), wanted);
    assert_int_equal(fw_multipart_part_size(wanted, wanted * FW_STORE_PARTS), wanted);
    assert_int_equal(fw_multipart_part_size(wanted, wanted * FW_STORE_PARTS + 1), 9 * mib);
    for (int64_t size = 1; size < INT64_C(5) << 40; size = size * 3 + 7) { // to S3's own 5 TiB
        int64_t part = fw_multipart_part_size(wanted, size);
        assert_true(part >= wanted && part % mib == 0);
        assert_true((size + part - 1) / part <= FW_STORE_PARTS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_parts_are_never_too_many) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
