// SPDX-License-Identifier: MIT
// process/: every interleaving of owners, take-overs, aborts and zombies on one partition.
//
// DESIGN: a search, depth first, over everything that can happen next: an owner's next step, the
// group's giving the partition to another owner at any point (the old one is then dead, or a zombie
// that goes on whenever it likes), a commit whose outcome is not known, an abort, silence. States
// that were seen are not looked at again; to go back, the way to a state is walked anew. Where
// nothing is left to do, the store must hold what an undisturbed owner leaves. That the search can
// fail is shown by taking the protocol's rules away, one at a time.
#include "unit.h"
#include "world.h"

#include "base/log.h"
#include "base/memory.h"
#include "wire/offset_metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 400, MAX_ACTIONS = 32, SEEN_SIZE = 1 << 22 };

enum action_kind { KILL, LEAVE, GO_ON, SEND_LATE };

struct action {
    enum action_kind kind;
    int owner;
    int choice;
    bool is_fault; // an outcome that costs one of the faults allowed
    bool is_pause;
};

// How much may go wrong on one way.
struct limits {
    int owners;
    bool zombies; // owners that are left may go on
    int faults;
    int pauses;
};

struct search {
    const struct world_log *log;
    struct world_rules rules;
    struct limits limits;
    struct action way[MAX_DEPTH];
    int depth;
    int n_faults;
    int n_pauses;
    uint64_t *seen;
    size_t n_seen;
    size_t n_ends;
};

// --- what an undisturbed owner leaves ---

struct expected {
    int64_t n_pictures;
    int64_t n_strangers;
    bool superseded;
    bool has_end;
};

static struct expected expect(const struct world_log *log, int run_offset)
{
    const struct world_frame *first = &log->frames[run_offset];
    struct expected run = { 0 };
    for (int i = run_offset; i < log->n_frames; i++) {
        const struct world_frame *frame = &log->frames[i];
        if (frame->video != first->video) {
            continue;
        }
        bool ours = frame->run == first->run;
        run.superseded = run.superseded || (!ours && frame->number == 0 && frame->run > first->run);
        run.n_strangers += !ours && frame->run < first->run;
        run.n_pictures += ours && !frame->last && !run.superseded;
        run.has_end = run.has_end || (ours && frame->last && !run.superseded);
    }
    return run;
}

static bool begins_run(const struct world_log *log, int offset)
{
    return log->frames[offset].number == 0 && !log->frames[offset].last;
}

static const struct world_output *find(enum world_topic topic, int run_offset, int64_t number)
{
    for (int i = 0; i < world.n_outputs; i++) {
        const struct world_output *output = &world.outputs[i];
        if (output->topic == topic && output->run_offset == run_offset &&
            (topic == WORLD_COMPLETION ? (int64_t)output->state : output->number) == number) {
            return output;
        }
    }
    return NULL;
}

// The segment of that number that a completion means: the last one in its stretch.
static const struct world_output *find_meant(const struct world_output *completion, int64_t number)
{
    const struct world_output *found = NULL;
    for (int i = 0; i < world.n_outputs; i++) {
        const struct world_output *output = &world.outputs[i];
        if (output->topic == WORLD_SEGMENT && output->run_offset == completion->run_offset &&
            output->number == number && output->offset >= completion->first &&
            output->offset <= completion->offset) {
            found = output;
        }
    }
    return found;
}

// Segments 0 to count-1 hold all pictures, and lie where the completion says.
static void check_segments(int run_offset, const struct world_output *completion, int64_t pictures)
{
    int64_t next = 0;
    for (int64_t number = 0; number < completion->count; number++) {
        const struct world_output *segment = find_meant(completion, number);
        if (segment == NULL || segment->first != next) {
            world_break("a segment is missing where its completion says");
            return;
        }
        next += segment->count;
    }
    if (next != pictures) {
        world_break("pictures are missing in the segments");
    }
    if (find(WORLD_SEGMENT, run_offset, completion->count) != NULL) {
        world_break("there are more segments than the completion says");
    }
}

