// SPDX-License-Identifier: MIT
// A member of a consumer group: learns which partitions it owns, reads them from offsets that the
// caller names, commits offsets.
//
// Membership and reading are apart. An assignment starts nothing: the owner restores what it needs,
// at its own pace, and calls fw_consumer_start for each partition; until then, and while a
// partition is paused, nothing of it is delivered and the member stays healthy. Only committed
// messages are read. What has been fetched ahead is kept over a pause, so that pausing costs
// nothing.
//
// One thread polls, and the callbacks run inside of its poll and close. Any thread may call pause,
// resume, wake, group, committed, commit and watermarks; all else is the polling thread's.
#ifndef FW_TOPIC_CONSUMER_H
#define FW_TOPIC_CONSUMER_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/client.h"
#include "topic/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_consumer;

// The member's identity in its group at one moment, which a transaction commits with.
struct fw_group;

struct fw_partition {
    const char *topic;
    int32_t partition;
};

struct fw_offset {
    const char *topic;
    int32_t partition;
    int64_t offset;       // of the next message that is needed
    const char *metadata; // NULL: none
};

struct fw_consumer_options {
    const char *group_id;
    const char *const *topics;
    size_t n_topics;

    // The partitions are the member's from now on. Start them here or later.
    void (*on_assigned)(const struct fw_partition *partitions, size_t n, void *arg);

    // They no longer are when this returns; they are stopped before it is called, so that no
    // message of theirs comes any more. Unless `lost`, the member still owns them during the call
    // and may commit. `lost`: others have them already, and nothing can be committed.
    void (*on_revoked)(const struct fw_partition *partitions, size_t n, bool lost, void *arg);
    void *arg;
};

enum fw_event_kind { FW_EVENT_NONE, FW_EVENT_MESSAGE, FW_EVENT_END, FW_EVENT_GAP };

struct fw_event {
    enum fw_event_kind kind;
    struct fw_message *message; // MESSAGE: the caller's
    const char *topic;          // valid until the partition is stopped
    int32_t partition;
    int64_t offset; // MESSAGE: its; END: the one behind the last record; GAP: the first missing
    int64_t next_offset; // GAP: where reading goes on
};

// Opens a member and asks to join; waits for nothing. On success *ret is the caller's. Errors:
// CONFIG.
int fw_consumer_open(const struct fw_client *client, const struct fw_consumer_options *options,
                     struct fw_consumer **ret, struct fw_error *err);

// Calls on_revoked for what is owned, leaves the group, and ends. All messages must be freed. Waits
// at most 3 s for a coordinator that does not answer, beside what on_revoked takes; a connection
// may then live on for a while by itself. NULL is allowed.
void fw_consumer_close(struct fw_consumer *consumer);

// Delivers a partition's messages from `offset` on (FW_OFFSET_BEGIN: the first there is). A started
// partition goes on from the new offset instead. Errors: RETRY with ESTALE when the partition is
// not owned (any more).
int fw_consumer_start(struct fw_consumer *consumer, const char *topic, int32_t partition,
                      int64_t offset, struct fw_error *err);

// Waits up to `timeout_ms` for one event; also runs the callbacks. Returns 1 with an event in *ret,
// 0 when there is none or fw_consumer_wake was called, negative on an error. Partitions take turns.
// An END comes when everything is delivered (records that only mark the end of a transaction lie
// below its offset), again after more messages, and for every fw_consumer_probe. A GAP says that
// messages below `next_offset` were deleted before they were read; when the partition was made anew
// and is shorter than the asked offset, `next_offset` is the smaller one. Errors: RETRY, worth a
// warning (poll again); CONFIG (refused, no such topic); FATAL.
int fw_consumer_poll(struct fw_consumer *consumer, int timeout_ms, struct fw_event *ret,
                     struct fw_error *err);

// Stops or goes on delivering a partition. Pausing one that is not started has no effect.
void fw_consumer_pause(struct fw_consumer *consumer, const char *topic, int32_t partition);
void fw_consumer_resume(struct fw_consumer *consumer, const char *topic, int32_t partition);

// Asks the broker again where a partition ends: an END, or messages, follow from an answer given
// after this call. Without a broker nothing follows. Costs a fetch: not for every message.
int fw_consumer_probe(struct fw_consumer *consumer, const char *topic, int32_t partition,
                      struct fw_error *err);

// Makes the poll that waits, or else the next one, return 0 at once.
void fw_consumer_wake(struct fw_consumer *consumer);

// The member's present identity, for fw_transaction_commit; *ret is the caller's. Errors: RETRY
// with ESTALE, it is no member of its group (any more).
int fw_consumer_group(struct fw_consumer *consumer, struct fw_group **ret, struct fw_error *err);
void fw_group_free(struct fw_group *group); // NULL is allowed

// The member's id, for logs; empty before it has joined. The caller frees it.
char *fw_consumer_member_id(struct fw_consumer *consumer);

// The committed offset of a partition (FW_OFFSET_NONE when there is none) and its metadata (the
// caller frees it; empty when there is none), waiting out open transactions on it. Errors: RETRY,
// CONFIG.
int fw_consumer_committed(struct fw_consumer *consumer, const char *topic, int32_t partition,
                          int timeout_ms, int64_t *ret_offset, char **ret_metadata,
                          struct fw_error *err);

// Commits offsets outside of transactions and waits up to `timeout_ms` for the answer. Errors:
// RETRY (with ESTALE when the partitions are no longer owned), CONFIG.
int fw_consumer_commit(struct fw_consumer *consumer, const struct fw_offset *offsets,
                       size_t n_offsets, int timeout_ms, struct fw_error *err);

// The same without waiting; a failure is only counted, for the next commit repairs it.
int fw_consumer_commit_later(struct fw_consumer *consumer, const struct fw_offset *offsets,
                             size_t n_offsets, struct fw_error *err);
uint64_t fw_consumer_n_failed_commits(struct fw_consumer *consumer);

// The first offset of a started partition and the one behind its last record, as the last fetch
// said: no request is made. FW_OFFSET_NONE before the first one.
void fw_consumer_watermarks(struct fw_consumer *consumer, const char *topic, int32_t partition,
                            int64_t *ret_low, int64_t *ret_high);

FW_DEFINE_CLEANUP(struct fw_consumer *, fw_consumer_close)
FW_DEFINE_CLEANUP(struct fw_group *, fw_group_free)

#endif
