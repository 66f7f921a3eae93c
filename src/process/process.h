// SPDX-License-Identifier: MIT
// `firewatch process`: a member of the group that turns frames into detections and annotated video.
#ifndef FW_PROCESS_PROCESS_H
#define FW_PROCESS_PROCESS_H

#include "config/config.h"

// Works until it is asked to stop. Returns the exit code: 0 after a stop in order, 1 when it could
// not start or go on, having said why.
int fw_process(const struct fw_config *config);

#endif
