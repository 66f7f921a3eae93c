# SPDX-License-Identifier: MIT
"""firewatch status: its numbers are those of the topics."""

import json
import signal

import msgpack
import pytest
from clips import red_and_black
from confluent_kafka import Consumer, TopicPartition
from firewatch import firewatch
from terminal import drawn
from topics import Topics, await_true, recorded


@pytest.fixture
def topics(kafka, tmp_path, request):
    name = request.node.name.removeprefix("test_").replace("_", "-")[:60]
    made = Topics(kafka, tmp_path, name, 2).create()
    made.env["KAFKA_UPLOAD_GROUP_ID"] = f"{name}-up"
    return made


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return red_and_black(tmp_path_factory.mktemp("clip") / "clip.mp4")


def status(topics, *words, **more):
    return firewatch("status", *words, env=topics.env, cwd=topics.folder, **more)


def seen(topics, *words):
    result = status(topics, "--json", *words)
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def newest_progress(topics):
    return {record.key().decode(): msgpack.unpackb(record.value()) for record in topics.records(topics.progress)}


def member_of(topics, partition):
    """The id of the member that has a partition, as Kafka's own tool shows it."""
    text = topics.kafka.tool("kafka-consumer-groups", "--describe", "--group", topics.group)
    rows = [line.split() for line in text.splitlines() if f" {topics.frames} " in line]
    return next(row[6] for row in rows if int(row[2]) == partition)


def test_its_numbers_are_those_of_the_topics(topics, clip):
    """Two videos done, one open; one completion uploaded, two dead letters."""
    frames = recorded(topics, clip, "open")
    with topics.processors(1, "--idle-timeout=300"):
        for video_id in ("one", "two"):
            assert topics.produce(clip, video_id).returncode == 0
        completions = topics.await_completions(2)
        topics.send(frames[:30], partition=1)
        topics.send([b"nonsense"] * 2, key="junk", partition=0)
        await_true(lambda: len(topics.records(topics.dead_letters)) == 2, "two dead letters")
        commit_first_completion(topics)
        opened = await_true(lambda: (p := newest_progress(topics).get("open")) and p["received"] == 30 and p, "30 frames")
        found = seen(topics)
        owner = member_of(topics, 1)
    videos = {video["video_id"]: video for video in found["videos"]}
    assert list(videos) == ["one", "open", "two"]
    for video_id, video in videos.items():
        record = newest_progress(topics)[video_id] if video_id != "open" else opened
        assert video["state"] == record["state"]
        assert (video["frames"], video["received"]) == (record["analysed"], record["received"])
        assert (video["fire_frames"], video["max_score"]) == (record["fire"], pytest.approx(record["max_score"]))
        assert video["missing_frames"] == 0 and video["video_fps"] == 25
        assert video["age_seconds"] < 60 and video["fps"] > 0
    for video_id, completion in completions.items():
        assert videos[video_id]["frames"] == completion["stats"]["total_frames"] == len(topics.detections(video_id))
        assert videos[video_id]["owner"] is None
    assert (videos["open"]["owner"], videos["open"]["partition"], videos["open"]["upload"]) == (owner, 1, None)
    assert sorted([videos["one"]["upload"], videos["two"]["upload"]]) == ["done", "waits"]
    assert found["uploads"] == {"completions": 2, "done": 1, "waiting": 1}
    assert found["alerts"] is None, "nobody alerts"
    letters = {letter["topic"]: letter["count"] for letter in found["dead_letters"]}
    assert (letters[topics.dead_letters], letters[f"{topics.ends}.dlq"]) == (2, 0)
    assert found["unreadable"] == 0


def commit_first_completion(topics):
    first = topics.records(topics.ends)[0]
    consumer = Consumer({"bootstrap.servers": topics.kafka.bootstrap, "group.id": topics.env["KAFKA_UPLOAD_GROUP_ID"]})
    consumer.commit(offsets=[TopicPartition(topics.ends, 0, first.offset() + 1)], asynchronous=False)
    consumer.close()


def test_as_a_table_it_is_plain_in_a_pipe(topics, clip):
    with topics.processors(1):
        assert topics.produce(clip, "yard").returncode == 0
        topics.await_completions(1)
    result = status(topics)
    assert result.returncode == 0 and "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert lines[0] == "uploads: 0 of 1 completions done, 1 waiting"
    row = next(line.split() for line in lines if line.startswith("yard "))
    assert (row[1], row[2], row[4]) == ("complete", "50", "25")
    assert row[-2:] == ["waits", "-"]
    one = status(topics, "yard").stdout.splitlines()
    assert [line.split()[0] for line in one].count("yard") == 1


def test_on_a_terminal_it_is_drawn_again_and_again(topics, clip):
    with topics.processors(1):
        assert topics.produce(clip, "yard").returncode == 0
        topics.await_completions(1)
    assert b"\nyard " in drawn(topics, ["status", "--interval=0.2"], (20, 200), signal.SIGTERM)


def test_records_that_make_no_sense_are_counted(topics):
    topics.frames, kept = topics.progress, topics.frames
    topics.send([b"nonsense", b"\xff" * 40], key="x")
    topics.frames = kept
    found = seen(topics)
    assert (found["videos"], found["unreadable"]) == ([], 2)
    assert "2 records make no sense" in status(topics).stdout


def test_an_unknown_video_is_named(topics):
    result = status(topics, "no-such\x1b[31m")
    assert (result.returncode, result.stdout) == (1, "")
    assert "there is no video 'no-such\\x1b[31m'" in result.stderr
