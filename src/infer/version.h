// SPDX-License-Identifier: MIT
// Which model runtime this process runs with.
#ifndef FW_INFER_VERSION_H
#define FW_INFER_VERSION_H

// The version of the library that was loaded: "1.31.1". Static.
const char *fw_infer_version(void);

#endif
