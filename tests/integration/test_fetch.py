# SPDX-License-Identifier: MIT
"""firewatch fetch: which completion it takes, the file it makes, and what it says when it makes none."""

import json
import os
import signal
import subprocess
import time

import clips
import msgpack
import pytest
from firewatch import BINARY, RED, firewatch, run, video
from server_process import free_port
from topic_set import TopicSet


@pytest.fixture(scope="module")
def topics(kafka):
    return TopicSet(kafka, "fetch")


def send_segments(topics, folder, video_id, run_offset=17, n_segments=3, partition=1):
    """The completion of a video whose segments are sent, and the file that they make."""
    reference = folder / f"reference-{run_offset}.mp4"
    words = [topics.topic("segments"), partition, video_id, run_offset, n_segments, reference]
    sent = subprocess.run(
        [BINARY.parent / "send_segments", *map(str, words)],
        env={**os.environ, "KAFKA_TEST_BOOTSTRAP": topics.kafka.bootstrap},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return json.loads(sent.stdout), reference


def complete(topics, completion, **changes):
    key = completion["video_id"].encode()
    partition = changes.pop("on_partition", None)
    topics.send("completions", json.dumps({**completion, **changes}).encode(), key=key, partition=partition)


def fetch(topics, folder, *words, **more):
    return topics.firewatch("fetch", *words, cwd=folder, **more)


def files(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("reference"))


# ---- what is fetched ----


def test_the_whole_way_gives_the_file_of_run(topics, tmp_path):
    clip = clips.red_and_black(tmp_path / "yard.mp4", seconds=6, switch=3)
    alone = run(tmp_path, clip)
    assert alone.returncode == 0, alone.stderr
    with topics.running("process", "--model", RED, cwd=tmp_path):
        sent = topics.firewatch("produce", clip, "yard", cwd=tmp_path)
        assert sent.returncode == 0, sent.stderr
        result = fetch(topics, tmp_path, "yard", "--wait", "60", "-o", "fetched.mp4")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("yard: complete, 150 frames (75 with fire) in 3 segments: fetched.mp4 (")
    assert (tmp_path / "fetched.mp4").read_bytes() == video(tmp_path, "yard").read_bytes()


def test_facts_as_json_and_the_default_name(topics, tmp_path):
    completion, reference = send_segments(topics, tmp_path, "facts")
    complete(topics, completion, missing_frames=2, gaps=[[5, 2]])
    result = fetch(topics, tmp_path, "--json", "facts")
    assert (result.returncode, result.stderr) == (0, "")
    facts = json.loads(result.stdout)
    assert facts == {
        "video_id": "facts",
        "video": "facts_with_heatmaps.mp4",
        "bytes": reference.stat().st_size,
        "status": "complete",
        "run_id": "run-1",
        "run_offset": 17,
        "frames": 30,
        "fire_frames": 0,
        "max_score": 0.0,
        "segments": 3,
        "segment_bytes": completion["segments"]["bytes"],
        "gaps": [[5, 2]],
        "missing_frames": 2,
        "bad_frames": 0,
        "duplicate_frames": 0,
        "failed_frames": 0,
        "model": "test@0",
    }
    assert (tmp_path / "facts_with_heatmaps.mp4").read_bytes() == reference.read_bytes()
    text = fetch(topics, tmp_path, "facts")
    assert "facts: complete, 30 frames (0 with fire) in 3 segments, 2 frames missing: " in text.stdout
    quiet = fetch(topics, tmp_path, "facts", "--quiet")
    assert (quiet.returncode, quiet.stdout) == (0, "")


def test_the_newest_run_counts_wherever_its_completion_is(topics, tmp_path):
    old, _ = send_segments(topics, tmp_path, "again", run_offset=5, n_segments=1)
    new, reference = send_segments(topics, tmp_path, "again", run_offset=40, n_segments=2)
    for partition in range(3):
        complete(topics, old, on_partition=partition)
    complete(topics, new, on_partition=0)
    for partition in range(3):
        complete(topics, old, on_partition=partition)
    result = fetch(topics, tmp_path, "again", "-o", "again.mp4")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "again.mp4").read_bytes() == reference.read_bytes()


def test_of_one_run_the_last_completion_counts(topics, tmp_path):
    completion, reference = send_segments(topics, tmp_path, "reopened")
    segments = completion["segments"]
    first = {**segments, "count": 1, "last_offset": segments["first_offset"], "bytes": 1}
    complete(topics, completion, status="truncated", segments=first)
    complete(topics, completion)
    result = fetch(topics, tmp_path, "reopened")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "reopened_with_heatmaps.mp4").read_bytes() == reference.read_bytes()


