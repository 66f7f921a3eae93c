// SPDX-License-Identifier: MIT
// firewatch produce FILE [VIDEO_ID]: sends videos to Kafka, frame by frame.
#include "produce/produce.h"

#include "base/memory.h"
#include "cmd/commands.h"

#include <stdlib.h>
#include <string.h>

// The videos that were asked for: "FILE [VIDEO_ID]", and one for each --input ID=FILE.
static struct fw_production *collect(const struct fw_config *config,
                                     const struct fw_arguments *arguments, char ***ret_ids,
                                     size_t *ret_n)
{
    size_t n_inputs = config->inputs.n;
    struct fw_production *productions = fw_xcalloc(n_inputs + 1, sizeof(*productions));
    char **ids = fw_xcalloc(n_inputs + 1, sizeof(*ids));
    size_t n = 0;
    if (arguments->n_rest > 0) {
        productions[n].path = arguments->rest[0];
        productions[n++].video_id = arguments->n_rest > 1 ? arguments->rest[1] : NULL;
    }
    for (size_t i = 0; i < n_inputs; i++) {
        const char *text = config->inputs.items[i];
        const char *equals = strchr(text, '='); // the options' table has checked that there is one
        ids[i] = fw_xstrndup(text, (size_t)(equals - text));
        productions[n++] = (struct fw_production){ .path = equals + 1, .video_id = ids[i] };
    }
    *ret_ids = ids;
    *ret_n = n;
    return productions;
}

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    char **ids = NULL;
    size_t n = 0;
    struct fw_production *productions = collect(config, arguments, &ids, &n);
    int code = FW_EXIT_MISUSE;
    if (n == 0) {
        fprintf(stderr, "firewatch produce: name a FILE, or videos with --input ID=FILE\n");
    } else {
        code = fw_produce(config, productions, n);
    }
    for (size_t i = 0; i < config->inputs.n; i++) {
        free(ids[i]);
    }
    free(ids);
    free(productions);
    return code;
}

int fw_cmd_produce(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
