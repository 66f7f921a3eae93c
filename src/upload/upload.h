// SPDX-License-Identifier: MIT
// `firewatch upload`: from completed videos to objects in S3, as one of many.
#ifndef FW_UPLOAD_UPLOAD_H
#define FW_UPLOAD_UPLOAD_H

#include "config/config.h"

// Works until it is asked to stop. Returns the exit code: 0 when it was, 1 when it can't go on,
// which is logged.
int fw_upload(const struct fw_config *config);

#endif
