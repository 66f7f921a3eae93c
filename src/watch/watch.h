// SPDX-License-Identifier: MIT
// `firewatch lag` and `firewatch status`: how far groups and videos are.
#ifndef FW_WATCH_WATCH_H
#define FW_WATCH_WATCH_H

#include "config/config.h"

#include <stddef.h>

// Shows one group, or (NULL) all that read our topics. Returns the exit code: 1 when Kafka can't be
// asked, when there is no such group, and when --max is exceeded; 2 for misuse.
int fw_lag_show(const struct fw_config *config, const char *group);

// Shows videos, or one (NULL: all). Returns the exit code: 1 when Kafka can't be asked or there is
// no such video; 2 for misuse.
int fw_status_show(const struct fw_config *config, const char *video_id);

#endif
