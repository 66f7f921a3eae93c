# SPDX-License-Identifier: MIT
"""How runs of a video begin, end, supersede each other and go on: the producer is any Python program."""

import datetime
import time

import pytest
from clips import plain, red_and_black
from topics import Topics, Undisturbed, assert_equal, await_true, recorded

SHORT = "--idle-timeout=1"
LONG = "--idle-timeout=60"


@pytest.fixture
def topics(kafka, tmp_path, request):
    return Topics(kafka, tmp_path, request.node.name.removeprefix("test_").replace("_", "-")).create()


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return red_and_black(tmp_path_factory.mktemp("clip") / "clip.mp4", options=["-g", "10", "-bf", "2"])


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return plain(tmp_path_factory.mktemp("clip") / "other.mp4", source="testsrc2=size=160x120:rate=25:duration=1")


def numbers(topics, video_id="cam"):
    return [detection["frame_number"] for detection in topics.detections(video_id)]


def of_run(topics, run_id, video_id="cam"):
    return [d["frame_number"] for d in topics.detections(video_id) if d.get("run_id") == run_id]


# ---- ends ----


def test_a_lost_marker_and_a_late_frame(topics, clip, tmp_path):
    """Silence ends a video as truncated; what comes later reopens it, and the second completion covers all."""
    frames = recorded(topics, clip, "cam")
    with topics.processors(1, SHORT) as processor:
        topics.send(frames[:30])
        first = topics.await_completions(1, processor=processor)["cam"]
        assert first["status"] == "truncated"
        assert first["stats"]["total_frames"] == len(numbers(topics)) <= 30
        topics.send(frames[30:])
        last = topics.await_completions(2, processor=processor)["cam"]
    assert last["run_offset"] == first["run_offset"]
    assert last["segments"]["count"] > first["segments"]["count"]
    assert last["gaps"] == []
    assert last["status"] == "complete"
    assert last["stats"]["total_frames"] == sum(header["pictures"] for header, _ in topics.segments(last))
    assert numbers(topics) == list(range(last["stats"]["total_frames"]))
    assert last["stats"]["total_frames"] == 50
    assert topics.lag() == {0: 0}


def test_without_a_marker_all_that_came_is_there(topics, clip, tmp_path):
    with topics.processors(1, SHORT) as processor:
        topics.send(recorded(topics, clip, "cam")[:-1])
        completion = topics.await_completions(1, processor=processor)["cam"]
    assert_equal(topics, completion, Undisturbed(tmp_path, clip, "cam"), status="truncated")


def seconds_between(earlier, later):
    a, b = (datetime.datetime.fromisoformat(d["processing_timestamp"]) for d in (earlier, later))
    return (b - a).total_seconds()


def test_a_backlog_is_not_silence(topics, clip, tmp_path):
    """Between two frames lies another video's work, which takes longer than the timeout."""
    work = red_and_black(tmp_path / "work.mp4", seconds=120)
    frames = recorded(topics, clip, "cam")
    topics.send(frames[:30] + recorded(topics, work, "work") + frames[30:])
    with topics.processors(1, "--idle-timeout=0.2", "--workers=1") as processor:
        completion = topics.await_completions(2, processor=processor)["cam"]
        assert not processor.lines("silent")
    found = topics.detections("cam")
    assert max(seconds_between(a, b) for a, b in zip(found, found[1:])) > 0.3
    assert_equal(topics, completion, Undisturbed(tmp_path, clip, "cam"))


def test_a_producer_that_goes_on_after_an_outage_of_the_processor(topics, clip, tmp_path):
    frames = recorded(topics, clip, "cam")
    with topics.processors(1, SHORT) as processor:
        topics.send(frames[:30])
        await_true(lambda: len(numbers(topics)) > 15, "detections")
        processor.kill()
    killed = time.monotonic()
    await_true(lambda: time.monotonic() - killed > 1.5, "an outage longer than the timeout")
    topics.send(frames[30:])
    with topics.processors(1, SHORT) as processor:
        completion = topics.await_completions(1, processor=processor)["cam"]
    assert_equal(topics, completion, Undisturbed(tmp_path, clip, "cam"))


def test_a_marker_alone_is_an_empty_video(topics, clip):
    marker = {**recorded(topics, clip, "cam")[-1], "frame_number": 0, "total_frames": 0}
    with topics.processors(1, LONG) as processor:
        topics.send([marker])
        completion = topics.await_completions(1, processor=processor)["cam"]
    assert (completion["status"], completion["segments"]) == ("empty", None)
    assert completion["stats"]["total_frames"] == 0
    assert numbers(topics) == []
    assert topics.lag() == {0: 0}


def test_a_gap_is_recorded(topics, clip):
    frames = recorded(topics, clip, "cam")
    with topics.processors(1, LONG) as processor:
        topics.send(frames[:25] + frames[30:])
        completion = topics.await_completions(1, processor=processor)["cam"]
    assert (completion["status"], completion["gaps"], completion["missing_frames"]) == ("complete", [[25, 5]], 5)
    assert numbers(topics) == list(range(completion["stats"]["total_frames"]))
    assert 40 <= completion["stats"]["total_frames"] <= 45


