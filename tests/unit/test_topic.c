// SPDX-License-Identifier: MIT
// topic: properties and what is refused of them, the kinds of errors.
#include "unit.h"

#include "base/memory.h"
#include "topic/client.h"
#include "topic/error.h"
#include "topic/handle.h"
#include "topic/producer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void a_known_property_is_taken(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct fw_client *client = fw_client_new("127.0.0.1:1", NULL);
    assert_int_equal(fw_client_set(client, "linger.ms", "20", &err), 0);
    assert_int_equal(fw_client_set_pair(client, "sasl.password=a=b", &err), 0);
    assert_int_equal(fw_client_set_variable(client, "KAFKA_PROPERTY_SSL_CA_LOCATION", "/x", &err),
                     0);
    assert_int_equal(fw_client_set_variable(client, "KAFKA_PROPERTY_LOG_LEVEL", "7", &err), 0);

    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    assert_int_equal(fw_client_apply(client, conf, &err), 0);
    static const struct fw_property expected[] = {
        { "bootstrap.servers", "127.0.0.1:1" },
        { "client.id", "firewatch" },
        { "linger.ms", "20" },
        { "sasl.password", "a=b" },
        { "ssl.ca.location", "/x" },
        { "log_level", "7" },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(expected); i++) {
        char value[64] = "";
        size_t size = sizeof(value);
        assert_int_equal(rd_kafka_conf_get(conf, expected[i].name, value, &size), RD_KAFKA_CONF_OK);
        assert_string_equal(value, expected[i].value);
    }
    rd_kafka_conf_destroy(conf);
    fw_client_free(client);
}

static void assert_compression(const struct fw_client *client, const char *expected)
{
    struct fw_error err = { 0 };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char value[64] = "";
    size_t size = sizeof(value);
    assert_int_equal(fw_client_apply(client, conf, &err), 0);
    assert_int_equal(rd_kafka_conf_get(conf, "compression.codec", value, &size), RD_KAFKA_CONF_OK);
    assert_string_equal(value, expected);
    size = sizeof(value);
    assert_int_equal(rd_kafka_conf_get(conf, "client.id", value, &size), RD_KAFKA_CONF_OK);
    assert_string_equal(value, "firewatch");
    rd_kafka_conf_destroy(conf);
}

static void what_is_set_goes_before_what_is_preferred(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    static const char *const names[] = { "compression.type", "compression.codec" };
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        struct fw_client *client = fw_client_new("127.0.0.1:1", NULL);
        fw_client_prefer(client, "compression.type", "lz4");
        assert_compression(client, "lz4");
        assert_int_equal(fw_client_set(client, names[i], "gzip", &err), 0);
        assert_compression(client, "gzip");
        fw_client_prefer(client, "compression.type", "zstd");
        assert_compression(client, "gzip");
        fw_client_free(client);
    }
}

