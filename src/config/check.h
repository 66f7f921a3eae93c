// SPDX-License-Identifier: MIT
// Checks of options' values beyond type and range. Pure.
//
// Each takes the text as the user gave it. Errors: CONFIG or DATA, saying what the value must be;
// none repeats the value.
#ifndef FW_CONFIG_CHECK_H
#define FW_CONFIG_CHECK_H

#include "base/error.h"
#include "wire/limits.h"

enum {
    FW_CHECK_GROUP_BYTES = 200,
    FW_CHECK_SUFFIX_BYTES = 32,
    FW_CHECK_KEY_BYTES = 400,
    FW_CHECK_SECRET_BYTES = 16,
};

// An id that wire/video_id.h takes.
int fw_check_video_id(const char *text, struct fw_error *err);

// ID=FILE: such an id, and a file's name of at least one byte. The first "=" separates.
int fw_check_input(const char *text, struct fw_error *err);

// host[:port],...: each host a name or an address, IPv6 in brackets; "PROTOCOL://" may stand
// before.
int fw_check_servers(const char *text, struct fw_error *err);

// NAME=VALUE.
int fw_check_property(const char *text, struct fw_error *err);

// A name that Kafka takes for a topic, and what may stand at its end.
int fw_check_topic(const char *text, struct fw_error *err);
int fw_check_topic_suffix(const char *text, struct fw_error *err);

// A group's name: at most FW_CHECK_GROUP_BYTES, of which the ids of transactions are made.
int fw_check_group(const char *text, struct fw_error *err);

// Types and phases of events, as wire/event_kind.h reads them.
int fw_check_event_types(const char *text, struct fw_error *err);
int fw_check_event_phases(const char *text, struct fw_error *err);

// http:// or https:// and a host behind it, printable ASCII.
int fw_check_webhook_url(const char *text, struct fw_error *err);

// The same without a name, a password, a query or a fragment, of FW_LIMIT_SITE_BYTES at most.
int fw_check_site(const char *text, struct fw_error *err);

// A secret that signs: at least 16 characters.
int fw_check_secret(const char *text, struct fw_error *err);

// A picture's width or height: 0, or one that wire/limits.h takes. Numbers only; whatever else
// is left to the option's type.
int fw_check_side(const char *text, struct fw_error *err);

// A bucket's name by S3's rules: 3 to 63 of small letters, digits, "." and "-".
int fw_check_bucket(const char *text, struct fw_error *err);

// What a video's key is made of: UTF-8 without control characters, not longer than leaves room for
// an id, with {video_id} once in the template and never in the prefix; no "." or ".." between
// slashes.
int fw_check_key_prefix(const char *text, struct fw_error *err);
int fw_check_key_template(const char *text, struct fw_error *err);

#endif