# ---- runs ----


def test_a_restarted_producer_supersedes(topics, clip, tmp_path):
    first = recorded(topics, clip, "cam")[:30]
    second = [{**frame, "run_id": "second"} for frame in recorded(topics, clip, "cam")]
    with topics.processors(1, LONG) as processor:
        topics.send(first)
        await_true(lambda: len(numbers(topics)) > 10, "detections of the first run")
        topics.send(second + first[-5:])
        completion = topics.await_completions(1, processor=processor)["cam"]
        await_true(lambda: topics.lag() == {0: 0}, "lag 0")
        assert len(topics.completions()) == 1
    assert (completion["run_id"], completion["run_offset"], completion["status"]) == ("second", 30, "complete")
    assert of_run(topics, "second") == list(range(50))
    assert sum(header["pictures"] for header, _ in topics.segments(completion)) == 50


def test_a_run_right_behind_the_end_of_another(topics, clip):
    """Both are complete, though nothing of the first was committed when the second had been sent."""
    frames = recorded(topics, clip, "cam")
    runs = ("one", "two", "three")
    topics.send({**frame, "run_id": run} for run in runs for frame in frames)
    with topics.processors() as processor:
        topics.await_completions(len(runs), processor=processor)
    completions = topics.completions()
    assert [(c["run_id"], c["status"], c["run_offset"]) for c in completions] == [
        (run, "complete", n * len(frames)) for n, run in enumerate(runs)
    ]
    assert all(of_run(topics, run) == list(range(50)) for run in runs)
    assert all(len(topics.segments(c)) == c["segments"]["count"] for c in completions)
    assert topics.lag() == {0: 0}


def test_two_producers_with_one_id_at_once(topics, clip):
    """The one that began later has the video; nothing of the other gets in."""
    a = [{**frame, "run_id": "a"} for frame in recorded(topics, clip, "cam")]
    b = [{**frame, "run_id": "b"} for frame in recorded(topics, clip, "cam")]
    mixed = [frame for pair in zip(a, b) for frame in pair]
    with topics.processors(1, LONG) as processor:
        topics.send(mixed)
        completion = topics.await_completions(1, processor=processor)["cam"]
        await_true(lambda: topics.lag() == {0: 0}, "lag 0")
        assert len(topics.completions()) == 1
    assert (completion["run_id"], completion["run_offset"], completion["status"]) == ("b", 1, "complete")
    assert of_run(topics, "b") == list(range(50))
    assert (completion["duplicate_frames"], completion["gaps"]) == (0, [])


def test_a_run_that_comes_again_changes_nothing(topics, clip):
    frames = recorded(topics, clip, "cam")
    with topics.processors(1, LONG) as processor:
        topics.send(frames)
        topics.await_completions(1, processor=processor)
        topics.send(frames)
        await_true(lambda: topics.lag() == {0: 0}, "lag 0")
    assert len(topics.completions()) == 1
    assert numbers(topics) == list(range(50))


# ---- the original's ----


def originals(topics, clip):
    """JPEG frames as the original sends them."""
    return recorded(topics, clip, "cam", "--transport=msgpack", "--frame-width=160", "--frame-height=120")


def test_the_originals_repeats_and_reordering(topics, clip):
    frames = originals(topics, clip)
    assert len(frames) == 50 and "run_id" not in frames[0]
    sent = frames[:20] + frames[18:25] + [frames[26], frames[25]] + frames[27:]
    with topics.processors(1, SHORT) as processor:
        topics.send(sent)
        completion = topics.await_completions(1, processor=processor)["cam"]
    assert (completion["run_id"], completion["status"]) == (None, "truncated")
    assert completion["duplicate_frames"] == 3  # 18, 19, and 25 behind 26
    assert completion["gaps"] == [[25, 1]]
    assert numbers(topics) == list(range(49))


def test_the_originals_second_run_supersedes(topics, clip):
    frames = originals(topics, clip)
    with topics.processors(1, SHORT) as processor:
        topics.send(frames[:30] + frames)
        completion = topics.await_completions(1, processor=processor)["cam"]
    assert (completion["run_offset"], completion["status"]) == (30, "truncated")
    assert completion["stats"]["total_frames"] == 50


# ---- many videos ----


def test_many_short_videos_interleaved_frame_by_frame(topics, other, tmp_path):
    """60 videos open at once on one partition, of which four may have decoders."""
    frames = recorded(topics, other, "cam")
    names = [f"many-{n}" for n in range(60)]
    mixed = [{**frame, "video_id": name, "run_id": name} for frame in frames for name in names]
    with topics.processors(1, LONG, "--max-active-videos=4") as processor:
        topics.send(mixed)
        completions = topics.await_completions(60, processor=processor, limit_s=120)
    assert {completion["status"] for completion in completions.values()} == {"complete"}
    assert sorted(completions) == sorted(names)
    assert {completion["stats"]["total_frames"] for completion in completions.values()} == {25}
    for name in (names[0], names[31], names[59]):
        assert_equal(topics, completions[name], Undisturbed(tmp_path, other, name))
    assert topics.lag() == {0: 0}
