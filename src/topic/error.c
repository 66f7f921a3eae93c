// SPDX-License-Identifier: MIT
// The library's errors as the five kinds.
//
// DESIGN: one table names what needs the user and what is the record's own fault; the few that end
// the process follow; everything else is what brokers answer while they start, stop and move about,
// and is worth another try. A code that a newer library adds is then tried again, within the
// caller's deadline, and named.
#include "topic/error.h"

#include <errno.h>
#include <stdio.h>

struct entry {
    rd_kafka_resp_err_t library;
    enum fw_error_kind kind;
    int code;
};

static const struct entry entries[] = {
    // the user must act
    { RD_KAFKA_RESP_ERR__AUTHENTICATION, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR__SSL, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR_SECURITY_DISABLED, FW_ERROR_CONFIG, EACCES },
    { RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, FW_ERROR_CONFIG, ENOENT },
    { RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, FW_ERROR_CONFIG, ENOENT },
    { RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, FW_ERROR_CONFIG, ENOENT },
    { RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, FW_ERROR_CONFIG, EINVAL },
    { RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, FW_ERROR_CONFIG, EINVAL },
    { RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, FW_ERROR_CONFIG, EINVAL },
    { RD_KAFKA_RESP_ERR_INVALID_CONFIG, FW_ERROR_CONFIG, EINVAL },
    { RD_KAFKA_RESP_ERR_INVALID_REQUEST, FW_ERROR_CONFIG, EINVAL },
    { RD_KAFKA_RESP_ERR_POLICY_VIOLATION, FW_ERROR_CONFIG, EPERM },
    { RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, FW_ERROR_CONFIG, ENOTSUP },
    { RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, FW_ERROR_CONFIG, ENOTSUP },
    { RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, FW_ERROR_CONFIG, ENOTSUP },
    { RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, FW_ERROR_CONFIG, EINVAL },
    { RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, FW_ERROR_CONFIG, EINVAL },
    { RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, FW_ERROR_CONFIG, EINVAL },
    { RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED, FW_ERROR_CONFIG, EUSERS },
    { RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, FW_ERROR_CONFIG, EBUSY },
    { RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, FW_ERROR_CONFIG, EINVAL },

    // this record is bad
    { RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, FW_ERROR_DATA, EMSGSIZE },
    { RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, FW_ERROR_DATA, EMSGSIZE },
    { RD_KAFKA_RESP_ERR_INVALID_MSG, FW_ERROR_DATA, EBADMSG },
    { RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, FW_ERROR_DATA, EBADMSG },
    { RD_KAFKA_RESP_ERR_INVALID_RECORD, FW_ERROR_DATA, EBADMSG },
    { RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, FW_ERROR_DATA, EBADMSG },
    { RD_KAFKA_RESP_ERR__BAD_MSG, FW_ERROR_DATA, EBADMSG },
    { RD_KAFKA_RESP_ERR__BAD_COMPRESSION, FW_ERROR_DATA, EBADMSG },
    { RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, FW_ERROR_DATA, ERANGE },
    { RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, FW_ERROR_DATA, ERANGE },
    { RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, FW_ERROR_DATA, E2BIG },

    // this process must end
    { RD_KAFKA_RESP_ERR__FATAL, FW_ERROR_FATAL, ENOTRECOVERABLE },
    { RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, FW_ERROR_FATAL, ENOMEM },
    { RD_KAFKA_RESP_ERR__INVALID_ARG, FW_ERROR_FATAL, EINVAL },
    { RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, FW_ERROR_FATAL, ENOSYS },
    { RD_KAFKA_RESP_ERR__NOT_CONFIGURED, FW_ERROR_FATAL, EINVAL },
    { RD_KAFKA_RESP_ERR__CONFLICT, FW_ERROR_FATAL, EINVAL },

    // worth another try, with a code that tells callers more
    { RD_KAFKA_RESP_ERR__TIMED_OUT, FW_ERROR_RETRY, ETIMEDOUT },
    { RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, FW_ERROR_RETRY, ETIMEDOUT },
    { RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, FW_ERROR_RETRY, ETIMEDOUT },
    { RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, FW_ERROR_RETRY, ETIMEDOUT },
    { RD_KAFKA_RESP_ERR__PURGE_QUEUE, FW_ERROR_RETRY, ECANCELED },
    { RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, FW_ERROR_RETRY, ECANCELED },
};

// True when the code says that another owner or generation has taken over.
static bool is_fencing(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
        return true;
    default:
        return false;
    }
}

struct fw_topic_kind fw_topic_kind_of(rd_kafka_resp_err_t code)
{
    if (is_fencing(code)) {
        return (struct fw_topic_kind){ FW_ERROR_RETRY, ESTALE };
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(entries); i++) {
        if (entries[i].library == code) {
            return (struct fw_topic_kind){ entries[i].kind, entries[i].code };
        }
    }
    return (struct fw_topic_kind){ FW_ERROR_RETRY, EAGAIN };
}

int fw_topic_error(struct fw_error *err, rd_kafka_resp_err_t code, const char *format, ...)
{
    char what[FW_ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    struct fw_topic_kind kind = fw_topic_kind_of(code);
    return fw_error_set(err, kind.kind, kind.code, "%s: %s", what, rd_kafka_err2str(code));
}
