// SPDX-License-Identifier: MIT
// The state machine of one partition: what is known of the videos' events.
#include "process/ledger_impl.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *room(struct fw_ledger_video *video)
{
    if (video->state->events == NULL) {
        video->state->events = fw_xmalloc(FW_EVENT_STATE_BYTES);
    }
    return video->state->events;
}

void fw_ledger_adopt_events(struct fw_ledger_video *video)
{
    struct fw_progress *record = video->record;
    bool fits = record->event_size > 0 && record->event_size <= FW_EVENT_STATE_BYTES;
    if (fits && record->event != video->state->events) {
        memcpy(room(video), record->event, record->event_size);
    }
    record->event = fits ? video->state->events : NULL;
    record->event_size = fits ? record->event_size : 0;
}

void fw_ledger_set_events(struct fw_ledger_video *video, const struct fw_event_state *events)
{
    video->silence_told = events->event[FW_EVENT_SILENT].open;
    video->record->event_size = fw_event_state_encode(events, room(video));
    video->record->event = video->state->events;
    video->changed = true;
}

void fw_ledger_note_events(struct fw_ledger_video *video, const struct fw_event_state *events)
{
    struct fw_event_state before;
    struct fw_event_state after = *events;
    fw_ledger_get_events(video, &before);
    after.event[FW_EVENT_SILENT] = before.event[FW_EVENT_SILENT];
    fw_ledger_set_events(video, &after);
}

void fw_ledger_get_events(const struct fw_ledger_video *video, struct fw_event_state *ret)
{
    *ret = fw_event_state_init();
    const struct fw_progress *record = video->record;
    if (record->event_size > 0 &&
        fw_event_state_decode(record->event, record->event_size, ret, NULL) != 0) {
        *ret = fw_event_state_init(); // of a version that is not ours
    }
}

static bool has_open_event(const struct fw_event_state *events)
{
    for (size_t i = 0; i < FW_N_VIDEO_EVENTS; i++) {
        if (events->event[i].open) {
            return true;
        }
    }
    return false;
}

void fw_ledger_supersede_events(struct fw_ledger *ledger, struct fw_ledger_video *video)
{
    struct fw_event_state events;
    fw_ledger_get_events(video, &events);
    video->record->event = NULL;
    video->record->event_size = 0;
    if (!has_open_event(&events)) {
        return;
    }
    struct fw_ledger_superseded *one = fw_xcalloc(1, sizeof(*one));
    one->record = *video->record;
    one->events = events;
    struct fw_ledger_superseded **last = &ledger->superseded;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = one;
}

struct fw_ledger_superseded *fw_ledger_take_superseded(struct fw_ledger *ledger)
{
    struct fw_ledger_superseded *one = ledger->superseded;
    if (one != NULL) {
        ledger->superseded = one->next;
        one->next = NULL;
    }
    return one;
}
