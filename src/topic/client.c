// SPDX-License-Identifier: MIT
// What every connection to Kafka has in common.
//
// DESIGN: a property is checked at once against a configuration of the library that is never used,
// so that the user hears of a wrong one at start, and kept as text; each connection then gets our
// defaults, the user's, and what FireWatch can't do without, in this order.
#include "topic/client.h"

#include "base/memory.h"
#include "topic/handle.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAME_BYTES = 128, COOPERATIVE_MIN_VERSION = 0x02060100 };

struct entry {
    char *name;
    char *value;
};

struct fw_client {
    rd_kafka_conf_t *check;
    struct entry *entries;
    size_t n_entries;
    void (*write)(enum fw_log_level level, const char *text, void *arg);
    void *write_arg;
};

static const struct {
    const char *name;
    const char *instead;
} ours[] = {
    { "group.id", "set KAFKA_GROUP_ID" },
    { "transactional.id", "it is made from group, topic and partition" },
    { "enable.idempotence", "records must not be doubled or reordered" },
    { "acks", "a record is delivered when all in-sync replicas have it" },
    { "request.required.acks", "a record is delivered when all in-sync replicas have it" },
    { "partitioner", "all producers must choose the same partition for a key" },
    { "delivery.report.only.error", "every delivery is looked at" },
    { "enable.auto.commit", "offsets are committed when nothing below is needed any more" },
    { "auto.commit.enable", "offsets are committed when nothing below is needed any more" },
    { "enable.auto.offset.store", "offsets are committed when nothing below is needed any more" },
    { "auto.offset.reset", "every partition is read from a known offset" },
    { "isolation.level", "only committed messages are read" },
    { "enable.partition.eof", "it tells when a partition is read to its end" },
    { "enabled_events", "callbacks are used" },
};

static void write_to_log(enum fw_log_level level, const char *text, void *arg)
{
    (void)arg;
    fw_log(level, "%s", text);
}

static void keep(struct fw_client *client, const char *name, const char *value)
{
    client->entries =
        fw_xrealloc(client->entries, (client->n_entries + 1) * sizeof(*client->entries));
    client->entries[client->n_entries++] =
        (struct entry){ .name = fw_xstrdup(name), .value = fw_xstrdup(value) };
}

struct fw_client *fw_client_new(const char *bootstrap_servers, const char *client_id)
{
    struct fw_client *client = fw_xcalloc(1, sizeof(*client));
    client->check = rd_kafka_conf_new();
    client->write = write_to_log;
    keep(client, "bootstrap.servers", bootstrap_servers);
    keep(client, "client.id", client_id != NULL ? client_id : "firewatch");
    return client;
}

void fw_client_free(struct fw_client *client)
{
    if (client == NULL) {
        return;
    }
    rd_kafka_conf_destroy(client->check);
    for (size_t i = 0; i < client->n_entries; i++) {
        explicit_bzero(client->entries[i].value, strlen(client->entries[i].value)); // a password?
        free(client->entries[i].value);
        free(client->entries[i].name);
    }
    free(client->entries);
    free(client);
}

static int refuse_ours(const char *name, struct fw_error *err)
{
    for (size_t i = 0; i < FW_ARRAY_LEN(ours); i++) {
        if (strcmp(name, ours[i].name) == 0) {
            return fw_error_set(err, FW_ERROR_CONFIG, EPERM,
                                "Kafka property %s is FireWatch's own: %s", name, ours[i].instead);
        }
    }
    return 0;
}

static int refuse_old_cooperative(const char *name, const char *value, struct fw_error *err)
{
    if (strcmp(name, "partition.assignment.strategy") == 0 &&
        strstr(value, "cooperative") != NULL && rd_kafka_version() < COOPERATIVE_MIN_VERSION) {
        return fw_error_set(err, FW_ERROR_CONFIG, ENOTSUP,
                            "Kafka property %s: cooperative-sticky needs librdkafka 2.6.1 or later "
                            "(this is %s)",
                            name, rd_kafka_version_str());
    }
    return 0;
}