def test_a_completion_that_is_still_to_come_is_waited_for(topics, tmp_path):
    completion, reference = send_segments(topics, tmp_path, "late")
    with topics.running("fetch", "late", "--wait", "60", cwd=tmp_path) as waiting:
        assert "video 'late' has no completion yet" in waiting.stderr.readline()
        complete(topics, completion)
        assert waiting.wait(60) == 0
    assert (tmp_path / "late_with_heatmaps.mp4").read_bytes() == reference.read_bytes()


# ---- what is not ----


def test_an_unknown_video_leaves_no_trace(topics, tmp_path):
    result = fetch(topics, tmp_path, "nobody")
    assert result.returncode == 1
    assert "video 'nobody': there is no trace of it in fetch-completions and fetch-progress" in result.stderr
    assert files(tmp_path) == []


def test_what_is_known_of_an_open_video_is_said(topics, tmp_path):
    subprocess.run([BINARY.parent / "wire_samples", "write", tmp_path], check=True)
    record = msgpack.unpackb((tmp_path / "progress-open.msgpack").read_bytes())
    topics.send("progress", msgpack.packb({**record, "video_id": "open"}), key=b"open")
    result = fetch(topics, tmp_path, "open")
    assert result.returncode == 1
    assert "video 'open': it is still open: " in result.stderr
    assert f"{record['next_picture']} pictures are in {record['segments']} segments" in result.stderr


def test_a_video_whose_completion_is_gone_is_named_as_such(topics, tmp_path):
    subprocess.run([BINARY.parent / "wire_samples", "write", tmp_path], check=True)
    record = msgpack.unpackb((tmp_path / "progress-empty.msgpack").read_bytes())
    topics.send("progress", msgpack.packb({**record, "video_id": "gone"}), key=b"gone")
    result = fetch(topics, tmp_path, "gone")
    assert result.returncode == 1
    assert "it is empty, but its completion is no longer in fetch-completions" in result.stderr


def test_the_originals_completion_is_no_use(topics, tmp_path):
    original = {"video_id": "old", "local_filepath": "clips/old_with_heatmaps.mp4", "stats": {}, "video_metadata": {}}
    partition, offset = topics.send("completions", json.dumps(original).encode(), key=b"old")
    result = fetch(topics, tmp_path, "old")
    assert result.returncode == 1
    assert f"its completion can't be used: fetch-completions[{partition}], offset {offset}: no segments" in result.stderr


def test_an_empty_video_has_no_file(topics, tmp_path):
    completion, _ = send_segments(topics, tmp_path, "empty")
    complete(topics, completion, status="empty", segments=None)
    result = fetch(topics, tmp_path, "empty")
    assert result.returncode == 1
    assert "video 'empty' had no picture" in result.stderr
    assert files(tmp_path) == []


def test_a_missing_segment_is_named_and_nothing_is_left(topics, tmp_path):
    completion, _ = send_segments(topics, tmp_path, "holed")
    segments = {**completion["segments"], "first_offset": completion["segments"]["first_offset"] + 1, "count": 2}
    complete(topics, completion, segments=segments)
    result = fetch(topics, tmp_path, "holed")
    assert result.returncode == 1
    assert "video 'holed': segment 0 is missing" in result.stderr
    assert files(tmp_path) == []


def test_a_stop_ends_the_waiting(topics, tmp_path):
    with topics.running("fetch", "never", "--wait", "600", cwd=tmp_path) as waiting:
        assert "video 'never' has no completion yet" in waiting.stderr.readline()
        began = time.monotonic()
        waiting.send_signal(signal.SIGTERM)
        assert waiting.wait(20) == 1
        assert "video 'never': stopped" in waiting.stderr.read()
    assert time.monotonic() - began < 10
    assert files(tmp_path) == []


def test_a_missing_topic_is_named(kafka, tmp_path):
    result = firewatch("fetch", "any", "-b", kafka.bootstrap, "--completions-topic=no-such-topic", cwd=tmp_path)
    assert result.returncode == 1
    assert "video 'any': topic no-such-topic: " in result.stderr


def test_an_absent_broker_is_given_up(tmp_path):
    result = firewatch("fetch", "any", "-b", f"127.0.0.1:{free_port()}", "--startup-timeout=1", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.count("waiting for Kafka") == 1
    assert "no answer from Kafka" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "VIDEO_ID is missing"),
        (["a", "b"], '"b" is one argument too many'),
        (["../escape"], "video id begins with a full stop"),
        (["a", "-X", "acks=1"], "acks is FireWatch's own"),
        (["a", "--wait=-1"], "must be a time"),
    ],
)
def test_misuse_is_named(words, message, tmp_path):
    result = firewatch("fetch", *words, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
