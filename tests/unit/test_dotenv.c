// SPDX-License-Identifier: MIT
// config/dotenv: the dialect of python-dotenv. The expected values come from running python-dotenv.
#include "unit.h"

#include "base/macros.h"
#include "config/dotenv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *lookup(void *arg, const char *name, size_t size)
{
    (void)arg;
    if (size == 3 && memcmp(name, "ENV", 3) == 0) {
        return "of the environment";
    }
    return size == 5 && memcmp(name, "EMPTY", 5) == 0 ? "" : NULL;
}

static const struct fw_dotenv_scope environment = { .lookup = lookup };

static struct fw_dotenv parse(const char *text)
{
    struct fw_dotenv dotenv = { 0 };
    struct fw_error err = { 0 };
    if (fw_dotenv_parse(text, strlen(text), &environment, &dotenv, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return dotenv;
}

static const char *value_of(const struct fw_dotenv *dotenv, const char *name)
{
    const struct fw_dotenv_entry *entry = fw_dotenv_find(dotenv, name);
    return entry != NULL ? entry->value : NULL;
}

// One file, one name, its value (NULL: unset).
struct example {
    const char *text;
    const char *name;
    const char *value;
};

static void check_examples(const struct example *examples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct fw_dotenv dotenv = parse(examples[i].text);
        const char *value = value_of(&dotenv, examples[i].name);
        if (examples[i].value == NULL ? value != NULL
                                      : value == NULL || strcmp(value, examples[i].value) != 0) {
            fail_msg("%s: \"%s\", expected \"%s\"", examples[i].text, value, examples[i].value);
        }
        fw_dotenv_done(&dotenv);
    }
}

static void the_originals_examples_read_alike(void **unused)
{
    (void)unused;
    static const struct example examples[] = {
        { "A=1   # c", "A", "1" },
        { "B=foo#bar", "B", "foo#bar" },
        { "C=\"x # y\"  # c", "C", "x # y" },
        { "export F=ok", "F", "ok" },
        { "K = spaced", "K", "spaced" },
        { "L=two  words ", "L", "two  words" },
        { "H=", "H", "" },
        { "I", "I", NULL },
        { "N=\"a\\nb\"", "N", "a\nb" },
        { "Q='it\\'s'", "Q", "it's" },
        { "A=1\nV=${A}2", "V", "12" },
        { "A=1\nV=\"${A}2\"", "V", "12" },
        { "A=1\nV='${A}2'", "V", "12" },
        { "V=${NOPE:-def}", "V", "def" },
        { "V=${NOPE}", "V", "" },
        { "A=1\nV=$A", "V", "$A" },
        { "S3_DELETE_LOCAL_AFTER_UPLOAD=true  # Delete local files after S3 upload\n",
          "S3_DELETE_LOCAL_AFTER_UPLOAD", "true" },
    };
    check_examples(examples, FW_ARRAY_LEN(examples));
}

static void quotes_and_escapes(void **unused)
{
    (void)unused;
    static const struct example examples[] = {
        { "A=\"\\\\ \\' \\\" \\a\\b\\f\\n\\r\\t\\v\"", "A", "\\ ' \" \a\b\f\n\r\t\v" },
        { "A='\\\\ \\' \\\" \\n'", "A", "\\ ' \\\" \\n" },
        { "A=\"\\x41 \\$\"", "A", "\\x41 \\$" },
        { "A=\"two\nlines\"", "A", "two\nlines" },
        { "A=''", "A", "" },
        { "A=\"a\\\\\"\nB=\"b\"", "B", "b" },
        { "A=a\"b\"", "A", "a\"b\"" },
        { "A=a\\nb", "A", "a\\nb" },
        { "'a name'=1", "a name", "1" },
    };
    check_examples(examples, FW_ARRAY_LEN(examples));
}

static void spaces_and_comments(void **unused)
{
    (void)unused;
    static const struct example examples[] = {
        { "A= # c", "A", "" },
        { "A=#c", "A", "#c" },
        { "A=1#c # d # e", "A", "1#c" },
        { "A=1\t#c", "A", "1" },
        { "A=1\xc2\xa0# after a space of the web", "A", "1" },
        { "\xe2\x80\x83"
          "A\xe3\x80\x80=\xc2\xa0x\xc2\x85\n",
          "A", "x" },
        { "  # c\n\n\t A=1", "A", "1" },
        { "#A=1", "A", NULL },
        { "A#=1", "A", NULL },
        { "export=1", "export", "1" },
        { "exportA=1", "exportA", "1" },
        { "A=\r\nB=2\r\n", "A", "" },
        { "A=1\rB=2", "B", "2" },
        { "\xef\xbb\xbf"
          "A=1",
          "A", "1" },
    };
    check_examples(examples, FW_ARRAY_LEN(examples));
}

static void expansion(void **unused)
{
    (void)unused;
    static const struct example examples[] = {
        { "ENV=mine\nA=${ENV}", "A", "of the environment" },
        { "A=${EMPTY:-else}", "A", "" },
        { "B=\nA=${B:-else}", "A", "" },
        { "B\nA=${B:-else}", "A", "" },
        { "A=${LATER:-}\nLATER=1", "A", "" },
        { "A=1\nA=${A}2\nB=${A}", "B", "12" },
        { "B='${'\nA=${B}ENV}", "A", "${ENV}" },
        { "A=${ENV", "A", "${ENV" },
        { "A=${ENV:x}${EMPTY}", "A", "${ENV:x}" },
        { "A=${:-x}", "A", "x" },
        { "A=${NOPE:-a:b}", "A", "a:b" },
        { "A=$${EMPTY}$", "A", "$$" },
        { "A=${NOPE:-\"}", "A", "\"" },
    };
    check_examples(examples, FW_ARRAY_LEN(examples));
}

static void the_last_entry_counts(void **unused)
{
    (void)unused;
    static const struct example examples[] = {
        { "A=1\nA=2", "A", "2" },
        { "A=1\nA", "A", NULL },
        { "A\nA=1", "A", "1" },
    };
    check_examples(examples, FW_ARRAY_LEN(examples));
}

static void a_line_that_cannot_be_read_is_reported_and_skipped(void **unused)
{
    (void)unused;
    struct fw_dotenv dotenv = parse("A=1\n"
                                    "=2\n"
                                    "two words\n"
                                    "B=\"x\" y\n"
                                    "''=1\n"
                                    "C=\"over\nlines\"\n"
                                    "D='open\n"
                                    "E=5\n");
    assert_int_equal(dotenv.n_bad_lines, 5);
    static const unsigned bad_lines[] = { 2, 3, 4, 5, 8 };
    assert_memory_equal(dotenv.bad_lines, bad_lines, sizeof(bad_lines));
    assert_string_equal(value_of(&dotenv, "A"), "1");
    assert_null(value_of(&dotenv, "B"));
    assert_int_equal(fw_dotenv_find(&dotenv, "C")->line, 6);
    assert_int_equal(fw_dotenv_find(&dotenv, "E")->line, 9);
    assert_int_equal(dotenv.n_entries, 3);
    fw_dotenv_done(&dotenv);

    dotenv = parse("?\n? ?\n? ?\n? ?\n? ?\n? ?\n? ?\n? ?\n? ?\n? ?\n");
    assert_int_equal(dotenv.n_bad_lines, 9);
    assert_int_equal(dotenv.bad_lines[FW_DOTENV_BAD_LINES - 1], 9);
    fw_dotenv_done(&dotenv);
}

static void assert_refused(const char *text, size_t size, const char *reason)
{
    struct fw_dotenv dotenv = { 0 };
    struct fw_error err = { 0 };
    assert_true(fw_dotenv_parse(text, size, &environment, &dotenv, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_string_equal(err.text, reason);
    assert_null(dotenv.entries);
}

static void a_nul_byte_is_refused(void **unused)
{
    (void)unused;
    assert_refused("A=1\nB=\0\n", 8, "line 2: a NUL byte");
}

static void everything_has_a_limit(void **unused)
{
    (void)unused;
    char *text = calloc(1, FW_DOTENV_FILE_BYTES + 1);
    assert_non_null(text);
    memset(text, '\n', FW_DOTENV_FILE_BYTES + 1);
    assert_refused(text, FW_DOTENV_FILE_BYTES + 1, "larger than 1048576 bytes");

    memset(text, 'x', FW_DOTENV_VALUE_BYTES + 3);
    memcpy(text, "\nA=", 3);
    text[FW_DOTENV_VALUE_BYTES + 3] = '\0';
    struct fw_dotenv dotenv = parse(text);
    assert_int_equal(strlen(value_of(&dotenv, "A")), FW_DOTENV_VALUE_BYTES);
    fw_dotenv_done(&dotenv);
    text[FW_DOTENV_VALUE_BYTES + 3] = 'x';
    assert_refused(text, FW_DOTENV_VALUE_BYTES + 4, "line 2: a value of more than 65536 bytes");
    free(text);

    const char *doubles = "A=0123456789abcdef\n" // 16 bytes, twelve times doubled
                          "A=${A}${A}\nA=${A}${A}\nA=${A}${A}\nA=${A}${A}\nA=${A}${A}\n"
                          "A=${A}${A}\nA=${A}${A}\nA=${A}${A}\nA=${A}${A}\nA=${A}${A}\n"
                          "A=${A}${A}\nA=${A}${A}\nA=${A}${A}\n";
    dotenv = parse("A=0123456789abcdef\nA=${A}${A}");
    assert_int_equal(strlen(value_of(&dotenv, "A")), 32);
    fw_dotenv_done(&dotenv);
    assert_refused(doubles, strlen(doubles), "line 14: a value of more than 65536 bytes");
}

static void the_number_of_entries_has_a_limit(void **unused)
{
    (void)unused;
    enum { SIZE = 2 * FW_DOTENV_ENTRIES };
    char text[SIZE + 2];
    for (size_t i = 0; i < SIZE + 2; i += 2) {
        memcpy(text + i, "A\n", 2);
    }
    struct fw_dotenv dotenv = { 0 };
    assert_int_equal(fw_dotenv_parse(text, SIZE, &environment, &dotenv, NULL), 0);
    assert_int_equal(dotenv.n_entries, FW_DOTENV_ENTRIES);
    fw_dotenv_done(&dotenv);
    assert_refused(text, SIZE + 2, "line 4097: more than 4096 entries");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_originals_examples_read_alike),
        cmocka_unit_test(quotes_and_escapes),
        cmocka_unit_test(spaces_and_comments),
        cmocka_unit_test(expansion),
        cmocka_unit_test(the_last_entry_counts),
        cmocka_unit_test(a_line_that_cannot_be_read_is_reported_and_skipped),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(everything_has_a_limit),
        cmocka_unit_test(the_number_of_entries_has_a_limit),
    };
    return cmocka_run_group_tests_name("dotenv", tests, NULL, NULL);
}