int fw_client_set(struct fw_client *client, const char *name, const char *value,
                  struct fw_error *err)
{
    int rc = refuse_ours(name, err);
    rc = rc < 0 ? rc : refuse_old_cooperative(name, value, err);
    if (rc < 0) {
        return rc;
    }
    char text[FW_ERROR_TEXT_SIZE];
    switch (rd_kafka_conf_set(client->check, name, value, text, sizeof(text))) {
    case RD_KAFKA_CONF_OK:
        keep(client, name, value);
        return 0;
    case RD_KAFKA_CONF_UNKNOWN:
        return fw_error_set(err, FW_ERROR_CONFIG, ENOENT,
                            "Kafka property %s: librdkafka %s has no such property", name,
                            rd_kafka_version_str());
    case RD_KAFKA_CONF_INVALID:
        break;
    }
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "Kafka property %s: %s", name, text);
}

// Entries are applied in their order, so the first is the weakest; also where the library has two
// names for one property.
void fw_client_prefer(struct fw_client *client, const char *name, const char *value)
{
    keep(client, name, value);
    struct entry weakest = client->entries[client->n_entries - 1];
    memmove(client->entries + 1, client->entries,
            (client->n_entries - 1) * sizeof(*client->entries));
    client->entries[0] = weakest;
}

int fw_client_set_pair(struct fw_client *client, const char *pair, struct fw_error *err)
{
    const char *equals = strchr(pair, '=');
    if (equals == NULL || equals == pair || equals - pair > MAX_NAME_BYTES) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "a Kafka property is given as name=value, such as linger.ms=20");
    }
    FW_SCOPE(fw_free_cleanup) char *name = fw_xstrndup(pair, (size_t)(equals - pair));
    return fw_client_set(client, name, equals + 1, err);
}

static char *lower(const char *text, char underscore)
{
    char *name = fw_xstrdup(text);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c == '_' ? underscore : (char)tolower((unsigned char)*c);
    }
    return name;
}

// SSL_CA_LOCATION -> ssl.ca.location; but LOG_LEVEL -> log_level, which is spelt so.
static char *property_of(const struct fw_client *client, const char *variable)
{
    FW_SCOPE(fw_free_cleanup) char *as_is = lower(variable, '_');
    size_t size = 0;
    if (rd_kafka_conf_get(client->check, as_is, NULL, &size) == RD_KAFKA_CONF_OK) {
        return FW_TAKE(as_is);
    }
    return lower(variable, '.');
}

int fw_client_set_variable(struct fw_client *client, const char *variable, const char *value,
                           struct fw_error *err)
{
    size_t n = strlen(FW_CLIENT_VARIABLE_PREFIX);
    if (strncmp(variable, FW_CLIENT_VARIABLE_PREFIX, n) != 0 || variable[n] == '\0') {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s is not %sNAME", variable,
                            FW_CLIENT_VARIABLE_PREFIX);
    }
    FW_SCOPE(fw_free_cleanup) char *name = property_of(client, variable + n);
    int rc = fw_client_set(client, name, value, err);
    return rc < 0 && err != NULL ? fw_error_prefix(err, "%s", variable) : rc;
}

void fw_client_set_log(struct fw_client *client,
                       void (*write)(enum fw_log_level level, const char *text, void *arg),
                       void *arg)
{
    client->write = write;
    client->write_arg = arg;
}

const char *fw_client_library_version(void)
{
    return rd_kafka_version_str();
}

int fw_client_apply(const struct fw_client *client, rd_kafka_conf_t *conf, struct fw_error *err)
{
    char text[FW_ERROR_TEXT_SIZE];
    for (size_t i = 0; i < client->n_entries; i++) {
        const struct entry *entry = &client->entries[i];
        if (rd_kafka_conf_set(conf, entry->name, entry->value, text, sizeof(text)) !=
            RD_KAFKA_CONF_OK) {
            return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "Kafka property %s: %s", entry->name,
                                text);
        }
    }
    return 0;
}

void fw_client_get_log(const struct fw_client *client, struct fw_topic_handle *handle)
{
    handle->write = client->write;
    handle->write_arg = client->write_arg;
}
