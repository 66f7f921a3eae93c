// SPDX-License-Identifier: MIT
// What can never be settled goes to the dead letters, in one transaction with its offset.
#include "base/clock.h"
#include "base/memory.h"
#include "member/member_impl.h"
#include "wire/dead_letter.h"

#include <stdio.h>
#include <string.h>

enum { OPEN_TIMEOUT_MS = 10000, SEND_TIMEOUT_MS = 5000, MAX_OWN_HEADERS = 64 };

// What the letter says; `ret` may not move.
static void describe(const struct fw_message *message, const char *stage,
                     const struct fw_error *reason, struct fw_dead_letter *ret)
{
    *ret = (struct fw_dead_letter){ .partition = message->partition,
                                    .offset = message->offset,
                                    .utc_us = fw_clock_utc_us() };
    snprintf(ret->topic, sizeof(ret->topic), "%s", message->topic);
    snprintf(ret->stage, sizeof(ret->stage), "%s", stage);
    snprintf(ret->kind, sizeof(ret->kind), "%s", fw_error_kind_name(reason->kind));
    snprintf(ret->reason, sizeof(ret->reason), "%s", reason->text);
}

static int send_letter(const struct fw_member *member, const struct fw_message *message,
                       const struct fw_dead_letter *letter, struct fw_producer *producer,
                       struct fw_error *err)
{
    struct fw_dead_letter_headers ours;
    fw_dead_letter_headers(letter, &ours);
    struct fw_header headers[MAX_OWN_HEADERS + FW_DEAD_LETTER_N_HEADERS];
    size_t n = 0;
    while (n < MAX_OWN_HEADERS && fw_message_header_at(message, n, &headers[n])) {
        n++;
    }
    memcpy(headers + n, ours.headers, sizeof(ours.headers));
    const struct fw_record record = { .topic = member->dead_letters,
                                      .partition = FW_PARTITION_BY_KEY,
                                      .key = message->key,
                                      .key_size = message->key_size,
                                      .value = message->value,
                                      .value_size = message->value_size,
                                      .headers = headers,
                                      .n_headers = n + FW_DEAD_LETTER_N_HEADERS };
    return fw_producer_send(producer, &record, NULL, SEND_TIMEOUT_MS, err);
}

static int open_transaction(const struct fw_member *member, int32_t partition,
                            struct fw_transaction **ret, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup)
    char *id = fw_xasprintf("%s-%s-%d", member->options.group_id, member->topic, partition);
    const struct fw_transaction_options options = { .transactional_id = id,
                                                    .topics = &member->dead_letters,
                                                    .n_topics = 1 };
    return fw_transaction_open(member->client, &options, OPEN_TIMEOUT_MS, ret, err);
}

static int commit_letter(const struct fw_member *member, const struct fw_offset *offset,
                         struct fw_transaction *transaction, struct fw_error *err)
{
    FW_SCOPE(fw_group_free_cleanup) struct fw_group *group = NULL;
    int rc = fw_consumer_group(member->consumer, &group, err);
    return rc < 0 ? rc : fw_transaction_commit(transaction, group, offset, 1, OPEN_TIMEOUT_MS, err);
}

int fw_member_bury(const struct fw_member *member, const struct fw_message *message,
                   const char *stage, const struct fw_error *reason, const char *metadata,
                   struct fw_transaction **transaction, struct fw_error *err)
{
    struct fw_dead_letter letter;
    describe(message, stage, reason, &letter);
    const struct fw_offset offset = { .topic = member->topic,
                                      .partition = message->partition,
                                      .offset = message->offset + 1,
                                      .metadata = metadata };
    int rc =
        *transaction == NULL ? open_transaction(member, message->partition, transaction, err) : 0;
    rc = rc < 0 ? rc : fw_transaction_begin(*transaction, err);
    rc = rc < 0 ? rc
                : send_letter(member, message, &letter, fw_transaction_producer(*transaction), err);
    rc = rc < 0 ? rc : commit_letter(member, &offset, *transaction, err);
    if (rc < 0) {
        fw_transaction_close(*transaction);
        *transaction = NULL;
    }
    return rc;
}
