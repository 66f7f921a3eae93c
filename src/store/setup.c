// SPDX-License-Identifier: MIT
// From the configuration to the store.
#include "store/setup.h"

#include <errno.h>

enum { N_PARALLEL = 4 };

static const char *either(const char *first, const char *second)
{
    return first != NULL ? first : second;
}

static struct fw_credential_options credentials_of(const struct fw_config *config)
{
    return (struct fw_credential_options){
        .access_key_id = config->aws_access_key_id,
        .secret_access_key = config->aws_secret_access_key,
        .session_token = config->aws_session_token,
        .profile = config->aws_profile,
        .credentials_file = config->aws_credentials_file,
        .config_file = config->aws_config_file,
        .web_identity_token_file = config->aws_web_identity_token_file,
        .role_arn = config->aws_role_arn,
        .role_session_name = config->aws_role_session_name,
        .sts_endpoint = config->aws_endpoint_url_sts,
        .container_relative_uri = config->aws_container_relative_uri,
        .container_full_uri = config->aws_container_full_uri,
        .container_token = config->aws_container_token,
        .container_token_file = config->aws_container_token_file,
        .metadata_endpoint = config->aws_metadata_endpoint,
        .metadata_disabled = config->aws_metadata_disabled,
    };
}

int fw_store_from_config(const struct fw_config *config, struct fw_store **ret,
                         struct fw_error *err)
{
    if (config->s3_bucket == NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "no bucket is named: set S3_BUCKET or give --bucket");
    }
    const struct fw_store_options options = {
        .bucket = config->s3_bucket,
        .region = either(config->aws_region, config->aws_default_region),
        .endpoint = either(config->aws_endpoint_url_s3, config->aws_endpoint_url),
        .addressing = (enum fw_store_addressing)config->s3_addressing,
        .ca_bundle = config->aws_ca_bundle,
        .server_side_encryption = config->s3_server_side_encryption,
        .kms_key_id = config->s3_kms_key_id,
        .part_size_bytes = config->s3_part_size_bytes,
        .n_parallel = N_PARALLEL,
        .max_tries = config->s3_max_tries,
        .timeout_s = config->s3_timeout_s,
        .credentials = credentials_of(config),
    };
    return fw_store_open(&options, ret, err);
}
