// SPDX-License-Identifier: MIT
// From the configuration to Kafka: the client, the topics' layout, the first contact.
#ifndef FW_TOPIC_SETUP_H
#define FW_TOPIC_SETUP_H

#include "base/error.h"
#include "config/config.h"
#include "topic/admin.h"
#include "topic/client.h"
#include "topic/layout.h"

// A client for the configured brokers, with every property that was given. On success *ret is the
// caller's. Errors: CONFIG, naming the property or its variable.
int fw_client_from_config(const struct fw_config *config, struct fw_client **ret,
                          struct fw_error *err);

// The configured topics; the caller frees it.
struct fw_layout *fw_layout_from_config(const struct fw_config *config);

// Asks for the brokers, once. Errors: RETRY when none answers in time, CONFIG when they refuse us.
int fw_admin_ask(struct fw_admin *admin, int timeout_ms, struct fw_error *err);

// Waits until a broker answers, at most as long as is configured. After the first try that found
// none, `on_wait` (may be NULL) is called, once, with the reason. Errors: RETRY when time is over,
// STOP when the process is asked to end, CONFIG when brokers refuse us.
int fw_admin_await(struct fw_admin *admin, const struct fw_config *config,
                   void (*on_wait)(const struct fw_error *reason, void *arg), void *arg,
                   struct fw_error *err);

// The same for those who need no admin.
int fw_client_await(const struct fw_client *client, const struct fw_config *config,
                    void (*on_wait)(const struct fw_error *reason, void *arg), void *arg,
                    struct fw_error *err);

#endif
