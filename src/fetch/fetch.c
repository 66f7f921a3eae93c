// SPDX-License-Identifier: MIT
// `firewatch fetch`: a finished video, from Kafka to a file.
//
//     completions ─► find ─► assemble (the segments that the completion names) ─► file
//
// Nothing in Kafka changes by it: no group is joined, no offset committed.
#include "fetch/fetch.h"

#include "assemble/assemble.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/stop.h"
#include "fetch/find.h"
#include "fetch/report.h"
#include "topic/setup.h"
#include "wire/video_id.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RECORD_TIMEOUT_MS = 30000 };

struct fetch {
    // set before start; borrowed
    const struct fw_config *config;
    const char *video_id;

    struct fw_client *client;
    struct fw_reader *reader;
    char *path;
    struct fw_completion completion;
    struct fw_assembled assembled;
};

static void on_wait(const struct fw_error *reason, void *arg)
{
    const struct fetch *fetch = arg;
    fw_log(FW_LOG_WARNING, "waiting for Kafka at %s: %s", fetch->config->bootstrap_servers,
           reason->text);
}

static void on_stop(void *arg)
{
    struct fetch *fetch = arg;
    fw_reader_wake(fetch->reader);
}

static int report(struct fetch *fetch, struct fw_error *err)
{
    struct stat status;
    if (stat(fetch->path, &status) < 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: %s", fetch->path, strerror(errno));
    }
    const struct fw_fetched fetched = { .completion = &fetch->completion,
                                        .assembled = &fetch->assembled,
                                        .path = fetch->path,
                                        .size_bytes = status.st_size };
    if (fetch->config->json) {
        return fw_fetched_print_json(&fetched, err);
    }
    if (!fetch->config->quiet) {
        fw_fetched_print(&fetched);
    }
    return 0;
}

static int find_and_assemble(struct fetch *fetch, struct fw_error *err)
{
    struct fw_stop_hook hook = { .call = on_stop, .arg = fetch };
    fw_stop_add(&hook);
    int rc =
        fw_find_completion(fetch->reader, fetch->config, fetch->video_id, &fetch->completion, err);
    rc = rc < 0 ? rc
                : fw_assemble(fetch->reader, &fetch->completion, fetch->path, RECORD_TIMEOUT_MS,
                              &fetch->assembled, err);
    fw_stop_remove(&hook);
    return rc < 0 ? rc : report(fetch, err);
}

static int fetch_video(struct fetch *fetch, struct fw_error *err)
{
    int rc = fw_client_await(fetch->client, fetch->config, on_wait, fetch, err);
    rc = rc < 0 ? rc : fw_reader_open(fetch->client, &fetch->reader, err);
    return rc < 0 ? rc : find_and_assemble(fetch, err);
}

static int check(struct fetch *fetch, struct fw_error *err)
{
    int rc = fw_video_id_check(fetch->video_id, strlen(fetch->video_id), err);
    return rc < 0 ? rc : fw_client_from_config(fetch->config, &fetch->client, err);
}

int fw_fetch(const struct fw_config *config, const char *video_id)
{
    struct fw_error err = { 0 };
    struct fetch *fetch = fw_xcalloc(1, sizeof(*fetch)); // gaps make a completion large
    fetch->config = config;
    fetch->video_id = video_id;
    fetch->path = config->output_file != NULL ? fw_xstrdup(config->output_file)
                                              : fw_xasprintf("%s_with_heatmaps.mp4", video_id);
    int code = 2;
    if (check(fetch, &err) == 0) {
        code = fetch_video(fetch, &err) == 0 ? 0 : 1;
    }
    if (code != 0) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
    }
    fw_reader_close(fetch->reader);
    fw_client_free(fetch->client);
    free(fetch->path);
    free(fetch);
    return code;
}
