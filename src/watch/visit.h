// SPDX-License-Identifier: MIT
// What lag and status share: the connection, looking again and again, pages.
#ifndef FW_WATCH_VISIT_H
#define FW_WATCH_VISIT_H

#include "base/error.h"
#include "config/config.h"
#include "survey/groups.h"
#include "watch/screen.h"

#include <stdbool.h>

struct fw_visit {
    const char *command; // for messages
    const struct fw_config *config;
    bool watches;
    // Looks at the brokers. Errors as of fw_groups_look.
    int (*look)(struct fw_visit *visit, struct fw_error *err);
    // Writes what was found: a table, or a line of JSON.
    int (*write)(struct fw_visit *visit, FILE *page, struct fw_error *err);
    void *arg;

    // private
    struct fw_client *client;
    struct fw_groups *groups;
    struct fw_screen screen;
};

// Connects, looks, shows; while watching, again and again until the process is to end, also past
// brokers that are away, which is said. Logs errors. Returns the exit code.
int fw_visit_run(struct fw_visit *visit);

#endif
