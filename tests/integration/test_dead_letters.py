# SPDX-License-Identifier: MIT
"""What can never succeed: each message once on video-frames.dlq, untouched; the videos around it complete."""

import msgpack
import pytest
from clips import plain, render
from topics import Topics, Undisturbed, assert_equal, recorded

HEADERS = "__connect.errors."


def changed(frame, **fields):
    return msgpack.packb({**frame, **fields})


def lacking(frame, field):
    return msgpack.packb({key: value for key, value in frame.items() if key != field})


# Name: what makes a bad message of a keyframe, the stage that refuses it, words of the reason.
BAD = {
    "undecodable": (lambda frame: b"\xff\xd8 neither msgpack nor JSON", "receive", "neither msgpack nor JSON"),
    "cut-off": (lambda frame: msgpack.packb(frame)[:-20], "receive", ""),
    "no-field": (lambda frame: lacking(frame, "frame_number"), "receive", "frame_number is missing"),
    "no-data": (lambda frame: lacking(frame, "frame_data"), "receive", "frame_data is missing"),
    "absurd-size": (lambda frame: changed(frame, width=1_000_000), "receive", "width"),
    "hostile-id": (lambda frame: changed(frame, video_id="../../etc/passwd"), "receive", "video id"),
    "other-key": (lambda frame: changed(frame, video_id="another"), "receive", "key"),
    "newer-schema": (lambda frame: changed(frame, schema=2), "receive", "schema version 2 is newer"),
    "unknown-codec": (lambda frame: changed(frame, codec="h999"), "decode", "h999"),
    "corrupt-picture": (
        lambda frame: changed(frame, codec="mjpeg", frame_data=b"\xff\xd8\xff\xd9", extradata=b""), "decode", ""),
    "tombstone": (lambda frame: None, "receive", ""),
}


@pytest.fixture(scope="module")
def among_bad(kafka, tmp_path_factory):
    """A good video, all bad messages, another good video, with frames of the two between the bad ones."""
    folder = tmp_path_factory.mktemp("bad")
    topics = Topics(kafka, folder, "bad").create()
    clip = plain(folder / "clip.mp4")
    frames = {name: recorded(topics, clip, name) for name in ("before", "behind")}
    bad = {name: make({**frames["before"][0], "video_id": name, "run_id": name}) for name, (make, _, _) in BAD.items()}
    with topics.processors() as processor:
        topics.send(frames["before"][:10] + frames["behind"][:10])
        for n, (name, value) in enumerate(bad.items()):
            topics.send([value], key=name)
            topics.send(frames["behind"][10 + n : 11 + n])
        topics.send(frames["before"][10:] + frames["behind"][10 + len(bad) :])
        completions = topics.await_completions(2, processor=processor)
        log = processor.text()
    return topics, clip, bad, completions, log


@pytest.mark.parametrize("name", ["before", "behind"])
def test_the_good_videos_are_complete(among_bad, tmp_path, name):
    topics, clip, _, completions, _ = among_bad
    assert_equal(topics, completions[name], Undisturbed(tmp_path, clip, name))
    assert completions[name]["bad_frames"] == 0


@pytest.mark.parametrize("name", BAD)
def test_each_is_there_once_and_untouched(among_bad, name):
    topics, _, bad, _, log = among_bad
    letters = [record for record in topics.records(topics.dead_letters) if record.key() == name.encode()]
    assert len(letters) == 1, log
    assert letters[0].value() == bad[name]
    headers = {key: value.decode() for key, value in letters[0].headers()}
    (sent,) = [record for record in topics.records(topics.frames) if record.key() == name.encode()]
    assert headers[HEADERS + "topic"] == topics.frames
    assert headers[HEADERS + "partition"] == str(sent.partition())
    assert headers[HEADERS + "offset"] == str(sent.offset())
    assert headers[HEADERS + "connector.name"] == "firewatch"
    assert headers[HEADERS + "stage"] == BAD[name][1]
    assert headers[HEADERS + "exception.class.name"] == "data"
    assert BAD[name][2] in headers[HEADERS + "exception.message"] != ""
    assert headers["firewatch.errors.time"][:2] == "20"
    assert f"offset={sent.offset()} " in log


def test_nothing_else_is_there(among_bad):
    topics, _, bad, _, _ = among_bad
    assert len(topics.records(topics.dead_letters)) == len(bad)
    assert topics.detections("../../etc/passwd") == topics.detections("newer-schema") == []


def test_a_corrupt_packet_is_a_gap_and_the_video_goes_on(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "corrupt").create()
    clip = render(tmp_path / "clip.avi", "-c:v", "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p")
    frames = recorded(topics, clip, "corrupt")
    frames[20] = {**frames[20], "frame_data": b"\xff\xd8\xff\xfe no picture"}
    with topics.processors() as processor:
        topics.send(frames)
        completion = topics.await_completions(1, processor=processor)["corrupt"]
    assert (completion["status"], completion["bad_frames"]) == ("complete", 1)
    assert completion["stats"]["total_frames"] == 49
    assert [d["frame_number"] for d in topics.detections("corrupt")] == list(range(49))
    (letter,) = topics.records(topics.dead_letters)
    assert letter.value() == msgpack.packb(frames[20])
    headers = dict(letter.headers())
    assert (headers[HEADERS + "stage"], headers[HEADERS + "offset"]) == (b"decode", b"20")
