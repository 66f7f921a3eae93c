# SPDX-License-Identifier: MIT
"""firewatch inspect: every topic, told record by record; a segment that players open."""

import contextlib
import json
import signal
import subprocess
import time

import msgpack
import pytest
from clips import red_and_black
from firewatch import BINARY, firewatch, probe, stream
from server_process import free_port
from topics import Topics, await_true


@pytest.fixture(scope="module")
def done(kafka, tmp_path_factory):
    """Topics with two finished videos in them and a dead letter."""
    folder = tmp_path_factory.mktemp("inspect")
    topics = Topics(kafka, folder, "inspected", 2).create()
    clip = red_and_black(folder / "clip.mp4")
    with topics.processors(1):
        for video_id in ("yard", "gate"):
            assert topics.produce(clip, video_id).returncode == 0
        topics.send([b"\x1b[31mnonsense"], key="junk\x1b[0m")
        topics.await_completions(2)
        await_true(lambda: topics.records(topics.dead_letters), "a dead letter")
    return topics


@pytest.fixture
def topics(kafka, tmp_path, request):
    return Topics(kafka, tmp_path, request.node.name.removeprefix("test_").replace("_", "-")[:60], 1).create()


def inspect(topics, *words, **more):
    return firewatch("inspect", *words, env=topics.env, cwd=topics.folder, **more)


def lines(topics, *words):
    result = inspect(topics, "--json", *words)
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def places(records):
    return [(record.partition(), record.offset()) for record in records]


# ---- each topic ----


@pytest.mark.parametrize(
    ("word", "topic"),
    [("frames", "frames"), ("detections", "found"), ("completions", "ends"), ("segments", "segments_topic"), ("progress", "progress")],
)
def test_every_record_is_there(done, word, topic):
    name = getattr(done, topic)
    records = done.records(name)
    assert records
    found = lines(done, word)
    assert [(line["partition"], line["offset"]) for line in found] == places(records)
    assert {line["topic"] for line in found} == {name}
    for line, record in zip(found, records):
        assert (line["key"], line["bytes"]) == (record.key().decode().replace("\x1b", "\\x1b"), len(record.value()))
    words = inspect(done, word).stdout.splitlines()
    assert [text.split()[0] for text in words] == [f"{name}/{p}/{o}" for p, o in places(records)]
    assert max(map(len, words)) < 1000  # pictures are not dumped


def test_what_records_say(done):
    frames = {line["frame_number"]: line for line in lines(done, "frames", "--video=yard")}
    assert len(frames) == 51 and frames[50]["last"] and frames[50]["total_frames"] == 50
    assert (frames[0]["codec"], frames[0]["width"], frames[0]["height"], frames[0]["key_frame"]) == ("h264", 320, 240, True)
    found = [line["value"] for line in lines(done, "detections", "--video=yard")]
    assert found == done.detections("yard")
    ends = [line["value"] for line in lines(done, "completions", "--video=gate")]
    assert ends == done.completions("gate")
    progress = lines(done, "progress", "--video=gate")[-1]
    assert (progress["state"], progress["analysed"], progress["fire_frames"]) == ("complete", 50, 25)
    segments = lines(done, "segments", "--video=gate")
    assert sum(line["pictures"] for line in segments) == 50
    assert [line["segment"] for line in segments] == list(range(len(segments)))
    letters = [line for line in lines(done, "dead-letters") if line["topic"] == done.dead_letters]
    assert [(line["source_topic"], line["key"]) for line in letters] == [(done.frames, "junk\\x1b[0m")]
    text = inspect(done, "detections", "--video=yard").stdout.splitlines()[0]
    assert "video_id=yard" in text and "has_fire=no" in text
    fault = next(line for line in lines(done, "frames") if "fault" in line)
    assert fault["key"] == "junk\\x1b[0m" and "\x1b" not in inspect(done, "frames").stdout


