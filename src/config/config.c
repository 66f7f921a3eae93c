// SPDX-License-Identifier: MIT
// Loads the configuration of one process.
#include "config/config.h"

#include "config/original.h"

#include <string.h>

int fw_config_load(unsigned command, int argc, char *const argv[], char *const environ_[],
                   struct fw_config *ret, struct fw_request *ret_request, struct fw_error *err)
{
    static const char env_file[] = "env-file";
    const struct fw_load_from from = {
        .command = command,
        .argc = argc,
        .argv = argv,
        .environ = environ_,
        .env_file = fw_option_find(&fw_config_options, command, env_file, strlen(env_file)),
    };
    int rc = fw_options_load(&fw_config_options, &from, ret, ret_request, err);
    if (rc < 0) {
        return rc;
    }
    rc = fw_original_settle(ret, ret_request, err);
    if (rc < 0) {
        fw_config_done(ret);
        fw_request_done(ret_request);
    }
    return rc;
}

void fw_config_done(struct fw_config *config)
{
    fw_options_done(&fw_config_options, config);
    memset(config, 0, sizeof(*config));
}
