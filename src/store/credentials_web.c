// SPDX-License-Identifier: MIT
// Keys for a web identity, as Kubernetes gives it: its token is exchanged at STS.
#include "base/memory.h"
#include "store/keys.h"
#include "store/profile.h"
#include "store/sigv4.h"
#include "store/xml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void take(char **field, const char *text)
{
    free(*field);
    *field = fw_xstrdup(text);
}

static int read_answer(const char *text, const char *what, struct fw_keys *ret,
                       struct fw_error *err)
{
    struct fw_keys keys = { 0 };
    struct fw_xml xml;
    fw_xml_begin(&xml, text, strlen(text));
    enum fw_xml_event event;
    while ((event = fw_xml_next(&xml)) != FW_XML_END && event != FW_XML_BAD) {
        if (event != FW_XML_CLOSE) {
            continue;
        }
        if (strcmp(xml.name, "AccessKeyId") == 0) {
            take(&keys.access_key_id, xml.text);
        } else if (strcmp(xml.name, "SecretAccessKey") == 0) {
            take(&keys.secret_access_key, xml.text);
        } else if (strcmp(xml.name, "SessionToken") == 0) {
            take(&keys.session_token, xml.text);
        } else if (strcmp(xml.name, "Expiration") == 0) {
            keys.expires_us = fw_expiration_of(xml.text);
        }
    }
    explicit_bzero(&xml, sizeof(xml));
    if (event == FW_XML_BAD || keys.access_key_id == NULL || keys.secret_access_key == NULL) {
        fw_keys_done(&keys);
        return fw_error_set(err, FW_ERROR_CONFIG, EBADMSG, "%s: the answer has no keys", what);
    }
    *ret = keys;
    return 1;
}

// The form that STS is sent; the caller frees it.
static char *form_of(const char *token, const char *role_arn, const char *session_name)
{
    const struct fw_sigv4_pair pairs[] = {
        { "Action", "AssumeRoleWithWebIdentity" },
        { "RoleArn", role_arn },
        { "RoleSessionName", session_name != NULL ? session_name : "firewatch" },
        { "Version", "2011-06-15" },
        { "WebIdentityToken", token },
    };
    return fw_sigv4_query(pairs, FW_ARRAY_LEN(pairs));
}

int fw_keys_from_web_identity(const struct fw_place *place, const char *token_file,
                              const char *role_arn, const char *session_name, struct fw_keys *ret,
                              struct fw_error *err)
{
    static const char what[] = "keys for a web identity";
    FW_SCOPE(fw_free_cleanup) char *token = NULL;
    size_t size = 0;
    int rc = fw_small_file_read(token_file, true, &token, &size, err);
    if (rc < 0) {
        return fw_error_prefix(err, "%s", what);
    }
    while (size > 0 && strchr(" \t\r\n", token[size - 1]) != NULL) {
        token[--size] = '\0';
    }
    FW_SCOPE(fw_free_cleanup) char *form = form_of(token, role_arn, session_name);
    FW_SCOPE(fw_free_cleanup)
    char *url = place->options->sts_endpoint != NULL
                    ? fw_xasprintf("%s/", place->options->sts_endpoint)
                    : fw_xasprintf("https://sts.%s.amazonaws.com/", place->region);
    struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/x-www-form-urlencoded");
    FW_SCOPE(fw_free_cleanup) char *answer = NULL;
    rc = fw_token_request(place, "POST", url, headers, form, what, &answer, err);
    return rc < 0 ? rc : read_answer(answer, what, ret, err);
}
