// SPDX-License-Identifier: MIT
// Finds out which finished videos are in the store, and keeps URLs for them, on a thread of its
// own: handlers answer from memory, however slow the store is.
#ifndef FW_WEB_SHELF_H
#define FW_WEB_SHELF_H

#include "base/error.h"
#include "config/config.h"
#include "web/view.h"

struct fw_shelf;

// *ret stays NULL where no bucket is configured. All pointers are borrowed. Errors: CONFIG, FATAL.
int fw_shelf_start(const struct fw_config *config, struct fw_view *view, struct fw_shelf **ret,
                   struct fw_error *err);

// Ends what is under way. NULL is allowed.
void fw_shelf_stop(struct fw_shelf *shelf);

// Where the videos come from, "https://host:port", for the page's policy; "" before it is known or
// without a bucket. `shelf` may be NULL. `to` has `size` bytes.
void fw_shelf_origin(struct fw_shelf *shelf, char *to, size_t size);

#endif
