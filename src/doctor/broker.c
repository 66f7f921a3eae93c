// SPDX-License-Identifier: MIT
// Whether a broker answers.
#include "doctor/examine.h"
#include "topic/setup.h"

static const char check[] = "broker";

static const char check_address[] =
    "start Kafka, or correct KAFKA_BOOTSTRAP_SERVERS; brokers also name their own addresses "
    "(advertised.listeners), which must be reachable from here";
static const char check_login[] =
    "correct the properties of the login and of TLS (KAFKA_PROPERTY_*)";

// A doctor says what is now: no patience for brokers that are still to start.
static int timeout_ms(const struct fw_config *config)
{
    double most_ms = config->startup_timeout_s * 1000;
    return most_ms < FW_EXAMINE_TIMEOUT_MS ? (int)most_ms : FW_EXAMINE_TIMEOUT_MS;
}

void fw_examine_broker(struct fw_examination *examination)
{
    const struct fw_config *config = examination->config;
    struct fw_admin *admin = NULL;
    struct fw_error err = { 0 };
    int rc = fw_client_from_config(config, &examination->client, &err);
    rc = rc < 0 ? rc : fw_admin_open(examination->client, &admin, &err);
    rc = rc < 0 ? rc : fw_admin_ask(admin, timeout_ms(config), &err);
    if (rc == 0) {
        examination->admin = admin;
        fw_findings_add(&examination->findings, FW_FINDING_OK, check, FW_ABOUT_NOTHING, NULL,
                        "Kafka answers at %s", config->bootstrap_servers);
        return;
    }
    fw_admin_close(admin);
    fw_findings_add(&examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_NOTHING,
                    err.kind == FW_ERROR_CONFIG ? check_login : check_address,
                    "no answer from Kafka at %s: %s", config->bootstrap_servers, err.text);
}

void fw_examine_without_broker(struct fw_examination *examination, const char *of)
{
    fw_findings_add(&examination->findings, FW_FINDING_SKIPPED, of, FW_ABOUT_NOTHING, NULL,
                    "no broker to ask");
}
