// SPDX-License-Identifier: MIT
// ONNX Runtime's C API behind a few calls.
#include "infer/runtime.h"

#include <errno.h>

const OrtApi *fw_runtime_api(void)
{
    // The functions of API 21 are the header's; later libraries serve them as well.
    return OrtGetApiBase()->GetApi(ORT_API_VERSION);
}

int fw_runtime_check(OrtStatus *status, enum fw_error_kind kind, const char *doing,
                     struct fw_error *err)
{
    if (status == NULL) {
        return 0;
    }
    const OrtApi *api = fw_runtime_api();
    int result = fw_error_set(err, kind, EIO, "%s: %s", doing, api->GetErrorMessage(status));
    api->ReleaseStatus(status);
    return result;
}

static OrtStatus *set_options(const OrtApi *api, OrtSessionOptions *options)
{
    OrtStatus *status = api->SetIntraOpNumThreads(options, 1);
    if (status == NULL) {
        status = api->SetInterOpNumThreads(options, 1);
    }
    if (status == NULL) {
        status = api->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL);
    }
    // A number that fades out below 1e-38 costs a hundred times a normal one.
    if (status == NULL) {
        status = api->AddSessionConfigEntry(options, "session.set_denormal_as_zero", "1");
    }
    return status;
}

int fw_runtime_session_options(OrtSessionOptions **ret, struct fw_error *err)
{
    const OrtApi *api = fw_runtime_api();
    OrtSessionOptions *options = NULL;
    int result = fw_runtime_check(api->CreateSessionOptions(&options), FW_ERROR_FATAL,
                                  "inference session options", err);
    if (result == 0) {
        result = fw_runtime_check(set_options(api, options), FW_ERROR_FATAL,
                                  "inference session options", err);
    }
    if (result != 0) {
        api->ReleaseSessionOptions(options);
        return result;
    }
    *ret = options;
    return 0;
}
