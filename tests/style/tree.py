# SPDX-License-Identifier: MIT
"""The project's own text files, for the style tests."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]

OURS = ("src", "tests", "scripts", "bench", "train", "samples", "deploy", "docs", "man", ".ci")


def _walk(folder):
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(("build", "__pycache__", ".pytest_cache")))
        for name in sorted(names):
            yield pathlib.Path(here, name)


def files(*suffixes, folders=OURS):
    """Every file of ours with one of the suffixes, below `folders`; scripts without a suffix count as .sh."""
    extra = [ROOT / "fw", ROOT / ".ci" / "run"] if ".sh" in suffixes and "scripts" in folders else []
    found = [path for folder in folders for path in _walk(ROOT / folder) if path.suffix in suffixes]
    return sorted(set(found + extra))


def c_files(folders=("src", "tests", "bench")):
    return files(".c", ".h", folders=folders)


def name(path):
    return str(path.relative_to(ROOT))


def lines(path):
    return path.read_text(encoding="utf-8").split("\n")


def report(faults):
    """Fails with one line a fault, so that all are seen at once."""
    assert not faults, "\n" + "\n".join(faults)
