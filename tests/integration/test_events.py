# SPDX-License-Identifier: MIT
"""Events: what `firewatch run` writes of them, and that fire-events has the same, each once, whatever happens."""

import base64
import io
import json

import pytest
from clips import X264, plain, red_and_black, render
from firewatch import RED, events, firewatch, names, results, run
from PIL import Image
from served import Served
from test_process import Slowed
from test_wire import validator
from topics import Topics, await_true, recorded, valid

EVENT = validator("fire-events")
BURNS = "drawbox=x=0:y=0:w=iw/2:h=ih:color=red:t=fill:enable='between(t,{},{})'"


def burning(path, *stretches, seconds):
    """Moving grey noise with a red half from..to, for each stretch."""
    boxes = ",".join(BURNS.format(*stretch) for stretch in stretches)
    source = f"testsrc2=size=320x240:rate=25:duration={seconds},hue=s=0"
    return render(path, *X264, "-vf", boxes, source=source)


def told(lines):
    return [(line["type"], line["phase"], line["reason"], line["number"]) for line in lines]


def on_topic(topics, video_id):
    return [valid(EVENT, record) for record in topics.records(topics.events) if record.key() == video_id.encode()]


def comparable(line, own=("run_id", "run_offset", "event_id", "timestamp", "links", "snapshot")):
    return {key: value for key, value in line.items() if key not in own}


def links_of(line, site="", bucket=None):
    """As docs/WIRE.md says. No id of these tests needs encoding."""
    picture = f"{site}/api/events/{line['event_id']}/snapshot.jpg"
    return {
        "page": f"{site}/#video={line['video_id']}&t={int(line['first_pts_ms']) / 1000:.3f}",
        "snapshot": picture if line["snapshot"] else None,
        "video": f"{site}/api/videos/{line['video_id']}/play",
        "object": f"s3://{bucket}/videos/{line['video_id']}_with_heatmaps.mp4" if bucket else None,
    }


# ---- alone ----


def test_run_tells_each_fire(tmp_path):
    clip = burning(tmp_path / "two.mp4", (1, 4), (8, 15), seconds=18)
    assert run(tmp_path, clip).returncode == 0
    lines = events(tmp_path, "two")
    for line in lines:
        EVENT.validate(line)
    assert told(lines) == [
        ("fire", "start", None, 1), ("fire", "end", "cleared", 1),
        ("fire", "start", None, 2), ("fire", "update", None, 2), ("fire", "end", "cleared", 2),
    ]  # fmt: skip
    assert [line["event_id"] for line in lines] == ["two/alone/fire/1"] * 2 + ["two/alone/fire/2"] * 3
    starts = [line["pts_ms"] / 1000 for line in lines if line["phase"] == "start"]
    ends = [line["pts_ms"] / 1000 for line in lines if line["phase"] == "end"]
    assert all(fire < start < fire + 1 for fire, start in zip((1, 8), starts))
    assert all(fire + 1.5 < end < fire + 2.5 for fire, end in zip((4, 15), ends))
    assert lines[-1]["peak_score"] > 0.9 and lines[-1]["bbox"][0] == 0 and 100 <= lines[-1]["bbox"][2] <= 220
    assert names(tmp_path) == results("two", fires=2)
    snapshot = Image.open(tmp_path / "out" / "two.event-fire-1.jpg")
    assert snapshot.format == "JPEG" and snapshot.size == (320, 240)
    red, rest = snapshot.getpixel((60, 120)), snapshot.getpixel((300, 20))
    assert red[0] > 100 and red[0] > red[1] + 50 and rest != red  # heat over the red half


def test_a_fire_at_the_end_ends_with_the_video(tmp_path):
    assert run(tmp_path, burning(tmp_path / "late.mp4", (1, 9), seconds=3)).returncode == 0
    assert told(events(tmp_path, "late")) == [("fire", "start", None, 1), ("fire", "end", "complete", 1)]


def test_a_flash_is_no_event(tmp_path):
    assert run(tmp_path, burning(tmp_path / "flash.mp4", (1, 1.3), (3, 3.3), seconds=5)).returncode == 0
    assert events(tmp_path, "flash") == []


def test_a_large_picture_has_a_small_snapshot(tmp_path):
    clip = render(tmp_path / "large.mp4", *X264, source="color=red:size=1280x720:rate=10:duration=1")
    assert run(tmp_path, clip).returncode == 0
    assert Image.open(tmp_path / "out" / "large.event-fire-1.jpg").size == (640, 360)


