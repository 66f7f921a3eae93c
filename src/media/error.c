// SPDX-License-Identifier: MIT
// The one map from libav's error codes to our kinds.
#include "media/error.h"

#include "media/log.h"

#include <libavutil/error.h>

#include <errno.h>
#include <stdio.h>

static const struct {
    int av_code;
    enum fw_error_kind kind;
    int code;
} kinds[] = {
    { AVERROR_EXIT, FW_ERROR_STOP, ECANCELED },
    { AVERROR_BUG, FW_ERROR_FATAL, EBADMSG },
    { AVERROR_BUG2, FW_ERROR_FATAL, EBADMSG },

    { AVERROR(ENOENT), FW_ERROR_CONFIG, ENOENT },
    { AVERROR(ENOTDIR), FW_ERROR_CONFIG, ENOTDIR },
    { AVERROR(EISDIR), FW_ERROR_CONFIG, EISDIR },
    { AVERROR(ENAMETOOLONG), FW_ERROR_CONFIG, ENAMETOOLONG },
    { AVERROR(EACCES), FW_ERROR_CONFIG, EACCES },
    { AVERROR(EPERM), FW_ERROR_CONFIG, EPERM },
    { AVERROR(EROFS), FW_ERROR_CONFIG, EROFS },
    { AVERROR(ENOSPC), FW_ERROR_CONFIG, ENOSPC },
    { AVERROR(EDQUOT), FW_ERROR_CONFIG, EDQUOT },
    { AVERROR(EFBIG), FW_ERROR_CONFIG, EFBIG },
    { AVERROR_ENCODER_NOT_FOUND, FW_ERROR_CONFIG, ENOSYS },
    { AVERROR_MUXER_NOT_FOUND, FW_ERROR_CONFIG, ENOSYS },
    { AVERROR_PROTOCOL_NOT_FOUND, FW_ERROR_CONFIG, ENOSYS },
    { AVERROR_OPTION_NOT_FOUND, FW_ERROR_CONFIG, EINVAL },
    { AVERROR_HTTP_BAD_REQUEST, FW_ERROR_CONFIG, EINVAL },
    { AVERROR_HTTP_UNAUTHORIZED, FW_ERROR_CONFIG, EACCES },
    { AVERROR_HTTP_FORBIDDEN, FW_ERROR_CONFIG, EACCES },
    { AVERROR_HTTP_NOT_FOUND, FW_ERROR_CONFIG, ENOENT },
    { AVERROR_HTTP_OTHER_4XX, FW_ERROR_CONFIG, EINVAL },

    { AVERROR_HTTP_SERVER_ERROR, FW_ERROR_RETRY, EREMOTEIO },
    { AVERROR(EAGAIN), FW_ERROR_RETRY, EAGAIN },
    { AVERROR(ECONNREFUSED), FW_ERROR_RETRY, ECONNREFUSED },
    { AVERROR(ECONNRESET), FW_ERROR_RETRY, ECONNRESET },
    { AVERROR(ECONNABORTED), FW_ERROR_RETRY, ECONNABORTED },
    { AVERROR(EHOSTUNREACH), FW_ERROR_RETRY, EHOSTUNREACH },
    { AVERROR(ENETUNREACH), FW_ERROR_RETRY, ENETUNREACH },
    { AVERROR(ENETDOWN), FW_ERROR_RETRY, ENETDOWN },
    { AVERROR(EPIPE), FW_ERROR_RETRY, EPIPE },
    { AVERROR(ETIMEDOUT), FW_ERROR_RETRY, ETIMEDOUT },
};

// libav's own codes are tags of four characters; errno values are small.
static int errno_of(int av_code)
{
    return av_code < 0 && av_code > -4096 ? AVUNERROR(av_code) : EBADMSG;
}

static const char *reason(int av_code, char *text, size_t size)
{
    if (av_code != AVERROR_EXIT && fw_media_log_complaint()[0] != '\0') {
        return fw_media_log_complaint();
    }
    av_strerror(av_code, text, size); // says "Error number N occurred" where it knows nothing
    return text;
}

int fw_media_error(struct fw_error *err, int av_code, const char *format, ...)
{
    enum fw_error_kind kind = FW_ERROR_DATA;
    int code = errno_of(av_code);
    for (size_t i = 0; i < FW_ARRAY_LEN(kinds); i++) {
        if (kinds[i].av_code == av_code) {
            kind = kinds[i].kind;
            code = kinds[i].code;
        }
    }
    char subject[FW_ERROR_TEXT_SIZE];
    char reason_text[AV_ERROR_MAX_STRING_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(subject, sizeof(subject), format, args);
    va_end(args);
    return fw_error_set(err, kind, code, "%s: %s", subject,
                        reason(av_code, reason_text, sizeof(reason_text)));
}