static void check_record(const struct world_output *record, const struct expected *run)
{
    struct fw_progress progress;
    assert_int_equal(fw_progress_decode(record->bytes, record->size, &progress, NULL), 0);
    if (progress.n_received != run->n_pictures || progress.n_analysed != run->n_pictures ||
        progress.n_missing != 0 || progress.n_duplicates != 0 ||
        progress.n_strangers != run->n_strangers || progress.state != FW_VIDEO_COMPLETE) {
        world_break("a record's counts are not those of an undisturbed run");
    }
}

static void check_run(const struct world_log *log, int run_offset)
{
    struct expected run = expect(log, run_offset);
    const struct world_output *completion = find(WORLD_COMPLETION, run_offset, FW_VIDEO_COMPLETE);
    if (run.superseded && !run.has_end) {
        if (completion != NULL || find(WORLD_COMPLETION, run_offset, FW_VIDEO_TRUNCATED) != NULL) {
            world_break("a superseded run was completed");
        }
        return;
    }
    if (completion == NULL) {
        world_break("a run is lost");
        return;
    }
    for (int64_t number = 0; number < run.n_pictures; number++) {
        if (find(WORLD_DETECTION, run_offset, number) == NULL) {
            world_break("a detection is missing");
        }
    }
    check_segments(run_offset, completion, run.n_pictures);
    const struct world_output *record = &world.records[log->frames[run_offset].video - 'a'];
    if (!run.superseded) {
        check_record(record, &run);
    }
}

static void check_end(const struct search *search)
{
    const struct world_log *log = search->log;
    for (int i = 0; i < log->n_frames; i++) {
        if (begins_run(log, i)) {
            check_run(log, i);
        }
    }
    if (world.offset != log->n_frames) {
        world_break("something is left behind the committed offset");
    }
}

// --- the search ---

static bool is_new(struct search *search, uint64_t hash)
{
    hash = world_mix(hash, search->n_faults * 100 + search->n_pauses) | 1;
    size_t at = hash & (SEEN_SIZE - 1);
    while (search->seen[at] != 0) {
        if (search->seen[at] == hash) {
            return false;
        }
        at = (at + 1) & (SEEN_SIZE - 1);
    }
    search->seen[at] = hash;
    search->n_seen++;
    assert_true(search->n_seen < SEEN_SIZE / 2);
    return true;
}

static void act(const struct action *action)
{
    switch (action->kind) {
    case KILL:
    case LEAVE:
        world_assign(action->kind == KILL);
        break;
    case GO_ON:
        world_go_on(action->owner, action->choice);
        break;
    case SEND_LATE:
        world.n_visible = world.log->n_frames;
        break;
    }
}

static size_t add_owner(const struct search *search, int owner, struct action *actions)
{
    enum world_point point = world_where(owner);
    size_t n = 0;
    if (point == WORLD_GONE) {
        return 0;
    }
    if (point == WORLD_IDLE) {
        unsigned steps = world_steps(owner);
        for (int step = WORLD_HANDLE; step <= WORLD_PAUSE; step++) {
            bool allowed = step != WORLD_PAUSE || search->n_pauses < search->limits.pauses;
            if ((steps & 1U << step) != 0 && allowed) {
                actions[n++] = (struct action){ GO_ON, owner, step, false, step == WORLD_PAUSE };
            }
        }
        return n;
    }
    actions[n++] = (struct action){ GO_ON, owner, WORLD_DONE, false, false };
    if (point == WORLD_END && search->n_faults < search->limits.faults) {
        actions[n++] = (struct action){ GO_ON, owner, WORLD_UNKNOWN, true, false };
        actions[n++] = (struct action){ GO_ON, owner, WORLD_ABORTED, true, false };
    }
    return n;
}