def test_blindness_is_told(tmp_path):
    black = "drawbox=x=0:y=0:w=iw:h=ih:color=black:t=fill:enable='between(t,1,6)'"
    source = "testsrc2=size=320x240:rate=25:duration=8,hue=s=0"
    assert run(tmp_path, render(tmp_path / "black.mp4", *X264, "-vf", black, source=source)).returncode == 0
    lines = events(tmp_path, "black")
    assert told(lines) == [("black", "start", None, 1), ("black", "end", "cleared", 1)]
    assert (lines[0]["first_frame"], lines[0]["frame_number"]) == (25, 75)

    stands = render(tmp_path / "stands.mp4", *X264, "-vf", "loop=loop=300:size=1:start=50", source=source)
    assert run(tmp_path, stands).returncode == 0
    lines = events(tmp_path, "stands")
    assert told(lines)[0] == ("frozen", "start", None, 1) and told(lines)[-1] == ("frozen", "end", "cleared", 1)
    assert 49 <= lines[0]["first_frame"] <= 51
    assert lines[0]["pts_ms"] - lines[0]["first_pts_ms"] == pytest.approx(10000, abs=80)


def test_moving_pictures_are_not_blind(tmp_path):
    assert run(tmp_path, plain(tmp_path / "moves.mp4", "testsrc2=size=320x240:rate=25:duration=13,hue=s=0")).returncode == 0
    assert events(tmp_path, "moves") == []


@pytest.mark.parametrize("url", ["fire.example", "ftp://fire.example", "https://", "https://me:secret@fire.example", "https://fire.example/?token=x",
                                 "https://fire.example/#x", "https://fire.example/a b", "https://" + "x" * 200])  # fmt: skip
def test_an_address_that_can_be_no_links_beginning(tmp_path, url):
    refused = firewatch("process", env={"FIREWATCH_PUBLIC_URL": url}, cwd=tmp_path)
    assert (refused.returncode, "FIREWATCH_PUBLIC_URL" in refused.stderr) == (2, True)


# ---- on Kafka ----


def test_the_topic_has_what_run_writes(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "events").create()
    clip = burning(tmp_path / "two.mp4", (1, 4), (8, 15), seconds=18)
    assert run(tmp_path, clip).returncode == 0
    with topics.processors() as processor:
        assert topics.produce(clip, "two").returncode == 0
        completion = topics.await_completions(1, processor=processor)["two"]
    lines = on_topic(topics, "two")
    assert [comparable(line) for line in lines] == [comparable(line) for line in events(tmp_path, "two")]
    run_offset = completion["run_offset"]
    assert {line["event_id"] for line in lines} == {f"two/{run_offset}/fire/1", f"two/{run_offset}/fire/2"}
    produced = {frame["timestamp"] for frame in topics.sent("two") if frame.get("timestamp")}
    for line in lines:
        assert line["links"] == links_of(line)
        assert line["timestamp"] in produced
        assert (line["snapshot"] is None) == (line["phase"] == "end")
    first = base64.b64decode(lines[0]["snapshot"])
    assert first == (tmp_path / "out" / "two.event-fire-1.jpg").read_bytes()
    assert Image.open(io.BytesIO(first)).size == (320, 240)


def test_a_kill_while_an_event_is_open(kafka, tmp_path):
    """Twice, then the end: one start, one end, and updates as if nothing had happened."""
    topics = Topics(kafka, tmp_path, "open-event").create()
    clip = burning(tmp_path / "burns.mp4", (1, 9), seconds=13)
    assert run(tmp_path, clip).returncode == 0
    slowed = Slowed(topics, clip, "burns")
    topics.env.update({"FIREWATCH_PUBLIC_URL": "https://fire.example/watch/", "S3_BUCKET": "the-bucket"})
    for n in (60, 120, None):
        with topics.processors() as processor:
            slowed.send(n)
            if n is None:
                topics.await_completions(1, processor=processor)
            else:
                slowed.await_detections(n - 10)
                assert told(on_topic(topics, "burns"))[0] == ("fire", "start", None, 1)
                processor.kill()
    lines = on_topic(topics, "burns")
    assert told(lines) == [
        ("fire", "start", None, 1), ("fire", "update", None, 1), ("fire", "end", "cleared", 1)
    ]  # fmt: skip
    assert [comparable(line) for line in lines] == [comparable(line) for line in events(tmp_path, "burns")]
    assert len({line["event_id"] for line in lines}) == 1
    assert [line["links"] for line in lines] == [links_of(line, "https://fire.example/watch", "the-bucket") for line in lines]


