// SPDX-License-Identifier: MIT
// Where to look at what an event tells of: the page, the picture, the video, its object. Pure.
//
// Made of names and of the configuration only, so whoever writes an event's message again writes
// the same. A link is what the thing will be found under: a video can be played when it is finished
// and uploaded, a picture as long as the page's server keeps it.
#ifndef FW_WIRE_EVENT_LINKS_H
#define FW_WIRE_EVENT_LINKS_H

#include "base/json_writer.h"
#include "wire/event_kind.h"
#include "wire/fields.h"
#include "wire/limits.h"

#include <stddef.h>
#include <stdint.h>

enum { FW_LINK_SIZE = 1408 }; // each, terminated

// Texts; "": there is none, which is written as null.
struct fw_event_links {
    char page[FW_LINK_SIZE];     // SITE/#video=ID&t=SECONDS
    char snapshot[FW_LINK_SIZE]; // SITE/api/events/EVENT_ID/snapshot.jpg
    char video[FW_LINK_SIZE];    // SITE/api/videos/ID/play
    char object[FW_LINK_SIZE];   // s3://BUCKET/KEY
};

// Borrowed.
struct fw_event_places {
    const char *site; // "https://HOST[:PORT][/PATH]" of FW_LIMIT_SITE_BYTES at most; NULL or
                      // "": links begin with their path
    const char *object_prefix; // "s3://BUCKET/KEY" up to the video's id; NULL: no object is known
    const char *object_suffix; // from there on
};

// What the links are of.
struct fw_event_subject {
    enum fw_event_type type;
    const char *video_id;
    const char *event_id; // fw_event_message_id
    int64_t first_us;     // where it began, in the video's time
    bool has_snapshot;
};

// An event of a partition or a group (STALLED, LAG) has a page only. What would be too long is left
// out.
void fw_event_links_make(const struct fw_event_subject *subject,
                         const struct fw_event_places *places, struct fw_event_links *ret);

// Writes an object, or null where there is no link at all.
void fw_event_links_put(struct fw_json *json, const struct fw_event_links *links);

// Reads what put has written out of a field, which may be missing or null. Failures are those of
// `fields`.
void fw_event_links_take(struct fw_fields *fields, size_t field, struct fw_event_links *ret);

#endif
