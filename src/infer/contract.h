// SPDX-License-Identifier: MIT
// Checks that a loaded network keeps one of the contracts of model.h, and reads what its file says
// of itself.
//
// Private to infer/.
#ifndef FW_INFER_CONTRACT_H
#define FW_INFER_CONTRACT_H

#include "base/error.h"
#include "infer/model_impl.h"

// Recognises the network, names its input, and fills the model's info, classes and output. Errors:
// CONFIG, saying which input, output or metadata is wrong in which way, or that it is of another
// type than `wish` says.
int fw_contract_check(const OrtSession *session, const struct fw_model_wish *wish,
                      struct fw_model *model, struct fw_error *err);

// The parts of it for a type; the sides of what the file leaves open stay 0.
int fw_contract_classifier(const OrtSession *session, struct fw_model *model, struct fw_error *err);
int fw_contract_yolo(const OrtSession *session, struct fw_model *model, struct fw_error *err);

// Whether it is an input of [N,3,H,W], a side that is open or within limits; a side that is open
// counts as good where `may_be_open`.
bool fw_contract_input_fits(const struct fw_tensor *input, bool may_be_open);

// Settles what a detector's measured output means, and its classes. Errors: CONFIG.
int fw_contract_settle_yolo(const struct fw_model_wish *wish, struct fw_model *model,
                            struct fw_error *err);

#endif
