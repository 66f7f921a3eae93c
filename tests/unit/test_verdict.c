// SPDX-License-Identifier: MIT
// survey: verdicts on consumer groups, from made-up looks.
#include "unit.h"

#include "survey/verdict.h"

#include <string.h>

enum { N = 4 };

// A processor whose four partitions are handled as fast as they fill.
static struct fw_group_facts quiet(struct fw_partition_facts partitions[N])
{
    for (size_t i = 0; i < N; i++) {
        partitions[i] = (struct fw_partition_facts){
            .age_s = -1, .rate = 25, .arrival = 25, .has_owner = true, .messages = 1000, .videos = 2
        };
    }
    return (struct fw_group_facts){ .stage = FW_STAGE_PROCESSOR,
                                    .n_members = 2,
                                    .n_active = 2,
                                    .partitions = partitions,
                                    .n_partitions = N,
                                    .window_s = 2 };
}

static void who_is_through_waits_for_producers(void **unused)
{
    (void)unused;
    struct fw_partition_facts partitions[N];
    struct fw_group_facts facts = quiet(partitions);
    struct fw_judgement judgement = fw_judge(&facts);
    assert_int_equal(judgement.verdict, FW_VERDICT_OK);
    assert_int_equal(judgement.limit, FW_STAGE_PRODUCER);
    assert_true(judgement.drain_s == 0);
    assert_true(judgement.rate == 100 && judgement.arrival == 100);
    assert_int_equal(judgement.members_needed, 2);
    assert_int_equal(judgement.hot_idx, -1);
    facts.stage = FW_STAGE_UPLOADER;
    assert_int_equal(fw_judge(&facts).limit, FW_STAGE_PROCESSOR);
}

static void a_backlog_is_a_warning_with_its_end(void **unused)
{
    (void)unused;
    struct fw_partition_facts partitions[N];
    struct fw_group_facts facts = quiet(partitions);
    for (size_t i = 0; i < N; i++) {
        partitions[i].left = partitions[i].lag = 3000;
        partitions[i].age_s = 30 + (double)i;
        partitions[i].rate = 100;
        partitions[i].arrival = 75;
    }
    struct fw_judgement judgement = fw_judge(&facts);
    assert_int_equal(judgement.verdict, FW_VERDICT_WARNING);
    assert_int_equal(judgement.limit, FW_STAGE_PROCESSOR);
    assert_true(judgement.age_s == 33);
    assert_true(judgement.left == 12000);
    assert_true(judgement.drain_s == 120); // 400 done, 300 come
    // Each member does 200; 300 come and 200 more would clear it in a minute.
    assert_int_equal(judgement.members_needed, 3);
    assert_non_null(strstr(judgement.reason, "33.0 s behind"));
}

static void who_falls_behind_is_never_through(void **unused)
{
    (void)unused;
    struct fw_partition_facts partitions[N];
    struct fw_group_facts facts = quiet(partitions);
    for (size_t i = 0; i < N; i++) {
        partitions[i].left = 100;
        partitions[i].age_s = 4;
        partitions[i].arrival = 50;
    }
    struct fw_judgement judgement = fw_judge(&facts);
    assert_int_equal(judgement.verdict, FW_VERDICT_WARNING);
    assert_non_null(strstr(judgement.reason, "falls behind"));
    assert_true(judgement.drain_s < 0);
    assert_int_equal(judgement.members_needed, 4); // no more than partitions
}

static void a_little_work_is_fine(void **unused)
{
    (void)unused;
    struct fw_partition_facts partitions[N];
    struct fw_group_facts facts = quiet(partitions);
    partitions[1].left = 5;
    partitions[1].age_s = 3;
    assert_int_equal(fw_judge(&facts).verdict, FW_VERDICT_OK);
    assert_int_equal(fw_judge(&facts).limit, FW_STAGE_PROCESSOR);
    partitions[1].age_s = 0.1;
    partitions[1].arrival = 100; // more came than was done, but nothing is late
    assert_int_equal(fw_judge(&facts).verdict, FW_VERDICT_OK);
}