def test_a_segment_is_saved_for_players(done, tmp_path):
    path = tmp_path / "segment.mp4"
    result = inspect(done, "segments", "--video=yard", "-o", path, "--json")
    assert result.returncode == 0, result.stderr
    (told,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert path.stat().st_size == told["bytes"]
    assert (stream(path)["codec_name"], stream(path)["width"]) == ("h264", 320)
    frames = probe(path, "-show_frames")["frames"]
    assert len(frames) == told["pictures"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["segment.mp4"]


# ---- from, count, follow ----


def send(topics, *values, timestamp=None):
    """JSON records to a topic that nobody else writes to."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": topics.kafka.bootstrap})
    for value in values:
        more = {} if timestamp is None else {"timestamp": timestamp}
        producer.produce(topics.found, value, "cam", 0, **more)
    assert producer.flush(30) == 0


def offsets(topics, *words):
    return [line["offset"] for line in lines(topics, "detections", *words)]


def test_from_and_count(topics):
    now_ms = int(time.time() * 1000)
    send(topics, b"{}", b"{}", timestamp=now_ms - 3600_000)
    send(topics, b"{}", b"{}", b"{}", timestamp=now_ms - 60_000)
    assert offsets(topics) == [0, 1, 2, 3, 4]
    assert offsets(topics, "--from=beginning", "-n", "2") == [0, 1]
    assert offsets(topics, "--from=3") == [3, 4]
    assert offsets(topics, "--from=99") == []
    assert offsets(topics, "--from=end") == []
    assert offsets(topics, "--from=5m") == [2, 3, 4]
    assert offsets(topics, "--from=2h") == [0, 1, 2, 3, 4]
    assert offsets(topics, "--from=1s") == []
    utc = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now_ms / 1000 - 600))
    assert offsets(topics, f"--from={utc}", "--count=1") == [2]


@contextlib.contextmanager
def following(topics, *words):
    out = topics.folder / "out"
    with out.open("wb") as to:
        process = subprocess.Popen([BINARY, "inspect", *words], env=topics.env, cwd=topics.folder, stdout=to, stderr=to)
    try:
        yield process, lambda: out.read_text().splitlines()
    finally:
        process.kill()
        process.wait()


def test_follow_shows_what_is_added(topics):
    send(topics, b'{"video_id": "a"}')
    with following(topics, "detections", "--follow", "--json") as (process, told):
        await_true(lambda: len(told()) == 1, "the first")
        send(topics, b'{"video_id": "b"}')
        await_true(lambda: len(told()) == 2, "the second")
        assert [json.loads(line)["value"]["video_id"] for line in told()] == ["a", "b"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    with following(topics, "detections", "-f", "--count=3") as (process, told):
        await_true(lambda: len(told()) == 2, "both")
        send(topics, b"{}")
        assert process.wait(20) == 0
        assert len(told()) == 3


# ---- hostile and bad input ----


def test_hostile_records_are_made_safe(topics):
    hostile = '{"video_id": "\\u001b[31m\\u202e", "\\u0007key": "\x7f\u2028", "frame_number": NaN, "has_fire": true}'
    send(topics, hostile.encode(), b"\x1b]0;x\x07", b"{" * 1000, b"", b"\xff\xfe")
    text = inspect(topics, "detections").stdout
    assert not set(text) & set("\x1b\x07\x7f\u202e\u2028")
    assert text.count("fault=") == 4
    found = lines(topics, "detections")
    assert found[0]["value"] == {"video_id": "\x1b[31m\u202e", "\x07key": "\x7f\u2028", "frame_number": None, "has_fire": True}
    raw = inspect(topics, "detections", "--json").stdout
    assert raw.isascii()


def test_any_topic_by_name(topics):
    assert inspect(topics, topics.found).returncode == 0
    topics.kafka.create_topic(f"{topics.name}-notes", 1)
    topics.found = f"{topics.name}-notes"
    send(topics, msgpack.packb(1), b'{"event": "started"}')
    text = inspect(topics, topics.found).stdout.splitlines()
    assert "fault=" in text[0] and text[1].endswith("event=started")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["no-such-topic"], 1, "no-such-topic"),
        (["frames", "--video=nobody"], 1, "has no record of video 'nobody'"),
        ([], 2, "is missing"),
        (["frames", "detections"], 2, "one argument too many"),
        (["frames", "--from=yesterday"], 2, "--from must be"),
        (["frames", "--count=0"], 2, "--count"),
        (["frames", "--video=../x"], 2, "--video"),
        (["segments", "-o", "x", "--follow"], 2, "--output saves one record"),
    ],
)
def test_bad_input_is_named(done, words, code, message):
    result = inspect(done, *words)
    assert (result.returncode, result.stdout) == (code, "")
    assert message in result.stderr


def test_an_absent_broker_is_named(tmp_path):
    result = firewatch("inspect", "frames", "-b", f"127.0.0.1:{free_port()}", "--startup-timeout=1", cwd=tmp_path)
    assert result.returncode == 1
    assert "no answer from Kafka" in result.stderr
