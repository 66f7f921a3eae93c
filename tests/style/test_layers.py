# SPDX-License-Identifier: MIT
"""Includes go one way through the folders of src/, and each foreign library has one folder that knows it."""

import re

import tree

# From the ground up. Folders of one row do not include each other; each may include the rows before its own.
ROWS = (
    ("base",),
    ("wire",),
    ("config",),
    ("topic", "media", "infer", "store", "overlay", "event", "http"),
    ("pipeline", "assemble", "keep", "survey", "member"),
    ("run", "eval", "produce", "process", "fetch", "dlq", "watch", "inspect", "doctor", "upload", "alert", "web"),
    ("cmd",),
)
LEVEL = {folder: level for level, row in enumerate(ROWS) for folder in row}

LIBRARIES = {
    r"librdkafka/": {"topic"},
    r"libav(codec|format|util|filter|device)/|libsw(scale|resample)/|libyuv|turbojpeg|jpeglib": {"media"},
    r"onnxruntime": {"infer"},
    r"curl/": {"store", "alert"},
    r"microhttpd": {"http"},
    r"mosquitto": {"alert"},
}

INCLUDE = re.compile(r'\s*#\s*include\s+["<]([^">]+)[">]')


def includes():
    for path in tree.c_files(folders=("src",)):
        for number, line in enumerate(tree.lines(path), 1):
            match = INCLUDE.match(line)
            if match:
                yield path, number, match.group(1), '"' in line


def folder_of(path):
    parts = path.relative_to(tree.ROOT / "src").parts
    return parts[0] if len(parts) > 1 else None  # None: main.c


def test_every_folder_has_its_row():
    unknown = sorted({folder_of(p) for p in tree.c_files(folders=("src",))} - set(LEVEL) - {None})
    tree.report([f"src/{folder} has no row in tests/style/test_layers.py" for folder in unknown])


def test_includes_go_one_way():
    faults = []
    for path, number, target, ours in includes():
        here, there = folder_of(path), target.split("/")[0]
        if not ours or here is None or "/" not in target or here == there:
            continue
        if there not in LEVEL or LEVEL[there] >= LEVEL.get(here, 0):
            faults.append(f"{tree.name(path)}:{number}: {here} must not include {target}")
    tree.report(faults)


def test_own_includes_name_their_folder():
    faults = [
        f"{tree.name(path)}:{number}: write \"folder/{target}\""
        for path, number, target, ours in includes()
        if ours and not (tree.ROOT / "src" / target).is_file()
    ]
    tree.report(faults)


def test_each_library_has_one_folder():
    faults = []
    for path, number, target, _ in includes():
        for pattern, allowed in LIBRARIES.items():
            if re.match(pattern, target) and folder_of(path) not in allowed:
                faults.append(f"{tree.name(path)}:{number}: {target} belongs to {', '.join(sorted(allowed))} only")
    tree.report(faults)
