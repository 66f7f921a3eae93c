// SPDX-License-Identifier: MIT
// `firewatch dlq list`: one line a letter.
#include "base/buffer.h"
#include "dlq/actions.h"
#include "dlq/describe.h"
#include "topic/admin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { JSON_BYTES = 64 * 1024 };

struct list {
    bool json;
    size_t n;
};

static int print_json(const struct fw_letter *letter, struct fw_error *err)
{
    struct fw_buffer buf;
    fw_buffer_init(&buf, JSON_BYTES);
    struct fw_json json = fw_json_begin(&buf);
    fw_json_open_object(&json);
    fw_letter_put_json(&json, letter);
    fw_json_close_object(&json);
    int rc = fw_json_end(&json, err);
    if (rc == 0) {
        printf("%.*s\n", (int)buf.size, (const char *)buf.data);
    }
    fw_buffer_done(&buf);
    return rc;
}

static void print_line(const struct fw_letter *letter)
{
    char name[FW_LETTER_NAME_SIZE];
    char source[FW_LETTER_NAME_SIZE];
    char time[FW_LETTER_TEXT_SIZE];
    char reason[FW_LETTER_TEXT_SIZE];
    char stage[FW_LETTER_TEXT_SIZE];
    printf("%-24s %-24s %-10s %-19s %9zu  %s\n", fw_letter_name(letter->message, name),
           fw_letter_source(letter, source),
           fw_letter_text(letter->dead.stage, strlen(letter->dead.stage), stage),
           fw_letter_time(letter, time), letter->message->value_size,
           fw_letter_reason(letter, reason));
}

static int take(const struct fw_letter *letter, void *arg, struct fw_error *err)
{
    struct list *list = arg;
    if (list->json) {
        return print_json(letter, err);
    }
    if (list->n++ == 0) {
        printf("%-24s %-24s %-10s %-19s %9s  %s\n", "LETTER", "FROM", "STAGE", "TIME (UTC)",
               "BYTES", "REASON");
    }
    print_line(letter);
    return ferror(stdout) != 0 ? fw_error_set(err, FW_ERROR_STOP, EPIPE, "output was closed") : 0;
}

int fw_dlq_list(struct fw_dlq *dlq, struct fw_error *err)
{
    char **names = NULL;
    size_t n = 0;
    int rc = fw_dlq_topics(dlq, &names, &n, err);
    if (rc < 0) {
        return rc;
    }
    struct list list = { .json = dlq->config->json };
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = fw_dlq_walk(dlq, names[i], take, &list, err);
    }
    fw_admin_list_free(names, n);
    if (rc == 0 && list.n == 0 && !list.json) {
        printf("no dead letters\n");
    }
    return rc;
}
