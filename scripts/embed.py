#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""embed.py OUTPUT.c FILE...: writes the files of the web page as C, each with the path that it is served at."""

import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
PATHS = {"index.html": "/", "openapi.json": "/api/openapi.json"}
A_LINE = 20


def main():
    output, *names = sys.argv[1:]
    files = [pathlib.Path(name) for name in names]
    text = '// Made by scripts/embed.py.\n#include "web/page.h"\n\n'
    rows = ""
    for number, file in enumerate(files):
        data = file.read_bytes()
        lines = (data[at : at + A_LINE] for at in range(0, len(data), A_LINE))
        body = ",\n".join("    " + ", ".join(str(byte) for byte in line) for line in lines)
        text += f"static const uint8_t file_{number}[] = {{\n{body}\n}};\n\n"
        path, tag = PATHS.get(file.name, f"/{file.name}"), hashlib.sha256(data).hexdigest()[:16]
        rows += f'    {{ "{path}", "{TYPES[file.suffix]}", "\\"{tag}\\"", file_{number}, sizeof(file_{number}) }},\n'
    text += f"const struct fw_page_file fw_page_files[] = {{\n{rows}}};\n\nconst size_t fw_page_n_files = {len(files)};\n"
    pathlib.Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
