// SPDX-License-Identifier: MIT
// `firewatch dlq replay`: letters go back to where they came from.
//
// A letter stays in its topic, and nothing is marked: whoever replays it twice sends it twice. So
// every letter is named that was delivered, and every one that was not.
#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "base/memory.h"
#include "dlq/actions.h"
#include "topic/producer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_TIMEOUT_MS = 30000, BATCH = 64, JSON_BYTES = 16 * 1024 };

// One letter that is under way.
struct sent {
    struct fw_delivery delivery;
    char letter[FW_LETTER_NAME_SIZE];
    char topic[FW_LIMIT_TOPIC_BYTES + 1];
    int32_t partition;
    size_t size_bytes;
};

struct replay {
    // set before start
    struct fw_dlq *dlq;
    struct fw_producer *producer;

    struct sent sent[BATCH];
    size_t n_sent;
    char topic[FW_LIMIT_TOPIC_BYTES + 1]; // whose partitions are known; "": none
    int32_t n_partitions;
    bool all; // was sent so far
};

// ---- what is said ----

static void print_json(const struct replay *replay, const struct sent *sent)
{
    struct fw_buffer buf;
    fw_buffer_init(&buf, JSON_BYTES);
    struct fw_json json = fw_json_begin(&buf);
    fw_json_open_object(&json);
    fw_json_key(&json, "letter");
    fw_json_text(&json, sent->letter);
    fw_json_key(&json, "topic");
    fw_json_text(&json, sent->topic);
    fw_json_key(&json, "partition");
    fw_json_int(&json, sent->partition);
    fw_json_key(&json, "offset");
    if (replay->dlq->config->dry_run) {
        fw_json_null(&json);
    } else {
        fw_json_int(&json, sent->delivery.offset);
    }
    fw_json_key(&json, "bytes");
    fw_json_int(&json, (int64_t)sent->size_bytes);
    fw_json_close_object(&json);
    if (fw_json_end(&json, NULL) == 0) { // names of topics and numbers always fit
        printf("%.*s\n", (int)buf.size, (const char *)buf.data);
    }
    fw_buffer_done(&buf);
}

static void print_sent(const struct replay *replay, const struct sent *sent)
{
    if (replay->dlq->config->json) {
        print_json(replay, sent);
    } else if (replay->dlq->config->dry_run) {
        printf("%s would go to %s/%d (%zu bytes)\n", sent->letter, sent->topic, sent->partition,
               sent->size_bytes);
    } else {
        printf("%s went to %s/%d/%lld (%zu bytes)\n", sent->letter, sent->topic, sent->partition,
               (long long)sent->delivery.offset, sent->size_bytes);
    }
}

static void log_unsent(struct replay *replay, const char *letter, const char *why)
{
    replay->all = false;
    fw_log(FW_LOG_ERROR, "letter=%s not sent: %s", letter, why);
}

// ---- sending ----

// Waits for what is under way, and says what became of each.
static int settle(struct replay *replay, struct fw_error *err)
{
    struct fw_error why = { 0 };
    int rc =
        replay->producer != NULL ? fw_producer_await(replay->producer, ANSWER_TIMEOUT_MS, &why) : 0;
    for (size_t i = 0; i < replay->n_sent; i++) {
        const struct sent *sent = &replay->sent[i];
        if (sent->delivery.state == FW_DELIVERY_DONE || replay->producer == NULL) {
            print_sent(replay, sent);
        } else {
            log_unsent(replay, sent->letter,
                       sent->delivery.state == FW_DELIVERY_OPEN ? "it may still arrive" : why.text);
        }
    }
    replay->n_sent = 0;
    bool goes_on = rc == 0 || why.kind == FW_ERROR_DATA;
    return goes_on ? 0 : fw_error_set(err, why.kind, why.code, "%s", why.text);
}

