// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as an ONNX file whose weights are looked at.
#include "fuzz.h"
#include "infer/weights.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fw_error err = { 0 };
    int rc = fw_weights_check(data, size, &err);
    if (rc > 0 || (rc < 0) != (err.kind == FW_ERROR_CONFIG)) {
        abort();
    }
    return 0;
}
