// SPDX-License-Identifier: MIT
// config: each type of option from each source, what is refused, and the order of the sources.
#include "unit.h"

#include "base/macros.h"
#include "base/memory.h"
#include "config/load.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THIS = 1, OTHER = 2 };

enum colour { RED, GREEN, BLUE };

struct values {
    bool lamp;
    int count;
    double share;
    double wait_s;
    struct fw_texts family;
    char *name;
    char *word;
    enum colour colour;
    struct fw_texts inputs;
    char *secret;
    char *file;
    int foreign;
};

static const char *const colours[] = { "red", "green", "blue", NULL };
static const char *const words[] = { "Alpha", "Beta", NULL };

static int check_name(const char *text, struct fw_error *err)
{
    return text[0] == 'x' ? fw_error_set(err, FW_ERROR_DATA, EINVAL, "begins with x") : 0;
}

#define AT(FIELD) .offset = offsetof(struct values, FIELD), .commands = THIS

static const struct fw_option options[] = {
    { .name = "lamp",
      .letter = 'l',
      .variable = "LAMP",
      .type = FW_OPTION_BOOL,
      .fallback = "true",
      AT(lamp) },
    { .name = "count",
      .letter = 'n',
      .variable = "COUNT",
      .type = FW_OPTION_INT,
      .min = -5,
      .max = 51,
      .unit = "frames",
      AT(count) },
    { .name = "share", .variable = "SHARE", .type = FW_OPTION_FLOAT, .max = 1, AT(share) },
    { .name = "wait",
      .variable = "WAIT_SECONDS",
      .type = FW_OPTION_DURATION,
      .fallback = "0.2",
      .min = 0.01,
      .max = 3600,
      AT(wait_s) },
    { .name = "name",
      .variable = "NAME",
      .type = FW_OPTION_TEXT,
      .fallback = "nobody",
      .check = check_name,
      AT(name) },
    { .name = "word", .variable = "THE_WORD", .type = FW_OPTION_TEXT, .choices = words, AT(word) },
    { .name = "colour",
      .variable = "COLOUR",
      .type = FW_OPTION_CHOICE,
      .fallback = "green",
      .choices = colours,
      AT(colour) },
    { .name = "input", .letter = 'i', .type = FW_OPTION_LIST, AT(inputs) },
    { .name = "secret",
      .variable = "SECRET",
      .type = FW_OPTION_TEXT,
      .choices = words,
      .secret = true,
      AT(secret) },
    { .name = "env-file", .type = FW_OPTION_TEXT, AT(file) },
    { .name = "family",
      .letter = 'f',
      .variable = "FAMILY_*",
      .type = FW_OPTION_LIST,
      .secret = true,
      .check = check_name,
      AT(family) },
    { .variable = "OLD_ONE", .type = FW_OPTION_OBSOLETE, .commands = THIS },
    { .name = "foreign",
      .variable = "FOREIGN",
      .type = FW_OPTION_INT,
      .max = 9,
      .fallback = "3",
      .offset = offsetof(struct values, foreign),
      .commands = OTHER },
};

static const struct fw_option_table table = { options, FW_ARRAY_LEN(options) };

// ---- one load ----

struct loaded {
    struct values values;
    struct fw_request request;
    struct fw_error err;
};

static char folder[] = "/tmp/fw-options-XXXXXX";

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

// Loads from a .env text (NULL: no file), an environment and a command line, both separated by
// '|'. `lists` keeps the words alive.
static int load_into(struct loaded *loaded, const char *env_file, const char *environment,
                     const char *arguments)
{
    static char text[2][512];
    static char *lists[2][32];
    const char *from[2] = { environment, arguments };
    int n[2] = { 0, 0 };
    for (int i = 0; i < 2; i++) {
        snprintf(text[i], sizeof(text[i]), "%s", from[i] != NULL ? from[i] : "");
        char *rest = text[i];
        while (from[i] != NULL && rest != NULL) {
            lists[i][n[i]++] = strsep(&rest, "|");
        }
        lists[i][n[i]] = NULL;
    }
    unlink(".env");
    if (env_file != NULL) {
        write_file(".env", env_file);
    }
    const struct fw_load_from source = {
        .command = THIS,
        .argc = n[1],
        .argv = lists[1],
        .environ = lists[0],
        .env_file = fw_option_find(&table, THIS, "env-file", 8),
    };
    *loaded = (struct loaded){ 0 };
    return fw_options_load(&table, &source, &loaded->values, &loaded->request, &loaded->err);
}

