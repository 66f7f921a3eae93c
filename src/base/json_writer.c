// SPDX-License-Identifier: MIT
// Writes JSON as Python's json.dumps does.
//
// DESIGN: straight into the buffer, no tree: a detection is written for every picture. Comma or
// not needs one bit and no stack: after a value or a closed bracket the next thing is separated,
// after an opening bracket or a key it is not.
#include "base/json_writer.h"

#include "base/base64.h"
#include "base/utf8.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_DIGITS = 17,
    // Python's repr writes exponents from -4 to 15 as plain decimals.
    MIN_PLAIN_EXPONENT = -4,
    MAX_PLAIN_EXPONENT = 15,
    NUMBER_SIZE = 40,
};

struct decimal {
    bool negative;
    char digits[MAX_DIGITS + 1]; // without trailing zeros, at least one
    int n_digits;
    int exponent; // of the first digit
};

struct fw_json fw_json_begin(struct fw_buffer *out)
{
    return (struct fw_json){ .out = out };
}

static void raw(struct fw_json *json, const char *text, size_t n)
{
    fw_buffer_append(json->out, text, n);
}

static void before_value(struct fw_json *json)
{
    if (json->separate) {
        raw(json, ", ", 2);
    }
    json->separate = true;
}

static void open_bracket(struct fw_json *json, char bracket)
{
    before_value(json);
    raw(json, &bracket, 1);
    json->separate = false;
    json->depth++;
}

static void close_bracket(struct fw_json *json, char bracket)
{
    assert(json->depth > 0);
    json->depth--;
    raw(json, &bracket, 1);
    json->separate = true;
}

void fw_json_open_object(struct fw_json *json)
{
    open_bracket(json, '{');
}

void fw_json_close_object(struct fw_json *json)
{
    close_bracket(json, '}');
}

void fw_json_open_array(struct fw_json *json)
{
    open_bracket(json, '[');
}

void fw_json_close_array(struct fw_json *json)
{
    close_bracket(json, ']');
}

void fw_json_key(struct fw_json *json, const char *name)
{
    before_value(json);
    raw(json, "\"", 1);
    raw(json, name, strlen(name));
    raw(json, "\": ", 3);
    json->separate = false;
    json->key = json->failure == NULL ? name : json->key;
}

void fw_json_null(struct fw_json *json)
{
    before_value(json);
    raw(json, "null", 4);
}

void fw_json_bool(struct fw_json *json, bool value)
{
    before_value(json);
    raw(json, value ? "true" : "false", value ? 4 : 5);
}

// Writes backwards from `end`; returns where the digits begin.
static char *write_unsigned(char *end, uint64_t value)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return end;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

void fw_json_int(struct fw_json *json, int64_t value)
{
    char text[NUMBER_SIZE];
    char *end = text + sizeof(text);
    char *start = write_unsigned(end, magnitude(value));
    if (value < 0) {
        *--start = '-';
    }
    before_value(json);
    raw(json, start, (size_t)(end - start));
}

void fw_json_thousandths(struct fw_json *json, int64_t value)
{
    char text[NUMBER_SIZE];
    uint64_t fraction = magnitude(value) % 1000;
    char *end = text + sizeof(text);
    char *point = end - 4;
    *point = '.';
    for (int i = 3; i > 0; i--) {
        point[i] = (char)('0' + fraction % 10);
        fraction /= 10;
    }
    while (end - point > 2 && end[-1] == '0') {
        end--;
    }
    char *start = write_unsigned(point, magnitude(value) / 1000);
    if (value < 0) {
        *--start = '-';
    }
    before_value(json);
    raw(json, start, (size_t)(end - start));
}

static void fail(struct fw_json *json, const char *why)
{
    if (json->failure == NULL) {
        json->failure = why;
    }
}

// Takes printf's %e apart. Whatever stands for the decimal point in the locale is skipped.
static struct decimal parse_exponential(const char *text)
{
    struct decimal decimal = { .negative = text[0] == '-' };
    const char *exponent = strchr(text, 'e');
    assert(exponent != NULL);
    for (const char *c = text; c < exponent; c++) {
        if (*c >= '0' && *c <= '9') {
            decimal.digits[decimal.n_digits++] = *c;
        }
    }
    while (decimal.n_digits > 1 && decimal.digits[decimal.n_digits - 1] == '0') {
        decimal.n_digits--;
    }
    decimal.exponent = (int)strtol(exponent + 1, NULL, 10);
    return decimal;
}

static struct decimal shortest_double(double value)
{
    char text[NUMBER_SIZE];
    // 15 digits always survive in a normal double, so fewer need not be tried; a subnormal one has
    // fewer digits to give.
    int n_digits = fabs(value) < 2.2250738585072014e-308 ? 1 : 15;
    for (;; n_digits++) {
        snprintf(text, sizeof(text), "%.*e", n_digits - 1, value);
        if (n_digits == MAX_DIGITS || strtod(text, NULL) == value) {
            return parse_exponential(text);
        }
    }
}

static struct decimal shortest_float(float value)
{
    char text[NUMBER_SIZE];
    int n_digits = fabsf(value) < 1.17549435e-38F ? 1 : 6;
    for (;; n_digits++) {
        snprintf(text, sizeof(text), "%.*e", n_digits - 1, (double)value);
        if (n_digits == 9 || strtof(text, NULL) == value) {
            return parse_exponential(text);
        }
    }
}

