// SPDX-License-Identifier: MIT
// The gauges of one owned partition.
#include "process/gauges.h"

#include "process/partition_impl.h"

#include <stdio.h>

void fw_gauges_init(struct fw_partition_actor *actor)
{
    const struct fw_partition_shared *shared = actor->shared;
    struct fw_gauges *gauges = &actor->gauges;
    char partition[16];
    snprintf(partition, sizeof(partition), "%d", actor->partition);
    const char *const group[] = { shared->group_id, shared->topics.frames, partition };
    const char *const inbox[] = { "inbox", partition };
    const char *const outbox[] = { "outbox", partition };
    gauges->lag = fw_metric_series(FW_METRIC_LAG, group);
    gauges->committed = fw_metric_series(FW_METRIC_COMMITTED_OFFSET, group);
    gauges->end = fw_metric_series(FW_METRIC_END_OFFSET, group + 1);
    gauges->open = fw_metric_series_of(FW_METRIC_VIDEOS_OPEN, partition);
    gauges->parked = fw_metric_series_of(FW_METRIC_VIDEOS_PARKED, partition);
    gauges->silent = fw_metric_series_of(FW_METRIC_VIDEOS_SILENT, partition);
    gauges->inbox = fw_metric_series(FW_METRIC_QUEUE_BYTES, inbox);
    gauges->outbox = fw_metric_series(FW_METRIC_QUEUE_BYTES, outbox);
}

static void set_offsets(struct fw_partition_actor *actor)
{
    struct fw_gauges *gauges = &actor->gauges;
    int64_t low = FW_OFFSET_NONE;
    int64_t high = FW_OFFSET_NONE;
    fw_consumer_watermarks(actor->shared->consumer, actor->shared->topics.frames, actor->partition,
                           &low, &high);
    if (high == FW_OFFSET_NONE) {
        return; // nothing was fetched yet
    }
    bool begun = actor->committed_offset >= 0;
    int64_t from = begun ? actor->committed_offset : low;
    // A commit may be newer than the last fetch.
    int64_t end = high > from ? high : from;
    fw_series_set(gauges->end, (double)end);
    fw_series_set(gauges->lag, (double)(end - from));
    if (begun) {
        fw_series_set(gauges->committed, (double)from);
    }
}

static void set_videos(struct fw_partition_actor *actor)
{
    size_t n_parked = 0;
    size_t n_silent = 0;
    for (const struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        n_parked += fw_ledger_is_open(video) && video->life == NULL;
        n_silent += fw_ledger_is_open(video) && video->silent;
    }
    fw_series_set(actor->gauges.open, (double)fw_ledger_n_open(actor->ledger));
    fw_series_set(actor->gauges.parked, (double)n_parked);
    fw_series_set(actor->gauges.silent, (double)n_silent);
}

void fw_gauges_update(struct fw_partition_actor *actor, int64_t now_us)
{
    struct fw_gauges *gauges = &actor->gauges;
    if (now_us - gauges->updated_us < FW_GAUGES_US) {
        return;
    }
    gauges->updated_us = now_us;
    pthread_mutex_lock(&actor->lock);
    size_t inbox_bytes = actor->inbox_bytes;
    size_t outbox_bytes = actor->outbox_bytes;
    pthread_mutex_unlock(&actor->lock);
    fw_series_set(gauges->inbox, (double)inbox_bytes);
    fw_series_set(gauges->outbox, (double)outbox_bytes);
    set_offsets(actor);
    set_videos(actor);
}

void fw_gauges_hide(struct fw_partition_actor *actor)
{
    struct fw_gauges *gauges = &actor->gauges;
    struct fw_series *const all[] = { gauges->lag,   gauges->committed, gauges->end,
                                      gauges->open,  gauges->parked,    gauges->silent,
                                      gauges->inbox, gauges->outbox };
    for (size_t i = 0; i < FW_ARRAY_LEN(all); i++) {
        fw_series_hide(all[i]);
    }
}
