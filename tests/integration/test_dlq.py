# SPDX-License-Identifier: MIT
"""firewatch dlq: dead letters made by hand and by a processor; what is listed, shown, saved and sent again."""

import base64
import json
import os

import pytest
from firewatch import RED, firewatch
from server_process import free_port
from topic_set import TopicSet

PREFIX = "__connect.errors."
ODD = bytes(range(256)) + b"\x00tail"


def headers(topic, partition=0, offset=5, stage="receive", reason="no frame", own=()):
    """What a dead letter has: its own headers, then those that say why it is one."""
    added = {
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "connector.name": "firewatch",
        "stage": stage,
        "exception.class.name": "data",
        "exception.message": reason,
    }
    pairs = [(PREFIX + name, str(value).encode()) for name, value in added.items()]
    return [*own, *pairs, ("firewatch.errors.time", b"2026-05-11T19:33:16.123456")]


@pytest.fixture
def topics(kafka, request):
    """Topics of this test's own."""
    return TopicSet(kafka, request.node.name.replace("[", "-").replace("]", "").replace("_", "-")[:60])


def dlq(topics, folder, *words, **more):
    return topics.firewatch("dlq", *words, cwd=folder, **more)


def listed(topics, folder, *words):
    result = dlq(topics, folder, "list", "--json", *words)
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def dead(topics, value=b"value", key=b"yard", **what):
    """Sends a dead letter of frames by hand; returns its offset."""
    return topics.send("video.dlq", value, key=key, headers=headers(topics.topic("video"), **what))[1]


# ---- list and show ----


def test_list_says_what_where_and_why(topics, tmp_path):
    dead(topics, partition=3, offset=4711, stage="decode", reason="a \x1b[31mred\x1b[0m reason")
    topics.send("completions.dlq", b"{}", key=b"k", headers=headers(topics.topic("completions"), 1, 2, "assemble"))
    frames, completions = topics.topic("video.dlq"), topics.topic("completions.dlq")
    ours = [line for line in listed(topics, tmp_path) if line["topic"] in (frames, completions)]
    assert [line["topic"] for line in ours] == sorted([frames, completions])
    found = listed(topics, tmp_path, "--topic", topics.topic("video"))
    assert found == [
        {
            "letter": f"{frames}/0/0",
            "topic": frames,
            "partition": 0,
            "offset": 0,
            "source_topic": topics.topic("video"),
            "source_partition": 3,
            "source_offset": 4711,
            "stage": "decode",
            "kind": "data",
            "reason": "a \\x1b[31mred\\x1b[0m reason",
            "timestamp": "2026-05-11T19:33:16.123456",
            "key": "yard",
            "bytes": 5,
        }
    ]
    text = dlq(topics, tmp_path, "list", "--topic", topics.topic("video"))
    head, line = text.stdout.splitlines()
    assert head.split() == ["LETTER", "FROM", "STAGE", "TIME", "(UTC)", "BYTES", "REASON"]
    assert line.split()[:5] == [f"{frames}/0/0", f"{topics.topic('video')}/3/4711", "decode", "2026-05-11T19:33:16", "5"]
    assert line.endswith("  a \\x1b[31mred\\x1b[0m reason")


def test_list_without_any_says_so(topics, tmp_path):
    result = dlq(topics, tmp_path, "list", "--topic", topics.topic("video"))
    assert (result.returncode, result.stdout) == (0, "no dead letters\n")
    assert listed(topics, tmp_path, "--topic", topics.topic("video")) == []


def test_what_is_no_dead_letter_is_listed_as_such(topics, tmp_path):
    topics.send("video.dlq", None, key=None)
    (line,) = listed(topics, tmp_path, "--topic", topics.topic("video"))
    assert "__connect.errors.topic is missing" in line["fault"]
    assert (line["key"], line["bytes"]) == (None, None)
    result = dlq(topics, tmp_path, "list", "--topic", topics.topic("video"))
    assert "no dead letter: header __connect.errors.topic is missing" in result.stdout


