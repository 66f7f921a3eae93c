// SPDX-License-Identifier: MIT
// One connection of the library, with our defaults, its log, and its last trouble.
#include "topic/handle.h"

#include "base/clock.h"
#include "base/metric.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

// 64 KiB beyond the largest value: the dead letter of a largest frame carries headers too.
enum { MAX_RECORD_BYTES = FW_LIMIT_MESSAGE_BYTES + 64 * 1024 };

// The library repeats an unchanged trouble every 30 s; what is older is over.
enum { TROUBLE_LASTS_US = 60 * 1000000 };

static const struct fw_property common_defaults[] = {
    { "allow.auto.create.topics", "false" },
    { "log.connection.close", "false" },
    { "socket.nagle.disable", "true" },
    { "socket.keepalive.enable", "true" },
    // The default of 10 s outlasts our patience with a broker that comes back.
    { "reconnect.backoff.max.ms", "1000" },
    // The default of 60 s is how long a broker that hangs is believed in.
    { "socket.timeout.ms", "10000" },
};

// What the library also returns as an error is logged by whoever gets that; and that a
// transactional id still has an owner's transaction to end is what every take-over begins with.
static const char *const returned[] = { "FATAL",    "TXNERR",    "GETPID",    "MAXPOLL",
                                        "REQTMOUT", "SESSTMOUT", "ADDOFFSETS" };

// Lost connections are told by the calls that wait in vain, and their reason with them. Only a
// member of a group, which the library keeps going, has none: its connection says it.
static enum fw_log_level level_of(const struct fw_topic_handle *handle, int syslog_level,
                                  const char *facility)
{
    if (strcmp(facility, "FAIL") == 0 && !handle->in_consumer) {
        return FW_LOG_DEBUG;
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(returned); i++) {
        if (strcmp(facility, returned[i]) == 0) {
            return FW_LOG_DEBUG;
        }
    }
    return syslog_level <= 4 ? FW_LOG_WARNING : FW_LOG_DEBUG;
}

// A processor sets producer and consumer properties in one place; each instance then warns of the
// other's.
static bool is_noise(const char *text)
{
    return strstr(text, "will be ignored by this") != NULL;
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    struct fw_topic_handle *handle = fw_handle_of(rd_kafka_opaque(rk));
    if (is_noise(text)) {
        return;
    }
    char line[1024];
    snprintf(line, sizeof(line), "kafka client=%s event=%s %s", rd_kafka_name(rk), facility, text);
    handle->write(level_of(handle, level, facility), line, handle->write_arg);
}

// A handshake that a restarting broker breaks off is no refusal; one that fails over a certificate
// is.
static bool is_refusal(rd_kafka_resp_err_t code, const char *reason)
{
    return code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
           (code == RD_KAFKA_RESP_ERR__SSL &&
            (strstr(reason, "verif") != NULL || strstr(reason, "alert") != NULL));
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    (void)rk;
    struct fw_topic_handle *handle = fw_handle_of(opaque);
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        return; // follows the error that says why
    }
    pthread_mutex_lock(&handle->lock);
    handle->trouble = (rd_kafka_resp_err_t)code;
    handle->trouble_us = fw_clock_monotonic_us();
    handle->refused = is_refusal(handle->trouble, reason);
    // Without "(after 0ms in state CONNECT, 2 identical error(s) suppressed)".
    const char *detail = strstr(reason, " (after ");
    snprintf(handle->trouble_text, sizeof(handle->trouble_text), "%.*s",
             (int)(detail != NULL ? (size_t)(detail - reason) : strlen(reason)), reason);
    pthread_mutex_unlock(&handle->lock);
}

static void on_throttle(rd_kafka_t *rk, const char *broker, int32_t broker_id, int throttle_ms,
                        void *opaque)
{
    (void)rk;
    (void)broker;
    (void)broker_id;
    (void)opaque;
    fw_metric_add(FW_METRIC_THROTTLE_SECONDS, (int64_t)throttle_ms * 1000);
}

static int set_all(rd_kafka_conf_t *conf, const struct fw_property *properties, size_t n,
                   struct fw_error *err)
{
    char text[FW_ERROR_TEXT_SIZE];
    for (size_t i = 0; i < n; i++) {
        if (rd_kafka_conf_set(conf, properties[i].name, properties[i].value, text, sizeof(text)) !=
            RD_KAFKA_CONF_OK) {
            return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "Kafka property %s: %s",
                                properties[i].name, text);
        }
    }
    return 0;
}

