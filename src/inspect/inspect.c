// SPDX-License-Identifier: MIT
// `firewatch inspect`: reads a topic and says what its records are.
//
//     topic/tail ─► by video ─► describe ─► a line of words or of JSON
//                          └─► --output: the value as a file
#include "inspect/inspect.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/stop.h"
#include "inspect/from.h"
#include "inspect/record.h"
#include "topic/admin.h"
#include "topic/setup.h"
#include "topic/tail.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_MS = 30000,
    LOOK_EVERY_MS = 100,            // for what is new
    JSON_BYTES = 256 * 1024 * 1024, // of one line: a message of 16 MiB, escaped
};

static const char dead_letters[] = "dead-letters";

struct inspect {
    const struct fw_config *config;
    enum fw_inspected what;
    struct fw_from from;
    struct fw_client *client;
    struct fw_reader *reader;
    struct fw_tail **tails; // one, or one for each topic with dead letters
    size_t n_tails;
    int64_t n_shown;
    bool enough; // --count is reached, or the one record saved
    struct fw_buffer buffer;
};

// ---- one record ----

static bool is_wanted(const struct inspect *inspect, const struct fw_message *message)
{
    const char *video_id = inspect->config->inspect_video;
    size_t n = video_id != NULL ? strlen(video_id) : 0;
    return video_id == NULL || (message->key != NULL && message->key_size == n &&
                                memcmp(message->key, video_id, n) == 0);
}

static int show(struct inspect *inspect, const struct fw_message *message, struct fw_error *err)
{
    const struct fw_config *config = inspect->config;
    int rc = config->output_file != NULL ? fw_record_save(message, config->output_file, err) : 0;
    if (rc == 0 && config->json) {
        rc = fw_record_print_json(inspect->what, message, &inspect->buffer, err);
    } else if (rc == 0) {
        fw_record_print_words(inspect->what, message);
    }
    return rc;
}

static int take(const struct fw_message *message, void *arg, struct fw_error *err)
{
    struct inspect *inspect = arg;
    const struct fw_config *config = inspect->config;
    if (!is_wanted(inspect, message)) {
        return 0;
    }
    int rc = show(inspect, message, err);
    inspect->n_shown++;
    inspect->enough = config->output_file != NULL ||
                      (config->count != INT_MIN && inspect->n_shown >= config->count);
    if (rc == 0 && (inspect->enough || ferror(stdout) != 0)) {
        return fw_error_set(err, FW_ERROR_STOP, EPIPE, "enough is read"); // ends the reading
    }
    return rc;
}

// ---- which topics ----

static void add_tail(struct inspect *inspect, const char *topic)
{
    struct fw_tail *tail = fw_tail_new(inspect->reader, topic);
    fw_tail_begin_at(tail, inspect->from.offset, inspect->from.utc_ms);
    inspect->tails =
        fw_xrealloc(inspect->tails, (inspect->n_tails + 1) * sizeof(inspect->tails[0]));
    inspect->tails[inspect->n_tails++] = tail;
}

static int add_dead_letters(struct inspect *inspect, struct fw_error *err)
{
    FW_SCOPE(fw_admin_close_cleanup) struct fw_admin *admin = NULL;
    char **names = NULL;
    size_t n = 0;
    const char *suffix = inspect->config->dlq_suffix;
    int rc = fw_admin_open(inspect->client, &admin, err);
    rc = rc < 0 ? rc : fw_admin_list_ending(admin, suffix, TIMEOUT_MS, &names, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        add_tail(inspect, names[i]);
    }
    fw_admin_list_free(names, n);
    return rc < 0 || n > 0
               ? rc
               : fw_error_set(err, FW_ERROR_CONFIG, ENOENT, "no topic's name ends in %s", suffix);
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t n = strlen(name);
    size_t n_suffix = strlen(suffix);
    return n > n_suffix && strcmp(name + n - n_suffix, suffix) == 0;
}

// A word, or the name of one of our topics, or of any other.
static const char *find_topic(struct inspect *inspect, const char *word)
{
    const struct fw_config *config = inspect->config;
    const struct {
        const char *word;
        const char *topic;
        enum fw_inspected what;
    } words[] = {
        { "frames", config->video_topic, FW_INSPECT_FRAMES },
        { "detections", config->detections_topic, FW_INSPECT_DETECTIONS },
        { "events", config->events_topic, FW_INSPECT_EVENTS },
        { "completions", config->completions_topic, FW_INSPECT_COMPLETIONS },
        { "segments", config->segments_topic, FW_INSPECT_SEGMENTS },
        { "progress", config->progress_topic, FW_INSPECT_PROGRESS },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(words); i++) {
        if (strcmp(word, words[i].word) == 0 || strcmp(word, words[i].topic) == 0) {
            inspect->what = words[i].what;
            return words[i].topic;
        }
    }
    bool is_dead = strcmp(word, dead_letters) == 0 || ends_with(word, config->dlq_suffix);
    inspect->what = is_dead ? FW_INSPECT_DEAD_LETTERS : FW_INSPECT_OTHER;
    return word;
}

