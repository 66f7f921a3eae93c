// SPDX-License-Identifier: MIT
// Where the keys come from: the default chain of AWS's tools, in its order.
//
//   1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
//   2. a web identity: AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, exchanged at STS
//   3. the profile AWS_PROFILE ("default") of AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials),
//   then of
//      AWS_CONFIG_FILE (~/.aws/config): keys, or a web identity
//   4. a container's: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI
//   5. the machine's role: IMDSv2, unless AWS_EC2_METADATA_DISABLED
//
// The first that is configured counts; one that is configured and fails is an error, not a reason
// to go on with the next. What expires is fetched again five minutes before; when that fails and
// the old is still valid, the old is used. Source:
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#ifndef FW_STORE_CREDENTIALS_H
#define FW_STORE_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

// All texts are borrowed; NULL and "" mean unset.
struct fw_credential_options {
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token;
    const char *profile;
    const char *credentials_file;
    const char *config_file;
    const char *web_identity_token_file;
    const char *role_arn;
    const char *role_session_name;
    const char *sts_endpoint; // unset: https://sts.{region}.amazonaws.com
    const char *container_relative_uri;
    const char *container_full_uri;
    const char *container_token;
    const char *container_token_file;
    const char *metadata_endpoint; // unset: http://169.254.169.254
    bool metadata_disabled;
};

#endif
