// SPDX-License-Identifier: MIT
// The files of the page, which scripts/embed.py puts into the program.
#ifndef FW_WEB_PAGE_H
#define FW_WEB_PAGE_H

#include <stddef.h>
#include <stdint.h>

struct fw_page_file {
    const char *path;         // "/app.js"
    const char *content_type; // static
    const char *etag;         // of the contents, with its quotes
    const uint8_t *data;
    size_t size;
};

extern const struct fw_page_file fw_page_files[];
extern const size_t fw_page_n_files;

#endif
