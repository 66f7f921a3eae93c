// SPDX-License-Identifier: MIT
// Loads the configuration of one process.
#include "config/config.h"

#include "config/original.h"

#include <errno.h>
#include <string.h>

// Topics of one name would be read as what they are not.
static int check_topics_differ(const struct fw_config *config, struct fw_error *err)
{
    const char *const names[] = { config->video_topic, config->detections_topic,
                                  config->completions_topic, config->segments_topic,
                                  config->progress_topic };
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(names[i], names[k]) == 0) {
                return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                                    "two topics have the name %s; each needs one of its own",
                                    names[i]);
            }
        }
    }
    return 0;
}

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
    rc = check_topics_differ(ret, err);
    rc = rc < 0 ? rc : fw_original_settle(ret, ret_request, err);
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
