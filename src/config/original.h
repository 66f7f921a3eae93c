// SPDX-License-Identifier: MIT
// What a .env file written for the Python original means here.
#ifndef FW_CONFIG_ORIGINAL_H
#define FW_CONFIG_ORIGINAL_H

#include "base/error.h"
#include "config/config.h"

// Settles the variables that the original has and this program has not, after a load: its models
// are PyTorch files, so one that is named in .env or the environment gives way to the shipped model
// with one warning; a single note for all of them goes to the request. Others that have no effect,
// or one that nobody means (the group of the original's .env.example), get a note each. Errors:
// CONFIG when such a file was named on the command line, where nobody can mean the original.
int fw_original_settle(struct fw_config *config, struct fw_request *request, struct fw_error *err);

#endif