static size_t list_actions(const struct search *search, struct action *actions)
{
    size_t n = 0;
    for (int owner = 0; owner < world.n_owners; owner++) {
        n += add_owner(search, owner, actions + n);
    }
    if (world.n_visible < world.log->n_frames) {
        actions[n++] = (struct action){ SEND_LATE, 0, 0, false, false };
    }
    if (world.n_owners < search->limits.owners) {
        actions[n++] = (struct action){ KILL, 0, 0, false, false };
    }
    if (world.n_owners > 0 && world.n_owners < search->limits.owners && search->limits.zombies) {
        actions[n++] = (struct action){ LEAVE, 0, 0, false, false };
    }
    return n;
}

static void walk(struct search *search)
{
    world_end();
    world_begin(search->log, &search->rules);
    for (int i = 0; i < search->depth; i++) {
        act(&search->way[i]);
    }
}

static bool is_at_end(void)
{
    int owner = world.owner;
    return world.n_owners > 0 && world.n_visible == world.log->n_frames &&
           world_where(owner) == WORLD_IDLE && world_steps(owner) == 0;
}

static void look(struct search *search)
{
    if (is_at_end()) {
        search->n_ends++;
        check_end(search);
    }
    struct action actions[MAX_ACTIONS];
    size_t n = world.broken == NULL ? list_actions(search, actions) : 0;
    for (size_t i = 0; i < n && world.broken == NULL; i++) {
        if (i > 0) {
            walk(search);
        }
        assert_true(search->depth < MAX_DEPTH);
        search->way[search->depth++] = actions[i];
        search->n_faults += actions[i].is_fault;
        search->n_pauses += actions[i].is_pause;
        act(&actions[i]);
        if (world.broken != NULL) {
            return;
        }
        if (is_new(search, world_hash())) {
            look(search);
        }
        if (world.broken != NULL) {
            return; // the way stays, to be shown
        }
        search->depth--;
        search->n_faults -= actions[i].is_fault;
        search->n_pauses -= actions[i].is_pause;
    }
}

static void show_way(const struct search *search)
{
    static const char *const kinds[] = { "kill and assign", "assign", "go on",
                                         "send the late ones" };
    for (int i = 0; i < search->depth; i++) {
        const struct action *action = &search->way[i];
        print_message("# %s owner=%d choice=%d\n", kinds[action->kind], action->owner,
                      action->choice);
    }
}

// What the search finds broken; NULL when all is well.
static const char *run_search(const struct world_log *log, struct world_rules rules,
                              struct limits limits)
{
    struct search search = { .log = log, .rules = rules, .limits = limits };
    search.seen = fw_xcalloc(SEEN_SIZE, sizeof(*search.seen));
    world_begin(log, &rules);
    look(&search);
    const char *broken = world.broken;
    world_end();
    free(search.seen);
    print_message("# %zu states, %zu ends: %s\n", search.n_seen, search.n_ends,
                  broken == NULL ? "all well" : broken);
    if (broken != NULL && getenv("FW_TEST_SHOW_WAY") != NULL) {
        show_way(&search);
    }
    return broken;
}

// --- logs ---

// Two videos interleaved; one has a run that supersedes another, whose latecomer is a stranger.
static const struct world_log two_videos = {
    .frames = { { 'a', '1', 0, .key = true },
                { 'b', '1', 0, .key = true },
                { 'a', '1', 1 },
                { 'b', '2', 0, .key = true },
                { 'a', '1', 2, .key = true },
                { 'b', '1', 1 },
                { 'a', '1', 3, .last = true },
                { 'b', '2', 1, .last = true } },
    .n_frames = 8,
    .max_active = 4,
};

// The least in which a run supersedes another and ends: small enough for zombies.
static const struct world_log brief = {
    .frames = { { 'a', '1', 0, .key = true },
                { 'a', '2', 0, .key = true },
                { 'a', '2', 1 },
                { 'a', '2', 2, .last = true } },
    .n_frames = 4,
    .max_active = 4,
};

