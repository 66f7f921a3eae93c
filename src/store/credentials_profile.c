// SPDX-License-Identifier: MIT
// Keys and region from the profile files of AWS's tools.
#include "base/memory.h"
#include "store/keys.h"
#include "store/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// One of the two files.
struct profile {
    char *path;
    char *text; // NULL: there is no such file
    size_t size;
    char *section;
};

static void profile_done(struct profile *profile)
{
    if (profile->text != NULL) {
        explicit_bzero(profile->text, profile->size);
    }
    free(profile->path);
    free(profile->text);
    free(profile->section);
}

static char *path_of(const char *given, const char *name)
{
    if (given != NULL && given[0] != '~') {
        return fw_xstrdup(given);
    }
    const char *home = getenv("HOME");
    return given != NULL ? fw_xasprintf("%s%s", home != NULL ? home : "", given + 1)
                         : fw_xasprintf("%s/.aws/%s", home != NULL ? home : "", name);
}

static const char *name_of(const struct fw_credential_options *options)
{
    return options->profile != NULL ? options->profile : "default";
}

static int open_profile(const struct fw_credential_options *options, bool is_config,
                        struct profile *ret, struct fw_error *err)
{
    const char *given = is_config ? options->config_file : options->credentials_file;
    const char *name = name_of(options);
    bool wants_word = is_config && strcmp(name, "default") != 0;
    *ret = (struct profile){
        .path = path_of(given, is_config ? "config" : "credentials"),
        .section = fw_xasprintf("%s%s", wants_word ? "profile " : "", name),
    };
    return fw_small_file_read(ret->path, false, &ret->text, &ret->size, err);
}

static char *value_of(const struct profile *profile, const char *name)
{
    return profile->text != NULL
               ? fw_profile_value(profile->text, profile->size, profile->section, name)
               : NULL;
}

static int keys_of(const struct profile *profile, struct fw_keys *ret, struct fw_error *err)
{
    struct fw_keys keys = { .access_key_id = value_of(profile, "aws_access_key_id"),
                            .secret_access_key = value_of(profile, "aws_secret_access_key"),
                            .session_token = value_of(profile, "aws_session_token") };
    int rc = keys.access_key_id != NULL && keys.secret_access_key != NULL;
    if (rc == 0 && (keys.access_key_id != NULL || keys.secret_access_key != NULL)) {
        rc = fw_error_set(err, FW_ERROR_CONFIG, ENOKEY, "%s: [%s] has only half of a key",
                          profile->path, profile->section);
    }
    if (rc == 1) {
        *ret = keys;
    } else {
        fw_keys_done(&keys);
    }
    return rc;
}

static int web_identity_of(const struct fw_place *place, const struct profile *profile,
                           struct fw_keys *ret, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *file = value_of(profile, "web_identity_token_file");
    FW_SCOPE(fw_free_cleanup) char *role = value_of(profile, "role_arn");
    FW_SCOPE(fw_free_cleanup) char *session = value_of(profile, "role_session_name");
    if (file == NULL || role == NULL) {
        return 0;
    }
    return fw_keys_from_web_identity(place, file, role, session, ret, err);
}

static int check_exists(const struct fw_credential_options *options, const struct profile files[2],
                        struct fw_error *err)
{
    for (int i = 0; i < 2; i++) {
        if (options->profile == NULL ||
            (files[i].text != NULL &&
             fw_profile_exists(files[i].text, files[i].size, files[i].section))) {
            return 0;
        }
    }
    return fw_error_set(err, FW_ERROR_CONFIG, ENOKEY,
                        "AWS_PROFILE names a profile that neither %s nor %s has", files[0].path,
                        files[1].path);
}

int fw_keys_from_profile(const struct fw_place *place, struct fw_keys *ret, struct fw_error *err)
{
    struct profile files[2] = { { 0 } };
    int rc = open_profile(place->options, false, &files[0], err);
    rc = rc < 0 ? rc : open_profile(place->options, true, &files[1], err);
    rc = rc < 0 ? rc : check_exists(place->options, files, err);
    for (int i = 0; rc == 0 && i < 2; i++) {
        rc = keys_of(&files[i], ret, err);
    }
    rc = rc != 0 ? rc : web_identity_of(place, &files[1], ret, err);
    profile_done(&files[0]);
    profile_done(&files[1]);
    return rc;
}

int fw_profile_region(const struct fw_credential_options *options, char **ret, struct fw_error *err)
{
    struct profile file = { 0 };
    int rc = open_profile(options, true, &file, err);
    if (rc == 0) {
        *ret = value_of(&file, "region");
    }
    profile_done(&file);
    return rc;
}
