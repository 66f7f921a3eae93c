// SPDX-License-Identifier: MIT
// The world's owners, and what the caller does with them.
//
// DESIGN: an owner is a coroutine that runs the real steps of a partition. At each point at which
// others could come in between it goes back to the caller. To end the world, every wait returns and
// every call fails without effect, so that the owners free what they hold on their ordinary ways.
#include "world_impl.h"

#include "base/error.h"
#include "base/memory.h"
#include "process/ledger_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct world_rules world_all_rules = {
    .fences = true,
    .offset_goes_along = true,
    .keeps_pos = true,
    .is_atomic = true,
    .restores_records = true,
    .begins_again = true,
    .offset_is_need = true,
    .tells_open_groups = true,
    .confirms_ends = true,
    .tells_last_offset = true,
};

bool world_is_loose(void)
{
    return !world.rules.fences && !world.rules.is_atomic;
}

struct world world;

struct owner world_owners[WORLD_OWNERS];
static char stacks[WORLD_OWNERS][WORLD_STACK_BYTES];
static ucontext_t caller;
int world_self;
bool world_ending;

static const struct fw_partition_shared shared = {
    .topics = { .frames = "frames",
                .detections = "detections",
                .segments = "segments",
                .progress = "progress",
                .completions = "completions",
                .dead_letters = "frames.dlq" },
    .group_id = "group",
    .clip_folder = "clips",
    .transactional = true,
    .idle_timeout_us = WORLD_IDLE_US,
};
static struct fw_partition_shared shared_now;

void world_break(const char *what)
{
    if (world.broken == NULL && !world_ending) {
        world.broken = what;
    }
}

uint64_t world_mix_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    for (; n >= 8; n -= 8, at += 8) {
        int64_t eight;
        memcpy(&eight, at, 8);
        hash = world_mix(hash, eight);
    }
    for (; n > 0; n--, at++) {
        hash = world_mix(hash, *at);
    }
    return hash;
}

// --- an owner ---

int world_wait(enum world_point point)
{
    struct owner *owner = &world_owners[world_self];
    if (world_ending) {
        return -1;
    }
    owner->point = point;
    owner->n_waits++;
    swapcontext(&owner->context, &caller);
    return owner->choice;
}

static void handle(struct owner *owner)
{
    if (!fw_partition_retry_held(owner->actor)) {
        return; // a run that waits for the end of the one before
    }
    int64_t pos = fw_ledger_pos(owner->actor->ledger);
    if (pos == world.n_visible) {
        return; // it was the last one
    }
    struct fw_event event = {
        .kind = FW_EVENT_MESSAGE, .message = world_frame_at(pos), .topic = "frames", .offset = pos
    };
    if (fw_partition_handle(owner->actor, &event)) {
        owner->last_message_us[world.log->frames[pos].video - 'a'] = world.now_us;
    }
}

// The end of the partition is confirmed; the ledger's verdicts are compared with our own.
static void confirm_end(struct owner *owner, int64_t after_us)
{
    struct fw_partition_actor *actor = owner->actor;
    int64_t pos = fw_ledger_pos(actor->ledger);
    struct fw_event event = { .kind = FW_EVENT_END, .topic = "frames", .offset = pos };
    world.now_us += after_us;
    if (owner->confirmed_to_us == 0 ||
        world.now_us - owner->confirmed_to_us > FW_PARTITION_MAX_PAUSE_US) {
        owner->confirmed_from_us = world.now_us;
    }
    owner->confirmed_to_us = world.now_us;
    fw_partition_handle(actor, &event);
    fw_partition_end_silent(actor);
    for (struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        if (!fw_ledger_is_open(video) || !video->ending || video->record->total_frames >= 0) {
            continue;
        }
        int which = video->record->video_id[0] - 'a';
        int64_t from_us = owner->last_message_us[which] > owner->confirmed_from_us
                              ? owner->last_message_us[which]
                              : owner->confirmed_from_us;
        if (pos < world.n_visible || world.now_us - from_us < WORLD_IDLE_US) {
            world_break("a run was called silent without a confirmed end for long enough");
        }
        owner->silent_run[which] = video->record->run_offset + 1;
    }
}