// ---- reading ----

static bool wait_for_more(void)
{
    struct pollfd stop = { .fd = fw_stop_fd(), .events = POLLIN };
    (void)poll(&stop, 1, LOOK_EVERY_MS); // whether it was woken is looked at below
    return !fw_stop_requested();
}

static int read_all(struct inspect *inspect, struct fw_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < inspect->n_tails; i++) {
        rc = fw_tail_read(inspect->tails[i], TIMEOUT_MS, take, inspect, err);
    }
    if (fflush(stdout) != 0 && rc == 0) { // what follows is to be seen at once
        rc = fw_error_set(err, FW_ERROR_STOP, EPIPE, "output was closed");
    }
    return rc;
}

static int follow(struct inspect *inspect, struct fw_error *err)
{
    bool away = false;
    do {
        int rc = read_all(inspect, err);
        if (rc < 0 && err->kind != FW_ERROR_RETRY) {
            return rc;
        }
        if (rc < 0 && !away) {
            fw_log(FW_LOG_WARNING, "Kafka does not answer, reading on: %s", err->text);
        } else if (rc == 0 && away) {
            fw_log(FW_LOG_INFO, "Kafka answers again");
        }
        away = rc < 0;
    } while (wait_for_more());
    return 0;
}

static int read_once(struct inspect *inspect, const char *topic, struct fw_error *err)
{
    const char *video_id = inspect->config->inspect_video;
    int rc = read_all(inspect, err);
    if (rc < 0 || inspect->n_shown > 0 || video_id == NULL) {
        return rc;
    }
    return fw_error_set(err, FW_ERROR_DATA, ENOENT, "%s has no record of video '%s'", topic,
                        video_id);
}

static int read_topics(struct inspect *inspect, const char *word, struct fw_error *err)
{
    const char *topic = find_topic(inspect, word);
    int rc = 0;
    if (strcmp(topic, dead_letters) == 0) {
        rc = add_dead_letters(inspect, err);
    } else {
        add_tail(inspect, topic);
    }
    if (rc < 0) {
        return rc;
    }
    return inspect->config->follow ? follow(inspect, err) : read_once(inspect, topic, err);
}

// ---- the command ----

static void on_wait(const struct fw_error *reason, void *arg)
{
    const struct inspect *inspect = arg;
    fw_log(FW_LOG_WARNING, "waiting for Kafka at %s: %s", inspect->config->bootstrap_servers,
           reason->text);
}

static void on_stop(void *arg)
{
    struct inspect *inspect = arg;
    fw_reader_wake(inspect->reader);
}

static int work(struct inspect *inspect, const char *word, struct fw_error *err)
{
    int rc = fw_client_await(inspect->client, inspect->config, on_wait, inspect, err);
    rc = rc < 0 ? rc : fw_reader_open(inspect->client, &inspect->reader, err);
    if (rc < 0) {
        return rc;
    }
    struct fw_stop_hook hook = { .call = on_stop, .arg = inspect };
    fw_stop_add(&hook);
    rc = read_topics(inspect, word, err);
    fw_stop_remove(&hook);
    return rc;
}

static void close_all(struct inspect *inspect)
{
    for (size_t i = 0; i < inspect->n_tails; i++) {
        fw_tail_free(inspect->tails[i]);
    }
    free(inspect->tails);
    fw_reader_close(inspect->reader);
    fw_client_free(inspect->client);
    fw_buffer_done(&inspect->buffer);
}

static int check(const struct fw_config *config, struct inspect *inspect, struct fw_error *err)
{
    if (config->output_file != NULL && config->follow) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "--output saves one record: it does not go with --follow");
    }
    return fw_from_parse(config->from, fw_clock_utc_us(), &inspect->from, err);
}

int fw_inspect(const struct fw_config *config, const char *word)
{
    struct fw_error err = { 0 };
    struct inspect inspect = { .config = config };
    if (check(config, &inspect, &err) < 0 ||
        fw_client_from_config(config, &inspect.client, &err) < 0) {
        fprintf(stderr, "firewatch inspect: %s\n", err.text);
        return 2;
    }
    fw_buffer_init(&inspect.buffer, JSON_BYTES);
    int rc = work(&inspect, word, &err);
    // EPIPE: enough is read, by us or by who has closed the pipe. Who follows ends when told to.
    bool good = rc == 0 || err.code == EPIPE || (err.kind == FW_ERROR_STOP && config->follow);
    if (!good) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
    }
    close_all(&inspect);
    return good ? 0 : 1;
}
