// SPDX-License-Identifier: MIT
// Splits lines of comma-separated values.
#include "eval/csv.h"

#include <string.h>

// Reads one field from *at, unquoting it in place, and leaves *at behind it: on its comma or at the
// end. NULL when a quote stays open.
static char *take_field(char **at)
{
    char *from = *at;
    char *to = from;
    char *field = from;
    bool quoted = *from == '"';
    from += quoted;
    while (*from != '\0' && (quoted || *from != ',')) {
        if (quoted && from[0] == '"' && from[1] == '"') {
            from++; // a doubled quote stands for one
        } else if (quoted && *from == '"') {
            quoted = false;
            from++;
            continue;
        }
        *to++ = *from++;
    }
    *at = from;
    bool more = *from == ',';
    *to = '\0';
    *at += more ? 1 : 0;
    if (quoted) {
        return NULL;
    }
    return field;
}

bool fw_csv_split(char *text, struct fw_csv_line *ret)
{
    text[strcspn(text, "\r\n")] = '\0';
    ret->n_fields = 0;
    char *end = text + strlen(text);
    bool comma_last = end > text && end[-1] == ',';
    char *at = text;
    while (at < end || ret->n_fields == 0) {
        char *field = ret->n_fields < FW_CSV_MAX_FIELDS ? take_field(&at) : NULL;
        if (field == NULL) {
            return false;
        }
        ret->fields[ret->n_fields++] = field;
    }
    if (comma_last && ret->n_fields < FW_CSV_MAX_FIELDS) {
        ret->fields[ret->n_fields++] = end; // an empty last field
    }
    return true;
}

int fw_csv_find(const struct fw_csv_line *line, const char *const names[])
{
    for (size_t k = 0; names[k] != NULL; k++) {
        for (size_t i = 0; i < line->n_fields; i++) {
            if (strcmp(line->fields[i], names[k]) == 0) {
                return (int)i;
            }
        }
    }
    return -1;
}