static int refuse(struct fw_error *err, int code)
{
    return fw_error_set(err, FW_ERROR_RETRY, code, "refused");
}

static int take_step(struct owner *owner, int step, struct fw_error *err)
{
    struct fw_partition_actor *actor = owner->actor;
    bool more = false;
    if (world_ending) {
        return refuse(err, ESTALE);
    }
    switch ((enum world_step)step) {
    case WORLD_HANDLE:
        handle(owner);
        return 0;
    case WORLD_REBUILD:
        return fw_partition_rebuild(actor, &more, err);
    case WORLD_COMMIT:
        world_life_bring(actor);
        return fw_partition_commit(actor, err);
    case WORLD_EARLY:
        return fw_partition_commit(actor, err);
    case WORLD_PROBE:
        confirm_end(owner, FW_PARTITION_PROBE_US + 100000);
        return 0;
    case WORLD_PAUSE:
        confirm_end(owner, FW_PARTITION_MAX_PAUSE_US + 1000000);
        return 0;
    }
    return 0;
}

static void forget(struct owner *owner)
{
    owner->confirmed_from_us = 0;
    owner->confirmed_to_us = 0;
    memset(owner->last_message_us, 0, sizeof(owner->last_message_us));
    memset(owner->silent_run, 0, sizeof(owner->silent_run));
}

static int work(struct owner *owner, struct fw_error *err)
{
    forget(owner);
    int result = fw_partition_restore(owner->actor, err);
    while (result == 0) {
        result = take_step(owner, world_wait(WORLD_IDLE), err);
        if (result != 0 && !world.rules.begins_again && !world_ending && err->code != ESTALE) {
            struct fw_outlet_options options = { 0 };
            result = fw_outlet_open(&options, 0, &owner->actor->outlet, err);
        }
    }
    return result;
}

static void run_owner(void)
{
    struct owner *owner = &world_owners[world_self];
    struct fw_error err = { 0 };
    do {
        work(owner, &err);
        fw_partition_drop(owner->actor);
    } while (!world_ending && (err.code != ESTALE || world.owner == owner - world_owners));
    owner->point = WORLD_GONE;
    swapcontext(&owner->context, &caller);
}

// --- the caller's side ---

static void enter(int owner)
{
    world_self = owner;
    swapcontext(&caller, &world_owners[owner].context);
}

void world_begin(const struct world_log *log, const struct world_rules *rules)
{
    world = (struct world){ .log = log,
                            .rules = *rules,
                            .n_visible = log->n_frames - log->n_late,
                            .now_us = 1000000,
                            .offset = FW_OFFSET_NONE };
    shared_now = shared;
    shared_now.max_active_videos = log->max_active;
    shared_now.transactional = !world_is_loose();
    world_ending = false;
}

void world_assign(bool is_dead)
{
    if (world.n_owners > 0) {
        world_owners[world.owner].is_dead = is_dead;
    }
    int idx = world.n_owners++;
    struct owner *owner = &world_owners[idx];
    world.owner = idx;
    owner->actor = fw_xcalloc(1, sizeof(*owner->actor));
    owner->actor->shared = &shared_now;
    owner->hash_at_idle = 0;
    owner->n_waits = 0;
    owner->is_dead = false;
    pthread_mutex_init(&owner->actor->lock, NULL);
    fw_buffer_init(&owner->actor->scratch, FW_LIMIT_MESSAGE_BYTES);
    getcontext(&owner->context);
    owner->context.uc_stack.ss_sp = stacks[idx];
    owner->context.uc_stack.ss_size = sizeof(stacks[idx]);
    owner->context.uc_link = NULL;
    makecontext(&owner->context, run_owner, 0);
    enter(idx);
}

