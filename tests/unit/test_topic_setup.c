// SPDX-License-Identifier: MIT
// topic: the client that a configuration makes.
#include "unit.h"

#include "topic/handle.h"
#include "topic/setup.h"

#include <stdlib.h>
#include <string.h>

// Loads the configuration from a command line and an environment, as firewatch does.
static struct fw_config load(int argc, char *const argv[], char *const environment[])
{
    struct fw_config config;
    struct fw_request request;
    struct fw_error err = { 0 };
    if (fw_config_load(FW_COMMAND_PROCESS, argc, argv, environment, &config, &request, &err) < 0) {
        fail_msg("%s", err.text);
    }
    fw_request_done(&request);
    return config;
}

static void assert_property(rd_kafka_conf_t *conf, const char *name, const char *expected)
{
    char value[64] = "";
    size_t size = sizeof(value);
    assert_int_equal(rd_kafka_conf_get(conf, name, value, &size), RD_KAFKA_CONF_OK);
    assert_string_equal(value, expected);
}

static void properties_come_from_variables_and_the_command_line(void **unused)
{
    (void)unused;
    char *const argv[] = { "--env-file=/dev/null", "-bkafka:9092", "-Xlinger.ms=20",
                           "-Xsasl.password=a=b" };
    char *const environment[] = { "KAFKA_PROPERTY_LINGER_MS=7", "KAFKA_PROPERTY_LOG_LEVEL=5",
                                  "KAFKA_PROPERTY_SSL_CA_LOCATION=a b=c", NULL };
    struct fw_config config = load(4, argv, environment);
    struct fw_client *client = NULL;
    struct fw_error err = { 0 };
    if (fw_client_from_config(&config, &client, &err) < 0) {
        fail_msg("%s", err.text);
    }
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    assert_int_equal(fw_client_apply(client, conf, &err), 0);
    assert_property(conf, "bootstrap.servers", "kafka:9092");
    assert_property(conf, "linger.ms", "20"); // the command line is later
    assert_property(conf, "log_level", "5");
    assert_property(conf, "ssl.ca.location", "a b=c");
    assert_property(conf, "sasl.password", "a=b");
    rd_kafka_conf_destroy(conf);
    fw_client_free(client);
    fw_config_done(&config);
}

static void assert_refused(char *argument, char *variable, const char *says)
{
    char *const argv[] = { "--env-file=/dev/null", argument };
    char *const environment[] = { variable, NULL };
    struct fw_config config = load(argument != NULL ? 2 : 1, argv, environment);
    struct fw_client *client = NULL;
    struct fw_error err = { 0 };
    assert_true(fw_client_from_config(&config, &client, &err) < 0);
    assert_null(client);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    if (strstr(err.text, says) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, says);
    }
    fw_config_done(&config);
}

static void wrong_ones_are_named(void **unused)
{
    (void)unused;
    assert_refused("-Xno.such=1", NULL, "no.such: librdkafka ");
    assert_refused("-Xgroup.id=x", NULL, "set KAFKA_GROUP_ID");
    assert_refused("-Xsecurity.protocol=tls", NULL, "security.protocol: ");
    assert_refused(NULL, "KAFKA_PROPERTY_ACKS=1", "KAFKA_PROPERTY_ACKS: ");
    assert_refused(NULL, "KAFKA_PROPERTY_LINGER_MS=soon", "KAFKA_PROPERTY_LINGER_MS: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_come_from_variables_and_the_command_line),
        cmocka_unit_test(wrong_ones_are_named),
    };
    return cmocka_run_group_tests_name("topic_setup", tests, NULL, NULL);
}
