// SPDX-License-Identifier: MIT
// Writes JSON as Python's json.dumps does: `", "` and `": "` between, ASCII only, shortest numbers.
//
// Values are appended one after the other; the writer puts the separators:
//
//     struct fw_json json = fw_json_begin(&buf);
//     fw_json_open_object(&json);
//     fw_json_key(&json, "frame_number");
//     fw_json_int(&json, 42);
//     fw_json_close_object(&json);
//     int ret = fw_json_end(&json, err);
//
// A failure (the buffer's, a number that JSON cannot say, a text that is no UTF-8) is remembered,
// and told by fw_json_end. The caller opens and closes in pairs and gives a key before each value
// of an object. One thread at a time.
#ifndef FW_BASE_JSON_WRITER_H
#define FW_BASE_JSON_WRITER_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_json {
    struct fw_buffer *out; // borrowed
    const char *key;       // the last one, or the failure's; borrowed
    const char *failure;   // what could not be written, or NULL
    bool separate;         // the next value or key follows another
    int depth;
};

// Appends to `out`, which outlives the writer.
struct fw_json fw_json_begin(struct fw_buffer *out);

void fw_json_open_object(struct fw_json *json);
void fw_json_close_object(struct fw_json *json);
void fw_json_open_array(struct fw_json *json);
void fw_json_close_array(struct fw_json *json);

// `name` is a literal of plain ASCII without quotes and backslashes, and stays valid.
void fw_json_key(struct fw_json *json, const char *name);

// A name from outside: any UTF-8; fails on anything else.
void fw_json_key_n(struct fw_json *json, const char *name, size_t n);

void fw_json_null(struct fw_json *json);
void fw_json_bool(struct fw_json *json, bool value);
void fw_json_int(struct fw_json *json, int64_t value);

// A key and its value.
void fw_json_put_int(struct fw_json *json, const char *key, int64_t value);

// A key and its value, rounded to thousandths; null when it is negative: not known.
void fw_json_put_known(struct fw_json *json, const char *key, double value);

// The shortest decimal (15 to 17 digits at most) that reads back as the same double, laid out as
// Python's repr: 30.0, 29.97, 1e-07. NaN and infinity fail.
void fw_json_double(struct fw_json *json, double value);

// The shortest decimal that reads back as the same float: 0.9712, where its double would be
// 0.9711999893188477.
void fw_json_float(struct fw_json *json, float value);

// `value` / 1000 with up to three decimals, exactly: 33367 gives 33.367, 40000 gives 40.0.
void fw_json_thousandths(struct fw_json *json, int64_t value);

// UTF-8; fails on anything else.
void fw_json_text(struct fw_json *json, const char *text);
void fw_json_text_n(struct fw_json *json, const char *text, size_t n);

// Bytes as text in base64.
void fw_json_base64(struct fw_json *json, const uint8_t *data, size_t n);

// 0, or the first failure: -EMSGSIZE, -EINVAL (DATA, naming the key) or -ENOMEM (FATAL). The
// buffer's contents are then not to be used.
int fw_json_end(struct fw_json *json, struct fw_error *err);

#endif
