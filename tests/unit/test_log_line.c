// SPDX-License-Identifier: MIT
// base/log_line: the two forms of an entry; base/log: what is folded.
#include "unit.h"

#include "base/log.h"
#include "base/log_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_form(void (*write)(const struct fw_log_line *, struct fw_buffer *),
                        const char *message, unsigned n_repeats, const char *expected)
{
    struct fw_log_line line = { .time = "2026-05-11T19:33:16.123456",
                                .level = FW_LOG_WARNING,
                                .message = message,
                                .n_repeats = n_repeats };
    struct fw_buffer out;
    fw_buffer_init(&out, 4096);
    write(&line, &out);
    fw_buffer_append(&out, "", 1);
    assert_string_equal((const char *)out.data, expected);
    fw_buffer_done(&out);
}

static void text_is_a_line(void **unused)
{
    (void)unused;
    assert_form(fw_log_line_text, "video=a b", 0, "2026-05-11T19:33:16.123456Z WARN video=a b\n");
    assert_form(fw_log_line_text, "x", 3, "2026-05-11T19:33:16.123456Z WARN x repeated=3\n");
}

#define BEGIN "{\"time\": \"2026-05-11T19:33:16.123456Z\", \"level\": \"WARN\", \"message\": "

static void json_has_the_fields(void **unused)
{
    (void)unused;
    assert_form(fw_log_line_json, "plain", 0, BEGIN "\"plain\"}\n");
    assert_form(
        fw_log_line_json, "video=\"x partition=3 pos=-1 id=007 s=1.5 e= =x partition=4", 2,
        BEGIN
        "\"video=\\\"x partition=3 pos=-1 id=007 s=1.5 e= =x partition=4\", \"repeated\": 2, "
        "\"video\": \"\\\"x\", \"partition\": 3, \"pos\": -1, \"id\": \"007\", \"s\": \"1.5\", "
        "\"e\": \"\"}\n");
    assert_form(fw_log_line_json, "time=1 level=2 message=3 repeated=4 Video=5 a-b=6", 0,
                BEGIN "\"time=1 level=2 message=3 repeated=4 Video=5 a-b=6\"}\n");
}

// What the log writes while `act` runs.
static char *written(void (*act)(void))
{
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stderr);
    int saved = dup(STDERR_FILENO);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    act();
    fflush(stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(file);
    static char text[16384];
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void say_in_turn(void)
{
    for (int i = 0; i < 5; i++) {
        fw_log(FW_LOG_WARNING, "partition=0 waits");
        fw_log(FW_LOG_WARNING, "partition=1 waits");
    }
    fw_log_flush();
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (; (text = strstr(text, part)) != NULL; text++) {
        n++;
    }
    return n;
}

static void repeats_are_folded_also_in_turn(void **unused)
{
    (void)unused;
    const char *text = written(say_in_turn);
    assert_int_equal(count(text, "\n"), 4);
    assert_int_equal(count(text, "WARN partition=0 waits\n"), 1);
    assert_int_equal(count(text, "WARN partition=0 waits repeated=4\n"), 1);
    assert_int_equal(count(text, "WARN partition=1 waits repeated=4\n"), 1);
}

static void say_many(void)
{
    for (int i = 0; i < 40; i++) {
        fw_log(FW_LOG_WARNING, "number=%d", i % 20);
    }
    fw_log_flush();
}

static void nothing_else_is_lost(void **unused)
{
    (void)unused;
    const char *text = written(say_many);
    for (int i = 0; i < 20; i++) {
        char line[32];
        snprintf(line, sizeof(line), "number=%d\n", i);
        assert_true(count(text, line) >= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_a_line),
        cmocka_unit_test(json_has_the_fields),
        cmocka_unit_test(repeats_are_folded_also_in_turn),
        cmocka_unit_test(nothing_else_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
