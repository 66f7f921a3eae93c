# SPDX-License-Identifier: MIT
"""The command line of the real program: help, misuse, exit codes, output that can't be written."""

import json
import os
import subprocess

import pytest

GOOD, FAILED, MISUSE = 0, 1, 2


@pytest.fixture
def run(firewatch, tmp_path):
    """Runs the program in an empty folder, with nothing in the environment but what is given."""

    def run(*words, env=None, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.run(
            [firewatch, *words], cwd=tmp_path, env=env or {}, text=True, timeout=60, check=False, **options
        )

    return run


@pytest.mark.parametrize("words", [["help"], ["--help"], ["-h"]])
def test_help_lists_the_commands(run, words):
    result = run(*words)
    assert (result.returncode, result.stderr) == (GOOD, "")
    assert "Usage: firewatch COMMAND" in result.stdout
    assert "  version " in result.stdout


def test_alone_it_is_a_short_help_and_misuse(run):
    result = run()
    assert (result.returncode, result.stdout) == (MISUSE, "")
    assert "Usage: firewatch COMMAND" in result.stderr


@pytest.mark.parametrize("words", [["help", "version"], ["version", "--help"], ["version", "-h"]])
def test_help_of_one_command(run, words):
    result = run(*words)
    assert (result.returncode, result.stderr) == (GOOD, "")
    assert "Usage: firewatch version" in result.stdout
    assert "--json" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["vresion"], 'there is no command "vresion"; did you mean "version"?'),
        (["help", "vresion"], 'there is no command "vresion"; did you mean "version"?'),
        (["\x1b[2J"], 'there is no command "\\x1b[2J"\n'),
        (["--json"], 'there is no command "--json"\n'),
        (["version", "--jsno"], "--jsno is not an option of this command; did you mean --json?"),
        (["version", "--json=perhaps"], "--json=perhaps (command line): must be true or false"),
        (["version", "again"], '"again" is one argument too many'),
        (["help", "--format=html"], "--format=html (command line): must be one of text, man, markdown"),
    ],
)
def test_misuse_is_named(run, words, message):
    result = run(*words)
    assert (result.returncode, result.stdout) == (MISUSE, "")
    assert message in result.stderr


def test_version_as_text_and_as_json(run):
    text = run("--version").stdout
    facts = json.loads(run("version", "--json").stdout)
    assert facts["firewatch"] in text
    assert facts["onnxruntime"] in text and facts["onnxruntime"][0].isdigit()
    assert facts["ffmpeg"] in text and facts["ffmpeg"][0].isdigit()
    assert "GPL" in facts["ffmpeg_license"]


def test_a_full_disk_behind_standard_output_is_an_error(run):
    with open("/dev/full", "w", encoding="ascii") as full:
        result = run("version", stdout=full)
    assert result.returncode == FAILED
    assert result.stderr == "firewatch: cannot write to standard output: No space left on device\n"


def test_a_closed_standard_output_is_an_error(run):
    result = run("version", preexec_fn=lambda: os.close(1))
    assert result.returncode == FAILED
    assert result.stderr == "firewatch: cannot write to standard output: Bad file descriptor\n"
