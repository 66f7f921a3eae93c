// SPDX-License-Identifier: MIT
// The health of every member of the groups, judged from what its own partitions do. Pure.
#ifndef FW_WEB_MEMBERS_H
#define FW_WEB_MEMBERS_H

#include "base/json_writer.h"
#include "survey/groups.h"

#include <stddef.h>

// Appends an array with an object for each member of each group.
void fw_members_put_json(struct fw_json *json, const struct fw_group_report reports[], size_t n);

#endif
