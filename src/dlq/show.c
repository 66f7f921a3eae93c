// SPDX-License-Identifier: MIT
// `firewatch dlq show`: all about one letter.
#include "base/buffer.h"
#include "base/file.h"
#include "base/macros.h"
#include "dlq/actions.h"
#include "dlq/describe.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { JSON_BYTES = 4 * 1024 * 1024, HEAD_BYTES = 256, LINE_BYTES = 16 };

// ---- text ----

static void print_hex_line(const uint8_t *bytes, size_t from, size_t n)
{
    printf("  %08zx ", from);
    for (size_t i = 0; i < LINE_BYTES; i++) {
        printf(i < n ? " %02x" : "   ", i < n ? bytes[from + i] : 0U);
    }
    printf("  ");
    for (size_t i = 0; i < n; i++) {
        putchar(isprint(bytes[from + i]) && bytes[from + i] < 0x80 ? bytes[from + i] : '.');
    }
    putchar('\n');
}

static void print_value(const struct fw_message *message)
{
    if (message->value == NULL) {
        printf("value      none\n");
        return;
    }
    printf("value      %zu bytes%s\n", message->value_size,
           message->value_size > HEAD_BYTES ? ", beginning with" : "");
    size_t n = message->value_size < HEAD_BYTES ? message->value_size : HEAD_BYTES;
    for (size_t from = 0; from < n; from += LINE_BYTES) {
        print_hex_line(message->value, from, n - from < LINE_BYTES ? n - from : LINE_BYTES);
    }
}

static void print_text(const struct fw_letter *letter)
{
    const struct fw_message *message = letter->message;
    char name[FW_LETTER_NAME_SIZE];
    char text[FW_LETTER_TEXT_SIZE];
    char value[FW_LETTER_TEXT_SIZE];
    printf("letter     %s\n", fw_letter_name(message, name));
    printf("from       %s\n", fw_letter_source(letter, name));
    if (letter->is_dead) {
        printf("stage      %s\n",
               fw_letter_text(letter->dead.stage, strlen(letter->dead.stage), text));
        printf("kind       %s\n",
               fw_letter_text(letter->dead.kind, strlen(letter->dead.kind), text));
    }
    printf("reason     %s\n", fw_letter_reason(letter, text));
    printf("time       %s\n", fw_letter_time(letter, text));
    printf("key        %s\n", fw_letter_text(message->key, message->key_size, text));
    for (size_t i = 0; i < letter->n_headers; i++) {
        const struct fw_header *header = &letter->headers[i];
        if (!fw_dead_letter_is_header(header->name)) {
            printf("header     %s: %s\n", fw_letter_text(header->name, strlen(header->name), text),
                   fw_letter_text(header->value, header->size, value));
        }
    }
    print_value(message);
}

// ---- JSON ----

static void put_headers(struct fw_json *json, const struct fw_letter *letter)
{
    char name[FW_LETTER_TEXT_SIZE];
    fw_json_key(json, "headers");
    fw_json_open_array(json);
    for (size_t i = 0; i < letter->n_headers; i++) {
        const struct fw_header *header = &letter->headers[i];
        if (fw_dead_letter_is_header(header->name)) {
            continue;
        }
        fw_json_open_object(json);
        fw_json_key(json, "name");
        fw_json_text(json, fw_letter_text(header->name, strlen(header->name), name));
        fw_json_key(json, "value_base64");
        fw_json_base64(json, header->value, header->size);
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
}

static int print_json(const struct fw_letter *letter, struct fw_error *err)
{
    const struct fw_message *message = letter->message;
    struct fw_buffer buf;
    fw_buffer_init(&buf, JSON_BYTES);
    struct fw_json json = fw_json_begin(&buf);
    fw_json_open_object(&json);
    fw_letter_put_json(&json, letter);
    put_headers(&json, letter);
    fw_json_key(&json, "head_base64");
    fw_json_base64(&json, message->value,
                   message->value_size < HEAD_BYTES ? message->value_size : HEAD_BYTES);
    fw_json_close_object(&json);
    int rc = fw_json_end(&json, err);
    if (rc == 0) {
        printf("%.*s\n", (int)buf.size, (const char *)buf.data);
    }
    fw_buffer_done(&buf);
    return rc;
}

// ---- the value as a file ----

static int save(const struct fw_letter *letter, const char *path, struct fw_error *err)
{
    const struct fw_message *message = letter->message;
    char name[FW_LETTER_NAME_SIZE];
    FILE *file = NULL;
    if (message->value == NULL) {
        return fw_error_set(err, FW_ERROR_DATA, ENODATA, "%s has no value to save",
                            fw_letter_name(message, name));
    }
    int rc = fw_part_create(path, &file, err);
    if (rc < 0) {
        return rc;
    }
    // A failed write is remembered by the file, and told by fw_part_finish.
    (void)fwrite(message->value, 1, message->value_size, file);
    return fw_part_finish(path, file, err);
}

int fw_dlq_show(struct fw_dlq *dlq, const struct fw_letter_place *place, struct fw_error *err)
{
    struct fw_letter letter;
    int rc = fw_dlq_read(dlq, place, &letter, err);
    if (rc < 0) {
        return rc;
    }
    if (dlq->config->output_file != NULL) {
        rc = save(&letter, dlq->config->output_file, err);
    }
    if (rc == 0 && dlq->config->json) {
        rc = print_json(&letter, err);
    } else if (rc == 0) {
        print_text(&letter);
    }
    fw_letter_done(&letter);
    return rc;
}
