// SPDX-License-Identifier: MIT
// Checks that a loaded network keeps the contract of model.h, and reads what its file says of
// itself.
//
// Private to infer/.
#ifndef FW_INFER_CONTRACT_H
#define FW_INFER_CONTRACT_H

#include "base/error.h"
#include "infer/model.h"

#include <onnxruntime_c_api.h>

enum { FW_TENSOR_NAME_SIZE = 128 };

// Names the input, and fills `info`'s input size, name and threshold; the heat map's size stays 0
// where the file leaves it open. Errors: CONFIG, saying which input or output is wrong in which
// way.
int fw_contract_check(const OrtSession *session, char ret_input_name[FW_TENSOR_NAME_SIZE],
                      struct fw_model_info *info, struct fw_error *err);

#endif
