// SPDX-License-Identifier: MIT
// One record.
#include "inspect/record.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>

// ---- shown ----

static void describe(enum fw_inspected what, const struct fw_message *message,
                     struct fw_facts *facts)
{
    char time[FW_CLOCK_TEXT_SIZE];
    if (message->timestamp_ms >= 0) {
        fw_clock_format_utc(message->timestamp_ms * 1000, time);
    }
    fw_fact_text(facts, "time", message->timestamp_ms >= 0 ? time : NULL);
    fw_fact_bytes(facts, "key", message->key, message->key_size);
    if (message->value != NULL) {
        fw_fact_int(facts, "bytes", (int64_t)message->value_size);
    } else {
        fw_fact_none(facts, "bytes");
    }
    fw_inspect_describe(what, message, facts);
}

void fw_record_print_words(enum fw_inspected what, const struct fw_message *message)
{
    struct fw_facts facts = { .text = stdout };
    printf("%s/%d/%lld", message->topic, message->partition, (long long)message->offset);
    describe(what, message, &facts);
    printf("\n");
}

int fw_record_print_json(enum fw_inspected what, const struct fw_message *message,
                         struct fw_buffer *buffer, struct fw_error *err)
{
    fw_buffer_clear(buffer);
    struct fw_json json = fw_json_begin(buffer);
    struct fw_facts facts = { .json = &json };
    fw_json_open_object(&json);
    fw_fact_text(&facts, "topic", message->topic);
    fw_fact_int(&facts, "partition", message->partition);
    fw_fact_int(&facts, "offset", message->offset);
    describe(what, message, &facts);
    fw_json_close_object(&json);
    int rc = fw_json_end(&json, err);
    if (rc == 0) {
        printf("%.*s\n", (int)buffer->size, (const char *)buffer->data);
    }
    return rc;
}

// ---- saved ----

int fw_record_save(const struct fw_message *message, const char *path, struct fw_error *err)
{
    FILE *file = NULL;
    if (message->value == NULL) {
        return fw_error_set(err, FW_ERROR_DATA, ENODATA, "%s/%d/%lld has no value to save",
                            message->topic, message->partition, (long long)message->offset);
    }
    int rc = fw_part_create(path, &file, err);
    if (rc < 0) {
        return rc;
    }
    // A failed write is remembered by the file, and told by fw_part_finish.
    (void)fwrite(message->value, 1, message->value_size, file);
    return fw_part_finish(path, file, err);
}