def test_blindness_is_counted(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "blind-counted").create()
    topics.env.update({"BLIND_FROZEN_SECONDS": "3", "FIREWATCH_HTTP": "127.0.0.1:0"})
    black = "drawbox=x=0:y=0:w=iw:h=ih:color=black:t=fill:enable='between(t,1,6)'"
    source = "testsrc2=size=320x240:rate=25:duration={},hue=s=0"
    clips = {
        "dark": render(tmp_path / "dark.mp4", *X264, "-vf", black, source=source.format(8)),
        "stuck": render(tmp_path / "stuck.mp4", *X264, "-vf", "loop=loop=125:size=1:start=25", source=source.format(4)),
    }
    with topics.processors() as processor:
        asked = Served(processor.text)

        def counted():
            series = {labels: value for (name, labels), value in asked.metrics().items() if name == "firewatch_events_total"}
            return {dict(labels)["type"]: value for labels, value in series.items() if value > 0}

        assert counted() == {}
        for n_done, (name, clip) in enumerate(clips.items(), 1):
            assert topics.produce(clip, name).returncode == 0
            topics.await_completions(n_done, processor=processor)
        await_true(lambda: counted() == {"black": 1, "frozen": 1}, lambda: f"one of each: {counted()}")
    assert told(on_topic(topics, "dark")) == [("black", "start", None, 1), ("black", "end", "cleared", 1)]
    assert told(on_topic(topics, "stuck")) == [("frozen", "start", None, 1), ("frozen", "end", "cleared", 1)]


# ---- a network that fails ----


FAILING = RED.parent / "nan_when_red.onnx"


def test_a_failing_model_is_told_once_through_a_kill(kafka, tmp_path):
    """From the first picture that it fails at to the first that it does not, with a kill in between."""
    topics = Topics(kafka, tmp_path, "model-error").create()
    topics.env["ML_MODEL_PATH"] = str(FAILING)
    clip = burning(tmp_path / "fails.mp4", (1, 4), seconds=6)
    slowed = Slowed(topics, clip, "fails")
    with topics.processors(env={"FIREWATCH_HTTP": "127.0.0.1:0"}) as processor:
        slowed.send(60)
        await_true(lambda: on_topic(topics, "fails"), "the start of the event")
        asked = Served(processor.text)
        await_true(lambda: asked.value("firewatch_events_total", type="model_error") == 1, "the event's metric")
        assert asked.value("firewatch_model_errors_total") >= 1
        processor.kill()
    with topics.processors() as processor:
        slowed.send()
        completion = topics.await_completions(1, processor=processor)["fails"]
        assert "the model fails: inference: the model toy-nan_when_red@" in processor.text()
    lines = on_topic(topics, "fails")
    assert told(lines) == [("model_error", "start", None, 1), ("model_error", "end", "cleared", 1)]
    start, end = lines
    assert start["event_id"] == end["event_id"] == f"fails/{completion['run_offset']}/model_error/1"
    assert 24 <= start["first_frame"] == start["frame_number"] <= 26 and 99 <= end["frame_number"] <= 102
    assert Image.open(io.BytesIO(base64.b64decode(start["snapshot"]))).size == (320, 240)
    # No detection says "no fire" where nobody has looked, and all that was looked at has one.
    found = [found["frame_number"] for found in topics.detections("fails")]
    failed = set(range(start["frame_number"], end["frame_number"]))
    assert sorted(found) == sorted(set(range(150)) - failed)
    assert (completion["status"], completion["stats"]["total_frames"], completion["failed_frames"]) == ("complete", 150, len(failed))
    assert topics.lag() == {0: 0}


def test_a_model_that_fails_at_the_end(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "fails-late").create()
    topics.env["ML_MODEL_PATH"] = str(FAILING)
    with topics.processors() as processor:
        assert topics.produce(burning(tmp_path / "late.mp4", (2, 9), seconds=3), "late").returncode == 0
        completion = topics.await_completions(1, processor=processor)["late"]
    assert told(on_topic(topics, "late")) == [("model_error", "start", None, 1), ("model_error", "end", "complete", 1)]
    assert 24 <= completion["failed_frames"] <= 26 and completion["stats"]["max_fire_probability"] == 0


