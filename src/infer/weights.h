// SPDX-License-Identifier: MIT
// Looks at the numbers that stand in an ONNX file. Pure.
//
// Private to infer/.
#ifndef FW_INFER_WEIGHTS_H
#define FW_INFER_WEIGHTS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

// Whether any weight of the file is NaN. A trial run need not tell: a branch that its picture does
// not take, a limit or a maximum may hide it. Weights are tensors of two values and more, of
// float16, bfloat16, float32 or float64, as initialisers or constants; a single NaN may be meant.
// What is not such a file has no weights. Errors: CONFIG, naming the weight. Field numbers:
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
int fw_weights_check(const uint8_t *bytes, size_t n, struct fw_error *err);

#endif