void world_end(void)
{
    world_ending = true;
    for (int i = 0; i < world.n_owners; i++) {
        struct owner *owner = &world_owners[i];
        if (owner->point != WORLD_GONE) {
            enter(i);
        }
        assert(owner->point == WORLD_GONE);
        fw_buffer_done(&owner->actor->scratch);
        pthread_mutex_destroy(&owner->actor->lock);
        free(owner->actor);
    }
    world.n_owners = 0;
}

enum world_point world_where(int owner)
{
    return world_owners[owner].is_dead ? WORLD_GONE : world_owners[owner].point;
}

static bool can_be_parked(const struct fw_ledger_video *video)
{
    const struct fw_life *life = video->life;
    bool idle = life != NULL && world.now_us - life->fed_us > WORLD_IDLE_US;
    return life != NULL && life->state == FW_LIFE_FOLLOWS &&
           ((idle && fw_life_is_drained(life)) ||
            video->record->n_segments > life->n_segments_at_opening);
}

static bool can_rebuild(const struct fw_partition_actor *actor)
{
    bool waits = false;
    bool room = actor->n_active < actor->shared->max_active_videos;
    for (const struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        room = room || can_be_parked(video);
        waits = waits ||
                (fw_ledger_is_open(video) && video->life == NULL && !video->broken && video->unfed);
    }
    return actor->rebuilding || (waits && room);
}

unsigned world_steps(int owner)
{
    struct fw_partition_actor *actor = world_owners[owner].actor;
    bool dirty = fw_partition_is_dirty(actor);
    unsigned steps = dirty || world_life_has(actor) ? 1U << WORLD_COMMIT : 0;
    steps |= dirty && world_life_has(actor) ? 1U << WORLD_EARLY : 0;
    if (owner != world.owner) {
        return steps; // nothing else of it is noticed by others
    }
    bool behind = fw_ledger_pos(actor->ledger) < world.n_visible;
    steps |= behind ? 1U << WORLD_HANDLE : 0;
    steps |= can_rebuild(actor) ? 1U << WORLD_REBUILD : 0;
    bool confirmed = steps == 0 || (behind && !world.rules.confirms_ends);
    if (confirmed && fw_ledger_n_open(actor->ledger) > 0) {
        steps |= 1U << WORLD_PROBE | 1U << WORLD_PAUSE;
    }
    return steps;
}

static uint64_t hash_owner(const struct owner *owner);

void world_go_on(int idx, int choice)
{
    struct owner *owner = &world_owners[idx];
    if (owner->point == WORLD_IDLE) {
        owner->hash_at_idle = world_mix(hash_owner(owner), choice);
        owner->n_waits = 0;
    } else {
        owner->hash_at_idle = world_mix(owner->hash_at_idle, choice);
    }
    owner->choice = choice;
    enter(idx);
}

// --- the same state ---

static uint64_t hash_video(const struct fw_ledger_video *video, uint64_t hash)
{
    const struct fw_ledger_state *state = video->state;
    hash = world_mix(hash, state->video_id[0]);
    if (video->record == NULL) {
        return world_mix_bytes(hash, state->packed.data, state->packed.size);
    }
    uint8_t bytes[WORLD_RECORD_BYTES];
    struct fw_buffer encoded = { .data = bytes, .capacity = sizeof(bytes), .limit = sizeof(bytes) };
    int result = fw_progress_encode(video->record, &encoded, NULL);
    assert(result == 0 && encoded.data == bytes);
    hash = world_mix_bytes(hash, bytes, encoded.size);
    hash = world_mix(hash, video->changed | video->ending << 1 | video->reopen << 2 |
                               video->unfed << 3 | video->rebuilding << 4 | video->broken << 5);
    for (size_t i = 0; i < state->n_keyframes; i++) {
        hash = world_mix(hash, state->keyframes[i].offset);
    }
    hash = world_mix(hash, state->last_read);
    hash =
        world_mix(hash, state->last_message_us == 0 ? -1 : world.now_us - state->last_message_us);
    return world_life_hash(video->life, hash);
}