static void assert_refused(const char *pair, const char *says)
{
    struct fw_error err = { 0 };
    struct fw_client *client = fw_client_new("127.0.0.1:1", NULL);
    assert_true(fw_client_set_pair(client, pair, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    if (strstr(err.text, says) == NULL) {
        fail_msg("%s: \"%s\" does not say \"%s\"", pair, err.text, says);
    }
    fw_client_free(client);
}

static void a_wrong_property_is_named(void **unused)
{
    (void)unused;
    assert_refused("no.such=1", "no.such: librdkafka ");
    assert_refused("linger.ms=soon", "linger.ms: ");
    assert_refused("security.protocol=tls", "security.protocol: ");
    assert_refused("linger.ms", "name=value");
    assert_refused("=1", "name=value");
    assert_refused("error_cb=x", "error_cb: ");
}

static void what_we_rely_on_is_not_the_users(void **unused)
{
    (void)unused;
    assert_refused("acks=1", "acks is FireWatch's own");
    assert_refused("enable.idempotence=false", "enable.idempotence is FireWatch's own");
    assert_refused("group.id=x", "KAFKA_GROUP_ID");
    assert_refused("isolation.level=read_uncommitted", "only committed");
    assert_refused("enable.auto.commit=true", "FireWatch's own");
    assert_refused("partitioner=random", "same partition");
}

static void cooperative_needs_a_newer_library(void **unused)
{
    (void)unused;
    if (rd_kafka_version() >= 0x02060100) {
        skip();
    }
    assert_refused("partition.assignment.strategy=range,cooperative-sticky", "2.6.1 or later");
}

static void a_variable_is_named_as_such(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct fw_client *client = fw_client_new("127.0.0.1:1", NULL);
    assert_true(fw_client_set_variable(client, "KAFKA_PROPERTY_LINGERMS", "1", &err) < 0);
    assert_non_null(strstr(err.text, "KAFKA_PROPERTY_LINGERMS: Kafka property lingerms: "));
    assert_true(fw_client_set_variable(client, "KAFKA_PROPERTY_", "1", &err) < 0);
    assert_true(fw_client_set_variable(client, "KAFKA_TOPIC", "1", &err) < 0);
    fw_client_free(client);
}

static void properties_that_contradict_are_found_at_open(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct fw_producer *producer = NULL;
    struct fw_client *client = fw_client_new("127.0.0.1:1", NULL);
    assert_int_equal(fw_client_set(client, "max.in.flight", "6", &err), 0);
    assert_true(fw_producer_open(client, &producer, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(err.text, "max.in.flight"));
    assert_null(producer);
    fw_client_free(client);
}

static void a_missing_file_is_named_and_no_secret_is(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    struct fw_producer *producer = NULL;
    struct fw_client *client = fw_client_new("127.0.0.1:1", NULL);
    assert_int_equal(fw_client_set(client, "security.protocol", "ssl", &err), 0);
    assert_int_equal(fw_client_set(client, "ssl.key.password", "hunter2", &err), 0);
    assert_int_equal(fw_client_set(client, "ssl.ca.location", "/no/such/ca.pem", &err), 0);
    assert_true(fw_producer_open(client, &producer, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(err.text, "ssl.ca.location"));
    assert_null(strstr(err.text, "hunter2"));
    fw_client_free(client);
}

static void assert_kind(rd_kafka_resp_err_t code, enum fw_error_kind kind, int number)
{
    struct fw_error err = { 0 };
    assert_int_equal(fw_topic_error(&err, code, "topic %s", "t"), -number);
    assert_int_equal(err.kind, kind);
    assert_int_equal(err.code, number);
    assert_non_null(strstr(err.text, rd_kafka_err2str(code)));
}

static void codes_have_kinds(void **unused)
{
    (void)unused;
    assert_kind(RD_KAFKA_RESP_ERR__TRANSPORT, FW_ERROR_RETRY, EAGAIN);
    assert_kind(RD_KAFKA_RESP_ERR__TIMED_OUT, FW_ERROR_RETRY, ETIMEDOUT);
    assert_kind(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, FW_ERROR_RETRY, EAGAIN);
    assert_kind(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, FW_ERROR_RETRY, EAGAIN);
    assert_kind(RD_KAFKA_RESP_ERR__FENCED, FW_ERROR_RETRY, ESTALE);
    assert_kind(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, FW_ERROR_RETRY, ESTALE);
    assert_kind(RD_KAFKA_RESP_ERR__AUTHENTICATION, FW_ERROR_CONFIG, EACCES);
    assert_kind(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, FW_ERROR_CONFIG, EACCES);
    assert_kind(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, FW_ERROR_CONFIG, ENOENT);
    assert_kind(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, FW_ERROR_DATA, EMSGSIZE);
    assert_kind(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, FW_ERROR_DATA, ERANGE);
    assert_kind(RD_KAFKA_RESP_ERR__FATAL, FW_ERROR_FATAL, ENOTRECOVERABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_property_is_taken),
        cmocka_unit_test(what_is_set_goes_before_what_is_preferred),
        cmocka_unit_test(a_wrong_property_is_named),
        cmocka_unit_test(what_we_rely_on_is_not_the_users),
        cmocka_unit_test(cooperative_needs_a_newer_library),
        cmocka_unit_test(a_variable_is_named_as_such),
        cmocka_unit_test(properties_that_contradict_are_found_at_open),
        cmocka_unit_test(a_missing_file_is_named_and_no_secret_is),
        cmocka_unit_test(codes_have_kinds),
    };
    return cmocka_run_group_tests_name("topic", tests, NULL, NULL);
}
