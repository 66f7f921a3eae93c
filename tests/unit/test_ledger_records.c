// SPDX-License-Identifier: MIT
// process/ledger: what a restored record knows of messages, and which of several records counts.
#include "ledger_play.h"

// A record may be ahead of the offset: what it knows is read again and not counted again.
static void what_the_record_knows_is_not_counted_again(void **unused)
{
    (void)unused;
    get("r1", 0);
    get("r2", 0);
    get("r2", 1);
    get("r1", 1); // a stranger
    get("r2", 2);
    struct fw_progress record = *video->record;
    fw_ledger_free(ledger);
    ledger = fw_ledger_new(1);
    fw_ledger_restore(ledger, &record);
    next_offset = 1;
    assert_int_equal(get("r2", 0), FW_LEDGER_AGAIN);
    assert_int_equal(get("r2", 1), FW_LEDGER_AGAIN);
    assert_int_equal(get("r1", 1), FW_LEDGER_AGAIN);
    assert_int_equal(get("r2", 2), FW_LEDGER_AGAIN);
    assert_int_equal(fw_ledger_pos(ledger), 5);
    assert_int_equal(get("r2", 2), FW_LEDGER_DROP); // that one did come twice
    assert_int_equal(get("r2", 3), FW_LEDGER_FEED);
    assert_int_equal(video->record->n_received, 4);
    assert_int_equal(video->record->n_missing, 0);
    assert_int_equal(video->record->n_strangers, 1);
    assert_int_equal(video->record->n_duplicates, 1);
}

// A topic that was made anew begins at 0: its messages are new, whatever the record says.
static void a_topic_made_anew_is_not_known(void **unused)
{
    (void)unused;
    get("", 0);
    get("", 1);
    get("", 2);
    struct fw_progress record = *video->record;
    fw_ledger_free(ledger);
    ledger = fw_ledger_new(0);
    fw_ledger_restore(ledger, &record);
    next_offset = 0;
    assert_int_equal(get("", 0), FW_LEDGER_AGAIN);
    struct fw_ledger_frame later = frame("v", "", 0, true);
    later.produced_utc_us = 2;
    assert_false(fw_ledger_must_wait(ledger, &later));
    assert_int_equal(read_frame(later), FW_LEDGER_OPEN);
    assert_int_equal(get("r1", 0), FW_LEDGER_OPEN);
}

static void a_late_record_of_an_older_run_does_not_count(void **unused)
{
    (void)unused;
    get("r1", 0);
    struct fw_progress older = *video->record;
    get("r2", 0);
    struct fw_progress newer = *video->record;
    fw_ledger_free(ledger);
    ledger = fw_ledger_new(2);
    fw_ledger_restore(ledger, &newer);
    fw_ledger_restore(ledger, &older);
    assert_string_equal(fw_ledger_get(ledger, "v")->record->run_id, "r2");
}

// In a fleet of two versions an owner may not tell its last message: then the later record counts.
static void a_record_of_an_older_version_counts(void **unused)
{
    (void)unused;
    get("r1", 0);
    get("r1", 1);
    struct fw_progress before = *video->record;
    get("r1", 2);
    struct fw_progress after = *video->record;
    fw_ledger_free(ledger);
    ledger = fw_ledger_new(3);
    fw_ledger_restore(ledger, &after);
    fw_ledger_restore(ledger, &before);
    assert_int_equal(fw_ledger_get(ledger, "v")->record->last_number, 2);
    after.last_offset = FW_PROGRESS_NONE;
    fw_ledger_restore(ledger, &before);
    fw_ledger_restore(ledger, &after);
    assert_int_equal(fw_ledger_get(ledger, "v")->record->last_offset, FW_PROGRESS_NONE);
    fw_ledger_restore(ledger, &before);
    assert_int_equal(fw_ledger_get(ledger, "v")->record->last_number, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(what_the_record_knows_is_not_counted_again),
        LEDGER_TEST(a_topic_made_anew_is_not_known),
        LEDGER_TEST(a_late_record_of_an_older_run_does_not_count),
        LEDGER_TEST(a_record_of_an_older_version_counts),
    };
    return cmocka_run_group_tests_name("ledger records", tests, NULL, NULL);
}
