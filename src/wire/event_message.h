// SPDX-License-Identifier: MIT
// A message of `fire-events`: something began, goes on or is over. JSON. Pure.
//
// docs/WIRE.md and docs/schema/fire-events.json describe it. The key on the topic is the bytes of
// video_id. An event that is not of a video but of a partition has "TOPIC[PARTITION]" there.
#ifndef FW_WIRE_EVENT_MESSAGE_H
#define FW_WIRE_EVENT_MESSAGE_H

#include "base/buffer.h"
#include "base/error.h"
#include "wire/event_kind.h"
#include "wire/event_links.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FW_EVENT_SCHEMA = 1, FW_EVENT_ID_SIZE = 512 };

struct fw_event_message {
    enum fw_event_type type;
    enum fw_event_phase phase;
    enum fw_event_reason reason; // NO_REASON unless it ends
    char video_id[FW_LIMIT_VIDEO_ID_BYTES + 1];
    char run_id[FW_LIMIT_RUN_ID_BYTES + 1]; // "": none
    int64_t run_offset;                     // -1: there is none (not from Kafka)
    int64_t number;                         // of the video's events of this type, from 1
    int64_t first_frame;                    // where it began,
    int64_t first_pts_us;                   // in the video's time
    int64_t frame;                          // that brought this message
    int64_t pts_us;
    char timestamp[FW_LIMIT_TIMESTAMP_BYTES + 1]; // of that frame, as its producer wrote it
    float score;                                  // of that frame
    float peak_score;
    int64_t peak_frame;
    int64_t peak_pts_us;
    bool has_box;
    int box[4]; // x1, y1, x2, y2 in pixels
    int width;  // of the pictures, 0 when unknown
    int height;
    char model[FW_LIMIT_MODEL_ID_BYTES + 1];
    const uint8_t *snapshot; // JPEG, borrowed; NULL: none
    size_t snapshot_size;    // at most FW_LIMIT_SNAPSHOT_BYTES
    struct fw_event_links links;
};

// Writes the event's id, which all its messages share and which is the same whoever wrote them:
// "VIDEO_ID/RUN/TYPE/NUMBER", RUN being the run's offset, or "alone".
void fw_event_message_id(const struct fw_event_message *message, char ret[FW_EVENT_ID_SIZE]);

// Makes its links, of what else is in it.
void fw_event_message_link(struct fw_event_message *message, const struct fw_event_places *places);

// Appends the message. Errors: DATA for a number that is not finite, a text that is no UTF-8, a
// snapshot that is too large, a full buffer.
int fw_event_message_encode(const struct fw_event_message *message, struct fw_buffer *out,
                            struct fw_error *err);

// Reads a message. ret->snapshot points into `snapshot` (cleared first, of the caller's), which
// takes its bytes; NULL: it is not wanted. Unknown fields are passed over. Errors: DATA, naming
// field and reason.
int fw_event_message_decode(const void *value, size_t size, struct fw_buffer *snapshot,
                            struct fw_event_message *ret, struct fw_error *err);

#endif
