# SPDX-License-Identifier: MIT
"""The form of the sources: heads, sizes, clang-format, and words and calls that have no place here."""

import pathlib
import re
import subprocess

import clang_format
import tree

FUNCTION_LINES = 70
FILE_LINES = 600

# Written apart so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
FOREIGN_PATH = re.compile(r"(?<![\w.])/(work|root|home|Users)/|\.\./shared")

BANNED_CALLS = {
    "sleep": "wait for a condition, with a deadline",
    "usleep": "wait for a condition, with a deadline",
    "nanosleep": "wait for a condition, with a deadline",
    "strcpy": "use snprintf or memcpy",
    "strcat": "use snprintf",
    "sprintf": "use snprintf",
    "vsprintf": "use vsnprintf",
    "gets": "use getline",
    "strtok": "use strtok_r or strcspn",
    "atoi": "use strtol and look at the end",
    "atol": "use strtol and look at the end",
    "atof": "use strtod and look at the end",
    "alloca": "use the heap or a fixed array",
    "system": "use posix_spawn",
    "popen": "use posix_spawn",
    "localtime": "use localtime_r",
    "gmtime": "use gmtime_r",
    "rand": "use a seeded generator of your own",
}
BANNED = re.compile(r"(?<![\w.>])(" + "|".join(BANNED_CALLS) + r")\s*\(")


def code_only(text):
    """The text with comments and string literals blanked out, lines kept."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def c_head(lines):
    return lines[0] == "// SPDX-License-Identifier: MIT" and re.match(r"// \S.*", lines[1])


def script_head(lines):
    head = [line for line in lines[:5] if not line.startswith("#!") and not line.startswith("# shellcheck ")]
    return head[0] == "# SPDX-License-Identifier: MIT" and re.match(r'(# |""")\S.*', head[1])


def test_every_file_says_its_licence_and_purpose():
    faults = [tree.name(p) for p in tree.c_files() if not c_head(tree.lines(p) + [""])]
    faults += [tree.name(p) for p in tree.files(".sh", ".py") if not script_head(tree.lines(p) + ["", ""])]
    tree.report([f"{fault}: begins with the SPDX line, then one line of purpose" for fault in faults])


def functions(path):
    """Yields (first line, number of lines) of each function body; clang-format puts its braces in column 0."""
    start = None
    for number, line in enumerate(tree.lines(path), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield start, number - start + 1
            start = None


def test_functions_are_short():
    tree.report(
        [
            f"{tree.name(path)}:{start}: a function of {length} lines; {FUNCTION_LINES} is the most"
            for path in tree.c_files()
            for start, length in functions(path)
            if length > FUNCTION_LINES
        ]
    )


def is_table(path):
    return "table" in tree.lines(path)[1].lower()


def test_files_are_short():
    tree.report(
        [
            f"{tree.name(path)}: {len(tree.lines(path)) - 1} lines; {FILE_LINES} is the most, tables excepted"
            for path in tree.c_files() + tree.files(".sh", ".py")
            if len(tree.lines(path)) - 1 > FILE_LINES and not is_table(path)
        ]
    )


def test_clang_format_changes_nothing():
    program = pathlib.Path(clang_format.__file__).parent / "data" / "bin" / "clang-format"
    command = [program, "--dry-run", "-Werror", *tree.c_files()]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tree.ROOT, check=False)
    assert result.returncode == 0, "run ./fw fmt:\n" + result.stderr[:4000]


def occurrences(pattern, paths, prepare=lambda text: text):
    for path in paths:
        for number, line in enumerate(prepare(path.read_text(encoding="utf-8")).split("\n"), 1):
            match = pattern.search(line)
            if match:
                yield path, number, match


def all_text():
    return tree.files(".c", ".h", ".sh", ".py", ".md", ".scd", ".txt", ".yml", ".yaml") + list(tree.ROOT.glob("*.md"))


def test_nothing_is_left_unfinished():
    tree.report([f"{tree.name(p)}:{n}: {m.group(0)}" for p, n, m in occurrences(UNFINISHED, all_text())])


def test_no_path_leads_out_of_the_project():
    this = tree.ROOT / "tests" / "style" / "test_form.py"
    allowed = {this, tree.ROOT / ".ci" / "run"}
    paths = [path for path in all_text() if path not in allowed]
    tree.report([f"{tree.name(p)}:{n}: {m.group(0)}" for p, n, m in occurrences(FOREIGN_PATH, paths)])


def test_banned_calls():
    found = occurrences(BANNED, tree.c_files(folders=("src",)), code_only)
    tree.report([f"{tree.name(p)}:{n}: {m.group(1)}(): {BANNED_CALLS[m.group(1)]}" for p, n, m in found])


def test_structs_have_no_typedef():
    pattern = re.compile(r"^\s*typedef\s+(struct|union|enum)\b")
    found = occurrences(pattern, tree.c_files(folders=("src",)), code_only)
    tree.report([f"{tree.name(p)}:{n}: write 'struct fw_name' everywhere" for p, n, _ in found])


def test_no_c11_threads():
    pattern = re.compile(r"#\s*include\s*<threads\.h>")
    found = occurrences(pattern, tree.c_files(folders=("src",)))
    tree.report([f"{tree.name(p)}:{n}: use pthreads" for p, n, _ in found])


def test_headers_are_guarded_by_their_path():
    faults = []
    for path in tree.files(".h", folders=("src",)):
        guard = "FW_" + re.sub(r"\W", "_", str(path.relative_to(tree.ROOT / "src"))).upper()
        if f"#ifndef {guard}" not in tree.lines(path):
            faults.append(f"{tree.name(path)}: guarded by {guard}")
    tree.report(faults)