static void who_stands_still_is_stalled(void **unused)
{
    (void)unused;
    struct fw_partition_facts partitions[N];
    struct fw_group_facts facts = quiet(partitions);
    partitions[2].left = 10;
    partitions[2].age_s = 6;
    partitions[2].rate = partitions[2].arrival = 0;
    struct fw_judgement judgement = fw_judge(&facts);
    assert_int_equal(judgement.verdict, FW_VERDICT_STALLED);
    assert_int_equal(judgement.limit, FW_STAGE_PROCESSOR);
    assert_int_equal(judgement.partition_idx, 2);
    // Not when it is young, when one look is all there is, when it is an upload, when nobody has
    // it.
    partitions[2].age_s = 1;
    assert_int_equal(fw_judge(&facts).verdict, FW_VERDICT_OK);
    partitions[2].age_s = 6;
    facts.window_s = 0;
    assert_int_equal(fw_judge(&facts).verdict, FW_VERDICT_OK);
    facts.window_s = 2;
    facts.stage = FW_STAGE_UPLOADER;
    assert_int_equal(fw_judge(&facts).verdict, FW_VERDICT_OK);
    facts.stage = FW_STAGE_PROCESSOR;
    partitions[2].has_owner = false;
    judgement = fw_judge(&facts);
    assert_int_equal(judgement.verdict, FW_VERDICT_WARNING);
    assert_int_equal(judgement.partition_idx, 2);
    facts.rebalancing = true;
    assert_int_equal(fw_judge(&facts).partition_idx, -1);
}

static void nobody_there_is_stopped(void **unused)
{
    (void)unused;
    struct fw_partition_facts partitions[N];
    struct fw_group_facts facts = quiet(partitions);
    facts.n_members = facts.n_active = 0;
    partitions[0].left = partitions[0].lag = 7;
    partitions[0].has_owner = false;
    struct fw_judgement judgement = fw_judge(&facts);
    assert_int_equal(judgement.verdict, FW_VERDICT_STOPPED);
    assert_int_equal(judgement.limit, FW_STAGE_PROCESSOR);
    assert_int_equal(judgement.members_needed, 1);
    partitions[0].left = 0;
    assert_int_equal(fw_judge(&facts).members_needed, 0);
}

static void one_look_gives_no_rates(void **unused)
{
    (void)unused;
    struct fw_partition_facts partitions[N];
    struct fw_group_facts facts = quiet(partitions);
    facts.window_s = 0;
    for (size_t i = 0; i < N; i++) {
        partitions[i].rate = partitions[i].arrival = FW_RATE_UNKNOWN;
        partitions[i].left = 10;
        partitions[i].age_s = 20;
    }
    struct fw_judgement judgement = fw_judge(&facts);
    assert_true(judgement.rate < 0 && judgement.arrival < 0 && judgement.drain_s < 0);
    assert_int_equal(judgement.members_needed, 0);
    assert_int_equal(judgement.verdict, FW_VERDICT_WARNING);
}

static void a_hot_partition_is_found(void **unused)
{
    (void)unused;
    struct fw_partition_facts partitions[N];
    struct fw_group_facts facts = quiet(partitions);
    partitions[3].messages = 9000;
    partitions[3].videos = 12;
    struct fw_judgement judgement = fw_judge(&facts);
    assert_int_equal(judgement.hot_idx, 3);
    assert_true(judgement.hot_share == 0.75);
    assert_int_equal(judgement.verdict, FW_VERDICT_OK); // as long as it keeps up
    // Messages alone, where videos aren't counted.
    for (size_t i = 0; i < N; i++) {
        partitions[i].videos = -1;
    }
    assert_int_equal(fw_judge(&facts).hot_idx, 3);
    partitions[3].messages = 1500;
    assert_int_equal(fw_judge(&facts).hot_idx, -1);
}

static void few_videos_are_not_skewed(void **unused)
{
    (void)unused;
    struct fw_partition_facts partitions[N];
    struct fw_group_facts facts = quiet(partitions);
    for (size_t i = 0; i < N; i++) {
        partitions[i].videos = i == 1 ? 1 : 0;
        partitions[i].messages = i == 1 ? 5000 : 0;
    }
    assert_int_equal(fw_judge(&facts).hot_idx, -1); // one camera is somewhere
    partitions[1].videos = 3; // but of three, one partition should not have all
    assert_int_equal(fw_judge(&facts).hot_idx, 1);
    facts.n_partitions = 1;
    assert_int_equal(fw_judge(&facts).hot_idx, -1);
    facts.n_partitions = 0;
    assert_int_equal(fw_judge(&facts).verdict, FW_VERDICT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_through_waits_for_producers),
        cmocka_unit_test(a_backlog_is_a_warning_with_its_end),
        cmocka_unit_test(who_falls_behind_is_never_through),
        cmocka_unit_test(a_little_work_is_fine),
        cmocka_unit_test(who_stands_still_is_stalled),
        cmocka_unit_test(nobody_there_is_stopped),
        cmocka_unit_test(one_look_gives_no_rates),
        cmocka_unit_test(a_hot_partition_is_found),
        cmocka_unit_test(few_videos_are_not_skewed),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