def test_show_and_save_give_the_value_untouched(topics, tmp_path):
    own = [("trace", b"\xff\x00id"), ("trace", b"two")]
    offset = dead(topics, ODD * 100, own=own, reason="why not")
    result = dlq(topics, tmp_path, "show", offset, "-o", "value.bin")
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "value.bin").read_bytes() == ODD * 100
    lines = result.stdout.splitlines()
    assert f"letter     {topics.topic('video.dlq')}/0/{offset}" in lines
    assert "reason     why not" in lines
    assert "key        yard" in lines
    assert [line for line in lines if line.startswith("header")] == [
        "header     trace: \\xff\\x00id",
        "header     trace: two",
    ]
    assert f"value      {len(ODD) * 100} bytes, beginning with" in lines
    assert "  00000040  40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO" in lines
    assert lines[-1].startswith("  000000f0  f0 f1")
    facts = json.loads(dlq(topics, tmp_path, "show", f"0/{offset}", "--json").stdout)
    assert [base64.b64decode(header["value_base64"]) for header in facts["headers"]] == [b"\xff\x00id", b"two"]
    assert base64.b64decode(facts["head_base64"]) == (ODD * 100)[:256]
    assert sorted(os.listdir(tmp_path)) == ["value.bin"]


def test_what_cannot_be_shown_or_saved_is_named(topics, tmp_path):
    offset = dead(topics, None)
    result = dlq(topics, tmp_path, "show", offset, "-o", "value.bin")
    assert result.returncode == 1
    assert "has no value to save" in result.stderr
    assert "value      none" in dlq(topics, tmp_path, "show", offset).stdout
    assert os.listdir(tmp_path) == []
    beyond = dlq(topics, tmp_path, "show", offset + 1)
    assert beyond.returncode == 1
    assert f"{topics.topic('video.dlq')}/0/{offset + 1}: there is no such letter" in beyond.stderr
    far = dlq(topics, tmp_path, "show", 1000)
    assert far.returncode == 1
    assert "offset 1000 is not there" in far.stderr
    elsewhere = dlq(topics, tmp_path, "show", f"1/{offset}")
    assert elsewhere.returncode == 1
    assert "has only 1 partitions" in elsewhere.stderr


# ---- replay ----


def test_replay_sends_it_as_it_was_to_where_it_came_from(topics, tmp_path):
    own = [("trace", b"\xff\x00id"), ("empty", None), ("trace", b"two")]
    first = dead(topics, ODD, partition=4, own=own)
    second = dead(topics, None, key=None, partition=2)
    third = dead(topics, b"third", partition=4)
    result = dlq(topics, tmp_path, "replay", first, f"{topics.topic('video.dlq')}/0/{second}")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"{topics.topic('video.dlq')}/0/{first} went to {topics.topic('video')}/4/0 ({len(ODD)} bytes)",
        f"{topics.topic('video.dlq')}/0/{second} went to {topics.topic('video')}/2/0 (0 bytes)",
    ]
    sent = {message.partition(): message for message in topics.read("video")}
    assert sorted(sent) == [2, 4]
    assert (sent[4].key(), sent[4].value(), sent[4].headers()) == (b"yard", ODD, own)
    assert (sent[2].key(), sent[2].value(), sent[2].headers()) == (None, None, None)
    assert [message.offset() for message in topics.read("video.dlq")] == [first, second, third]


def test_replay_all_sends_what_was_there(topics, tmp_path):
    for i in range(150):
        dead(topics, b"%d" % i, partition=i % 6)
    result = dlq(topics, tmp_path, "replay", "--all", "--json")
    assert (result.returncode, result.stderr) == (0, "")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == 150
    sent = topics.read("video")
    assert sorted(int(message.value()) for message in sent) == list(range(150))
    assert all(int(message.value()) % 6 == message.partition() for message in sent)
    places = {(line["partition"], line["offset"]) for line in lines}
    assert places == {(message.partition(), message.offset()) for message in sent}


def test_dry_run_sends_nothing(topics, tmp_path):
    dead(topics, partition=1)
    result = dlq(topics, tmp_path, "replay", "--all", "--dry-run")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{topics.topic('video.dlq')}/0/0 would go to {topics.topic('video')}/1 (5 bytes)\n"
    line = json.loads(dlq(topics, tmp_path, "replay", "0", "--dry-run", "--json").stdout)
    assert (line["partition"], line["offset"]) == (1, None)
    assert topics.read("video") == []


