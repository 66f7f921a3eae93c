// SPDX-License-Identifier: MIT
// Counts dead letters.
//
// DESIGN: they are read and counted, because transactions leave marks among them, so that
// differences of offsets would count too many. Each is read once.
#include "watch/letters.h"

#include "base/memory.h"
#include "topic/admin.h"
#include "topic/tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 5000 };

struct fw_letters {
    struct fw_admin *admin;
    struct fw_reader *reader;
    char *suffix;
    struct fw_letter_count *counts; // owned, with `tails` beside them
    struct fw_tail **tails;
    size_t n;
};

int fw_letters_open(const struct fw_client *client, const char *suffix, struct fw_letters **ret,
                    struct fw_error *err)
{
    struct fw_letters *letters = fw_xcalloc(1, sizeof(*letters));
    letters->suffix = fw_xstrdup(suffix);
    int rc = fw_admin_open(client, &letters->admin, err);
    rc = rc < 0 ? rc : fw_reader_open(client, &letters->reader, err);
    if (rc < 0) {
        fw_letters_close(letters);
        return rc;
    }
    *ret = letters;
    return 0;
}

void fw_letters_close(struct fw_letters *letters)
{
    if (letters == NULL) {
        return;
    }
    for (size_t i = 0; i < letters->n; i++) {
        fw_tail_free(letters->tails[i]);
        free(letters->counts[i].topic);
    }
    free(letters->tails);
    free(letters->counts);
    fw_reader_close(letters->reader);
    fw_admin_close(letters->admin);
    free(letters->suffix);
    free(letters);
}

// Gives a topic its place among the sorted ones, where it has none yet.
static void add_topic(struct fw_letters *letters, const char *name)
{
    size_t at = 0;
    while (at < letters->n && strcmp(letters->counts[at].topic, name) < 0) {
        at++;
    }
    if (at < letters->n && strcmp(letters->counts[at].topic, name) == 0) {
        return;
    }
    size_t n = letters->n + 1;
    letters->counts = fw_xrealloc(letters->counts, n * sizeof(letters->counts[0]));
    letters->tails = fw_xrealloc(letters->tails, n * sizeof(letters->tails[0]));
    size_t n_behind = letters->n - at;
    memmove(&letters->counts[at + 1], &letters->counts[at], n_behind * sizeof(letters->counts[0]));
    memmove(&letters->tails[at + 1], &letters->tails[at], n_behind * sizeof(letters->tails[0]));
    letters->counts[at] = (struct fw_letter_count){ .topic = fw_xstrdup(name) };
    letters->tails[at] = fw_tail_new(letters->reader, name);
    letters->n = n;
}

static int take(const struct fw_message *message, void *arg, struct fw_error *err)
{
    (void)message;
    (void)err;
    int64_t *n = arg;
    (*n)++;
    return 0;
}

int fw_letters_refresh(struct fw_letters *letters, struct fw_error *err)
{
    char **names = NULL;
    size_t n = 0;
    int rc = fw_admin_list_ending(letters->admin, letters->suffix, TIMEOUT_MS, &names, &n, err);
    if (rc < 0) {
        return rc;
    }
    for (size_t i = 0; i < n; i++) {
        add_topic(letters, names[i]);
    }
    fw_admin_list_free(names, n);
    for (size_t i = 0; rc == 0 && i < letters->n; i++) {
        rc = fw_tail_read(letters->tails[i], TIMEOUT_MS, take, &letters->counts[i].n, err);
        rc = rc == -ENOENT ? 0 : rc; // taken away meanwhile
    }
    return rc;
}

const struct fw_letter_count *fw_letters_get(const struct fw_letters *letters, size_t *ret_n)
{
    *ret_n = letters->n;
    return letters->counts;
}
