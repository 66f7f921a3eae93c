// SPDX-License-Identifier: MIT
// One line of the log, in its two forms.
#include "base/log_line.h"

#include "base/json_writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KEYS = 16, KEY_SIZE = 32 };

static const char *level_name(enum fw_log_level level)
{
    static const char *const names[] = { "ERROR", "WARN", "INFO", "DEBUG", "TRACE" };
    return names[level];
}

void fw_log_line_text(const struct fw_log_line *line, struct fw_buffer *out)
{
    char text[64];
    int n = snprintf(text, sizeof(text), "%sZ %s ", line->time, level_name(line->level));
    fw_buffer_append(out, text, (size_t)n);
    fw_buffer_append(out, line->message, strlen(line->message));
    if (line->n_repeats > 0) {
        n = snprintf(text, sizeof(text), " repeated=%u", line->n_repeats);
        fw_buffer_append(out, text, (size_t)n);
    }
    fw_buffer_append(out, "\n", 1);
}

// --- JSON ---

// The keys that a line has so far.
struct keys {
    char texts[MAX_KEYS][KEY_SIZE];
    size_t n;
};

static bool add_key(struct keys *keys, const char *name, size_t size)
{
    if (keys->n == MAX_KEYS || size >= KEY_SIZE) {
        return false;
    }
    for (size_t i = 0; i < keys->n; i++) {
        if (strlen(keys->texts[i]) == size && memcmp(keys->texts[i], name, size) == 0) {
            return false;
        }
    }
    memcpy(keys->texts[keys->n], name, size);
    keys->texts[keys->n++][size] = '\0';
    return true;
}

// Only what every reader takes for the same number: a count, an offset; not an id like 007.
static bool is_number(const char *text, size_t size)
{
    size_t minus = size > 0 && text[0] == '-';
    size_t digits = strspn(text + minus, "0123456789");
    return digits > 0 && digits + minus == size && digits <= 15 &&
           (text[minus] != '0' || size == 1);
}

static void write_value(struct fw_json *json, const char *value, size_t size)
{
    if (is_number(value, size)) {
        fw_json_int(json, strtoll(value, NULL, 10));
    } else {
        fw_json_text_n(json, value, size);
    }
}

static void write_fields(struct fw_json *json, struct keys *keys, const char *message)
{
    for (const char *word = message; *word != '\0';) {
        size_t size = strcspn(word, " ");
        size_t key_size = strspn(word, "abcdefghijklmnopqrstuvwxyz_.");
        if (key_size > 0 && key_size < size && word[key_size] == '=' &&
            add_key(keys, word, key_size)) {
            fw_json_key(json, keys->texts[keys->n - 1]);
            write_value(json, word + key_size + 1, size - key_size - 1);
        }
        word += size + (word[size] == ' ');
    }
}

void fw_log_line_json(const struct fw_log_line *line, struct fw_buffer *out)
{
    struct keys keys = { .texts = { "time", "level", "message", "repeated" }, .n = 4 };
    char time[64];
    snprintf(time, sizeof(time), "%.32sZ", line->time);
    struct fw_json json = fw_json_begin(out);
    fw_json_open_object(&json);
    fw_json_key(&json, "time");
    fw_json_text(&json, time);
    fw_json_key(&json, "level");
    fw_json_text(&json, level_name(line->level));
    fw_json_key(&json, "message");
    fw_json_text(&json, line->message);
    if (line->n_repeats > 0) {
        fw_json_key(&json, "repeated");
        fw_json_int(&json, line->n_repeats);
    }
    write_fields(&json, &keys, line->message);
    fw_json_close_object(&json);
    if (fw_json_end(&json, NULL) != 0) {
        fw_buffer_clear(out); // never of what fw_escape has written
        return;
    }
    fw_buffer_append(out, "\n", 1);
}