static uint64_t hash_outbox(const struct fw_partition_actor *actor, uint64_t hash)
{
    for (const struct fw_output *output = actor->first_out; output != NULL; output = output->next) {
        hash =
            world_mix(hash, output->kind * 100000 + output->finding.number * 1000 +
                                output->segment.number * 100 + output->video->state->video_id[0]);
    }
    return hash;
}

static uint64_t hash_owner(const struct owner *owner)
{
    const struct fw_partition_actor *actor = owner->actor;
    uint64_t hash =
        world_mix((uint64_t)owner->point, actor->outlet == NULL ? 0 : actor->outlet->epoch);
    for (int i = 0; i < WORLD_VIDEOS; i++) {
        hash = world_mix(hash, owner->silent_run[i]);
    }
    if (actor->ledger == NULL) {
        return hash;
    }
    hash = world_mix(hash, fw_ledger_pos(actor->ledger) * 1000 + (int64_t)actor->n_active);
    hash = world_mix(hash, actor->committed_offset * 1000 + actor->committed_pos);
    hash =
        world_mix(hash, owner->confirmed_to_us == 0 ? -1 : world.now_us - owner->confirmed_to_us);
    hash = world_mix(hash, owner->confirmed_to_us - owner->confirmed_from_us);
    if (actor->rebuilding) {
        hash = world_mix(hash, actor->reader->position * 10 + actor->reader->n_given);
    }
    const struct fw_ledger_video *video = fw_ledger_videos(actor->ledger);
    for (; video != NULL; video = video->next) {
        hash = hash_video(video, hash);
    }
    return hash_outbox(actor, hash);
}

static uint64_t hash_output(const struct world_output *output, uint64_t hash)
{
    hash = world_mix(hash, output->topic * 1000 + output->video);
    hash = world_mix(hash, output->run_offset * 1000 + output->number);
    hash = world_mix(hash, output->first * 1000 + output->count);
    return world_mix(hash, output->offset * 10 + (int)output->state);
}

// In the middle of a step: where it began, how far it is, and what it has been told since.
static uint64_t hash_step(const struct owner *owner)
{
    const struct fw_partition_actor *actor = owner->actor;
    uint64_t hash = world_mix(owner->hash_at_idle, owner->n_waits * 10 + (int)owner->point);
    if (actor->ledger != NULL) {
        hash = world_mix(hash, fw_ledger_pos(actor->ledger));
    }
    if (actor->outlet == NULL) {
        return hash;
    }
    hash = world_mix(hash, actor->outlet->epoch * 100 + actor->outlet->n_staged);
    for (int i = 0; i < actor->outlet->n_staged; i++) {
        hash = world_mix(hash, actor->outlet->staged[i].offset);
    }
    hash = world_mix(hash, actor->outlet->n_seen);
    return hash;
}

uint64_t world_hash(void)
{
    uint64_t hash = world_mix((uint64_t)world.n_visible, world.offset);
    hash = world_mix_bytes(hash, world.metadata, strlen(world.metadata));
    hash = world_mix(hash, world.n_owners * 1000 + world.epoch);
    for (int i = 0; i < world.n_outputs; i++) {
        hash += hash_output(&world.outputs[i], 0); // in whatever order
    }
    for (int i = 0; i < WORLD_VIDEOS; i++) {
        hash = world_mix_bytes(hash, world.records[i].bytes, world.records[i].size);
    }
    for (int i = 0; i < world.n_owners; i++) {
        const struct owner *owner = &world_owners[i];
        if (owner->is_dead || owner->point == WORLD_GONE ||
            (i != world.owner && owner->point == WORLD_IDLE && world_steps(i) == 0)) {
            continue; // nothing of it is noticed any more
        }
        bool idle = owner->point == WORLD_IDLE;
        hash = world_mix(hash, (int64_t)(idle ? hash_owner(owner) : hash_step(owner)));
    }
    return hash;
}
