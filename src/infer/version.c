// SPDX-License-Identifier: MIT
// Which model runtime this process runs with.
#include "infer/version.h"

#include <onnxruntime_c_api.h>
#include <stddef.h>

const char *fw_infer_version(void)
{
    const OrtApiBase *base = OrtGetApiBase();
    return base != NULL ? base->GetVersionString() : "unknown";
}
