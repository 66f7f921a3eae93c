// SPDX-License-Identifier: MIT
// From the configuration to the store.
#ifndef FW_STORE_SETUP_H
#define FW_STORE_SETUP_H

#include "base/error.h"
#include "config/config.h"
#include "store/store.h"

// Opens the configured bucket. `config` outlives the store. On success *ret is the caller's.
// Errors: CONFIG (S3_BUCKET is not set, a bad endpoint ...).
int fw_store_from_config(const struct fw_config *config, struct fw_store **ret,
                         struct fw_error *err);

#endif
