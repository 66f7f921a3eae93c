// SPDX-License-Identifier: MIT
// Where to look at what an event tells of.
#include "wire/event_links.h"

#include "base/memory.h"
#include "base/uri.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum link { PAGE, SNAPSHOT, VIDEO, OBJECT, N_LINKS };

static const char *const names[N_LINKS] = {
    [PAGE] = "page",
    [SNAPSHOT] = "snapshot",
    [VIDEO] = "video",
    [OBJECT] = "object",
};

static const char *text_of(const struct fw_event_links *links, size_t link)
{
    const char *const texts[N_LINKS] = { links->page, links->snapshot, links->video,
                                         links->object };
    return texts[link];
}

// --- making ---

// "": it would be cut, and half a link is none.
static void join(char ret[FW_LINK_SIZE], const char *a, const char *b, const char *c, const char *d)
{
    if (snprintf(ret, FW_LINK_SIZE, "%s%s%s%s", a, b, c, d) >= FW_LINK_SIZE) {
        ret[0] = '\0';
    }
}

static bool is_of_video(enum fw_event_type type)
{
    return type != FW_EVENT_STALLED && type != FW_EVENT_LAG;
}

static void make_of_video(const struct fw_event_subject *subject,
                          const struct fw_event_places *places, const char *site,
                          struct fw_event_links *ret)
{
    FW_SCOPE(fw_free_cleanup) char *id = fw_uri_encode(subject->video_id, false);
    FW_SCOPE(fw_free_cleanup) char *event = fw_uri_encode(subject->event_id, true);
    char at[32];
    int64_t ms = subject->first_us > 0 ? subject->first_us / 1000 : 0;
    snprintf(at, sizeof(at), "&t=%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
    join(ret->page, site, "/#video=", id, at);
    join(ret->video, site, "/api/videos/", id, "/play");
    if (subject->has_snapshot) {
        join(ret->snapshot, site, "/api/events/", event, "/snapshot.jpg");
    }
    if (places->object_prefix != NULL) {
        join(ret->object, places->object_prefix, subject->video_id, places->object_suffix, "");
    }
}

void fw_event_links_make(const struct fw_event_subject *subject,
                         const struct fw_event_places *places, struct fw_event_links *ret)
{
    char site[FW_LIMIT_SITE_BYTES + 1];
    snprintf(site, sizeof(site), "%s", places->site != NULL ? places->site : "");
    size_t n = strlen(site);
    while (n > 0 && site[n - 1] == '/') {
        site[--n] = '\0';
    }
    *ret = (struct fw_event_links){ 0 };
    if (is_of_video(subject->type)) {
        make_of_video(subject, places, site, ret);
    } else {
        join(ret->page, site, "/", "", "");
    }
}

// --- writing and reading ---

void fw_event_links_put(struct fw_json *json, const struct fw_event_links *links)
{
    size_t n = 0;
    for (size_t i = 0; i < N_LINKS; i++) {
        n += text_of(links, i)[0] != '\0';
    }
    if (n == 0) {
        fw_json_null(json);
        return;
    }
    fw_json_open_object(json);
    for (size_t i = 0; i < N_LINKS; i++) {
        const char *text = text_of(links, i);
        fw_json_key(json, names[i]);
        if (text[0] != '\0') {
            fw_json_text(json, text);
        } else {
            fw_json_null(json);
        }
    }
    fw_json_close_object(json);
}

void fw_event_links_take(struct fw_fields *fields, size_t field, struct fw_event_links *ret)
{
    *ret = (struct fw_event_links){ 0 };
    if (!fw_fields_has(fields, field)) {
        return;
    }
    struct fw_value values[N_LINKS];
    struct fw_fields inner = fw_fields_inner(fields, field, "links.", names, N_LINKS, values);
    fw_fields_text_or_empty(&inner, PAGE, ret->page, sizeof(ret->page));
    fw_fields_text_or_empty(&inner, SNAPSHOT, ret->snapshot, sizeof(ret->snapshot));
    fw_fields_text_or_empty(&inner, VIDEO, ret->video, sizeof(ret->video));
    fw_fields_text_or_empty(&inner, OBJECT, ret->object, sizeof(ret->object));
    fields->ret = inner.ret;
}