// The topic that the letter names must be the one whose dead letters these are: its headers come
// from outside.
static int check_source(struct replay *replay, const struct fw_letter *letter, struct fw_error *err)
{
    const char *topic = letter->dead.topic;
    size_t n = strlen(topic);
    if (strncmp(letter->message->topic, topic, n) != 0 ||
        strcmp(letter->message->topic + n, replay->dlq->config->dlq_suffix) != 0) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "it says that it came from %s", topic);
    }
    if (strcmp(replay->topic, topic) != 0) {
        int rc = fw_reader_n_partitions(replay->dlq->reader, topic, ANSWER_TIMEOUT_MS,
                                        &replay->n_partitions, err);
        if (rc < 0) {
            return rc;
        }
        snprintf(replay->topic, sizeof(replay->topic), "%s", topic);
    }
    if (letter->dead.partition >= replay->n_partitions) {
        return fw_error_set(err, FW_ERROR_DATA, ERANGE,
                            "it came from partition %d, and %s has %d partitions",
                            letter->dead.partition, topic, replay->n_partitions);
    }
    return 0;
}

static int send_as_it_was(struct replay *replay, const struct fw_letter *letter, struct sent *sent,
                          struct fw_error *err)
{
    const struct fw_message *message = letter->message;
    FW_SCOPE(fw_free_cleanup)
    struct fw_header *own = fw_xcalloc(letter->n_headers + 1, sizeof(own[0]));
    size_t n_own = 0;
    for (size_t i = 0; i < letter->n_headers; i++) {
        if (!fw_dead_letter_is_header(letter->headers[i].name)) {
            own[n_own++] = letter->headers[i];
        }
    }
    const struct fw_record record = { .topic = sent->topic,
                                      .partition = sent->partition,
                                      .key = message->key,
                                      .key_size = message->key_size,
                                      .value = message->value,
                                      .value_size = message->value_size,
                                      .headers = own,
                                      .n_headers = n_own };
    return fw_producer_send(replay->producer, &record, &sent->delivery, ANSWER_TIMEOUT_MS, err);
}

static int send_letter(struct replay *replay, const struct fw_letter *letter, struct fw_error *err)
{
    struct sent *sent = &replay->sent[replay->n_sent];
    *sent = (struct sent){ .partition = letter->dead.partition,
                           .size_bytes = letter->message->value_size };
    fw_letter_name(letter->message, sent->letter);
    snprintf(sent->topic, sizeof(sent->topic), "%s", letter->dead.topic);
    if (!letter->is_dead) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "it is no dead letter: %s",
                            letter->fault.text);
    }
    int rc = check_source(replay, letter, err);
    if (rc == 0 && replay->producer != NULL) {
        rc = send_as_it_was(replay, letter, sent, err);
    }
    return rc;
}

static int take(const struct fw_letter *letter, void *arg, struct fw_error *err)
{
    struct replay *replay = arg;
    int rc = send_letter(replay, letter, err);
    if (rc == 0) {
        replay->n_sent++;
    } else if (err->kind == FW_ERROR_DATA) {
        log_unsent(replay, replay->sent[replay->n_sent].letter, err->text);
    } else {
        return rc;
    }
    return replay->n_sent == BATCH ? settle(replay, err) : 0;
}

// ---- all of them ----

static int replay_named(struct replay *replay, const struct fw_letter_place *places, size_t n,
                        struct fw_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct fw_letter letter;
        int rc = fw_dlq_read(replay->dlq, &places[i], &letter, err);
        if (rc == 0) {
            rc = take(&letter, replay, err);
            fw_letter_done(&letter);
        } else if (err->kind == FW_ERROR_DATA) {
            replay->all = false;
            fw_log(FW_LOG_ERROR, "%s", err->text);
            rc = 0;
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

int fw_dlq_replay(struct fw_dlq *dlq, const struct fw_letter_place *places, size_t n, bool *ret_all,
                  struct fw_error *err)
{
    struct replay *replay = fw_xcalloc(1, sizeof(*replay));
    replay->dlq = dlq;
    replay->all = true;
    int rc = dlq->config->dry_run ? 0 : fw_producer_open(dlq->client, &replay->producer, err);
    if (rc == 0 && n > 0) {
        rc = replay_named(replay, places, n, err);
    } else if (rc == 0) {
        FW_SCOPE(fw_free_cleanup) char *topic = fw_dlq_topic(dlq);
        rc = fw_dlq_walk(dlq, topic, take, replay, err);
    }
    int settled = replay->n_sent > 0 ? settle(replay, rc == 0 ? err : NULL) : 0;
    fw_producer_close(replay->producer);
    *ret_all = replay->all;
    free(replay);
    return rc < 0 ? rc : settled;
}
