// SPDX-License-Identifier: MIT
// Restore: what the partition's owner before us has committed becomes a ledger.
//
// The order matters. The way out is opened first: it ends what the predecessor had open and fences
// it, so that what is read afterwards is the last word. Then the committed offset with `pos`, then
// the progress records to their end.
#include "process/partition_impl.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "wire/offset_metadata.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN_TIMEOUT_MS = 10000, ASK_MS = 500, READ_WAIT_MS = 200, READ_TRIES = 100 };

static int open_outlet(struct fw_partition_actor *actor, struct fw_error *err)
{
    const struct fw_partition_shared *shared = actor->shared;
    const struct fw_topics *topics = &shared->topics;
    const char *const outputs[] = { topics->detections, topics->events,      topics->segments,
                                    topics->progress,   topics->completions, topics->dead_letters };
    struct fw_outlet_options options = { .client = shared->client,
                                         .consumer = shared->consumer,
                                         .group_id = shared->group_id,
                                         .topic = topics->frames,
                                         .partition = actor->partition,
                                         .transactional = shared->transactional,
                                         .outputs = outputs,
                                         .n_outputs = FW_ARRAY_LEN(outputs),
                                         .patience = { fw_partition_may_wait, actor } };
    return fw_outlet_open(&options, OPEN_TIMEOUT_MS, &actor->outlet, err);
}

// Asks in short steps: a member that is leaving its group gets no answer any more.
static int ask_committed(struct fw_partition_actor *actor, int64_t *ret_offset, char **ret_metadata,
                         struct fw_error *err)
{
    const struct fw_partition_shared *shared = actor->shared;
    int64_t deadline_us = fw_clock_monotonic_us() + OPEN_TIMEOUT_MS * 1000LL;
    int result = 0;
    do {
        result = fw_consumer_committed(shared->consumer, shared->topics.frames, actor->partition,
                                       ASK_MS, ret_offset, ret_metadata, err);
    } while (result == -ETIMEDOUT && fw_partition_may_wait(actor) &&
             fw_clock_monotonic_us() < deadline_us);
    return result;
}

static int read_position(struct fw_partition_actor *actor, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *metadata = NULL;
    int64_t offset = FW_OFFSET_NONE;
    int64_t pos = -1;
    int result = ask_committed(actor, &offset, &metadata, err);
    if (result == 0 && metadata != NULL) {
        result = fw_offset_metadata_parse(metadata, strlen(metadata), &pos, err);
    }
    if (result != 0) {
        return result;
    }
    // Without our metadata (another program's commit, an operator's reset) the offset is the
    // position.
    if (pos < 0) {
        pos = offset >= 0 ? offset : 0;
    }
    actor->ledger = fw_ledger_new(pos);
    actor->committed_offset = offset;
    actor->committed_pos = offset >= 0 ? pos : -1;
    return 0;
}

static void restore_record(struct fw_partition_actor *actor, const struct fw_message *message)
{
    struct fw_progress record;
    struct fw_error err = { 0 };
    if (message->value == NULL) {
        return; // an operator's tombstone: the video is forgotten
    }
    if (fw_progress_decode(message->value, message->value_size, &record, &err) != 0) {
        fw_log(FW_LOG_WARNING, "topic=%s partition=%d offset=%lld passed over: %s", message->topic,
               message->partition, (long long)message->offset, err.text);
        return;
    }
    fw_ledger_restore(actor->ledger, &record);
}

static int read_progress(struct fw_partition_actor *actor, struct fw_error *err)
{
    int result = fw_reader_start(actor->reader, actor->shared->topics.progress, actor->partition,
                                 FW_OFFSET_BEGIN, FW_OFFSET_END, err);
    int tries = 0;
    while (result == 0) {
        struct fw_message *message = NULL;
        result = fw_reader_next(actor->reader, READ_WAIT_MS, &message, err);
        if (result == FW_READER_END) {
            return 0;
        }
        if (result == FW_READER_MESSAGE) {
            restore_record(actor, message);
            fw_message_free(message);
            result = 0;
            tries = 0;
        } else if (result == FW_READER_NOTHING &&
                   (++tries > READ_TRIES || !fw_partition_may_wait(actor))) {
            return fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT, "%s: no answer",
                                actor->shared->topics.progress);
        }
    }
    return result;
}

static void wake_videos(struct fw_partition_actor *actor)
{
    for (struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        video->unfed = fw_ledger_is_open(video);
    }
}

int fw_partition_restore(struct fw_partition_actor *actor, struct fw_error *err)
{
    int result = open_outlet(actor, err);
    if (result == 0) {
        result = read_position(actor, err);
    }
    if (result == 0) {
        result = fw_reader_open(actor->shared->client, &actor->reader, err);
    }
    if (result == 0) {
        result = read_progress(actor, err);
    }
    if (result != 0) {
        return result;
    }
    wake_videos(actor);
    fw_metric_add(FW_METRIC_TAKE_OVERS, fw_ledger_n_open(actor->ledger) > 0);
    fw_log(FW_LOG_INFO, "partition=%d restored pos=%lld need=%lld open_videos=%zu",
           actor->partition, (long long)fw_ledger_pos(actor->ledger),
           (long long)fw_ledger_need(actor->ledger), fw_ledger_n_open(actor->ledger));
    return 0;
}
