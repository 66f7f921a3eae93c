// SPDX-License-Identifier: MIT
// ONNX Runtime's C API behind a few calls: the one table of functions, and its errors as ours.
//
// Private to infer/.
#ifndef FW_INFER_RUNTIME_H
#define FW_INFER_RUNTIME_H

#include "base/error.h"

#include <onnxruntime_c_api.h>

// The runtime's functions; NULL when the installed library is older than the header asks for.
const OrtApi *fw_runtime_api(void);

// Turns a status into an error: takes `status` over. 0 when it is NULL (success), else the error
// filled in with `kind`, EIO, and "`doing`: the runtime's text".
int fw_runtime_check(OrtStatus *status, enum fw_error_kind kind, const char *doing,
                     struct fw_error *err);

// Options for one session: the caller's thread alone, all graph optimisations, no spinning. On
// success *ret is the caller's (api->ReleaseSessionOptions).
int fw_runtime_session_options(OrtSessionOptions **ret, struct fw_error *err);

#endif
