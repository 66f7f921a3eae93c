// SPDX-License-Identifier: MIT
// The store as a program, for the tests in Python. The configuration comes from the environment.
//
//   put KEY PATH [absent | match ETAG]   head KEY   uploads PREFIX   abort KEY ID   delete KEY
//   heads KEY N PAUSE_MS                 N looks, a pause between
//
// Prints results as lines; ends with 0, or says the kind, the errno and the text of an error and
// ends with 1.
#include "base/memory.h"
#include "base/stop.h"
#include "config/config.h"
#include "store/setup.h"
#include "store/video.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_object(const struct fw_object *object)
{
    printf("size %lld\netag %s\nsha256 %s\nmodified %lld\n", (long long)object->size_bytes,
           object->etag, object->sha256, (long long)object->modified_us);
    for (size_t i = 0; i < object->n_metadata; i++) {
        printf("meta %s %s\n", object->metadata[i].name, object->metadata[i].value);
    }
    fflush(stdout);
}

static int on_upload_id(void *arg, const char *upload_id, struct fw_error *err)
{
    (void)arg;
    (void)err;
    printf("upload %s\n", upload_id != NULL ? upload_id : "ended");
    fflush(stdout);
    return 0;
}

static int put(struct fw_store *store, int argc, char *argv[], struct fw_error *err)
{
    const struct fw_metadata metadata[] = { { "video-id", "a%20b" }, { "frames", "12" } };
    const struct fw_put put = { .key = argv[2],
                                .path = argv[3],
                                .content_type = FW_STORE_VIDEO_TYPE,
                                .metadata = metadata,
                                .n_metadata = FW_ARRAY_LEN(metadata),
                                .if_absent = argc > 4 && strcmp(argv[4], "absent") == 0,
                                .if_match = argc > 5 ? argv[5] : NULL,
                                .on_upload = on_upload_id };
    struct fw_object object = { 0 };
    int rc = fw_store_put(store, &put, &object, err);
    if (rc == 0) {
        print_object(&object);
    }
    fw_object_done(&object);
    return rc;
}

static int heads(struct fw_store *store, const char *key, int n, int pause_ms, struct fw_error *err)
{
    int rc = 0;
    for (int i = 0; i < n && rc == 0; i++) {
        struct fw_object object = { 0 };
        rc = fw_store_head(store, key, &object, err);
        if (rc == 0) {
            print_object(&object);
        }
        fw_object_done(&object);
        (void)poll(NULL, 0, i + 1 < n ? pause_ms : 0);
    }
    return rc;
}

static int on_listed(void *arg, const char *key, const char *upload_id, int64_t begun_us,
                     struct fw_error *err)
{
    (void)arg;
    (void)err;
    printf("%s %s %lld\n", upload_id, key, (long long)begun_us);
    return 0;
}

static int act(struct fw_store *store, int argc, char *argv[], struct fw_error *err)
{
    if (strcmp(argv[1], "put") == 0) {
        return put(store, argc, argv, err);
    }
    if (strcmp(argv[1], "head") == 0) {
        return heads(store, argv[2], 1, 0, err);
    }
    if (strcmp(argv[1], "heads") == 0) {
        return heads(store, argv[2], atoi(argv[3]), atoi(argv[4]), err);
    }
    if (strcmp(argv[1], "uploads") == 0) {
        return fw_store_list_uploads(store, argv[2], on_listed, NULL, err);
    }
    if (strcmp(argv[1], "abort") == 0) {
        return fw_store_abort_upload(store, argv[2], argv[3], err);
    }
    return strcmp(argv[1], "delete") == 0 ? fw_store_delete(store, argv[2], err) : -EINVAL;
}

static void print_counters(const struct fw_store *store)
{
    struct fw_store_counters counters;
    fw_store_counters(store, &counters);
    printf("requests %lld\nretries %lld\nthrottled %lld\nsent %lld\n",
           (long long)counters.n_requests, (long long)counters.n_retries,
           (long long)counters.n_throttled, (long long)counters.n_bytes_sent);
    FILE *status = fopen("/proc/self/status", "re");
    char line[256];
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        long kib = 0;
        if (sscanf(line, "VmHWM: %ld kB", &kib) == 1) {
            printf("peak %ld\n", kib);
        }
    }
    if (status != NULL) {
        fclose(status);
    }
}

int main(int argc, char *argv[])
{
    struct fw_error err = { 0 };
    struct fw_config config = { 0 };
    struct fw_request request = { 0 };
    struct fw_store *store = NULL;
    if (argc < 3) {
        return 2;
    }
    int rc = fw_config_load(FW_COMMAND_UPLOAD, 0, NULL, environ, &config, &request, &err);
    rc = rc < 0 ? rc : fw_stop_init(&err);
    rc = rc < 0 ? rc : fw_store_from_config(&config, &store, &err);
    if (rc == 0) {
        rc = act(store, argc, argv, &err);
        print_counters(store);
    }
    if (rc < 0) {
        printf("error %s %d %s\n", fw_error_kind_name(err.kind), err.code, err.text);
    }
    fw_store_close(store);
    fw_config_done(&config);
    fw_request_done(&request);
    return rc < 0;
}