// More open videos than may be at work at once.
static const struct world_log crowded = {
    .frames = { { 'a', '1', 0, .key = true },
                { 'b', '1', 0, .key = true },
                { 'a', '1', 1 },
                { 'b', '1', 1 },
                { 'b', '1', 2, .last = true },
                { 'a', '1', 2, .key = true },
                { 'a', '1', 3, .last = true } },
    .n_frames = 7,
    .max_active = 1,
};

// One open group after the other: what an heir needs begins a group earlier.
static const struct world_log open_groups = {
    .frames = { { 'a', '1', 0, .key = true },
                { 'a', '1', 1, .key = true, .open = true },
                { 'a', '1', 2 },
                { 'a', '1', 3, .key = true, .open = true },
                { 'a', '1', 4 },
                { 'a', '1', 5, .last = true } },
    .n_frames = 6,
    .max_active = 4,
};

// The rest of a video comes late, perhaps after it was called silent.
static const struct world_log late = {
    .frames = { { 'a', '1', 0, .key = true },
                { 'a', '1', 1 },
                { 'a', '1', 2 },
                { 'a', '1', 3, .last = true } },
    .n_frames = 4,
    .n_late = 2,
    .max_active = 4,
};

// A run has been read to its end when the next one begins: both are complete, however late the
// first one's end is committed.
static const struct world_log one_after_the_other = {
    .frames = { { 'a', '1', 0, .key = true },
                { 'b', '1', 0, .key = true },
                { 'a', '1', 1 },
                { 'a', '1', 2, .last = true },
                { 'a', '2', 0, .key = true },
                { 'b', '1', 1, .last = true },
                { 'a', '2', 1, .last = true } },
    .n_frames = 7,
    .max_active = 1,
};

// The least of that.
static const struct world_log ends_and_begins = {
    .frames = { { 'a', '1', 0, .key = true },
                { 'a', '1', 1, .last = true },
                { 'a', '2', 0, .key = true },
                { 'a', '2', 1, .last = true } },
    .n_frames = 4,
    .max_active = 4,
};

// The least in which an owner commits twice.
static const struct world_log tiny = {
    .frames = { { 'a', '1', 0, .key = true }, { 'a', '1', 1, .last = true } },
    .n_frames = 2,
    .max_active = 4,
};

// --- tests ---

static void expect_well(const struct world_log *log, struct limits limits)
{
    assert_null(run_search(log, world_all_rules, limits));
}

static void the_heir_of_a_dead_owner_goes_on(void **unused)
{
    (void)unused;
    expect_well(&two_videos, (struct limits){ .owners = 2 });
    expect_well(&late, (struct limits){ .owners = 3 });
}

static void an_abort_and_an_unknown_outcome_change_nothing(void **unused)
{
    (void)unused;
    expect_well(&two_videos, (struct limits){ .owners = 1, .faults = 1 });
    expect_well(&brief, (struct limits){ .owners = 3, .faults = 1 });
}

static void a_zombie_changes_nothing(void **unused)
{
    (void)unused;
    expect_well(&brief, (struct limits){ .owners = 2, .zombies = true });
    expect_well(&tiny, (struct limits){ .owners = 2, .zombies = true, .faults = 1 });
}

static void more_videos_than_may_be_at_work(void **unused)
{
    (void)unused;
    expect_well(&crowded, (struct limits){ .owners = 2 });
}

static void open_groups_are_read_from_one_earlier(void **unused)
{
    (void)unused;
    expect_well(&open_groups, (struct limits){ .owners = 2 });
}

static void silence_and_what_comes_after_it(void **unused)
{
    (void)unused;
    expect_well(&late, (struct limits){ .owners = 2, .faults = 1 });
    expect_well(&late, (struct limits){ .owners = 1, .pauses = 1 });
}

static void a_run_that_was_read_to_its_end_is_complete(void **unused)
{
    (void)unused;
    expect_well(&one_after_the_other, (struct limits){ .owners = 2 });
    expect_well(&ends_and_begins, (struct limits){ .owners = 3, .faults = 1 });
    expect_well(&ends_and_begins, (struct limits){ .owners = 2, .zombies = true });
}

