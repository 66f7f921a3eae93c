# SPDX-License-Identifier: MIT
"""What the documents say about commands and options is what the program's tables say."""

import re
import subprocess
import sys

import tree

SECTION = re.compile(r"<!-- options begin[^\n]*-->\n(.*)<!-- options end -->", re.S)


def output(firewatch, *words):
    return subprocess.run([firewatch, *words], capture_output=True, text=True, check=True).stdout


def commands(firewatch):
    text = output(firewatch, "help")
    return re.findall(r"^  (\w[\w-]*) +\S", text, re.M)


def test_the_configuration_document_is_that_of_the_table(firewatch):
    document = (tree.ROOT / "docs" / "CONFIGURATION.md").read_text(encoding="utf-8")
    written = SECTION.search(document).group(1).strip()
    assert written == output(firewatch, "help", "--format=markdown").strip(), "run ./fw docs"


def test_the_example_of_a_configuration_has_every_variable(firewatch):
    help_text = output(firewatch, "help", "--format=markdown")
    script = tree.ROOT / "scripts" / "env_example.py"
    made = subprocess.run([sys.executable, script], input=help_text, capture_output=True, text=True, check=True).stdout
    written = (tree.ROOT / ".env.example").read_text(encoding="utf-8")
    assert written == made, "run ./fw docs"
    table = help_text.split("### Of the Python original")[0]
    variables = set(re.findall(r"^\| [^|]* \| `(\w+)` ", table, re.M))
    assert len(variables) > 20
    assert variables <= set(re.findall(r"^#?(\w+)=", written, re.M))
    assert all(line == "" or line.startswith("#") or "=" in line for line in written.splitlines())


def test_every_command_has_its_page_with_generated_options(firewatch):
    names = commands(firewatch)
    assert {"help", "version"} <= set(names)
    overview = (tree.ROOT / "man" / "firewatch.1.scd").read_text(encoding="utf-8")
    faults = []
    for name in names:
        page = tree.ROOT / "man" / f"firewatch-{name}.1.scd"
        if not page.is_file() or "@OPTIONS@" not in tree.lines(page):
            faults.append(f"{tree.name(page)} is missing, or its line @OPTIONS@")
        if f"*firewatch-{name}*(1)" not in overview:
            faults.append(f"man/firewatch.1.scd does not name {name}")
    tree.report(faults)


def test_every_page_is_built_and_has_every_option(firewatch):
    faults = []
    for name in commands(firewatch):
        built = tree.ROOT / "build" / f"firewatch-{name}.1"
        page = built.read_text(encoding="utf-8").replace("\\", "")
        for option in re.findall(r"^ {2,6}(?:-\w, )?(--\S+)", output(firewatch, "help", name), re.M):
            if option not in page:
                faults.append(f"{built.name} lacks {option}")
    tree.report(faults)


def test_commands_are_sorted():
    table = (tree.ROOT / "src" / "cmd" / "commands.c").read_text(encoding="utf-8")
    names = re.findall(r"^        \.name = \"(\S+)\"", table, re.M)
    assert len(names) > 1 and names == sorted(names)


def test_every_command_has_its_file(firewatch):
    files = {path.stem for path in tree.files(".c", folders=("src/cmd",))}
    tree.report([f"src/cmd/{name}.c is missing" for name in commands(firewatch) if name not in files])


def test_the_document_of_metrics_is_that_of_the_table(firewatch):
    document = (tree.ROOT / "docs" / "METRICS.md").read_text(encoding="utf-8")
    written = re.search(r"<!-- metrics begin[^\n]*-->\n(.*)<!-- metrics end -->", document, re.S).group(1).strip()
    assert written == output(firewatch, "help", "metrics").strip(), "run ./fw docs"
