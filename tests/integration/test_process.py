# SPDX-License-Identifier: MIT
"""firewatch process against a real broker: what it makes of videos is what firewatch run makes of them."""

import signal
import subprocess
import time

import pytest
from confluent_kafka import TopicPartition
from clips import X264, plain, red_and_black, render
from firewatch import RED, firewatch
from kafka_server import KafkaServer
from topics import Topics, Undisturbed, assert_equal, await_true, read, recorded

SOURCE = "testsrc2=size=320x240:rate=25:duration=2"

# Extension and options of a clip, each particular in one point.
KINDS = {
    "b_frames_open_gops": ("mp4", (*X264, "-bf", "3", "-g", "12", "-x264-params", "open-gop=1:b-pyramid=2")),
    "intra_refresh": ("mp4", (*X264, "-bf", "0", "-x264-params", "intra-refresh=1:keyint=10")),
    "hevc": ("mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=12:open-gop=1")),
    "vp9": ("webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p")),
    "av1": ("mkv", ("-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-pix_fmt", "yuv420p", "-t", "1")),
    "mpeg4": ("avi", ("-c:v", "mpeg4", "-bf", "2", "-q:v", "4", "-pix_fmt", "yuv420p")),
    "mjpeg": ("avi", ("-c:v", "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p")),
    "transport_stream": ("ts", X264),
    "variable_rate": ("mp4", ("-vf", "select='not(mod(n,5))+gt(n,30)'", "-fps_mode", "vfr", *X264)),
    "full_range": ("mp4", (*X264[:-1], "yuvj420p")),
    "fire": ("mp4", ("-vf", "drawbox=x=0:y=0:w=iw/2:h=ih:color=red:t=fill:enable='gte(t,0.5)'", *X264)),
}
MADE_BY_COPYING = {
    "rotation": ("-metadata:s:v:0", "rotate=90"),
    "edit_list": ("-ss", "0.5"),
}


def make_clips(folder):
    clips = {name: render(folder / f"{name}.{kind}", *options, source=SOURCE) for name, (kind, options) in KINDS.items()}
    whole = plain(folder / "whole.mp4", options=["-g", "25"])
    for name, options in MADE_BY_COPYING.items():
        clips[name] = folder / f"{name}.mp4"
        where = (*options, "-i", whole) if options[0] == "-ss" else ("-i", whole, *options)
        subprocess.run(["ffmpeg", "-v", "error", *where, "-c", "copy", clips[name]], check=True)
    return clips


# ---- results ----


@pytest.fixture(scope="module")
def every_kind(kafka, tmp_path_factory):
    """Clips of every kind, interleaved on one partition and processed by one processor."""
    folder = tmp_path_factory.mktemp("kinds")
    topics = Topics(kafka, folder, "kinds").create()
    clips = make_clips(folder)
    with topics.processors() as processor:
        done = topics.produce("--realtime", *[f"--input={name}={clip}" for name, clip in clips.items()])
        assert done.returncode == 0, done.stderr
        completions = topics.await_completions(len(clips), processor=processor)
    return topics, clips, completions


@pytest.mark.parametrize("name", [*KINDS, *MADE_BY_COPYING])
def test_results_are_those_of_running_alone(every_kind, tmp_path, name):
    topics, clips, completions = every_kind
    assert_equal(topics, completions[name], Undisturbed(tmp_path, clips[name], name))
    assert completions[name]["gaps"] == []


def test_detections_have_the_times_of_their_frames(every_kind):
    topics, clips, _ = every_kind
    for name in clips:
        produced = {frame["timestamp"] for frame in topics.sent(name)}
        found = [detection["timestamp"] for detection in topics.detections(name)]
        assert found and set(found) <= produced
        assert len(set(found)) == len(found)


def test_the_clips_were_interleaved_and_are_done(every_kind):
    topics, clips, _ = every_kind
    order = [record.key() for record in topics.records(topics.frames)]
    assert sum(a != b for a, b in zip(order, order[1:])) > 2 * len(clips)
    assert topics.lag() == {0: 0}


# ---- members ----


