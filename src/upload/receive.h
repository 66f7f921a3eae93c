// SPDX-License-Identifier: MIT
// The first step: what an uploader does with a partition of completions.
#ifndef FW_UPLOAD_RECEIVE_H
#define FW_UPLOAD_RECEIVE_H

#include "member/member.h"
#include "upload/job.h"

// Its argument is a struct fw_upload_shared.
extern const struct fw_member_role fw_upload_role;

#endif
