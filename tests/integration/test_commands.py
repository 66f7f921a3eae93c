# SPDX-License-Identifier: MIT
"""The command line of the real program: help, misuse, exit codes, output that can't be written."""

import json
import os
import pathlib
import re
import subprocess

import pytest

GOOD, FAILED, MISUSE = 0, 1, 2
ROOT = pathlib.Path(__file__).resolve().parents[2]


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


@pytest.mark.parametrize("command", ["help", "run", "topics", "version"])
def test_help_of_one_command(run, command):
    results = [run(*words) for words in (["help", command], [command, "--help"], [command, "-h"])]
    assert {(result.returncode, result.stderr) for result in results} == {(GOOD, "")}
    assert len({result.stdout for result in results}) == 1
    assert f"Usage: firewatch {command}" in results[0].stdout
    assert max(map(len, results[0].stdout.splitlines())) <= 80


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
        (["rnu", "clip.mp4"], 'there is no command "rnu"; did you mean "run"?'),
        (["run"], "INPUT... is missing"),
        (["run", "--crf", "52", "clip.mp4"], "--crf=52 (command line): must be a whole number from 0 to 51"),
        (["run", "--id=../x", "clip.mp4"], "--id=../x (command line): video id begins with a full stop"),
        (["run", f"--id={'x' * 300}", "clip.mp4"], "video id has 300 bytes, more than 200"),
        (["run", "--id=a\nb", "clip.mp4"], "--id=a\\x0ab (command line): video id holds control character U+000A"),
        (["run", "--id=", "clip.mp4"], "--id has an empty value"),
        (["run", "--model=old.pt", "clip.mp4"], "--model=old.pt (command line): a PyTorch file"),
        (["run", "--env-file=none", "clip.mp4"], "cannot read none: No such file or directory"),
        (["help", "--format=html"], "--format=html (command line): must be one of text, man, markdown"),
    ],
)
def test_misuse_is_named(run, words, message):
    result = run(*words)
    assert (result.returncode, result.stdout) == (MISUSE, "")
    assert message in result.stderr


def test_a_bad_value_is_named_with_its_place(run, tmp_path):
    (tmp_path / ".env").write_text("# mine\nCLIP_CRF=many\n", encoding="ascii")
    result = run("run", "clip.mp4")
    assert result.returncode == MISUSE
    assert "CLIP_CRF=many (.env, line 2): must be a whole number from 0 to 51" in result.stderr
    result = run("run", "clip.mp4", env={"CLIP_CRF": "-1"})
    assert result.returncode == MISUSE
    assert "CLIP_CRF=-1 (environment): must be a whole number from 0 to 51" in result.stderr


def test_an_old_env_file_gives_one_warning(run, tmp_path):
    lines = ["ML_MODEL_TYPE=fire-detect-nn", "ML_MODEL_SOURCE=fire-detect-nn", "ML_MODEL_PATH=models/x.pt"]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="ascii")
    result = run("run", "missing.mp4")
    assert result.returncode == FAILED
    assert result.stderr.count(" WARN ") == 1
    assert "(.env, line 3) names a model of the Python original" in result.stderr


def test_version_as_text_and_as_json(run):
    text = run("--version").stdout
    facts = json.loads(run("version", "--json").stdout)
    assert facts["firewatch"] in text
    assert facts["onnxruntime"] in text and facts["onnxruntime"][0].isdigit()
    assert facts["librdkafka"] in text and facts["librdkafka"][0].isdigit()
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


@pytest.mark.parametrize("command", [["process"], ["produce", "a"], ["fetch", "a"], ["dlq", "list"], ["topics", "describe"]])
def test_a_wrong_property_of_the_library_is_misuse(run, command):
    given = run(*command, "-X", "no.such=hunter2")
    assert (given.returncode, given.stdout) == (MISUSE, "")
    assert f"firewatch {command[0]}: Kafka property no.such: librdkafka " in given.stderr
    assert "hunter2" not in given.stderr
    variable = run(*command, env={"KAFKA_PROPERTY_NO_SUCH": "hunter2"})
    assert variable.returncode == MISUSE
    assert "KAFKA_PROPERTY_NO_SUCH: Kafka property no.such: " in variable.stderr


def test_the_example_of_a_configuration_is_taken_without_a_word(run, tmp_path):
    """Also with every line put in force."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    nobody = ["-b", "127.0.0.1:1", "--startup-timeout=0.1"]
    for text in (example, re.sub(r"^#(?=[A-Z])", "", example, flags=re.M)):
        (tmp_path / ".env").write_text(text, encoding="utf-8")
        assert run("run", "absent.mp4").stderr == "firewatch: absent.mp4: no such file\n"
        assert run("produce", *nobody, "absent.mp4").returncode == FAILED
        for words in (["process"], ["fetch", "a"], ["dlq", "list"], ["topics", "describe"]):
            result = run(*words, *nobody)
            assert result.returncode == FAILED
            (line,) = result.stderr.splitlines()
            assert "no answer from Kafka: " in line