def test_processors_share_the_partitions_and_a_seventh_waits(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "members", n_partitions=6).create()
    with topics.processors(3) as three:
        shares = [[0, 1], [2, 3], [4, 5]]  # the guide's
        await_true(lambda: sorted(p.partitions() or [9] for p in three) == shares, "shares of two")
        with topics.processors(4) as four:
            seven = [*three, *four]
            await_true(
                lambda: sorted(p.partitions() for p in seven) == [[], [0], [1], [2], [3], [4], [5]], "shares of one"
            )
            idle = next(p for p in seven if p.partitions() == [])
            leaving = next(p for p in four if p is not idle)
            assert leaving.stop() == 0
            left = [p for p in seven if p is not leaving]
            await_true(lambda: sorted(p.partitions() for p in left) == [[0], [1], [2], [3], [4], [5]], "six at work")
            assert idle.partitions() != []
    for processor in seven:
        told = processor.lines("group=", "partitions=")
        assert told and all(f" group={topics.group} member=firewatch-" in line for line in told)
        assigned, revoked = (processor.lines(f" {word} partitions=") for word in ("assigned", "revoked"))
        # Each assignment ends with the revocation of just its partitions.
        of = [line.rpartition("=")[2] for line in assigned]
        assert [line.rpartition("=")[2] for line in revoked] == of[: len(revoked)]


def test_two_processors_and_videos_on_all_partitions(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "shared", n_partitions=6).create()
    clip = red_and_black(tmp_path / "clip.mp4")
    names = [f"shared-{n}" for n in range(8)]
    with topics.processors(2) as two:
        await_true(lambda: sorted(p.partitions() for p in two) == [[0, 1, 2], [3, 4, 5]], "halves")
        assert topics.produce(*[f"--input={name}={clip}" for name in names]).returncode == 0
        completions = topics.await_completions(len(names), processor=two[0])
    expected = Undisturbed(tmp_path, clip, names[0])
    assert_equal(topics, completions[names[0]], expected)
    assert {c["stats"]["total_frames"] for c in completions.values()} == {50}
    assert len({c["segments"]["partition"] for c in completions.values()}) > 2
    assert all(p.lines("status=complete") for p in two)
    lag = topics.lag_by_tool()
    assert set(lag.values()) == {0} and lag == topics.lag()


# ---- stopping and dying ----


class Slowed:
    """A video that arrives by and by, so that there is a middle to disturb it in."""

    def __init__(self, topics, clip, video_id):
        self.topics, self.video_id = topics, video_id
        self.frames = recorded(topics, clip, video_id)
        self.n_sent = 0

    def send(self, until=None):
        part = self.frames[self.n_sent : until]
        self.n_sent += len(part)
        self.topics.send(part)

    def await_detections(self, n):
        await_true(lambda: len(self.topics.detections(self.video_id)) >= n, f"{n} detections")


def disturbed(kafka, folder, name, disturb, model=RED, every=1):
    """A video of 100 frames whose processor is `disturb`ed after 40 and after 70, and followed by another."""
    topics = Topics(kafka, folder, name).create()
    topics.env.update({"ML_MODEL_PATH": str(model), "INFERENCE_EVERY_N_FRAMES": str(every)})
    clip = red_and_black(folder / "clip.mp4", seconds=4, options=["-g", "12", "-bf", "2", "-x264-params", "open-gop=1"])
    slowed = Slowed(topics, clip, name)
    for n in (40, 70, None):
        with topics.processors() as processor:
            slowed.send(n)
            if n is None:
                completion = topics.await_completions(1, processor=processor)[name]
            else:
                slowed.await_detections(n - 10)
                disturb(processor)
    options = ["--model", model, "--inference-every", every]
    assert_equal(topics, completion, Undisturbed(folder, clip, name, options))
    assert completion["gaps"] == [] and completion["duplicate_frames"] == 0
    assert topics.lag() == {0: 0}
    return topics


def test_a_stop_in_the_middle(kafka, tmp_path):
    def stop(processor):
        begun = time.monotonic()
        assert processor.stop() == 0, processor.text()
        assert time.monotonic() - begun < 10
        assert processor.lines("stopped")

    disturbed(kafka, tmp_path, "stopped", stop)


def test_a_kill_in_the_middle(kafka, tmp_path):
    disturbed(kafka, tmp_path, "killed", lambda processor: processor.kill())


def test_a_kill_in_the_middle_of_what_a_detector_sees(kafka, tmp_path):
    """Frames between those looked at take over boxes, also those that the processor before had found."""
    yolo = RED.parent / "yolo.onnx"
    topics = disturbed(kafka, tmp_path, "boxed", lambda processor: processor.kill(), yolo, 7)
    found = topics.detections("boxed")
    assert sum(line["has_fire"] for line in found) > 60
    for line in found:
        assert [box["class"] for box in line["detections"]] == ["fire"] * line["has_fire"]
        assert line["model"].startswith("yolo@")


