// SPDX-License-Identifier: MIT
// What the server answers.
//
// Handlers run on the server's thread and answer from memory. Nothing of a request comes back in an
// answer.
#include "web/api.h"

#include "base/clock.h"
#include "base/memory.h"
#include "web/live.h"
#include "web/page.h"
#include "wire/video_id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FOUND_ELSEWHERE = 302,
    NOT_MODIFIED = 304,
    NO_CONTENT = 204,
    BAD_REQUEST = 400,
    NOT_FOUND = 404,
    INTERNAL = 500,
    PATH_SIZE = FW_EVENT_ID_SIZE + 32,
};

#define COOKIE "firewatch"

// ---- the page ----

static void get_file(void *arg, const struct fw_http_request *request,
                     struct fw_http_answer *answer)
{
    const struct fw_page_file *file = arg;
    const char *known = fw_http_header(request, "If-None-Match");
    answer->content_type = file->content_type;
    answer->cache = "no-cache"; // asked for again, and not sent again
    answer->etag = file->etag;
    if (known != NULL && strcmp(known, file->etag) == 0) {
        answer->status = NOT_MODIFIED;
    } else {
        fw_buffer_append(&answer->body, file->data, file->size);
    }
}

// The page loads from here only, but for videos, which come from the store.
static void get_page(void *arg, const struct fw_http_request *request,
                     struct fw_http_answer *answer)
{
    struct fw_api *api = arg;
    char origin[FW_API_POLICY_SIZE / 2];
    fw_shelf_origin(api->shelf, origin, sizeof(origin));
    snprintf(api->policy, sizeof(api->policy),
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
             "connect-src 'self'; media-src 'self' %s; base-uri 'none'; form-action 'none'; "
             "frame-ancestors 'none'",
             origin);
    answer->policy = api->policy;
    for (size_t i = 0; i < fw_page_n_files; i++) {
        if (strcmp(fw_page_files[i].path, "/") == 0) {
            get_file((void *)&fw_page_files[i], request, answer);
        }
    }
    answer->etag = NULL; // its policy may change
}

// ---- JSON ----

static void finish(struct fw_json *json, struct fw_http_answer *answer)
{
    answer->content_type = "application/json";
    if (fw_json_end(json, NULL) < 0) {
        fw_buffer_clear(&answer->body);
        answer->content_type = NULL;
        fw_http_say(answer, INTERNAL, "this can't be written as JSON");
    }
}

static bool is_among(const char *word, const char *const words[], size_t n)
{
    bool found = false;
    for (size_t i = 0; i < n && !found; i++) {
        found = strcmp(word, words[i]) == 0;
    }
    return found;
}

// Reads "limit" and the word that filters. False when they make no sense, which is said.
static bool read_filter(const struct fw_http_request *request, const char *name,
                        const char *const words[], size_t n_words, struct fw_view_filter *ret,
                        struct fw_http_answer *answer)
{
    *ret = (struct fw_view_filter){ .limit = SIZE_MAX, .word = fw_http_query(request, name) };
    const char *limit = fw_http_query(request, "limit");
    if (ret->word != NULL && !is_among(ret->word, words, n_words)) {
        fw_http_say(answer, BAD_REQUEST, "%s is none of those that there are", name);
        return false;
    }
    if (limit != NULL) {
        size_t n_digits = strspn(limit, "0123456789");
        if (n_digits == 0 || n_digits > 4 || limit[n_digits] != '\0') {
            fw_http_say(answer, BAD_REQUEST, "limit is a number from 0 to 9999");
            return false;
        }
        ret->limit = strtoul(limit, NULL, 10);
    }
    return true;
}

static void get_state(void *arg, const struct fw_http_request *request,
                      struct fw_http_answer *answer)
{
    (void)request;
    struct fw_api *api = arg;
    struct fw_json json = fw_json_begin(&answer->body);
    fw_view_put_state(api->view, &json);
    finish(&json, answer);
}

static void get_videos(void *arg, const struct fw_http_request *request,
                       struct fw_http_answer *answer)
{
    struct fw_api *api = arg;
    struct fw_view_filter filter;
    if (read_filter(request, "state", fw_video_state_words, FW_VIDEO_N_STATES, &filter, answer)) {
        struct fw_json json = fw_json_begin(&answer->body);
        fw_view_put_videos(api->view, &filter, &json);
        finish(&json, answer);
    }
}

static void get_events(void *arg, const struct fw_http_request *request,
                       struct fw_http_answer *answer)
{
    struct fw_api *api = arg;
    struct fw_view_filter filter;
    if (read_filter(request, "type", fw_event_type_words, FW_N_EVENT_TYPES, &filter, answer)) {
        struct fw_json json = fw_json_begin(&answer->body);
        fw_view_put_events(api->view, &filter, &json);
        finish(&json, answer);
    }
}

static void get_lag(void *arg, const struct fw_http_request *request, struct fw_http_answer *answer)
{
    (void)request;
    struct fw_api *api = arg;
    answer->content_type = "application/json";
    fw_view_put_lag(api->view, &answer->body);
}

