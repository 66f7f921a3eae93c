// SPDX-License-Identifier: MIT
// wire/trace: ids that follow from names, and headers from outside.
#include "unit.h"

#include "base/macros.h"
#include "wire/trace.h"

#include <string.h>

#define EXAMPLE "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

static void a_trace_follows_from_its_run(void **unused)
{
    (void)unused;
    char a[FW_TRACE_SIZE];
    char b[FW_TRACE_SIZE];
    fw_trace_begin("cam-1", "run", 0, a);
    fw_trace_begin("cam-1", "run", 0, b);
    assert_string_equal(a, b);
    assert_true(fw_trace_parse(a, strlen(a), b));
    assert_string_equal(a, b);
    const struct {
        const char *video_id;
        const char *run_id;
        long long salt;
    } others[] = {
        { "cam-2", "run", 0 }, { "cam-1", "ruo", 0 }, { "cam-1", "run", 1 }, { "cam-1r", "un", 0 }
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(others); i++) {
        fw_trace_begin(others[i].video_id, others[i].run_id, others[i].salt, b);
        assert_memory_not_equal(a + 3, b + 3, 16);
        assert_memory_not_equal(a + 19, b + 19, 16);
        assert_memory_not_equal(a + 36, b + 36, 16);
    }
}

static void a_step_is_a_span_of_the_trace(void **unused)
{
    (void)unused;
    char process[FW_TRACE_SIZE];
    char upload[FW_TRACE_SIZE];
    fw_trace_step(EXAMPLE, "process", process);
    fw_trace_step(process, "upload", upload);
    assert_memory_equal(upload, EXAMPLE, 36);
    assert_string_equal(upload + 52, "-01");
    assert_memory_not_equal(process + 36, EXAMPLE + 36, 16);
    assert_memory_not_equal(process + 36, upload + 36, 16);
    assert_int_equal(strlen(upload), FW_TRACE_BYTES);
}

static void only_headers_of_the_standard_are_taken(void **unused)
{
    (void)unused;
    char out[FW_TRACE_SIZE] = "untouched";
    const char *const wrong[] = {
        "",
        "00",
        EXAMPLE "-",
        EXAMPLE "x",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473\"-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(wrong); i++) {
        assert_false(fw_trace_parse(wrong[i], strlen(wrong[i]), out));
        assert_string_equal(out, "untouched");
    }
    assert_false(fw_trace_parse(NULL, 0, out));
    assert_true(
        fw_trace_parse("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", 60, out));
    assert_string_equal(out, EXAMPLE);
    assert_true(fw_trace_parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", 55, out));
    assert_string_equal(out + 53, "00"); // not sampled stays so
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_follows_from_its_run),
        cmocka_unit_test(a_step_is_a_span_of_the_trace),
        cmocka_unit_test(only_headers_of_the_standard_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