static int fill_conf(rd_kafka_conf_t *conf, const struct fw_client *client,
                     const struct fw_handle_options *options, struct fw_error *err)
{
    char max_bytes[16];
    snprintf(max_bytes, sizeof(max_bytes), "%d", MAX_RECORD_BYTES);
    const struct fw_property sizes[] = { { "message.max.bytes", max_bytes } };
    int rc = set_all(conf, common_defaults, FW_ARRAY_LEN(common_defaults), err);
    rc = rc < 0 ? rc : set_all(conf, sizes, FW_ARRAY_LEN(sizes), err);
    rc = rc < 0 ? rc : set_all(conf, options->defaults, options->n_defaults, err);
    rc = rc < 0 ? rc : fw_client_apply(client, conf, err);
    rc = rc < 0 ? rc : set_all(conf, options->fixed, options->n_fixed, err);
    return rc;
}

int fw_handle_open(struct fw_topic_handle *handle, const struct fw_client *client,
                   const struct fw_handle_options *options, struct fw_error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    int rc = fill_conf(conf, client, options, err);
    if (rc < 0) {
        rd_kafka_conf_destroy(conf);
        return rc;
    }
    *handle =
        (struct fw_topic_handle){ .owner = options->owner, .in_consumer = options->in_consumer };
    pthread_mutex_init(&handle->lock, NULL);
    fw_client_get_log(client, handle);
    rd_kafka_conf_set_opaque(conf, handle);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_throttle_cb(conf, on_throttle);
    if (options->configure != NULL) {
        options->configure(conf);
    }
    char text[FW_ERROR_TEXT_SIZE];
    handle->rk = rd_kafka_new(options->type, conf, text, sizeof(text));
    if (handle->rk == NULL) {
        rd_kafka_conf_destroy(conf); // the library takes it over only when it succeeds
        pthread_mutex_destroy(&handle->lock);
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "Kafka client: %s", text);
    }
    return 0;
}

void fw_handle_close(struct fw_topic_handle *handle)
{
    rd_kafka_destroy(handle->rk);
    handle->rk = NULL;
    pthread_mutex_destroy(&handle->lock);
}

static bool nobody_answered(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
           code == RD_KAFKA_RESP_ERR__WAIT_COORD || code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT ||
           code == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE ||
           code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

static bool has_trouble(const struct fw_topic_handle *handle)
{
    return handle->trouble != RD_KAFKA_RESP_ERR_NO_ERROR &&
           fw_clock_monotonic_us() - handle->trouble_us < TROUBLE_LASTS_US;
}

int fw_handle_error(struct fw_topic_handle *handle, struct fw_error *err, rd_kafka_resp_err_t code,
                    const char *format, ...)
{
    char what[FW_ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    if (!nobody_answered(code)) {
        return fw_topic_error(err, code, "%s", what);
    }
    if (!handle->in_consumer) {
        (void)rd_kafka_poll(handle->rk, 0); // on_error may be waiting; the count is of no use
    }
    struct fw_topic_kind kind = fw_topic_kind_of(code);
    int rc;
    pthread_mutex_lock(&handle->lock);
    if (!has_trouble(handle)) {
        rc = fw_topic_error(err, code, "%s", what);
    } else if (handle->refused) {
        rc = fw_error_set(err, FW_ERROR_CONFIG, EACCES, "%s: Kafka refuses: %s", what,
                          handle->trouble_text);
    } else {
        rc = fw_error_set(err, kind.kind, kind.code, "%s: %s: %s", what, rd_kafka_err2str(code),
                          handle->trouble_text);
    }
    pthread_mutex_unlock(&handle->lock);
    return rc;
}

int fw_handle_refused(struct fw_topic_handle *handle, struct fw_error *err)
{
    int rc = 0;
    pthread_mutex_lock(&handle->lock);
    if (handle->trouble == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
        rc = fw_error_set(err, FW_ERROR_CONFIG, EACCES, "Kafka refuses: %s", handle->trouble_text);
        handle->trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    pthread_mutex_unlock(&handle->lock);
    return rc;
}

int fw_handle_n_partitions(struct fw_topic_handle *handle, const char *topic, int timeout_ms,
                           int32_t *ret, struct fw_error *err)
{
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(handle->rk, topic, NULL);
    if (rkt == NULL) {
        return fw_topic_error(err, rd_kafka_last_error(), "topic %s", topic);
    }
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(handle->rk, 0, rkt, &metadata, timeout_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1) {
        code = metadata->topics[0].err;
    }
    int rc = 0;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rc = fw_handle_error(handle, err, code, "topic %s", topic);
    } else {
        *ret = metadata->topics[0].partition_cnt;
    }
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(rkt);
    return rc;
}
