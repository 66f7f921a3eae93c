// SPDX-License-Identifier: MIT
// Inside topic/: what the files of the admin share.
#ifndef FW_TOPIC_ADMIN_IMPL_H
#define FW_TOPIC_ADMIN_IMPL_H

#include "topic/admin.h"
#include "topic/handle.h"

struct fw_admin {
    struct fw_topic_handle handle;
};

// One call of the library and the queue that its answer comes on.
struct fw_admin_request {
    rd_kafka_AdminOptions_t *options;
    rd_kafka_queue_t *queue;
    rd_kafka_event_t *answer; // NULL: none in time
};

void fw_admin_request_init(struct fw_admin_request *request, struct fw_admin *admin,
                           rd_kafka_admin_op_t op, int timeout_ms);
void fw_admin_request_done(struct fw_admin_request *request);

// Waits for the answer, which has this error.
rd_kafka_resp_err_t fw_admin_request_wait(struct fw_admin_request *request, int timeout_ms);

#endif
