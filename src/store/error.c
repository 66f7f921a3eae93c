// SPDX-License-Identifier: MIT
// What S3 answers as the five kinds.
//
// DESIGN: one table of codes; of a code that is not in it, and of answers without one (to HEAD,
// from proxies), the status decides.
#include "store/error.h"

#include "base/escape.h"
#include "base/macros.h"
#include "store/xml.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct entry {
    const char *code;
    enum fw_error_kind kind;
    int error;
    const char *remedy; // or NULL
};

static const char make_bucket[] = "make the bucket, or correct S3_BUCKET";
static const char check_keys[] = "check the keys (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
                                 "AWS_SESSION_TOKEN, or the profile)";
static const char check_rights[] = "the keys are right but may not do this: allow s3:PutObject, "
                                   "s3:GetObject, s3:ListBucket and s3:AbortMultipartUpload";
static const char check_region[] = "set AWS_REGION to the bucket's region";
static const char check_clock[] = "correct this machine's clock";

static const struct entry entries[] = {
    // the user must act
    { "NoSuchBucket", FW_ERROR_CONFIG, ENOENT, make_bucket },
    { "InvalidBucketName", FW_ERROR_CONFIG, EINVAL, "correct S3_BUCKET" },
    { "AccessDenied", FW_ERROR_CONFIG, EACCES, check_rights },
    { "AllAccessDisabled", FW_ERROR_CONFIG, EACCES, NULL },
    { "AccountProblem", FW_ERROR_CONFIG, EACCES, NULL },
    { "InvalidAccessKeyId", FW_ERROR_CONFIG, EACCES, check_keys },
    { "InvalidClientTokenId", FW_ERROR_CONFIG, EACCES, check_keys },
    { "XAdminUserNotFound", FW_ERROR_CONFIG, EACCES, check_keys }, // versitygw's word for it
    { "SignatureDoesNotMatch", FW_ERROR_CONFIG, EACCES, check_keys },
    { "InvalidToken", FW_ERROR_CONFIG, EACCES, check_keys },
    { "ExpiredToken", FW_ERROR_CONFIG, EACCES, check_keys },
    { "TokenRefreshRequired", FW_ERROR_CONFIG, EACCES, check_keys },
    { "RequestTimeTooSkewed", FW_ERROR_CONFIG, EACCES, check_clock },
    { "RequestExpired", FW_ERROR_CONFIG, EACCES, check_clock },
    { "AuthorizationHeaderMalformed", FW_ERROR_CONFIG, EINVAL, check_region },
    { "PermanentRedirect", FW_ERROR_CONFIG, EINVAL, check_region },
    { "TemporaryRedirect", FW_ERROR_CONFIG, EINVAL, check_region },
    { "IllegalLocationConstraintException", FW_ERROR_CONFIG, EINVAL, check_region },
    { "EntityTooSmall", FW_ERROR_CONFIG, EINVAL, "raise S3_PART_SIZE_BYTES" },
    { "NotImplemented", FW_ERROR_CONFIG, ENOTSUP, "this server can't do what is asked of it" },
    { "MethodNotAllowed", FW_ERROR_CONFIG, EPERM, NULL },
    { "InvalidObjectState", FW_ERROR_CONFIG, EPERM, "the object is archived: restore it first" },
    { "KMS.DisabledException", FW_ERROR_CONFIG, EACCES, "enable the key of KMS" },
    { "KMS.NotFoundException", FW_ERROR_CONFIG, EACCES, "correct S3_SSE_KMS_KEY_ID" },
    { "KMS.KMSInvalidStateException", FW_ERROR_CONFIG, EACCES, "enable the key of KMS" },

    // this object
    { "NoSuchKey", FW_ERROR_DATA, ENOENT, NULL },
    { "NoSuchUpload", FW_ERROR_DATA, ENOENT, NULL },
    { "KeyTooLongError", FW_ERROR_DATA, EINVAL, NULL },
    { "EntityTooLarge", FW_ERROR_DATA, EFBIG, NULL },
    { "MetadataTooLarge", FW_ERROR_DATA, EINVAL, NULL },
    { "InvalidArgument", FW_ERROR_DATA, EINVAL, NULL },
    { "InvalidRequest", FW_ERROR_DATA, EINVAL, NULL },

    // the condition: look again
    { "PreconditionFailed", FW_ERROR_RETRY, ESTALE, NULL },
    { "ConditionalRequestConflict", FW_ERROR_RETRY, ESTALE, NULL },

    // worth another try
    { "SlowDown", FW_ERROR_RETRY, EBUSY, NULL },
    { "ServiceUnavailable", FW_ERROR_RETRY, EBUSY, NULL },
    { "Throttling", FW_ERROR_RETRY, EBUSY, NULL },
    { "ThrottlingException", FW_ERROR_RETRY, EBUSY, NULL },
    { "RequestLimitExceeded", FW_ERROR_RETRY, EBUSY, NULL },
    { "TooManyRequests", FW_ERROR_RETRY, EBUSY, NULL },
    { "BandwidthLimitExceeded", FW_ERROR_RETRY, EBUSY, NULL },
    { "InternalError", FW_ERROR_RETRY, EIO, NULL },
    { "OperationAborted", FW_ERROR_RETRY, EAGAIN, NULL },
    { "RequestTimeout", FW_ERROR_RETRY, ETIMEDOUT, NULL },
    { "IncompleteBody", FW_ERROR_RETRY, EIO, NULL },
    { "BadDigest", FW_ERROR_RETRY, EIO, NULL },
    { "XAmzContentSHA256Mismatch", FW_ERROR_RETRY, EIO, NULL },
    { "XAmzContentChecksumMismatch", FW_ERROR_RETRY, EIO, NULL },
    { "IDPCommunicationError", FW_ERROR_RETRY, EIO, NULL },
};

