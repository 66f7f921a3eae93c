// SPDX-License-Identifier: MIT
// Whether S3 can be used: credentials, bucket, the rights to list, look, put and delete.
#include "doctor/examine.h"

#include "base/clock.h"
#include "base/memory.h"
#include "config/object_key.h"
#include "store/setup.h"
#include "store/video.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_TRIES = 2 }; // of one request: a doctor says what is now

#define MOST_SILENCE_S 3.0

static const char credentials[] = "s3-credentials";
static const char bucket[] = "s3-bucket";
static const char listing[] = "s3-list";
static const char looking[] = "s3-read";
static const char putting[] = "s3-put";
static const char deleting[] = "s3-delete";

// The store's texts say what to do themselves.
static const char as_said[] = "do as it says, then look again";

struct visit {
    struct fw_examination *examination;
    struct fw_store *store;
    char *key; // of the probe
};

static void tell(struct visit *visit, enum fw_finding_status status, const char *check,
                 const char *remedy, const char *text)
{
    fw_findings_add(&visit->examination->findings, status, check, FW_ABOUT_UPLOADS, remedy, "%s",
                    text);
}

static const char *remedy_of(const struct fw_error *err)
{
    if (err->kind == FW_ERROR_RETRY) {
        return "check AWS_ENDPOINT_URL and the way there, then look again; where it says SlowDown, "
               "fewer requests at once";
    }
    if (err->code == ENOENT) {
        return "make the bucket, or correct S3_BUCKET";
    }
    if (strstr(err->text, "SignatureDoesNotMatch") != NULL) {
        return "the secret is not that of the key: correct AWS_SECRET_ACCESS_KEY or the profile";
    }
    return err->code == EACCES ? "check the keys, and that they may do this on the bucket"
                               : as_said;
}

static void tell_error(struct visit *visit, const char *check, const struct fw_error *err)
{
    tell(visit, FW_FINDING_WRONG, check, remedy_of(err), err->text);
}

// ---- reading ----

static int on_first(void *arg, const struct fw_object *object, struct fw_error *err)
{
    (void)object;
    (void)err;
    *(bool *)arg = true;
    return -ECANCELED; // one is enough
}

// Whether there is a point in going on: a right may be missing while others are there.
static bool examine_list(struct visit *visit)
{
    FW_SCOPE(fw_free_cleanup) char *prefix = fw_object_key_prefix(visit->examination->config);
    struct fw_error err = { 0 };
    bool found = false;
    int rc = fw_store_list(visit->store, prefix, on_first, &found, &err);
    char text[256];
    if (rc == 0 || found) {
        snprintf(text, sizeof(text), "the bucket %s is there, and its keys can be listed",
                 fw_store_bucket(visit->store));
        tell(visit, FW_FINDING_OK, bucket, NULL, text);
        return true;
    }
    bool is_denied = strstr(err.text, "AccessDenied") != NULL;
    tell_error(visit, is_denied ? listing : err.code == EACCES ? credentials : bucket, &err);
    return is_denied;
}

static bool examine_head(struct visit *visit)
{
    struct fw_error err = { 0 };
    int rc = fw_store_head(visit->store, visit->key, NULL, &err);
    if (rc == 0 || (err.kind == FW_ERROR_DATA && err.code == ENOENT)) {
        tell(visit, FW_FINDING_OK, looking, NULL, "objects can be looked at");
        return true;
    }
    tell_error(visit, looking, &err);
    return err.code == EACCES;
}

// ---- writing ----

static int write_probe(char path[], struct fw_error *err)
{
    static const char text[] = "firewatch doctor\n";
    int fd = mkstemp(path);
    if (fd < 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: %s", path, strerror(errno));
    }
    ssize_t n = write(fd, text, sizeof(text) - 1);
    if (close(fd) != 0 || n != (ssize_t)sizeof(text) - 1) {
        (void)unlink(path); // it can't be used in any case
        return fw_error_set(err, FW_ERROR_CONFIG, EIO, "%s: can't be written", path);
    }
    return 0;
}

