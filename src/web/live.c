// SPDX-License-Identifier: MIT
// What changes, as server-sent events.
//
// DESIGN: a client has a version that it has seen, and one set of changes that is being sent. What
// happens meanwhile is not queued: the next set is what has changed since, so a slow client misses
// steps, not the end, and its memory is bounded.
#include "web/live.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    SET_BYTES = 16 * 1024 * 1024,
    SIGN_OF_LIFE_US = 10 * 1000000, // a client that has left is noticed so
};

struct client {
    struct fw_view *view;
    uint64_t seen;
    struct fw_buffer set; // being sent
    size_t n_sent;        // of it
    int64_t sent_us;
};

static void put(struct fw_buffer *out, const char *text)
{
    fw_buffer_append(out, text, strlen(text));
}

static void put_rows(struct client *client)
{
    const struct fw_view_filter filter = { .limit = SIZE_MAX, .since = client->seen };
    struct fw_json json = fw_json_begin(&client->set);
    put(&client->set, "event: videos\ndata: ");
    fw_view_put_videos(client->view, &filter, &json);
    put(&client->set, "\n\nevent: events\ndata: ");
    json = fw_json_begin(&client->set);
    fw_view_put_events(client->view, &filter, &json);
    put(&client->set, "\n\n");
}

static void put_changes(struct client *client, uint64_t version)
{
    struct fw_buffer *set = &client->set;
    put_rows(client);
    put(set, "event: lag\ndata: ");
    fw_view_put_lag(client->view, set);
    put(set, "\n\nevent: members\ndata: ");
    fw_view_put_members(client->view, set);
    // Last: whoever has this has all before it.
    put(set, "\n\nevent: state\ndata: ");
    struct fw_json json = fw_json_begin(set);
    fw_view_put_state(client->view, &json);
    put(set, "\n\n");
    client->seen = version;
}

static void fill(struct client *client)
{
    uint64_t version = fw_view_version(client->view);
    int64_t now_us = fw_clock_monotonic_us();
    fw_buffer_clear(&client->set);
    client->n_sent = 0;
    if (version != client->seen) {
        put_changes(client, version);
    } else if (now_us - client->sent_us >= SIGN_OF_LIFE_US) {
        put(&client->set, ":\n\n");
    }
    client->sent_us = client->set.size > 0 ? now_us : client->sent_us;
}

static ssize_t read_live(void *arg, uint8_t *data, size_t size)
{
    struct client *client = arg;
    if (client->n_sent == client->set.size) {
        fill(client);
    }
    if (fw_buffer_check(&client->set, NULL) < 0) {
        return -1; // the client comes again
    }
    size_t left = client->set.size - client->n_sent;
    size_t n = left < size ? left : size;
    if (n > 0) {
        memcpy(data, client->set.data + client->n_sent, n);
        client->n_sent += n;
    }
    return (ssize_t)n;
}

static void close_live(void *arg)
{
    struct client *client = arg;
    fw_buffer_done(&client->set);
    free(client);
}

void fw_live_answer(struct fw_view *view, struct fw_http_answer *answer)
{
    struct client *client = fw_xcalloc(1, sizeof(*client));
    client->view = view;
    fw_buffer_init(&client->set, SET_BYTES);
    put(&client->set, "retry: 2000\n\n");
    answer->content_type = "text/event-stream";
    answer->streams = true;
    answer->stream =
        (struct fw_http_stream){ .read = read_live, .close = close_live, .arg = client };
}