@pytest.mark.parametrize("keep", [61, 70])
def test_frames_that_an_heir_needs_are_deleted(kafka, tmp_path, keep):
    """Retention may be shorter than an outage. What can't be read again is named as missing, and the video is whole else."""
    topics = Topics(kafka, tmp_path, f"deleted-{keep}").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=4, options=["-g", "12", "-bf", "0"])
    video = Slowed(topics, clip, "deleted")
    with topics.processors() as processor:
        video.send(70)
        video.await_detections(60)
        processor.kill()
    place = TopicPartition(topics.frames, 0, keep)
    admin = kafka.admin()
    admin.delete_records([place])[place].result(30)
    with topics.processors() as processor:
        video.send(None)
        completion = topics.await_completions(1, processor=processor)["deleted"]
    assert completion["status"] == "complete"
    [[first, count]] = completion["gaps"]
    assert completion["missing_frames"] == count == 72 - first > 0  # 72 is the next keyframe
    assert completion["stats"]["total_frames"] == 100 - count
    assert completion["stats"]["fire_count"] <= completion["stats"]["total_frames"]
    fetched = firewatch("fetch", "deleted", cwd=tmp_path, env=topics.env)
    assert fetched.returncode == 0, fetched.stderr
    assert f"{count} frames missing" in fetched.stdout


@pytest.fixture(scope="module")
def frail(tmp_path_factory):
    """A broker that tests may pause."""
    with KafkaServer(tmp_path_factory.mktemp("frail")) as server:
        yield server


def test_readiness_goes_at_once(frail, tmp_path):
    topics = Topics(frail, tmp_path, "ready").create()
    ready = tmp_path / "ready"
    clip = red_and_black(tmp_path / "clip.mp4", seconds=4)
    with topics.processors(1, "--ready-file", ready) as processor:
        processor.await_line("restored")
        assert ready.exists()
        assert topics.produce(clip, "ready").returncode == 0
        frail.pause()  # so that the rest of the stop takes its time
        try:
            processor.signal(signal.SIGTERM)
            await_true(lambda: not ready.exists(), "unready", limit_s=2)
            assert processor.process.poll() is None
        finally:
            frail.resume()
        assert processor.wait(30) == 0, processor.text()
    with topics.processors() as processor:
        completion = topics.await_completions(1, processor=processor)["ready"]
    assert_equal(topics, completion, Undisturbed(tmp_path, clip, "ready"))


def test_a_second_signal_ends_at_once(frail, tmp_path):
    topics = Topics(frail, tmp_path, "twice").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=4)
    with topics.processors() as processor:
        processor.await_line("restored")
        assert topics.produce(clip, "twice").returncode == 0
        frail.pause()  # nothing in hand can be committed
        try:
            processor.signal(signal.SIGTERM)
            processor.await_line("revoked")
            begun = time.monotonic()
            processor.signal(signal.SIGTERM)
            assert processor.wait(5) != 0
            assert time.monotonic() - begun < 2
        finally:
            frail.resume()


def test_a_stop_while_it_takes_over(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "early", n_partitions=6).create()
    for _ in range(5):  # each time at another point
        with topics.processors() as processor:
            begun = time.monotonic()
            assert processor.stop() == 0
            assert time.monotonic() - begun < 5, processor.text()


# ---- topics ----


def test_topics_that_are_missing_are_made_in_step(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "missing", n_partitions=6)
    kafka.create_topic(topics.frames, 4)
    with topics.processors() as processor:
        assert processor.partitions() == [0, 1, 2, 3]
    found = kafka.admin().list_topics(timeout=30).topics
    assert len(found[topics.segments_topic].partitions) == len(found[topics.progress].partitions) == 4
    assert len(found[topics.ends].partitions) == 1
    assert topics.dead_letters in found
    assert read(kafka, topics.ends) == []


def test_counts_that_differ_are_refused(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "differ")
    kafka.create_topic(topics.frames, 4)
    kafka.create_topic(topics.segments_topic, 3)
    done = firewatch("process", env=topics.env, cwd=tmp_path)
    assert done.returncode == 1
    assert f"{topics.segments_topic} has 3 partitions, but {topics.frames} has 4" in done.stderr