static int put_probe(struct visit *visit, struct fw_error *err)
{
    const char *folder = getenv("TMPDIR");
    FW_SCOPE(fw_free_cleanup)
    char *path = fw_xasprintf("%s/firewatch-doctor-XXXXXX",
                              folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    int rc = write_probe(path, err);
    if (rc < 0) {
        return rc;
    }
    const struct fw_put put = { .key = visit->key, .path = path, .content_type = "text/plain" };
    rc = fw_store_put(visit->store, &put, NULL, err);
    (void)unlink(path); // ours, and of no use any more
    return rc;
}

static void examine_delete(struct visit *visit)
{
    struct fw_error err = { 0 };
    if (fw_store_delete(visit->store, visit->key, &err) == 0) {
        tell(visit, FW_FINDING_OK, deleting, NULL, "the object could be deleted again");
        return;
    }
    FW_SCOPE(fw_free_cleanup)
    char *remedy = fw_xasprintf("delete %s yourself; videos need no s3:DeleteObject", visit->key);
    tell(visit, FW_FINDING_WARNING, deleting, remedy, err.text);
}

static void examine_put(struct visit *visit)
{
    struct fw_error err = { 0 };
    if (!visit->examination->config->probe_write) {
        tell(visit, FW_FINDING_SKIPPED, putting, NULL, "not tried: --no-write");
    } else if (put_probe(visit, &err) < 0) {
        tell_error(visit, putting, &err);
    } else {
        FW_SCOPE(fw_free_cleanup) char *text = fw_xasprintf("%s could be put", visit->key);
        tell(visit, FW_FINDING_OK, putting, NULL, text);
        examine_delete(visit);
    }
}

// ---- all of it ----

static void examine_pace(struct visit *visit)
{
    struct fw_store_counters counters;
    fw_store_counters(visit->store, &counters);
    if (counters.n_throttled > 0) {
        char text[128];
        snprintf(text, sizeof(text), "S3 asked to slow down at %lld of %lld requests",
                 (long long)counters.n_throttled, (long long)counters.n_requests);
        tell(visit, FW_FINDING_WARNING, "s3-rate",
             "fewer uploaders, or several key prefixes; uploads are tried again by themselves",
             text);
    }
}

static void visit_bucket(struct visit *visit)
{
    const char *source = NULL;
    struct fw_error err = { 0 };
    if (fw_store_key_source(visit->store, &source, &err) < 0) {
        tell_error(visit, credentials, &err);
        return;
    }
    FW_SCOPE(fw_free_cleanup) char *text = fw_xasprintf("keys come from %s", source);
    tell(visit, FW_FINDING_OK, credentials, NULL, text);
    if (examine_list(visit) && examine_head(visit)) {
        examine_put(visit);
    }
    examine_pace(visit);
    visit->examination->has_s3_offset =
        fw_store_clock(visit->store, &visit->examination->s3_offset_us);
}

void fw_examine_objects(struct fw_examination *examination)
{
    struct visit visit = { .examination = examination };
    if (examination->config->s3_bucket == NULL) {
        tell(&visit, FW_FINDING_SKIPPED, bucket, NULL,
             "no bucket is configured (S3_BUCKET): finished videos stay in Kafka");
        return;
    }
    struct fw_config quick = *examination->config; // borrows its texts
    quick.s3_max_tries = quick.s3_max_tries < MOST_TRIES ? quick.s3_max_tries : MOST_TRIES;
    quick.s3_timeout_s = quick.s3_timeout_s < MOST_SILENCE_S ? quick.s3_timeout_s : MOST_SILENCE_S;
    struct fw_error err = { 0 };
    if (fw_store_from_config(&quick, &visit.store, &err) < 0) {
        tell_error(&visit, bucket, &err);
        return;
    }
    FW_SCOPE(fw_free_cleanup) char *prefix = fw_object_key_prefix(examination->config);
    visit.key =
        fw_xasprintf("%sfirewatch-doctor-%llx", prefix, (unsigned long long)fw_clock_utc_us());
    visit_bucket(&visit);
    free(visit.key);
    fw_store_close(visit.store);
}