static size_t put(char *to, const char *from, size_t n)
{
    memcpy(to, from, n);
    return n;
}

// 0.0097, 97.0, 9700.0
static size_t layout_plain(const struct decimal *decimal, char *text)
{
    size_t n = 0;
    int n_before = decimal->exponent + 1; // digits in front of the point
    if (n_before <= 0) {
        n += put(text, "0.0000", (size_t)(2 - n_before));
        return n + put(text + n, decimal->digits, (size_t)decimal->n_digits);
    }
    for (int i = 0; i < n_before; i++) {
        text[n++] = (char)(i < decimal->n_digits ? decimal->digits[i] : '0');
    }
    if (decimal->n_digits <= n_before) {
        return n + put(text + n, ".0", 2);
    }
    text[n++] = '.';
    return n + put(text + n, decimal->digits + n_before, (size_t)(decimal->n_digits - n_before));
}

// 9.7e-07, 1e+16
static size_t layout_exponential(const struct decimal *decimal, char *text)
{
    size_t n = 0;
    text[n++] = decimal->digits[0];
    if (decimal->n_digits > 1) {
        text[n++] = '.';
        n += put(text + n, decimal->digits + 1, (size_t)(decimal->n_digits - 1));
    }
    return n + (size_t)snprintf(text + n, NUMBER_SIZE - n, "e%+03d", decimal->exponent);
}

static void write_decimal(struct fw_json *json, const struct decimal *decimal)
{
    char text[NUMBER_SIZE];
    bool plain = decimal->exponent >= MIN_PLAIN_EXPONENT && decimal->exponent <= MAX_PLAIN_EXPONENT;
    size_t n = plain ? layout_plain(decimal, text) : layout_exponential(decimal, text);
    before_value(json);
    raw(json, "-", decimal->negative ? 1 : 0);
    raw(json, text, n);
}

void fw_json_put_int(struct fw_json *json, const char *key, int64_t value)
{
    fw_json_key(json, key);
    fw_json_int(json, value);
}

void fw_json_put_known(struct fw_json *json, const char *key, double value)
{
    fw_json_key(json, key);
    if (value >= 0) {
        fw_json_thousandths(json, (int64_t)(value * 1000.0 + 0.5));
    } else {
        fw_json_null(json);
    }
}

void fw_json_double(struct fw_json *json, double value)
{
    if (!isfinite(value)) {
        fail(json, "is not a finite number");
        return;
    }
    struct decimal decimal = shortest_double(value);
    write_decimal(json, &decimal);
}

void fw_json_float(struct fw_json *json, float value)
{
    if (!isfinite(value)) {
        fail(json, "is not a finite number");
        return;
    }
    struct decimal decimal = shortest_float(value);
    write_decimal(json, &decimal);
}

static size_t write_unit(char *to, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    to[0] = '\\';
    to[1] = 'u';
    for (int i = 0; i < 4; i++) {
        to[2 + i] = hex[unit >> (12 - 4 * i) & 0xF];
    }
    return 6;
}

static void write_escaped(struct fw_json *json, uint32_t point)
{
    static const char short_forms[][2] = { { '"', '"' },  { '\\', '\\' }, { '\b', 'b' },
                                           { '\f', 'f' }, { '\n', 'n' },  { '\r', 'r' },
                                           { '\t', 't' } };
    for (size_t i = 0; i < sizeof(short_forms) / sizeof(short_forms[0]); i++) {
        if (point == (uint32_t)short_forms[i][0]) {
            raw(json, "\\", 1);
            raw(json, &short_forms[i][1], 1);
            return;
        }
    }
    char text[12];
    size_t n = 0;
    if (point >= 0x10000) {
        n += write_unit(text, 0xD800 + ((point - 0x10000) >> 10));
        point = 0xDC00 + ((point - 0x10000) & 0x3FF);
    }
    n += write_unit(text + n, point);
    raw(json, text, n);
}

static bool needs_no_escape(char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

void fw_json_text_n(struct fw_json *json, const char *text, size_t n)
{
    before_value(json);
    raw(json, "\"", 1);
    for (size_t i = 0; i < n;) {
        size_t run = i;
        while (run < n && needs_no_escape(text[run])) {
            run++;
        }
        raw(json, text + i, run - i);
        i = run;
        uint32_t point = 0;
        size_t length = i < n ? fw_utf8_decode(text + i, n - i, &point) : 0;
        if (i < n && length == 0) {
            fail(json, "is not UTF-8");
            return;
        }
        if (length > 0) {
            write_escaped(json, point);
        }
        i += length;
    }
    raw(json, "\"", 1);
}

void fw_json_text(struct fw_json *json, const char *text)
{
    fw_json_text_n(json, text, strlen(text));
}

void fw_json_key_n(struct fw_json *json, const char *name, size_t n)
{
    fw_json_text_n(json, name, n);
    raw(json, ": ", 2);
    json->separate = false;
}

void fw_json_base64(struct fw_json *json, const uint8_t *data, size_t n)
{
    before_value(json);
    raw(json, "\"", 1);
    fw_base64_encode(data, n, json->out);
    raw(json, "\"", 1);
}

int fw_json_end(struct fw_json *json, struct fw_error *err)
{
    if (json->failure != NULL) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "%s %s",
                            json->key != NULL ? json->key : "value", json->failure);
    }
    assert(json->depth == 0 || json->out->failure != 0);
    return fw_buffer_check(json->out, err);
}
