// SPDX-License-Identifier: MIT
// firewatch dlq list|show|replay: messages that were set aside.
#include "dlq/dlq.h"

#include "base/stop.h"
#include "cmd/commands.h"

int fw_cmd_dlq(const struct fw_command *command, int argc, char *argv[])
{
    struct fw_config config;
    struct fw_request request;
    int code = fw_command_begin(command, argc, argv, &config, &request);
    if (code != FW_COMMAND_GOES_ON) {
        return code;
    }
    struct fw_error err = { 0 };
    if (fw_stop_init(&err) < 0) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
        code = FW_EXIT_FAILED;
    } else {
        code = fw_dlq(&config, request.arguments.rest, request.arguments.n_rest);
    }
    fw_config_done(&config);
    fw_request_done(&request);
    return fw_command_end(code);
}