static struct loaded load(const char *env_file, const char *environment, const char *arguments)
{
    struct loaded loaded;
    if (load_into(&loaded, env_file, environment, arguments) < 0) {
        fail_msg("%s", loaded.err.text);
    }
    return loaded;
}

static void done(struct loaded *loaded)
{
    fw_options_done(&table, &loaded->values);
    fw_request_done(&loaded->request);
}

static void assert_refused(const char *env_file, const char *environment, const char *arguments,
                           const char *text)
{
    struct loaded loaded;
    assert_true(load_into(&loaded, env_file, environment, arguments) < 0);
    assert_string_equal(loaded.err.text, text);
    assert_int_equal(loaded.err.kind, FW_ERROR_CONFIG);
}

// ---- tests ----

static void without_anything_there_are_the_defaults(void **unused)
{
    (void)unused;
    struct loaded loaded = load(NULL, NULL, NULL);
    assert_true(loaded.values.lamp);
    assert_int_equal(loaded.values.count, INT_MIN);
    assert_true(isnan(loaded.values.share));
    assert_true(loaded.values.wait_s == 0.2);
    assert_string_equal(loaded.values.name, "nobody");
    assert_null(loaded.values.word);
    assert_int_equal(loaded.values.colour, GREEN);
    assert_int_equal(loaded.values.inputs.n, 0);
    assert_int_equal(loaded.values.foreign, 3);
    assert_int_equal(loaded.request.n_notes, 0);
    assert_null(loaded.request.env_path);
    done(&loaded);
}

// Every type, written the same way in each of the three places.
static void every_source_sets_every_type(void **unused)
{
    (void)unused;
    static const char *const from[][3] = {
        { "LAMP=off\nCOUNT=-5\nSHARE=1e-1\nWAIT_SECONDS=2m\nNAME=\"a b\"\nTHE_WORD=BETA\n"
          "COLOUR=Blue\n",
          NULL, NULL },
        { NULL, "LAMP=OFF|COUNT=-5|SHARE=.1|WAIT_SECONDS=120|NAME=a b|THE_WORD=beta|COLOUR=BLUE",
          NULL },
        { NULL, NULL,
          "--no-lamp|--count=-5|--share|+0.1|--wait=120000ms|--name|a "
          "b|--word=beta|--colour=blue" },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(from); i++) {
        struct loaded loaded = load(from[i][0], from[i][1], from[i][2]);
        assert_false(loaded.values.lamp);
        assert_int_equal(loaded.values.count, -5);
        assert_true(loaded.values.share == 0.1);
        assert_true(loaded.values.wait_s == 120);
        assert_string_equal(loaded.values.name, "a b");
        assert_string_equal(loaded.values.word, "Beta");
        assert_int_equal(loaded.values.colour, BLUE);
        assert_int_equal(loaded.request.origins[1].source, FW_SOURCE_FILE + i);
        done(&loaded);
    }
}