def test_what_cannot_be_replayed_is_named_and_the_rest_is_sent(topics, tmp_path):
    dead(topics, b"good", partition=1)
    topics.send("video.dlq", b"of another", headers=headers(topics.topic("detections")))
    dead(topics, b"gone partition", partition=6)
    topics.send("video.dlq", b"no dead letter", headers=[("other", b"x")])
    dead(topics, b"good too", partition=1)
    result = dlq(topics, tmp_path, "replay", *range(6))
    assert result.returncode == 1
    name = topics.topic("video.dlq")
    assert f"letter={name}/0/1 not sent: it says that it came from {topics.topic('detections')}" in result.stderr
    assert f"letter={name}/0/2 not sent: it came from partition 6, and {topics.topic('video')} has 6" in result.stderr
    assert f"letter={name}/0/3 not sent: it is no dead letter: " in result.stderr
    assert f"{name}/0/5: there is no such letter" in result.stderr
    assert len(result.stdout.splitlines()) == 2
    assert [message.value() for message in topics.read("video")] == [b"good", b"good too"]


def test_a_letter_that_became_too_large_is_named(topics, tmp_path):
    dead(topics, bytes(2000000), partition=1)
    dead(topics, b"small", partition=1)
    result = dlq(topics, tmp_path, "replay", "--all", "-X", "message.max.bytes=1000000")
    assert result.returncode == 1
    assert "not sent: " in result.stderr and "message.max.bytes" in result.stderr
    assert [message.value() for message in topics.read("video")] == [b"small"]


# ---- the whole way ----


def test_a_poison_message_goes_there_and_back(topics, tmp_path):
    poison = b"\xde\xad not a frame"
    partition, offset = topics.send("video", poison, key=b"yard", headers=[("from", b"a camera")])
    with topics.running("process", "--model", RED, cwd=tmp_path):
        while not (letters := listed(topics, tmp_path, "--topic", topics.topic("video"))):
            pass
    (letter,) = letters
    assert (letter["source_partition"], letter["source_offset"], letter["bytes"]) == (partition, offset, len(poison))
    assert letter["stage"] and letter["reason"] and letter["key"] == "yard"
    saved = dlq(topics, tmp_path, "show", letter["letter"], "-o", "poison")
    assert (tmp_path / "poison").read_bytes() == poison
    assert "header     from: a camera" in saved.stdout
    assert dlq(topics, tmp_path, "replay", letter["letter"]).returncode == 0
    messages = topics.read("video")
    assert [(message.value(), message.headers()) for message in messages] == [(poison, [("from", b"a camera")])] * 2


# ---- misuse ----


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "list|show|replay [LETTER]... is missing"),
        (["drop"], 'say "list", "show" or "replay"'),
        (["list", "1"], "list takes no letters"),
        (["show"], "show takes one letter"),
        (["show", "1", "2"], "show takes one letter"),
        (["show", "x"], '"x" names no letter'),
        (["replay"], "replay takes letters, or --all"),
        (["replay", "1", "--all"], "replay takes letters, or --all"),
        (["list", "-o", "x"], "--output belongs to show"),
        (["list", "--all"], "--all and --dry-run belong to replay"),
        (["list", "-X", "acks=1"], "acks is FireWatch's own"),
        (["list", "--topic", "a b"], "must be a topic's name"),
    ],
)
def test_misuse_is_named(words, message, tmp_path):
    result = firewatch("dlq", *words, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_missing_topic_and_an_absent_broker_are_named(kafka, tmp_path):
    result = firewatch("dlq", "list", "-b", kafka.bootstrap, "--topic=no-such", cwd=tmp_path)
    assert result.returncode == 1
    assert "topic no-such.dlq: " in result.stderr
    absent = firewatch("dlq", "list", "-b", f"127.0.0.1:{free_port()}", "--startup-timeout=1", cwd=tmp_path)
    assert absent.returncode == 1
    assert "no answer from Kafka" in absent.stderr
