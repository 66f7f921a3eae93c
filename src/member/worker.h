// SPDX-License-Identifier: MIT
// One owned partition, its messages settled one after another by a thread of its own.
//
// Order in a partition is order of commits: the next message is looked at when the one before is
// settled, be it as a dead letter. While one is in hand, or waits for its next try, its partition
// is paused and the polling thread goes on. The queue is Kafka: whoever dies leaves the message to
// the partition's next owner.
//
// What is done with a message is the role's (struct fw_member_role); what is here is how messages
// come, and how their offsets are committed, again and again until that is done.
#ifndef FW_MEMBER_WORKER_H
#define FW_MEMBER_WORKER_H

#include "base/backoff.h"
#include "member/member.h"
#include "topic/consumer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// ---- the member's polling thread ----

// Starts the partition's thread, which asks for its committed offset first. On success *ret is the
// caller's until fw_worker_join. Errors: those of the role's open; FATAL.
int fw_worker_start(struct fw_member *member, int32_t partition, struct fw_worker **ret,
                    struct fw_error *err);

// Breaks off what is under way: a transfer, a pause. Waits for nothing.
void fw_worker_ask_to_end(struct fw_worker *worker);

// Waits for its end, and frees it.
void fw_worker_join(struct fw_worker *worker);

// An event of the partition, whose message becomes the worker's; and what the worker wishes of the
// consumer.
void fw_worker_receive(struct fw_worker *worker, const struct fw_event *event);
void fw_worker_serve(struct fw_worker *worker);

// ---- the role, on the worker's thread ----

int32_t fw_worker_partition(const struct fw_worker *worker);

// Set when it is asked to end. Borrowed.
const atomic_bool *fw_worker_leaving(const struct fw_worker *worker);

// The process can't go on.
void fw_worker_fail(struct fw_worker *worker, const struct fw_error *err);

// Pauses as the role has them, from the shortest.
struct fw_backoff fw_worker_backoff(const struct fw_worker *worker);

// Says that `what` failed, and waits out a pause, or until it is to leave. `least_us` is how long
// the other side asked to be left alone.
void fw_worker_pause(struct fw_worker *worker, struct fw_backoff *backoff, int64_t least_us,
                     const char *what, const struct fw_error *err);

// Settles all messages before `offset`. False when it is asked to leave, or the process can't go
// on. The second one awaits no answer.
bool fw_worker_commit(struct fw_worker *worker, int64_t offset);
bool fw_worker_commit_later(struct fw_worker *worker, int64_t offset);

// Settles a message as a dead letter, in one transaction with its offset: its bytes untouched, with
// headers that say stage and reason. The same results.
bool fw_worker_bury(struct fw_worker *worker, const struct fw_message *message, const char *stage,
                    const struct fw_error *reason);

#endif
