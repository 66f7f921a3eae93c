# SPDX-License-Identifier: MIT
"""firewatch produce against a real broker: what is on the topic, what it says, how it ends."""

import base64
import hashlib
import io
import json
import subprocess
import time

import msgpack
import pytest
from clips import X264, plain, render
from firewatch import BINARY, probe
from kafka.partitioner.default import DefaultPartitioner
from kafka_server import KafkaServer
from PIL import Image
from server_process import free_port
from topics import Topics, Undisturbed, assert_equal, await_true

# What kafka-python 2.0.2 and Java's client make of these keys.
PARTITIONS_OF_6 = {"video1": 4, "video2": 1, "video3": 1, "test_sample": 5, "cam-7": 2, "video_1715470000": 3}


def packets(path):
    """Size and MD5 of each packet, in decoding order."""
    found = probe(path, "-show_packets", "-show_data_hash", "md5")["packets"]
    return [(int(packet["size"]), packet["data_hash"].removeprefix("MD5:")) for packet in found]


def of_message(frame):
    data = frame["frame_data"]
    return len(data), hashlib.md5(data).hexdigest()


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return plain(tmp_path_factory.mktemp("clip") / "yard.mp4", options=["-g", "12", "-bf", "2"])


def large(path):
    """Noise without loss: each frame is a keyframe of more than 2 MB."""
    return render(path, "-vf", "noise=alls=100:allf=t", *X264, "-qp", "0", "-g", "1", "-pix_fmt", "yuv444p",
                  source="color=gray:size=1280x960:rate=25:duration=0.08")


# ---- packets ----


def test_as_in_the_guide(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "guide", n_partitions=6).create()
    (tmp_path / "video1.mp4").write_bytes(clip.read_bytes())
    done = topics.produce("video1.mp4", "video1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("video1: 50 frames")
    records = topics.records(topics.frames)
    assert {(r.key(), r.partition()) for r in records} == {(b"video1", 4)}
    assert all([name for name, _ in r.headers()] == ["traceparent"] for r in records)
    *frames, marker = [msgpack.unpackb(record.value()) for record in records]
    assert [of_message(frame) for frame in frames] == packets(clip)
    assert [frame["frame_number"] for frame in frames] == list(range(50))
    assert list(frames[0])[:7] == ["video_id", "frame_number", "timestamp", "fps", "frame_data", "width", "height"]
    assert {(f["codec"], f["fps"], f["width"], f["height"]) for f in frames} == {("h264", 25.0, 320, 240)}
    assert len({frame["run_id"] for frame in [*frames, marker]}) == 1
    assert (marker["last"], marker["total_frames"], marker["frame_number"]) == (True, 50, 50)
    assert "frame_data" not in marker
    keys = [frame for frame in frames if frame.get("key")]
    assert len(keys) > 2 and all(frame["extradata"] for frame in keys)
    assert sum(len(record.value()) for record in records) < 1.1 * clip.stat().st_size + 100 * len(records)


def test_the_id_is_the_files_name_unless_given(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "named").create()
    assert topics.produce(clip).returncode == 0
    assert {frame["video_id"] for frame in topics.sent()} == {"yard"}


def test_several_go_side_by_side_each_to_its_partition(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "several", n_partitions=6).create()
    done = topics.produce(*[f"--input={name}={clip}" for name in PARTITIONS_OF_6])
    assert done.returncode == 0
    records = topics.records(topics.frames)
    assert {record.key().decode(): record.partition() for record in records} == PARTITIONS_OF_6
    six = list(range(6))
    assert all(DefaultPartitioner()(record.key(), six, six) == record.partition() for record in records)
    assert all(len(topics.sent(name)) == 51 for name in PARTITIONS_OF_6)


def test_realtime_takes_the_clips_time(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "realtime").create()
    begun = time.monotonic()
    assert topics.produce("--realtime", clip).returncode == 0
    assert 1.9 < time.monotonic() - begun < 6
    stamps = [record.timestamp()[1] for record in topics.records(topics.frames)]
    assert 1800 < stamps[49] - stamps[0] < 3000
    assert 500 < stamps[25] - stamps[0] < 1500


def test_a_keyframe_of_2_mb_passes(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "large").create()
    clip = large(tmp_path / "large.mp4")
    with topics.processors() as processor:
        assert topics.produce(clip, "large").returncode == 0
        completion = topics.await_completions(1, processor=processor)["large"]
    assert all(len(record.value()) > 2_000_000 for record in topics.records(topics.frames)[:-1])
    assert_equal(topics, completion, Undisturbed(tmp_path, clip, "large"))


def test_a_frame_above_the_limit_names_the_setting(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "limit").create()
    done = topics.produce("-X", "message.max.bytes=1000000", large(tmp_path / "large.mp4"))
    assert done.returncode == 1
    assert "large.mp4: frame 0: record of" in done.stderr and "larger than message.max.bytes" in done.stderr
    assert topics.records(topics.frames) == []
    kafka.create_topic(f"{topics.frames}-small", 1, {"max.message.bytes": "1000000"})
    done = topics.produce(tmp_path / "large.mp4", env={"KAFKA_VIDEO_TOPIC": f"{topics.frames}-small"})
    assert done.returncode == 1
    assert "max.message.bytes" in done.stderr


# ---- what the original would have sent ----


def source_picture(clip, number):
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", clip, "-vf", f"select=eq(n\\,{number}),scale=160:120", "-frames:v", "1", "-f",
         "rawvideo", "-pix_fmt", "rgb24", "-"], check=True, capture_output=True, timeout=60).stdout
    return Image.frombytes("RGB", (160, 120), raw)


