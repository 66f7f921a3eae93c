# SPDX-License-Identifier: MIT
"""Sums one run of the tests: names what was skipped or failed, prints "N passed, N failed".

The folder given holds, for each kind of test, its exit code (KIND.rc) and its results: pytest's JUnit file (KIND.xml)
or meson's log with the TAP of each program (KIND.json). Counted are single test cases. A program that dies, or a kind
that exits with an error without naming a failed case, counts as one failure, so nothing can die unseen. The exit code
is 1 when anything failed or nothing ran.
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

REASON_CHARACTERS = 200
TAP = re.compile(r"(not )?ok\b\s*\d*\s*-?\s*(.*)")


def pytest_cases(path):
    for case in ET.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        for child, word in (("failure", "failed"), ("error", "failed"), ("skipped", "skipped")):
            found = case.find(child)
            if found is not None:
                yield name, word, " ".join((found.get("message") or "").split())[:REASON_CHARACTERS]
                break
        else:
            yield name, "passed", ""


def tap_cases(program, output):
    for line in output.splitlines():
        match = TAP.fullmatch(line.strip())
        if not match:
            continue
        name, _, directive = match.group(2).partition("#")
        name = name.strip() or match.group(0)
        if directive.strip().upper().startswith("SKIP") and not match.group(1):
            yield f"{program}.{name}", "skipped", directive.strip()[4:].strip()
        else:
            yield f"{program}.{name}", "failed" if match.group(1) else "passed", ""


def meson_cases(path):
    for line in path.read_text().splitlines():
        test = json.loads(line)
        found = list(tap_cases(test["name"], test.get("stdout", "")))
        yield from found
        failed = test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")
        if failed and not any(word == "failed" for _, word, _ in found):
            yield test["name"], "failed", f"{test['result'].lower()}, exit code {test['returncode']}"
        elif not failed and not found:
            yield test["name"], "skipped" if test["result"] == "SKIP" else "passed", ""


def read(results):
    for rc_file in sorted(results.glob("*.rc")):
        kind, rc, failed = rc_file.stem, int(rc_file.read_text()), 0
        for suffix, reader in ((".json", meson_cases), (".xml", pytest_cases)):
            path = rc_file.with_suffix(suffix)
            for name, word, reason in reader(path) if path.exists() else ():
                failed += word == "failed"
                yield f"{kind}: {name}", word, reason
        if rc != 0 and failed == 0:
            yield f"{kind} tests", "failed", f"exit code {rc}"


def main():
    found = list(read(pathlib.Path(sys.argv[1])))
    count = {word: sum(w == word for _, w, _ in found) for word in ("passed", "failed", "skipped")}
    for word in ("skipped", "failed"):
        for name, w, reason in found:
            if w == word:
                print(f"{word}: {name}" + (f" ({reason})" if reason else ""))
    line = f"{count['passed']} passed, {count['failed']} failed"
    print(line + (f", {count['skipped']} skipped" if count["skipped"] else ""))
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