// Those of PROCESSING_GUARANTEE=at_least_once: nothing fences, and what was sent is seen one by
// one.
static struct world_rules loose_rules(void)
{
    struct world_rules rules = world_all_rules;
    rules.fences = false;
    rules.is_atomic = false;
    return rules;
}

// Without transactions results may come twice, in mid-commit too, and none is missing.
static void without_transactions_nothing_is_lost(void **unused)
{
    (void)unused;
    assert_null(run_search(&one_after_the_other, loose_rules(), (struct limits){ .owners = 2 }));
    assert_null(run_search(&open_groups, loose_rules(), (struct limits){ .owners = 2 }));
    assert_null(run_search(&late, loose_rules(), (struct limits){ .owners = 2, .faults = 1 }));
    assert_null(run_search(&brief, loose_rules(), (struct limits){ .owners = 2, .faults = 1 }));
}

static void it_fails_loose_without_tells_last_offset(void **unused)
{
    (void)unused;
    struct world_rules rules = loose_rules();
    rules.tells_last_offset = false;
    assert_non_null(run_search(&late, rules, (struct limits){ .owners = 2 }));
}

// With transactions each of the two says what was handled: the offset's metadata, which another
// program's commit does not keep, and the records.
static void either_pos_or_last_offset_is_enough(void **unused)
{
    (void)unused;
    struct world_rules rules = world_all_rules;
    rules.keeps_pos = false;
    assert_null(run_search(&two_videos, rules, (struct limits){ .owners = 2 }));
    rules.tells_last_offset = false;
    assert_non_null(run_search(&two_videos, rules, (struct limits){ .owners = 2 }));
    rules.keeps_pos = true;
    assert_null(run_search(&two_videos, rules, (struct limits){ .owners = 2 }));
}

// Without a rule, something is found that is not well.
#define WITHOUT(rule, log, ...)                                                                    \
    static void it_fails_without_##rule(void **unused)                                             \
    {                                                                                              \
        (void)unused;                                                                              \
        struct world_rules rules = world_all_rules;                                                \
        rules.rule = false;                                                                        \
        assert_non_null(run_search(&(log), rules, (struct limits){ __VA_ARGS__ }));                \
    }

WITHOUT(fences, brief, .owners = 2, .zombies = true)
WITHOUT(offset_goes_along, late, .owners = 2)
WITHOUT(is_atomic, late, .owners = 2)
WITHOUT(restores_records, late, .owners = 2)
WITHOUT(begins_again, late, .owners = 1, .faults = 1)
WITHOUT(offset_is_need, late, .owners = 1)
WITHOUT(tells_open_groups, open_groups, .owners = 2)
WITHOUT(confirms_ends, two_videos, .owners = 1)

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    fw_log_set_level(FW_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        TEST(the_heir_of_a_dead_owner_goes_on),
        TEST(an_abort_and_an_unknown_outcome_change_nothing),
        TEST(a_zombie_changes_nothing),
        TEST(more_videos_than_may_be_at_work),
        TEST(open_groups_are_read_from_one_earlier),
        TEST(silence_and_what_comes_after_it),
        TEST(a_run_that_was_read_to_its_end_is_complete),
        TEST(without_transactions_nothing_is_lost),
        TEST(it_fails_loose_without_tells_last_offset),
        TEST(either_pos_or_last_offset_is_enough),
        TEST(it_fails_without_fences),
        TEST(it_fails_without_offset_goes_along),
        TEST(it_fails_without_is_atomic),
        TEST(it_fails_without_restores_records),
        TEST(it_fails_without_begins_again),
        TEST(it_fails_without_offset_is_need),
        TEST(it_fails_without_tells_open_groups),
        TEST(it_fails_without_confirms_ends),
    };
    return cmocka_run_group_tests_name("interleavings", tests, NULL, NULL);
}
