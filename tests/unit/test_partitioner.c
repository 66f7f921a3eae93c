// SPDX-License-Identifier: MIT
// wire/partitioner: keys land where Java's and Python's clients put them.
#include "unit.h"

#include "wire/partitioner.h"

#include <string.h>

static void keys_land_where_the_originals_do(void **unused)
{
    (void)unused;
    // Recorded from kafka-python, whose partitioner is Java's.
    static const struct {
        const char *key;
        int32_t of_six;
        int32_t of_three;
    } cases[] = {
        { "video1", 4, 1 },      { "video2", 1, 1 }, { "video3", 1, 1 },
        { "test_sample", 5, 2 }, { "cam-7", 2, 2 },  { "video_1715470000", 3, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t n = strlen(cases[i].key);
        assert_int_equal(fw_partition_for_key(cases[i].key, n, 6), cases[i].of_six);
        assert_int_equal(fw_partition_for_key(cases[i].key, n, 3), cases[i].of_three);
        assert_int_equal(fw_partition_for_key(cases[i].key, n, 1), 0);
    }
}

// The hashes of Kafka's own test (org.apache.kafka.common.utils.UtilsTest), which cover every
// length of the tail, seen through the largest number of partitions.
static void hashes_are_kafkas(void **unused)
{
    (void)unused;
    static const struct {
        const char *key;
        int32_t hash;
    } cases[] = {
        { "21", -973932308 },
        { "foobar", -790332482 },
        { "a-little-bit-long-string", -985981536 },
        { "a-little-bit-longer-string", -1486304829 },
        { "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971 },
        { "abc", 479470107 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(fw_partition_for_key(cases[i].key, strlen(cases[i].key), INT32_MAX),
                         (cases[i].hash & INT32_MAX) % INT32_MAX);
    }
    assert_int_equal(fw_partition_for_key(NULL, 0, INT32_MAX), 275646681);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_land_where_the_originals_do),
        cmocka_unit_test(hashes_are_kafkas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
