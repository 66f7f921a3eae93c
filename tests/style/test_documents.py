# SPDX-License-Identifier: MIT
"""The documents: what they link to exists, and every chore of fw is in its help."""

import re
import subprocess

import tree

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def documents():
    return sorted(tree.ROOT.glob("*.md")) + tree.files(".md")


def test_links_lead_somewhere():
    faults = []
    for path in documents():
        for number, line in enumerate(tree.lines(path), 1):
            for target in LINK.findall(line):
                file = target.split("#")[0]
                if file and "://" not in file and not file.startswith("mailto:"):
                    if not (path.parent / file).exists():
                        faults.append(f"{tree.name(path)}:{number}: {target} does not exist")
    tree.report(faults)


def test_help_names_every_chore():
    text = (tree.ROOT / "fw").read_text(encoding="utf-8")
    words = {
        word
        for arm in re.findall(r"^((?:\w+ ?\|? ?)+)\)", text, flags=re.M)
        for word in re.split(r"\s*\|\s*", arm.strip())
    } - {"help"}
    assert len(words) > 5
    answer = subprocess.run([tree.ROOT / "fw", "help"], capture_output=True, text=True, check=True).stdout
    tree.report([f"./fw help does not name {word}" for word in sorted(words) if not re.search(rf"\b{word}\b", answer)])