static void the_later_source_counts(void **unused)
{
    (void)unused;
    static const struct {
        const char *sources[3];
        int count;
        enum fw_source source;
    } cases[] = {
        { { "COUNT=1", NULL, NULL }, 1, FW_SOURCE_FILE },
        { { "COUNT=1", "COUNT=2", NULL }, 2, FW_SOURCE_ENVIRONMENT },
        { { "COUNT=1", "COUNT=2", "-n3" }, 3, FW_SOURCE_ARGUMENT },
        { { "COUNT=1", NULL, "-n|3" }, 3, FW_SOURCE_ARGUMENT },
        { { NULL, "COUNT=2", "--count=3|--count=4" }, 4, FW_SOURCE_ARGUMENT },
        { { "COUNT=1\nCOUNT=5", NULL, NULL }, 5, FW_SOURCE_FILE },
        // what does not count is not judged
        { { "COUNT=bad", "COUNT=worse", "-n3" }, 3, FW_SOURCE_ARGUMENT },
        // an empty value is the default, whatever is below
        { { "COUNT=1", "COUNT=", NULL }, INT_MIN, FW_SOURCE_DEFAULT },
        { { "COUNT=", NULL, NULL }, INT_MIN, FW_SOURCE_DEFAULT },
        { { "COUNT", NULL, NULL }, INT_MIN, FW_SOURCE_DEFAULT },
        { { "COUNT=1", "COUNT=", "-n3" }, 3, FW_SOURCE_ARGUMENT },
        // the environment is expanded in the file
        { { "COUNT=${MANY:-1}", "MANY=7", NULL }, 7, FW_SOURCE_FILE },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct loaded loaded = load(cases[i].sources[0], cases[i].sources[1], cases[i].sources[2]);
        assert_int_equal(loaded.values.count, cases[i].count);
        assert_int_equal(loaded.request.origins[1].source, cases[i].source);
        done(&loaded);
    }
}

static void an_empty_text_is_the_default(void **unused)
{
    (void)unused;
    struct loaded loaded = load("NAME=\nTHE_WORD=''\nLAMP=", "COLOUR=", NULL);
    assert_string_equal(loaded.values.name, "nobody");
    assert_null(loaded.values.word);
    assert_true(loaded.values.lamp);
    assert_int_equal(loaded.values.colour, GREEN);
    done(&loaded);
}

static void every_word_for_a_switch(void **unused)
{
    (void)unused;
    static const struct {
        const char *arguments;
        bool lamp;
    } cases[] = {
        { "--lamp", true },     { "--lamp=true", true },   { "--lamp=1", true },
        { "--lamp=YES", true }, { "--lamp=On", true },     { "--no-lamp", false },
        { "--lamp=0", false },  { "--lamp=No", false },    { "--lamp=off", false },
        { "-l", true },         { "--lamp=FALSE", false }, { "--no-lamp|-l", true },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct loaded loaded = load(NULL, "LAMP=off", cases[i].arguments);
        assert_int_equal(loaded.values.lamp, cases[i].lamp);
        done(&loaded);
    }
}

static void durations_have_units(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {
        { "0.01", 0.01 }, { "5.0", 5 },   { "250ms", 0.25 }, { "1.5s", 1.5 },
        { "2m", 120 },    { "1h", 3600 }, { " 3 s", 3 },     { "10.25", 10.25 },
    };
    struct values values = { 0 };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        assert_int_equal(fw_option_set(&options[3], cases[i].text, &values, NULL), 0);
        assert_true(fabs(values.wait_s - cases[i].seconds) < 1e-9);
    }
    static const char *const bad[] = { "", "s", "9ms", "2h", "1 day", "1ss", "-1", "inf" };
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        assert_int_equal(fw_option_set(&options[3], bad[i], &values, NULL), -EINVAL);
        assert_true(values.wait_s == 10.25);
    }
}