static void get_members(void *arg, const struct fw_http_request *request,
                        struct fw_http_answer *answer)
{
    (void)request;
    struct fw_api *api = arg;
    answer->content_type = "application/json";
    fw_view_put_members(api->view, &answer->body);
}

static void get_stream(void *arg, const struct fw_http_request *request,
                       struct fw_http_answer *answer)
{
    (void)request;
    struct fw_api *api = arg;
    fw_live_answer(api->view, answer);
}

// ---- one of many ----

// Copies `rest` without `suffix`; false where it does not end so.
static bool cut(const char *rest, const char *suffix, char *to, size_t size)
{
    size_t n = strlen(rest);
    size_t n_suffix = strlen(suffix);
    bool ends = n > n_suffix && strcmp(rest + n - n_suffix, suffix) == 0;
    if (!ends || n - n_suffix >= size) {
        return false;
    }
    memcpy(to, rest, n - n_suffix);
    to[n - n_suffix] = '\0';
    return true;
}

static void play(struct fw_api *api, const char *video_id, struct fw_http_answer *answer)
{
    char *url = fw_view_play_url(api->view, video_id);
    if (url == NULL) {
        fw_http_say(answer, NOT_FOUND, "the video is not in the store");
        return;
    }
    answer->status = FOUND_ELSEWHERE;
    snprintf(api->location, sizeof(api->location), "%s", url);
    answer->location = api->location;
    free(url);
}

static void get_video(void *arg, const struct fw_http_request *request,
                      struct fw_http_answer *answer)
{
    struct fw_api *api = arg;
    char video_id[PATH_SIZE];
    if (cut(request->rest, "/play", video_id, sizeof(video_id))) {
        play(api, video_id, answer);
        return;
    }
    struct fw_json json = fw_json_begin(&answer->body);
    if (fw_view_put_video(api->view, request->rest, &json)) {
        finish(&json, answer);
    } else {
        fw_http_say(answer, NOT_FOUND, "there is no such video");
    }
}

static void get_snapshot(void *arg, const struct fw_http_request *request,
                         struct fw_http_answer *answer)
{
    struct fw_api *api = arg;
    char event_id[PATH_SIZE];
    if (cut(request->rest, "/snapshot.jpg", event_id, sizeof(event_id)) &&
        fw_view_put_snapshot(api->view, event_id, &answer->body)) {
        answer->content_type = "image/jpeg";
        answer->cache = "private, max-age=3600"; // its address changes when it does
    } else {
        fw_http_say(answer, NOT_FOUND, "there is no such picture");
    }
}

// ---- who may ask ----

bool fw_api_admits(void *arg, const struct fw_http_request *request)
{
    const struct fw_api *api = arg;
    return strcmp(request->method, "GET") == 0 &&
           fw_sessions_know(&api->sessions, fw_http_cookie(request, COOKIE),
                            fw_clock_monotonic_us());
}

// Reached with the token only: a cookie does not admit to POST.
static void log_in(void *arg, const struct fw_http_request *request, struct fw_http_answer *answer)
{
    (void)request;
    struct fw_api *api = arg;
    char text[FW_SESSION_TEXT_SIZE];
    answer->status = NO_CONTENT;
    if (!api->has_token) {
        return; // nothing to prove
    }
    if (!fw_sessions_begin(&api->sessions, fw_clock_monotonic_us(), text)) {
        fw_http_say(answer, INTERNAL, "the system has no random numbers");
        return;
    }
    snprintf(api->cookie, sizeof(api->cookie),
             COOKIE "=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict", text, FW_SESSION_S);
    answer->set_cookie = api->cookie;
}

// ---- routes ----

size_t fw_api_routes(struct fw_api *api, struct fw_http_route ret[FW_API_N_ROUTES])
{
    const struct fw_http_route routes[] = {
        { .method = "GET", .path = "/", .open = true, .handle = get_page, .arg = api },
        { .method = "GET", .path = "/api/state", .handle = get_state, .arg = api },
        { .method = "GET", .path = "/api/videos", .handle = get_videos, .arg = api },
        { .method = "GET", .path = "/api/videos/*", .handle = get_video, .arg = api },
        { .method = "GET", .path = "/api/events", .handle = get_events, .arg = api },
        { .method = "GET", .path = "/api/events/*", .handle = get_snapshot, .arg = api },
        { .method = "GET", .path = "/api/lag", .handle = get_lag, .arg = api },
        { .method = "GET", .path = "/api/members", .handle = get_members, .arg = api },
        { .method = "GET", .path = "/api/stream", .handle = get_stream, .arg = api },
        { .method = "POST", .path = "/api/login", .handle = log_in, .arg = api },
    };
    memcpy(ret, routes, sizeof(routes));
    size_t n = FW_ARRAY_LEN(routes);
    memcpy(ret + n, fw_role_routes, sizeof(fw_role_routes));
    n += FW_ROLE_N_ROUTES;
    for (size_t i = 0; i < fw_page_n_files && n < FW_API_N_ROUTES; i++) {
        ret[n++] = (struct fw_http_route){ .method = "GET",
                                           .path = fw_page_files[i].path,
                                           .open = true,
                                           .handle = get_file,
                                           .arg = (void *)&fw_page_files[i] };
    }
    return n;
}
