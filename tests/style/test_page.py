# SPDX-License-Identifier: MIT
"""The page's colours: every one that a text has stands out from every ground that it can stand on, light and dark (WCAG 2.1,
1.4.3: 4.5 to 1)."""

import re

import pytest
import tree

LEAST = 4.5
GROUNDS = ("ground", "card", "fire-soft", "bad-soft")


def style():
    return (tree.ROOT / "src" / "web" / "page" / "style.css").read_text(encoding="utf-8")


def tokens(scheme):
    """The colours of a scheme; the dark one changes some of the light one's."""
    light, dark = re.findall(r":root \{(.*?)\}", style(), re.DOTALL)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    return found if scheme == "light" else {**found, **dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))}


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out(scheme):
    colours = tokens(scheme)
    texts = set(re.findall(r"(?<![-\w])color: var\(--([a-z-]+)\)", style())) - {"ground"}  # that is a button's, on fire
    assert {"text", "quiet", "fire", "good", "warn", "bad"} <= texts
    poor = [(text, ground, round(contrast(colours[text], colours[ground]), 2)) for text in sorted(texts) for ground in GROUNDS
            if contrast(colours[text], colours[ground]) < LEAST]  # fmt: skip
    assert poor == []
    assert contrast(colours["ground"], colours["fire"]) >= LEAST


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