static void numbers_are_decimal_and_in_range(void **unused)
{
    (void)unused;
    struct values values = { 0 };
    static const char *const good[] = { "51", "-5", " 7 ", "+9", "007" };
    for (size_t i = 0; i < FW_ARRAY_LEN(good); i++) {
        assert_int_equal(fw_option_set(&options[1], good[i], &values, NULL), 0);
    }
    assert_int_equal(values.count, 7);
    static const char *const bad[] = {
        "",
        " ",
        "52",
        "-6",
        "1.0",
        "1e1",
        "0x10",
        "1_0",
        "1,0",
        "ten",
        "1 2",
        "--1",
        "NaN",
        "inf",
        "99999999999999999999",
        "1\xc2\xa0",
        "00000000000000000000000000000000000000000000000000000000000000001",
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        assert_int_equal(fw_option_set(&options[1], bad[i], &values, NULL), -EINVAL);
        assert_int_equal(values.count, 7);
    }
    static const char *const bad_share[] = { "1.01",  "-0.1",  "nan", "-nan", "inf", "0x1p-1",
                                             "1e999", "0.5.1", ".",   "-",    "50%" };
    for (size_t i = 0; i < FW_ARRAY_LEN(bad_share); i++) {
        assert_int_equal(fw_option_set(&options[2], bad_share[i], &values, NULL), -EINVAL);
    }
}

static void a_bad_value_is_refused_with_its_place(void **unused)
{
    (void)unused;
    assert_refused(NULL, NULL, "--count=52",
                   "--count=52 (command line): must be a whole number from -5 to 51 frames");
    assert_refused(NULL, NULL, "-n|x\x1b",
                   "--count=x\\x1b (command line): must be a whole number from -5 to 51 frames");
    assert_refused(NULL, "SHARE=2", NULL, "SHARE=2 (environment): must be a number from 0 to 1");
    assert_refused("\nWAIT_SECONDS=0\n", NULL, NULL,
                   "WAIT_SECONDS=0 (.env, line 2): must be a time from 0.01 to 3600 seconds "
                   "(units: ms, s, m, h)");
    assert_refused("LAMP=maybe", NULL, NULL,
                   "LAMP=maybe (.env, line 1): must be true or false (or 1/0, yes/no, on/off)");
    assert_refused(NULL, NULL, "--colour|pink",
                   "--colour=pink (command line): must be one of red, green, blue");
    assert_refused(NULL, "THE_WORD=Gamma", NULL,
                   "THE_WORD=Gamma (environment): must be one of Alpha, Beta");
    assert_refused(NULL, NULL, "--name=xy", "--name=xy (command line): begins with x");
}

static void a_secret_is_not_shown(void **unused)
{
    (void)unused;
    assert_refused(NULL, "SECRET=hunter2", NULL,
                   "SECRET (environment): must be one of Alpha, Beta");
}

static void a_text_that_is_too_long_is_refused(void **unused)
{
    (void)unused;
    char *text = fw_xmalloc(FW_OPTION_TEXT_BYTES + 2);
    memset(text, 'a', FW_OPTION_TEXT_BYTES + 1);
    text[FW_OPTION_TEXT_BYTES + 1] = '\0';
    struct values values = { 0 };
    assert_int_equal(fw_option_set(&options[4], text, &values, NULL), -EINVAL);
    assert_int_equal(fw_option_set(&options[4], text + 1, &values, NULL), 0);
    free(values.name);
    free(text);
}

static void the_command_line_is_taken_apart(void **unused)
{
    (void)unused;
    struct loaded loaded = load(NULL, NULL, "one|-ln7|-i|a|two|--input=b=c|-ic|-|--|--lamp|-x");
    assert_int_equal(loaded.values.count, 7);
    assert_int_equal(loaded.values.inputs.n, 3);
    assert_string_equal(loaded.values.inputs.items[0], "a");
    assert_string_equal(loaded.values.inputs.items[1], "b=c");
    assert_string_equal(loaded.values.inputs.items[2], "c");
    static const char *const rest[] = { "one", "two", "-", "--lamp", "-x" };
    assert_int_equal(loaded.request.arguments.n_rest, FW_ARRAY_LEN(rest));
    for (size_t i = 0; i < FW_ARRAY_LEN(rest); i++) {
        assert_string_equal(loaded.request.arguments.rest[i], rest[i]);
    }
    done(&loaded);
}