def difference(a, b):
    pairs = zip(a.convert("L").tobytes(), b.convert("L").tobytes())
    return sum(abs(x - y) for x, y in pairs) / (a.width * a.height)


@pytest.mark.parametrize("transport", ["msgpack", "base64-json"])
def test_jpeg_transports_are_the_originals(kafka, tmp_path, clip, transport):
    topics = Topics(kafka, tmp_path, f"jpeg-{transport}").create()
    settings = {"FRAME_TRANSPORT": transport, "FRAME_WIDTH": "160", "FRAME_HEIGHT": "120", "FRAME_EXTRACTION_INTERVAL": "5"}
    assert topics.produce(clip, env=settings).returncode == 0
    values = [record.value() for record in topics.records(topics.frames)]
    if transport == "msgpack":
        frames = [msgpack.unpackb(value) for value in values]
    else:
        frames = [json.loads(value) for value in values]
        assert [json.dumps(frame).encode() for frame in frames] == values
        for frame in frames:
            frame["frame_data"] = base64.b64decode(frame["frame_data"], validate=True)
    assert [frame["frame_number"] for frame in frames] == list(range(0, 50, 5))
    for frame in frames:
        assert list(frame) == ["video_id", "frame_number", "timestamp", "fps", "frame_data", "width", "height"]
        assert (frame["fps"], frame["width"], frame["height"]) == (25.0, 160, 120)
        picture = Image.open(io.BytesIO(frame["frame_data"]))
        assert (picture.format, picture.size) == ("JPEG", (160, 120))
    shown = Image.open(io.BytesIO(frames[6]["frame_data"]))
    assert difference(shown, source_picture(clip, 30)) < 6 < difference(shown, source_picture(clip, 10))


def test_jpeg_is_640_by_480_by_default(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "vga").create()
    assert topics.produce("--transport=msgpack", clip).returncode == 0
    frames = topics.sent()
    assert len(frames) == 50
    assert {Image.open(io.BytesIO(frame["frame_data"])).size for frame in frames} == {(640, 480)}


# ---- what can't be sent ----


def test_misuse_is_named(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "misuse").create()
    absent = topics.produce("absent.mp4")
    assert absent.returncode == 1 and "absent.mp4: " in absent.stderr and "no such file" in absent.stderr
    bad_id = topics.produce(clip, "../escape")
    assert bad_id.returncode == 1 and "video id" in bad_id.stderr
    twice = topics.produce(f"--input=a={clip}", f"--input=a={tmp_path / 'other.mp4'}")
    assert twice.returncode == 2 and "would both be video 'a'" in twice.stderr
    nothing = topics.produce()
    assert nothing.returncode == 2 and "name a FILE" in nothing.stderr
    assert topics.records(topics.frames) == []


def test_one_bad_file_does_not_keep_the_others_back(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "onebad").create()
    (tmp_path / "text.mp4").write_text("no video\n" * 1000)
    done = topics.produce(f"--input=bad={tmp_path / 'text.mp4'}", f"--input=good={clip}")
    assert done.returncode == 1
    assert "text.mp4" in done.stderr
    assert len(topics.sent("good")) == 51 == len(topics.sent())


def test_a_missing_topic_is_named(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "nowhere")
    done = topics.produce(clip)
    assert done.returncode == 1
    assert topics.frames in done.stderr and "nknown topic" in done.stderr
    assert topics.frames not in kafka.admin().list_topics(timeout=30).topics


def test_an_absent_broker_is_named(kafka, tmp_path, clip):
    topics = Topics(kafka, tmp_path, "absent")
    begun = time.monotonic()
    done = topics.produce(clip, "-b", f"127.0.0.1:{free_port()}", "--startup-timeout", "2")
    assert done.returncode == 1
    assert done.stderr.count("waiting for Kafka") == 1
    assert "onnection refused" in done.stderr.splitlines()[-1]
    assert time.monotonic() - begun < 8


def test_a_broker_that_dies_is_a_failure(tmp_path):
    clip = plain(tmp_path / "yard.mp4", source="testsrc2=size=320x240:rate=5:duration=8")
    with KafkaServer(tmp_path / "kafka") as mortal:
        topics = Topics(mortal, tmp_path, "dies").create()
        command = [BINARY, "produce", "--realtime", "-X", "message.timeout.ms=3000", clip, "dies"]
        with subprocess.Popen(command, env=topics.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
            try:
                await_true(lambda: topics.records(topics.frames), "a frame")
                mortal.kill()  # long before the clip's end
                out, err = run.communicate(timeout=60)
            finally:
                run.kill()
    assert (run.returncode, out) == (1, "")
    assert "yard.mp4: " in err and "deliver" in err
