// SPDX-License-Identifier: MIT
// infer/classes: names as Ultralytics writes them, and which of them are fire.
#include "unit.h"

#include "infer/classes.h"

#include <stdio.h>
#include <string.h>

// The wanted numbers as text: "0,2".
static const char *wanted(const struct fw_classes *classes, char text[64])
{
    size_t n = 0;
    text[0] = '\0';
    for (int i = 0; i < classes->n; i++) {
        if (classes->wanted[i]) {
            n += (size_t)snprintf(text + n, 64 - n, "%s%d", n > 0 ? "," : "", i);
        }
    }
    return text;
}

static void names_are_read(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        const char *names[3]; // "": none
    } cases[] = {
        { "{0: 'fire', 1: \"child's toy\", 2: 'smoke'}", { "fire", "child's toy", "smoke" } },
        { "['fire', 'smoke', 'none']", { "fire", "smoke", "none" } },
        { "{\"0\": \"fire\", \"1\": \"a\\\"b\", \"2\": \"c\\\\d\"}", { "fire", "a\"b", "c\\d" } },
        { " { 2 : 'feu de for\xc3\xaat' , 0:'x', } ", { "x", "", "feu de for\xc3\xaat" } },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_classes classes;
        struct fw_error err = { 0 };
        if (fw_classes_parse(cases[i].text, &classes, &err) != 0) {
            fail_msg("%s", err.text);
        }
        assert_int_equal(classes.n, 3);
        for (int k = 0; k < 3; k++) {
            assert_string_equal(classes.names[k], cases[i].names[k]);
        }
        fw_classes_done(&classes);
    }
}

static void names_that_are_none_are_refused(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "",
        "{}",
        "fire",
        "{0: fire}",
        "{0: 'fire'",
        "{0: ''",
        "{0 'fire'}",
        "{-1: 'fire'}",
        "{2048: 'fire'}",
        "{99999999999999: 'fire'}",
        "{",
        "{0: 'fi\nre'}",
        "{0: 'a'} x",
        "{0: '\xff\xfe'}",
        "['a' 'b']",
        "[",
        "{0: 'fire\\",
        "{'0: 'fire'}",
        "{0: '0123456789012345678901234567890123456789012345678901234567890123'}",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_classes classes = { 0 };
        struct fw_error err = { 0 };
        if (fw_classes_parse(cases[i], &classes, &err) == 0) {
            fail_msg("taken: %s", cases[i]);
        }
        assert_int_equal(err.kind, FW_ERROR_CONFIG);
        assert_non_null(strstr(err.text, "metadata names"));
        assert_null(classes.names);
    }
}

static void choose(const char *names, const char *chosen, const char *expected)
{
    struct fw_classes classes;
    struct fw_error err = { 0 };
    char text[64];
    assert_int_equal(fw_classes_parse(names, &classes, &err), 0);
    if (fw_classes_choose(&classes, chosen, &err) != 0) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(wanted(&classes, text), expected);
    fw_classes_done(&classes);
}

static void fire_is_chosen_as_the_original_does(void **unused)
{
    (void)unused;
    choose("['Fire', 'SMOKE', 'open flame', 'Burning', 'wildfire']", NULL, "0,1,2,3,4");
    choose("['fire hydrant', 'fire truck', 'fire extinguisher', 'fire']", NULL, "3");
    choose("['fire alarm', 'Fire Station', 'fire engine', 'smoke alarm', 'smoke']", NULL, "4");
    choose("['person', 'car', 'forest_fire']", NULL, "2");
}

static void the_list_chooses(void **unused)
{
    (void)unused;
    const char *names = "['fire', 'fire hydrant', 'smoke', '5']";
    choose(names, "smoke", "2");
    choose(names, " Fire , 1", "0,1");
    choose(names, "FIRE HYDRANT", "1");
    choose(names, "0,0,3", "0,3");
    choose(names, "5", "3"); // a name before a number
}

static void refuse(const char *names, const char *chosen, const char *says)
{
    struct fw_classes classes;
    struct fw_error err = { 0 };
    if (names != NULL) {
        assert_int_equal(fw_classes_parse(names, &classes, &err), 0);
    } else {
        fw_classes_init(&classes, 3);
    }
    assert_true(fw_classes_choose(&classes, chosen, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    if (strstr(err.text, says) == NULL) {
        fail_msg("expected '%s' in '%s'", says, err.text);
    }
    fw_classes_done(&classes);
}

static void nothing_to_find_is_refused(void **unused)
{
    (void)unused;
    refuse("['person', 'fire hydrant']", NULL,
           "none of its classes has a fire's name; ML_MODEL_CLASSES says which count: "
           "0 person, 1 fire hydrant");
    refuse("['fire', 'smoke']", "flame", "no class flame; there are: 0 fire, 1 smoke");
    refuse("['fire', 'smoke']", "2", "no class 2");
    refuse("['fire', 'smoke']", "-1", "no class -1");
    refuse("['fire', 'smoke']", "fire,,smoke", "no class ");
    refuse("['fire', 'smoke']", "fire,", "no class ");
    refuse(NULL, NULL, "its 3 classes have no names");
}

static void the_only_class_without_a_name_is_fire(void **unused)
{
    (void)unused;
    struct fw_classes classes;
    fw_classes_init(&classes, 1);
    assert_int_equal(fw_classes_choose(&classes, NULL, NULL), 0);
    fw_classes_name_rest(&classes);
    assert_true(classes.wanted[0]);
    assert_string_equal(classes.names[0], "fire");
    fw_classes_done(&classes);
    fw_classes_init(&classes, 3);
    assert_int_equal(fw_classes_choose(&classes, "2", NULL), 0);
    fw_classes_name_rest(&classes);
    assert_string_equal(classes.names[2], "class 2");
    fw_classes_done(&classes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(fire_is_chosen_as_the_original_does),
        cmocka_unit_test(the_list_chooses),
        cmocka_unit_test(nothing_to_find_is_refused),
        cmocka_unit_test(the_only_class_without_a_name_is_fire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