static void a_faulty_command_line_is_refused(void **unused)
{
    (void)unused;
    assert_refused(NULL, NULL, "--counts=1",
                   "--counts is not an option of this command; did you mean --count?");
    assert_refused(NULL, NULL, "--volume", "--volume is not an option of this command");
    assert_refused(NULL, NULL, "--volume\n", "--volume\\x0a is not an option of this command");
    assert_refused(NULL, NULL, "--foreign=1", "--foreign is not an option of this command");
    assert_refused(NULL, NULL, "-lx", "-x is not an option of this command");
    assert_refused(NULL, NULL, "--no-count", "--no-count is not an option of this command");
    assert_refused(NULL, NULL, "--no-lamp=1", "--no-lamp takes no value");
    assert_refused(NULL, NULL, "a|--count",
                   "--count needs a value: a whole number from -5 to 51 frames");
    assert_refused(NULL, NULL, "--name=", "--name has an empty value");
    assert_refused(NULL, NULL, "--name||x", "--name has an empty value");
}

static void help_ends_the_reading(void **unused)
{
    (void)unused;
    static const char *const asks[] = { "--help|--volume", "-h|-n|x", "-lh|--count", "a|--help" };
    for (size_t i = 0; i < FW_ARRAY_LEN(asks); i++) {
        struct loaded loaded = load("COUNT=bad", NULL, asks[i]);
        assert_true(loaded.request.arguments.wants_help);
        assert_string_equal(loaded.values.name, "nobody");
        done(&loaded);
    }
    struct loaded loaded = load(NULL, NULL, "--|--help");
    assert_false(loaded.request.arguments.wants_help);
    done(&loaded);
}

static void a_variable_of_another_command_is_not_judged(void **unused)
{
    (void)unused;
    struct loaded loaded = load("FOREIGN=bad", "FOREIGN=worse", NULL);
    assert_int_equal(loaded.values.foreign, 3);
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);
}

static void assert_family(const char *env_file, const char *environment, const char *arguments,
                          const char *expected)
{
    struct loaded loaded = load(env_file, environment, arguments);
    char joined[256] = "";
    for (size_t i = 0; i < loaded.values.family.n; i++) {
        size_t n = strlen(joined);
        snprintf(joined + n, sizeof(joined) - n, "%s%s", i > 0 ? "|" : "",
                 loaded.values.family.items[i]);
    }
    assert_string_equal(joined, expected);
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);
}

static void a_family_of_variables_is_collected_from_all_places(void **unused)
{
    (void)unused;
    assert_family(NULL, NULL, NULL, "");
    assert_family("FAMILY_B=1\nFAMILY_A=2\nFAMILY_B=3\nFAMIL=4\n", "FAMILY_C=c|FAMILY_A=5|LAMP=1",
                  "-fz=1|--family=y=2", "FAMILY_B=3|FAMILY_C=c|FAMILY_A=5|z=1|y=2");
    // empty ones and those taken away mean the default, which is nothing
    assert_family("FAMILY_A=1\nFAMILY_B=\nFAMILY_C\n", "FAMILY_A=", NULL, "");
    // the prefix alone is none of them
    assert_family(NULL, "FAMILY_=1", NULL, "");
    // of two in one environment the first counts, as for every program
    assert_family(NULL, "FAMILY_A=1|FAMILY_A=2", NULL, "FAMILY_A=1");
    struct loaded loaded = load(NULL, "FAMILY_A=1", "-fy=1");
    assert_int_equal(loaded.request.origins[10].source, FW_SOURCE_ARGUMENT);
    done(&loaded);
}

static void a_member_of_a_family_is_refused_by_its_name(void **unused)
{
    (void)unused;
    char text[FW_OPTION_TEXT_BYTES + 64] = "FAMILY_LONG=";
    memset(text + strlen(text), 'a', FW_OPTION_TEXT_BYTES);
    assert_refused(text, NULL, NULL, "FAMILY_LONG (.env, line 1): must be text of 1 to 4096 bytes");
    assert_refused(NULL, "FAMILY_A=1", "-fxy", "--family (command line): begins with x");
}

