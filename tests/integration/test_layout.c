// SPDX-License-Identifier: MIT
// topic/layout against a real broker: what a processor does about topics that are missing or
// unequal.
#include "broker.h"

#include "topic/layout.h"

#include <stdio.h>
#include <string.h>

// A layout with names of its own, and what was told of it.
struct set {
    char names[6][NAME_SIZE];
    struct fw_layout *layout;
    struct fw_client *client;
    struct fw_admin *admin;
    int n_news[FW_LAYOUT_SETTING_DIFFERS + 1];
};

static void tell(const struct fw_layout_finding *finding, void *arg)
{
    struct set *set = arg;
    set->n_news[finding->news]++;
    assert_non_null(strstr(finding->text, finding->topic));
}

static void set_open(struct set *set)
{
    struct fw_error err = { 0 };
    *set = (struct set){ .client = new_client() };
    for (int i = 0; i < 6; i++) {
        new_name("layout", set->names[i]);
    }
    const struct fw_layout_options options = { .frames = set->names[0],
                                               .detections = set->names[1],
                                               .segments = set->names[2],
                                               .progress = set->names[3],
                                               .completions = set->names[4],
                                               .events = set->names[5],
                                               .dlq_suffix = ".dlq",
                                               .n_frames = 4,
                                               .n_detections = 2,
                                               .n_completions = 1 };
    set->layout = fw_layout_new(&options);
    succeed(fw_admin_open(set->client, &set->admin, &err), &err);
}

static void set_close(struct set *set)
{
    fw_layout_free(set->layout);
    fw_admin_close(set->admin);
    fw_client_free(set->client);
}

static int apply(struct set *set, enum fw_layout_mode mode, bool *ret_usable, struct fw_error *err)
{
    memset(set->n_news, 0, sizeof(set->n_news));
    return fw_layout_apply(set->layout, set->admin, mode, WAIT_MS, tell, set, ret_usable, err);
}

static void make(struct set *set, enum fw_topic_use use, int n_partitions)
{
    struct fw_error err = { 0 };
    const struct fw_topic_setting small = { "max.message.bytes", "1000000" };
    const struct fw_topic_spec spec = { .name = fw_layout_topic(set->layout, use),
                                        .n_partitions = n_partitions,
                                        .settings = &small,
                                        .n_settings = 1 };
    succeed(fw_admin_create(set->admin, &spec, WAIT_MS, NULL, &err), &err);
}

static int count_of(struct set *set, enum fw_topic_use use)
{
    struct fw_error err = { 0 };
    struct fw_topic_state state = { 0 };
    const char *name = fw_layout_topic(set->layout, use);
    succeed(fw_admin_describe(set->admin, name, WAIT_MS, &state, &err), &err);
    int n = state.n_partitions;
    fw_topic_state_done(&state);
    return n;
}

static void what_is_missing_is_made_in_step(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct set set;
    set_open(&set);
    make(&set, FW_TOPIC_FRAMES, 3); // by hand: with another count and setting
    make(&set, FW_TOPIC_DETECTIONS, 2);
    succeed(apply(&set, FW_LAYOUT_COMPLETE, NULL, &err), &err);
    assert_int_equal(count_of(&set, FW_TOPIC_FRAMES), 3);
    assert_int_equal(count_of(&set, FW_TOPIC_SEGMENTS), 3);
    assert_int_equal(count_of(&set, FW_TOPIC_PROGRESS), 3);
    assert_int_equal(count_of(&set, FW_TOPIC_COMPLETIONS), 1);
    assert_int_equal(count_of(&set, FW_TOPIC_FRAMES_DLQ), 1);
    assert_int_equal(set.n_news[FW_LAYOUT_CREATED], 7);
    assert_int_equal(set.n_news[FW_LAYOUT_COUNT_DIFFERS], 1);
    assert_int_equal(set.n_news[FW_LAYOUT_SETTING_DIFFERS], 1); // its max.message.bytes

    succeed(apply(&set, FW_LAYOUT_COMPLETE, NULL, &err), &err); // and not again
    assert_int_equal(set.n_news[FW_LAYOUT_CREATED], 0);
    set_close(&set);
}

static void without_the_frames_topic_nothing_runs(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct set set;
    set_open(&set);
    assert_true(apply(&set, FW_LAYOUT_COMPLETE, NULL, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(err.text, "firewatch topics create"));
    assert_int_equal(count_of(&set, FW_TOPIC_SEGMENTS), 0); // nothing was made
    set_close(&set);
}

static void unequal_counts_stop_a_processor(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct set set;
    bool usable = true;
    set_open(&set);
    make(&set, FW_TOPIC_FRAMES, 4);
    make(&set, FW_TOPIC_PROGRESS, 3);
    assert_true(apply(&set, FW_LAYOUT_COMPLETE, NULL, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(err.text, fw_layout_topic(set.layout, FW_TOPIC_PROGRESS)));
    assert_non_null(strstr(err.text, "--grow"));

    succeed(apply(&set, FW_LAYOUT_CREATE, &usable, &err), &err);
    assert_false(usable);
    assert_int_equal(count_of(&set, FW_TOPIC_PROGRESS), 3);
    succeed(apply(&set, FW_LAYOUT_GROW, &usable, &err), &err);
    assert_true(usable);
    assert_int_equal(count_of(&set, FW_TOPIC_PROGRESS), 4);
    succeed(apply(&set, FW_LAYOUT_COMPLETE, NULL, &err), &err);
    set_close(&set);
}

static void what_another_made_is_taken(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct set set;
    bool usable = false;
    set_open(&set);
    succeed(apply(&set, FW_LAYOUT_LOOK, &usable, &err), &err);
    assert_false(usable);
    assert_int_equal(set.n_news[FW_LAYOUT_MISSING], FW_N_TOPICS);
    succeed(apply(&set, FW_LAYOUT_CREATE, &usable, &err), &err);
    assert_true(usable);
    assert_int_equal(set.n_news[FW_LAYOUT_CREATED], FW_N_TOPICS);

    // Another process may ask for a topic that it did not see a moment ago.
    bool created = true;
    const struct fw_topic_spec spec = fw_layout_spec(set.layout, FW_TOPIC_FRAMES);
    succeed(fw_admin_create(set.admin, &spec, WAIT_MS, &created, &err), &err);
    assert_false(created);
    set_close(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_made_in_step),
        cmocka_unit_test(without_the_frames_topic_nothing_runs),
        cmocka_unit_test(unequal_counts_stop_a_processor),
        cmocka_unit_test(what_another_made_is_taken),
    };
    return RUN_WITH_BROKER("layout", tests);
}