static struct entry entry_of_status(long status)
{
    switch (status) {
    case 301:
    case 307:
        return (struct entry){ "redirected", FW_ERROR_CONFIG, EINVAL, check_region };
    case 401:
    case 403:
        return (struct entry){ "access denied", FW_ERROR_CONFIG, EACCES, check_rights };
    case 404:
        return (struct entry){ "not found", FW_ERROR_DATA, ENOENT, NULL };
    case 408:
        return (struct entry){ "timed out", FW_ERROR_RETRY, ETIMEDOUT, NULL };
    case 412:
        return (struct entry){ "precondition failed", FW_ERROR_RETRY, ESTALE, NULL };
    case 429:
    case 503:
        return (struct entry){ "slow down", FW_ERROR_RETRY, EBUSY, NULL };
    case 501:
        return (struct entry){ "not implemented", FW_ERROR_CONFIG, ENOTSUP, NULL };
    default:
        return status >= 500 ? (struct entry){ "server error", FW_ERROR_RETRY, EIO, NULL }
                             : (struct entry){ "refused", FW_ERROR_DATA, EPROTO, NULL };
    }
}

static struct entry entry_of(const struct fw_s3_failure *failure)
{
    for (size_t i = 0; i < FW_ARRAY_LEN(entries); i++) {
        if (strcmp(entries[i].code, failure->code) == 0) {
            return entries[i];
        }
    }
    return entry_of_status(failure->status);
}

// ---- reading ----

static void copy(char *to, size_t size, const char *text)
{
    fw_escape(text, strlen(text), to, size);
}

// STS wraps its <Error> into an <ErrorResponse>, so the depth does not count.
void fw_s3_failure_read(const char *body, size_t size, struct fw_s3_failure *failure)
{
    struct fw_xml xml;
    fw_xml_begin(&xml, body, size);
    enum fw_xml_event event = FW_XML_BAD;
    while (size > 0 && (event = fw_xml_next(&xml)) != FW_XML_END && event != FW_XML_BAD) {
        if (event != FW_XML_CLOSE) {
            continue;
        }
        if (strcmp(xml.name, "Code") == 0) {
            copy(failure->code, sizeof(failure->code), xml.text);
        } else if (strcmp(xml.name, "Message") == 0) {
            copy(failure->message, sizeof(failure->message), xml.text);
        } else if (strcmp(xml.name, "Region") == 0) {
            copy(failure->region, sizeof(failure->region), xml.text);
        }
    }
}

bool fw_s3_is_error(const char *body, size_t size)
{
    struct fw_xml xml;
    fw_xml_begin(&xml, body, size);
    return size > 0 && fw_xml_next(&xml) == FW_XML_OPEN && strcmp(xml.name, "Error") == 0;
}

bool fw_s3_is_throttling(const struct fw_s3_failure *failure)
{
    return entry_of(failure).error == EBUSY;
}

int fw_s3_error(const struct fw_s3_failure *failure, const char *what, struct fw_error *err)
{
    struct entry entry = entry_of(failure);
    const char *name = failure->code[0] != '\0' ? failure->code : entry.code;
    char region[64] = "";
    if (entry.remedy == check_region && failure->region[0] != '\0') {
        snprintf(region, sizeof(region), " (%s)", failure->region);
    }
    return fw_error_set(err, entry.kind, entry.error, "%s: %s (HTTP %ld)%s%s%s%s%s", what, name,
                        failure->status, failure->message[0] != '\0' ? ": " : "", failure->message,
                        entry.remedy != NULL ? "; " : "", entry.remedy != NULL ? entry.remedy : "",
                        region);
}