static void a_named_file_replaces_env(void **unused)
{
    (void)unused;
    write_file("other.env", "COUNT=8\n");
    struct loaded loaded = load("COUNT=1\nSHARE=1", NULL, "--env-file=other.env");
    assert_int_equal(loaded.values.count, 8);
    assert_true(isnan(loaded.values.share));
    assert_string_equal(loaded.request.env_path, "other.env");
    done(&loaded);

    write_file("other.env", "\n\nCOUNT=x\n");
    assert_refused(NULL, NULL, "--env-file=other.env",
                   "COUNT=x (other.env, line 3): must be a whole number from -5 to 51 frames");
    assert_refused(NULL, NULL, "--env-file=none.env",
                   "cannot read none.env: No such file or directory");
    assert_refused(NULL, NULL, "--env-file=/", "cannot read /: Is a directory");
    FILE *file = fopen("other.env", "w");
    assert_non_null(file);
    assert_int_equal(fwrite("A=1\nB=\0", 1, 7, file), 7);
    fclose(file);
    assert_refused(NULL, NULL, "--env-file=other.env", "other.env: line 2: a NUL byte");
}

static void a_folder_named_env_is_no_file(void **unused)
{
    (void)unused;
    unlink(".env");
    assert_int_equal(mkdir(".env", 0700), 0);
    struct loaded loaded = load(NULL, NULL, NULL);
    assert_null(loaded.request.env_path);
    done(&loaded);
    assert_int_equal(rmdir(".env"), 0);
}

static void what_looks_wrong_in_the_file_is_noted(void **unused)
{
    (void)unused;
    struct loaded loaded =
        load("WAIT_SECOND=1\nPATH=/bin\nno value here\nOLD_ONE=1\nSHAER=1\n", NULL, NULL);
    assert_int_equal(loaded.request.n_notes, 3);
    assert_string_equal(loaded.request.notes[0].text, ".env line 3: not NAME=value, ignored");
    assert_string_equal(
        loaded.request.notes[1].text,
        ".env line 1: WAIT_SECOND is no option of firewatch; did you mean WAIT_SECONDS?");
    assert_string_equal(loaded.request.notes[2].text,
                        ".env line 5: SHAER is no option of firewatch; did you mean SHARE?");
    assert_int_equal(loaded.request.notes[2].level, FW_LOG_WARNING);
    assert_int_equal(loaded.request.origins[11].source, FW_SOURCE_FILE);
    done(&loaded);
}

static int enter_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) != NULL ? chdir(folder) : -1;
}

static int leave_folder(void **unused)
{
    (void)unused;
    unlink(".env");
    unlink("other.env");
    return chdir("/") | rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_anything_there_are_the_defaults),
        cmocka_unit_test(every_source_sets_every_type),
        cmocka_unit_test(the_later_source_counts),
        cmocka_unit_test(an_empty_text_is_the_default),
        cmocka_unit_test(every_word_for_a_switch),
        cmocka_unit_test(durations_have_units),
        cmocka_unit_test(numbers_are_decimal_and_in_range),
        cmocka_unit_test(a_bad_value_is_refused_with_its_place),
        cmocka_unit_test(a_secret_is_not_shown),
        cmocka_unit_test(a_text_that_is_too_long_is_refused),
        cmocka_unit_test(the_command_line_is_taken_apart),
        cmocka_unit_test(a_faulty_command_line_is_refused),
        cmocka_unit_test(help_ends_the_reading),
        cmocka_unit_test(a_variable_of_another_command_is_not_judged),
        cmocka_unit_test(a_family_of_variables_is_collected_from_all_places),
        cmocka_unit_test(a_member_of_a_family_is_refused_by_its_name),
        cmocka_unit_test(a_named_file_replaces_env),
        cmocka_unit_test(a_folder_named_env_is_no_file),
        cmocka_unit_test(what_looks_wrong_in_the_file_is_noted),
    };
    return cmocka_run_group_tests_name("options", tests, enter_folder, leave_folder);
}