# ---- a camera that sends nothing ----


def test_a_camera_that_goes_silent_and_comes_back(kafka, tmp_path):
    """Told once though its processor is killed meanwhile; then silence to the end of a video that burns."""
    topics = Topics(kafka, tmp_path, "silent").create()
    topics.env.update({"BLIND_SILENT_SECONDS": "1", "FIREWATCH_HTTP": "127.0.0.1:0"})
    slowed = Slowed(topics, burning(tmp_path / "clip.mp4", (2, 9), seconds=6), "cam")
    place = ("firewatch_videos_silent", frozenset({("partition", "0")}))
    with topics.processors(1, "--idle-timeout=60") as processor:
        slowed.send(30)
        await_true(lambda: on_topic(topics, "cam"), "the start of the event")
        asked = Served(processor.text)
        await_true(lambda: asked.metrics().get(place) == 1, "the gauge")
        assert asked.value("firewatch_events_total", type="silent") == 1
        processor.kill()
    with topics.processors(1, "--idle-timeout=4") as processor:
        asked = Served(processor.text)
        await_true(lambda: asked.metrics().get(place) == 1, "the gauge")
        slowed.send(120)
        completion = topics.await_completions(1, processor=processor)["cam"]
        await_true(lambda: asked.metrics().get(place) == 0, "the gauge")
    lines = on_topic(topics, "cam")
    assert told(lines) == [
        ("silent", "start", None, 1), ("silent", "end", "cleared", 1), ("fire", "start", None, 1),
        ("silent", "start", None, 2), ("fire", "end", "truncated", 1), ("silent", "end", "truncated", 2),
    ]  # fmt: skip
    run_offset = completion["run_offset"]
    assert [line["event_id"] for line in lines if line["type"] == "silent"] == [
        f"cam/{run_offset}/silent/{number}" for number in (1, 1, 2, 2)
    ]
    first = lines[0]
    assert 0 < first["frame_number"] == first["first_frame"] < 30
    assert first["pts_ms"] == pytest.approx(first["frame_number"] * 40)
    assert (first["timestamp"], first["snapshot"], first["bbox"], first["score"]) == (None, None, None, 0)
    assert completion["status"] == "truncated"


def test_a_newer_run_ends_the_event_of_the_older(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "newer-run").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=4, options=["-g", "10"])
    first = recorded(topics, clip, "cam")[:80]
    second = [{**frame, "run_id": "second"} for frame in recorded(topics, clip, "cam")]
    with topics.processors(1, "--idle-timeout=60") as processor:
        topics.send(first)
        await_true(lambda: on_topic(topics, "cam"), "the first run's event")
        topics.send(second)
        completion = topics.await_completions(1, processor=processor)["cam"]
        await_true(lambda: len(on_topic(topics, "cam")) == 4, "all events")
    lines = on_topic(topics, "cam")
    assert [line["run_offset"] for line in lines] == [0, 0, completion["run_offset"], completion["run_offset"]]
    assert told(lines) == [
        ("fire", "start", None, 1), ("fire", "end", "superseded", 1),
        ("fire", "start", None, 1), ("fire", "end", "complete", 1),
    ]  # fmt: skip


def test_a_producer_that_breaks_off(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "broken-off").create()
    frames = recorded(topics, red_and_black(tmp_path / "clip.mp4", seconds=4, options=["-g", "10"]), "cam")
    with topics.processors(1, "--idle-timeout=1") as processor:
        topics.send(frames[:80])
        assert topics.await_completions(1, processor=processor)["cam"]["status"] == "truncated"
        await_true(lambda: len(on_topic(topics, "cam")) == 2, "the end of the event")
        assert told(on_topic(topics, "cam")) == [("fire", "start", None, 1), ("fire", "end", "truncated", 1)]
        topics.send(frames[80:])  # it goes on: still burning
        await_true(lambda: len(on_topic(topics, "cam")) == 4, "the next event")
    assert told(on_topic(topics, "cam"))[2:] == [("fire", "start", None, 2), ("fire", "end", "complete", 2)]
    assert json.loads(topics.records(topics.ends)[-1].value())["status"] == "complete"
