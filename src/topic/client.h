// SPDX-License-Identifier: MIT
// What every connection to Kafka has in common: brokers, client id, properties, where its log goes.
//
// A client opens nothing by itself: producers, transactions, consumers, readers and admins are
// opened from it, each with connections of its own. Fill it in one thread before the first is
// opened; afterwards it is read only and any thread may open from it. It must outlive none of them.
#ifndef FW_TOPIC_CLIENT_H
#define FW_TOPIC_CLIENT_H

#include "base/error.h"
#include "base/log.h"
#include "base/macros.h"

struct fw_client;

// The prefix of environment variables that name a property: KAFKA_PROPERTY_SSL_CA_LOCATION is
// ssl.ca.location.
#define FW_CLIENT_VARIABLE_PREFIX "KAFKA_PROPERTY_"

// `bootstrap_servers` is a comma-separated list of host:port; `client_id` may be NULL
// ("firewatch"). Never NULL; the caller frees it. Both texts are copied.
struct fw_client *fw_client_new(const char *bootstrap_servers, const char *client_id);
void fw_client_free(struct fw_client *client); // NULL is allowed

// Sets a property of librdkafka by its own name, for everything opened later; a value given twice
// is replaced. Errors: CONFIG for a name or value that the library does not know, for what
// FireWatch sets itself (acks, group.id, isolation.level ...: nothing would hold without them), and
// for cooperative-sticky with a librdkafka older than 2.6.1, where it can loop without end. No text
// shows a value that may be a secret.
int fw_client_set(struct fw_client *client, const char *name, const char *value,
                  struct fw_error *err);

// The same from "name=value", as -X gives it.
int fw_client_set_pair(struct fw_client *client, const char *pair, struct fw_error *err);

// The same from an environment variable with its prefix. Errors name the variable.
int fw_client_set_variable(struct fw_client *client, const char *variable, const char *value,
                           struct fw_error *err);

// A default of the caller's for everything opened later: what fw_client_set is given, before or
// after, goes before it. `name` and `value` must be right.
void fw_client_prefer(struct fw_client *client, const char *name, const char *value);

// Where the library's own log goes: by default to fw_log. Errors and warnings are warnings, for the
// library goes on by itself; the rest, and what comes as an error of ours too, is debug. `write` is
// called on the library's threads.
void fw_client_set_log(struct fw_client *client,
                       void (*write)(enum fw_log_level level, const char *text, void *arg),
                       void *arg);

// The version of the librdkafka in use, such as "2.0.2". Static.
const char *fw_client_library_version(void);

FW_DEFINE_CLEANUP(struct fw_client *, fw_client_free)

#endif
