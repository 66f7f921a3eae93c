// SPDX-License-Identifier: MIT
// Inside topic/: one connection of the library, with our defaults, its log, and its last trouble.
//
// The library connects, and connects again, by itself, and says why not in an error callback only.
// A call that then times out would have nothing to tell; so the last trouble is kept here, and ends
// up in the text (and, where brokers refuse us, in the kind) of the error.
#ifndef FW_TOPIC_HANDLE_H
#define FW_TOPIC_HANDLE_H

#include "topic/client.h"
#include "topic/error.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_property {
    const char *name;
    const char *value;
};

struct fw_topic_handle {
    // set at open
    rd_kafka_t *rk;
    void *owner;      // what the library's callbacks get through their opaque
    bool in_consumer; // its callbacks run in rd_kafka_consumer_poll only

    // copied from the client
    void (*write)(enum fw_log_level level, const char *text, void *arg);
    void *write_arg;

    // under lock
    pthread_mutex_t lock;
    rd_kafka_resp_err_t trouble; // NO_ERROR: none
    bool refused;                // the trouble is that brokers don't let us in
    int64_t trouble_us;
    char trouble_text[384];
};

struct fw_handle_options {
    rd_kafka_type_t type;
    const struct fw_property *defaults; // the user's properties win over these
    size_t n_defaults;
    const struct fw_property *fixed; // these win over the user's
    size_t n_fixed;
    void (*configure)(rd_kafka_conf_t *conf); // sets callbacks; may be NULL
    void *owner;
    bool in_consumer;
};

// Opens the library with the client's properties. `handle` is the caller's memory, which must not
// move. Errors: CONFIG. After a failure there is nothing to close.
int fw_handle_open(struct fw_topic_handle *handle, const struct fw_client *client,
                   const struct fw_handle_options *options, struct fw_error *err);
void fw_handle_close(struct fw_topic_handle *handle);

// The handle of a callback's opaque.
static inline struct fw_topic_handle *fw_handle_of(void *opaque)
{
    return opaque;
}

// As fw_topic_error, with the last trouble added where the code only says that nobody answered. The
// kind is CONFIG when brokers refuse us.
int fw_handle_error(struct fw_topic_handle *handle, struct fw_error *err, rd_kafka_resp_err_t code,
                    const char *format, ...) FW_PRINTF(4, 5);

// CONFIG when the last trouble was that brokers refuse us, else 0. It then is forgotten.
int fw_handle_refused(struct fw_topic_handle *handle, struct fw_error *err);

// Asks for a topic's partitions.
int fw_handle_n_partitions(struct fw_topic_handle *handle, const char *topic, int timeout_ms,
                           int32_t *ret, struct fw_error *err);

// The library's properties that the client sets, applied to `conf`. In client.c.
int fw_client_apply(const struct fw_client *client, rd_kafka_conf_t *conf, struct fw_error *err);
void fw_client_get_log(const struct fw_client *client, struct fw_topic_handle *handle);

#endif
