// SPDX-License-Identifier: MIT
// Which finished videos are in the store, and URLs for them.
#include "web/shelf.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/memory.h"
#include "store/setup.h"
#include "store/video.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUND_US = 2000000,
    ORIGIN_SIZE = 512,
    ABSENT_US = 10 * 1000000, // from one question to the next about a file that is not there
    MAX_URL_S = 3600,         // how long URLs are good; they are made anew at half of it
};

struct fw_shelf {
    // set before start
    const struct fw_config *config;
    struct fw_view *view;
    struct fw_store *store;
    pthread_t thread;
    bool runs;

    // the thread only
    bool troubled; // which was said
    struct fw_view_play plays[FW_VIEW_VIDEOS];

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    char origin[ORIGIN_SIZE];
};

static int url_s(const struct fw_shelf *shelf)
{
    return shelf->config->expires_s < MAX_URL_S ? (int)shelf->config->expires_s : MAX_URL_S;
}

static void note_origin(struct fw_shelf *shelf, const char *url)
{
    const char *host = strstr(url, "://");
    size_t n = host != NULL ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?") : 0;
    pthread_mutex_lock(&shelf->lock);
    snprintf(shelf->origin, sizeof(shelf->origin), "%.*s", (int)n, url);
    pthread_mutex_unlock(&shelf->lock);
}

static int sign(struct fw_shelf *shelf, const char *key, char **ret_url, struct fw_error *err)
{
    int rc = fw_store_presign(shelf->store, key, url_s(shelf), ret_url, err);
    if (rc == 0) {
        note_origin(shelf, *ret_url);
    }
    return rc;
}

// Looks at one file. What is absent is no error.
static int ask(struct fw_shelf *shelf, const struct fw_view_play *play, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *key = NULL;
    FW_SCOPE(fw_free_cleanup) char *url = NULL;
    int rc = fw_video_key(shelf->config, play->video_id, &key, err);
    rc = rc < 0 ? rc : fw_store_head(shelf->store, key, NULL, err);
    rc = rc < 0 ? rc : sign(shelf, key, &url, err);
    if (rc == 0 || err->kind == FW_ERROR_DATA) {
        fw_view_set_play(shelf->view, play, url);
        rc = 0;
    }
    return rc;
}

static bool is_due(const struct fw_shelf *shelf, const struct fw_view_play *play)
{
    int64_t pause_us = play->is_there ? (int64_t)url_s(shelf) * 1000000 / 2 : ABSENT_US;
    return play->asked_us == 0 || fw_clock_monotonic_us() - play->asked_us >= pause_us;
}

static void look(struct fw_shelf *shelf)
{
    struct fw_error err = { 0 };
    size_t n = fw_view_plays(shelf->view, FW_VIEW_VIDEOS, shelf->plays);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = is_due(shelf, &shelf->plays[i]) ? ask(shelf, &shelf->plays[i], &err) : 0;
    }
    if (rc < 0 && err.kind != FW_ERROR_STOP && !shelf->troubled) {
        fw_log(FW_LOG_WARNING, "the store does not answer, asking on: %s", err.text);
    }
    shelf->troubled = rc < 0;
}

static bool wait_for_next(struct fw_shelf *shelf)
{
    int64_t until_us = fw_clock_monotonic_us() + ROUND_US;
    pthread_mutex_lock(&shelf->lock);
    bool in_time = true;
    while (!shelf->stopping && in_time) {
        in_time = fw_cond_wait_until(&shelf->changed, &shelf->lock, until_us);
    }
    bool goes_on = !shelf->stopping;
    pthread_mutex_unlock(&shelf->lock);
    return goes_on;
}

// The page needs the origin before it has a video to play.
static void find_origin(struct fw_shelf *shelf)
{
    FW_SCOPE(fw_free_cleanup) char *url = NULL;
    struct fw_error err = { 0 };
    if (sign(shelf, "x", &url, &err) < 0 && err.kind != FW_ERROR_STOP) {
        fw_log(FW_LOG_WARNING, "finished videos can't be played: %s", err.text);
    }
}

static void *keep(void *arg)
{
    struct fw_shelf *shelf = arg;
    find_origin(shelf);
    do {
        look(shelf);
    } while (wait_for_next(shelf));
    return NULL;
}

int fw_shelf_start(const struct fw_config *config, struct fw_view *view, struct fw_shelf **ret,
                   struct fw_error *err)
{
    if (config->s3_bucket == NULL) {
        return 0;
    }
    struct fw_shelf *shelf = fw_xcalloc(1, sizeof(*shelf));
    shelf->config = config;
    shelf->view = view;
    pthread_mutex_init(&shelf->lock, NULL);
    fw_cond_init(&shelf->changed);
    int rc = fw_store_from_config(config, &shelf->store, err);
    if (rc == 0) {
        shelf->runs = pthread_create(&shelf->thread, NULL, keep, shelf) == 0;
        rc = shelf->runs ? 0
                         : fw_error_set(err, FW_ERROR_FATAL, EAGAIN, "the system gives no thread");
    }
    if (rc < 0) {
        fw_shelf_stop(shelf);
        return rc;
    }
    *ret = shelf;
    return 0;
}

void fw_shelf_stop(struct fw_shelf *shelf)
{
    if (shelf == NULL) {
        return;
    }
    if (shelf->runs) {
        pthread_mutex_lock(&shelf->lock);
        shelf->stopping = true;
        pthread_cond_signal(&shelf->changed);
        pthread_mutex_unlock(&shelf->lock);
        fw_store_cancel(shelf->store);
        pthread_join(shelf->thread, NULL);
    }
    fw_store_close(shelf->store);
    pthread_cond_destroy(&shelf->changed);
    pthread_mutex_destroy(&shelf->lock);
    free(shelf);
}

void fw_shelf_origin(struct fw_shelf *shelf, char *to, size_t size)
{
    to[0] = '\0';
    if (shelf != NULL) {
        pthread_mutex_lock(&shelf->lock);
        snprintf(to, size, "%s", shelf->origin);
        pthread_mutex_unlock(&shelf->lock);
    }
}
