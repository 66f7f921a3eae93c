// SPDX-License-Identifier: MIT
// What an uploader counts, in the process's metrics.
#ifndef FW_UPLOAD_COUNT_H
#define FW_UPLOAD_COUNT_H

#include "upload/job.h"

// What the store has counted since `seen`, which moves on.
void fw_upload_count_store(struct fw_store_counters *seen, const struct fw_store *store);

// A settled job.
void fw_upload_count_result(struct fw_store_counters *seen, const struct fw_store *store,
                            const struct fw_upload_job *job);

#endif
