// SPDX-License-Identifier: MIT
// `firewatch alert`: makes the topics, the member and its partitions, in reading order.
//
//     poll (this thread) ─► a worker for each owned partition:
//         receive ─► take (record ─► event) ─► judge ─► webhook (POST, tries) ─► settle (commit)
//
// This thread polls and routes events to the owned partitions. Every assignment starts workers,
// every revocation ends them; what was under way is sent again by the partition's next owner.
#include "alert/alert.h"

#include "alert/board.h"
#include "alert/receive.h"
#include "alert/webhook.h"
#include "base/log.h"
#include "member/member.h"

#include <errno.h>

static int check_webhook(const struct fw_config *config, struct fw_error *err)
{
    if (config->alert_webhook_url == NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "ALERT_WEBHOOK_URL is not set: there is nobody to alert");
    }
    if (config->alert_webhook_secret == NULL) {
        fw_log(FW_LOG_WARNING, "ALERT_WEBHOOK_SECRET is not set: alerts are not signed, and a "
                               "receiver can't tell them from others'");
    }
    return 0;
}

// The role with the pauses that the configuration asks for.
static struct fw_member_role role_of(const struct fw_config *config)
{
    struct fw_member_role role = fw_alert_role;
    role.pause_cap_us = (int64_t)(config->alert_retry_max_s * 1e6);
    if (role.pause_base_us > role.pause_cap_us) {
        role.pause_base_us = role.pause_cap_us;
    }
    return role;
}

static int open_member(struct fw_alert_shared *shared, struct fw_error *err)
{
    const struct fw_member_options options = { .config = shared->config,
                                               .group_id = shared->config->alert_group_id,
                                               .topic = FW_TOPIC_EVENTS,
                                               .dead_letters = FW_TOPIC_EVENTS_DLQ,
                                               .role = &shared->role,
                                               .arg = shared };
    int rc = check_webhook(shared->config, err);
    return rc < 0 ? rc : fw_member_open(&options, &shared->member, err);
}

static int work(struct fw_alert_shared *shared, struct fw_error *err)
{
    int rc = open_member(shared, err);
    if (rc < 0) {
        return rc;
    }
    char host[300];
    fw_webhook_host(shared->config->alert_webhook_url, host, sizeof(host));
    fw_log(FW_LOG_INFO, "group=%s webhook=%s", shared->config->alert_group_id, host);
    rc = fw_member_work(shared->member, err);
    fw_member_close(shared->member);
    return rc;
}

int fw_alert(const struct fw_config *config)
{
    struct fw_alert_shared shared = { .config = config,
                                      .policy = fw_alert_policy_of(config),
                                      .role = role_of(config),
                                      .board = fw_alert_board_new() };
    struct fw_error err = { 0 };
    int rc = work(&shared, &err);
    fw_alert_board_free(shared.board);
    if (rc < 0) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
        return 1;
    }
    fw_log(FW_LOG_INFO, "group=%s stopped", config->alert_group_id);
    return 0;
}
