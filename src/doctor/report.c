// SPDX-License-Identifier: MIT
// Findings as lines and as JSON.
#include "doctor/report.h"

#include "base/escape.h"

#include <string.h>

enum { SHOWN_SIZE = 2048 };

void fw_finding_print(const struct fw_finding *finding, FILE *to)
{
    char shown[SHOWN_SIZE];
    fprintf(to, "%-7s  %-15s  %s", fw_finding_words[finding->status], finding->check,
            fw_escape(finding->text, strlen(finding->text), shown, sizeof(shown)));
    if (finding->remedy != NULL) {
        fprintf(to, " -> %s",
                fw_escape(finding->remedy, strlen(finding->remedy), shown, sizeof(shown)));
    }
    const char *heading = fw_about_headings[finding->about];
    if (finding->remedy != NULL && heading != NULL) {
        fprintf(to, " [%s]", heading);
    }
    fprintf(to, "\n");
}

static void put_or_null(struct fw_json *json, const char *name, const char *text)
{
    char shown[SHOWN_SIZE];
    fw_json_key(json, name);
    if (text != NULL) {
        fw_json_text(json, fw_escape(text, strlen(text), shown, sizeof(shown)));
    } else {
        fw_json_null(json);
    }
}

void fw_findings_put_json(struct fw_json *json, const struct fw_findings *findings)
{
    fw_json_open_array(json);
    for (size_t i = 0; i < findings->n; i++) {
        const struct fw_finding *finding = &findings->items[i];
        fw_json_open_object(json);
        put_or_null(json, "status", fw_finding_words[finding->status]);
        put_or_null(json, "check", finding->check);
        put_or_null(json, "finding", finding->text);
        put_or_null(json, "remedy", finding->remedy);
        put_or_null(json, "about", fw_about_headings[finding->about]);
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
}
