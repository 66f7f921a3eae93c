# SPDX-License-Identifier: MIT
"""Beside the Python original: its producer and consumers are kafka-python 2.0.2, as its own programs use it."""

import base64
import collections
import datetime
import io
import json
import time

import kafka as kafka_python
import msgpack
import pytest
from clips import plain
from fleet import Fleet, wait_until
from kafka.consumer.fetcher import ConsumerRecord
from PIL import Image, ImageDraw

N_FRAMES = 250
IDLE_S = 2


@pytest.fixture
def fleet(kafka, tmp_path, request):
    """Topics of this test's name, six partitions as the guide has it; processors that the original can be mixed with."""
    name = request.node.name.replace("[", "-").strip("]")
    made = Fleet(kafka, tmp_path, name, PROCESSING_GUARANTEE="at_least_once", VIDEO_IDLE_TIMEOUT_SECONDS=str(IDLE_S))
    assert made.command("topics", "create", "--quiet").returncode == 0
    return made


def jpegs(n, size=(320, 240), red_from=None):
    """Pictures with something that moves; the left half is red, which the toy model takes for fire, from `red_from` on."""
    pictures = []
    for i in range(n):
        picture = Image.new("RGB", size, (40, 60, 80))
        draw = ImageDraw.Draw(picture)
        if red_from is not None and i >= red_from:
            draw.rectangle([0, 0, size[0] // 2, size[1]], fill=(255, 0, 0))
        draw.rectangle([i % size[0], 20, i % size[0] + 30, 60], fill=(200, 200, 200))
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=85)
        pictures.append(data.getvalue())
    return pictures


def as_msgpack(frame):
    return msgpack.packb(frame, use_bin_type=True)


def as_base64_json(frame):
    return json.dumps({**frame, "frame_data": base64.b64encode(frame["frame_data"]).decode("utf-8")}).encode("utf-8")


WRITERS = {"msgpack": as_msgpack, "base64-json": as_base64_json}


class Producer:
    """Sends as the original's producer does: its settings, its seven fields, no run, no mark at the end."""

    def __init__(self, fleet, transport="msgpack"):
        self._topic, self._write = fleet.topic["VIDEO"], WRITERS[transport]
        self._producer = kafka_python.KafkaProducer(
            bootstrap_servers=fleet.kafka.bootstrap,
            key_serializer=lambda key: key.encode("utf-8"),
            acks=1,
            retries=3,
            max_in_flight_requests_per_connection=5,
            compression_type="gzip",
            batch_size=16384,
            linger_ms=10,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._producer.close(timeout=30)

    def send(self, video_id, pictures, first=0, fps=25.0, size=(320, 240)):
        """Returns the partition of each message."""
        sent = []
        for number, picture in enumerate(pictures, first):
            frame = {
                "video_id": video_id,
                "frame_number": number,
                "timestamp": datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None).isoformat(),
                "fps": fps,
                "frame_data": picture,
                "width": size[0],
                "height": size[1],
            }
            sent.append(self._producer.send(self._topic, key=video_id, value=self._write(frame)))
        self._producer.flush(timeout=60)
        return [future.get(timeout=30).partition for future in sent]


def consume(fleet, use, group, is_enough, decode=lambda data: json.loads(data.decode("utf-8")), limit_s=60):
    """The values that the original's consumers would have got when `is_enough` says so of them."""
    consumer = kafka_python.KafkaConsumer(
        fleet.topic[use],
        bootstrap_servers=fleet.kafka.bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=True,
        max_poll_records=10,
        value_deserializer=decode,
        key_deserializer=lambda key: key.decode("utf-8") if key else None,
    )
    values, deadline = [], time.monotonic() + limit_s
    try:
        while not is_enough(values):
            assert time.monotonic() < deadline, f"only {len(values)} records of {use} in {limit_s} s"
            for records in consumer.poll(timeout_ms=200).values():
                assert all(isinstance(record, ConsumerRecord) for record in records)
                values += [record.value for record in records]
        return values
    finally:
        consumer.close()


# ---- what the original's readers need of a message ----


def need(message, fields):
    for name, kinds in fields.items():
        assert isinstance(message[name], kinds) and (kinds is bool or not isinstance(message[name], bool)), name


def inspect_detection(message):
    """As its inspector prints one."""
    need(message, {"video_id": str, "frame_number": int, "timestamp": str, "processing_timestamp": str})
    need(message, {"fire_probability": (int, float), "detections": list, "frame_metadata": dict})
    assert isinstance(message["has_fire"], bool)
    assert message["has_fire"] or message["fire_probability"] == 0.0
    assert f"{message['fire_probability']:.2%}"
    for one in message["detections"]:
        need(one, {"bbox": list, "confidence": (int, float), "class": str, "class_id": int})
        assert [type(side) for side in one["bbox"]] == [int] * 4
    need(message["frame_metadata"], {"width": int, "height": int, "fps": (int, float)})
    datetime.datetime.fromisoformat(message["processing_timestamp"])


def read_completion(message):
    """As its uploader takes one."""
    need(message, {"video_id": str, "local_filepath": str, "timestamp": str, "stats": dict, "video_metadata": dict})
    need(message["stats"], {"total_frames": int, "fire_count": int, "max_fire_probability": (int, float)})
    need(message["video_metadata"], {"fps": (int, float), "width": int, "height": int, "frame_count": int})
    assert message["local_filepath"] == f"clips/{message['video_id']}_with_heatmaps.mp4"
    datetime.datetime.fromisoformat(message["timestamp"])


# ---- tests ----


@pytest.mark.parametrize("transport", WRITERS)
def test_a_video_of_the_originals_completes_and_its_consumers_read_ours(fleet, transport):
    ids = {"video1": 4, "video2": 1, "cam-7": 2, "test_sample": 5}  # murmur2 of six, where the original sends them
    with Producer(fleet, transport) as producer, fleet.process():
        for video_id, partition in ids.items():
            n = N_FRAMES if video_id == "video1" else 30
            assert set(producer.send(video_id, jpegs(n, red_from=n // 2))) == {partition}
        completions = {one["video_id"]: one for one in consume(fleet, "VIDEO_COMPLETIONS", f"{fleet.name}-up", lambda got: len(got) >= 4)}
        total = N_FRAMES + 3 * 30
        detections = consume(fleet, "DETECTIONS", f"{fleet.name}-inspect", lambda got: len(got) >= total)
        wait_until(lambda: fleet.lag() == 0, "no lag")
    assert len(detections) == total
    for message in detections:
        inspect_detection(message)
    for video_id, completion in completions.items():
        n = N_FRAMES if video_id == "video1" else 30
        read_completion(completion)
        assert (completion["status"], completion["run_id"]) == ("truncated", None)
        assert completion["stats"]["total_frames"] == completion["video_metadata"]["frame_count"] == n
        assert completion["stats"]["fire_count"] == n - n // 2
        assert (completion["gaps"], completion["missing_frames"]) == ([], 0)
        mine = [one for one in detections if one["video_id"] == video_id]
        assert [one["frame_number"] for one in mine] == list(range(n))
        assert [one["has_fire"] for one in mine] == [i >= n // 2 for i in range(n)]
    seen = fleet.check_messages()
    assert seen["DETECTIONS"] == total and seen["VIDEO_COMPLETIONS"] == 4 and seen["SEGMENTS"] >= 4


@pytest.mark.parametrize("transport", WRITERS)
def test_the_originals_processor_reads_our_frames(fleet, tmp_path, transport):
    plain(tmp_path / "clip.mp4")
    fleet.produce("clip.mp4", "video1", "--transport", transport, "--frame-width", "160", "--frame-height", "120")
    read = {"msgpack": lambda data: msgpack.unpackb(data, raw=False), "base64-json": lambda data: json.loads(data.decode("utf-8"))}
    values = consume(fleet, "VIDEO", f"{fleet.name}-stream", lambda got: len(got) >= 50, decode=read[transport])
    assert [value["frame_number"] for value in values] == list(range(50))
    for value in values:
        need(value, {"video_id": str, "timestamp": str, "fps": (int, float), "width": int, "height": int})
        data = base64.b64decode(value["frame_data"]) if transport == "base64-json" else value["frame_data"]
        assert Image.open(io.BytesIO(data)).size == (160, 120) == (value["width"], value["height"])


def test_repeats_and_reordering_of_its_producer_are_counted_and_dropped(fleet):
    pictures = jpegs(40)
    with Producer(fleet) as producer, fleet.process():
        producer.send("video1", pictures[:20])
        producer.send("video1", pictures[15:20], first=15)  # sent again after a lost answer
        producer.send("video1", pictures[20:], first=20)
        [completion] = fleet.await_completions(1)
    assert (completion["stats"]["total_frames"], completion["duplicate_frames"]) == (40, 5)
    assert sorted(one["frame_number"] for one in fleet.detections()) == list(range(40))


def test_a_processor_killed_loses_nothing_and_repeats_at_most(fleet):
    """Killed twice in mid-video; the last state that was acknowledged counts, nothing is missing."""
    pictures = jpegs(N_FRAMES, red_from=100)
    with Producer(fleet) as producer:
        for first, last in ((0, 90), (90, 180)):
            with fleet.process("-X", "session.timeout.ms=2000", "-X", "heartbeat.interval.ms=300", "--idle-timeout", "30") as processor:
                producer.send("video1", pictures[first:last], first)
                wait_until(lambda: len(numbers(fleet)) > first + 20, "detections of this part")
                processor.kill()
        with fleet.process():
            producer.send("video1", pictures[180:], 180)
            completions = fleet.await_completions(1)
            wait_until(lambda: fleet.lag() == 0, "no lag")
    found = numbers(fleet)
    assert set(found) == set(range(N_FRAMES))
    print(f"{sum(found.values()) - N_FRAMES} detections came twice")
    last = completions[-1]
    assert (last["stats"]["total_frames"], last["stats"]["fire_count"], last["missing_frames"]) == (N_FRAMES, N_FRAMES - 100, 0)
    assert last["segments"]["count"] == len({segment["segment"] for segment in segments(fleet)})
    shown = {segment["segment"]: segment["pictures"] for segment in segments(fleet)}
    assert sorted(shown) == list(range(len(shown))) and sum(shown.values()) == N_FRAMES
    fleet.check_messages()


def numbers(fleet):
    return collections.Counter(one["frame_number"] for one in fleet.detections())


def segments(fleet):
    return [msgpack.unpackb(dict(record.headers())["segment"]) for record in fleet.records("SEGMENTS")]


def test_why_at_least_once_transactions_reach_the_originals_readers(fleet, tmp_path):
    """kafka-python 2.0.2 hands the records that end a transaction to the deserialiser, and dies of them."""
    plain(tmp_path / "clip.mp4")
    fleet.env["PROCESSING_GUARANTEE"] = "exactly_once"
    with fleet.process():
        fleet.produce("clip.mp4", "video1")
        fleet.await_completions(1)
    raw = consume(fleet, "VIDEO_COMPLETIONS", f"{fleet.name}-raw", lambda got: len(got) >= 2, decode=lambda data: data)
    assert json.loads(raw[0])["video_id"] == "video1"
    assert not raw[1].startswith(b"{")  # the control record: a version and the coordinator's epoch
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        consume(fleet, "VIDEO_COMPLETIONS", f"{fleet.name}-up", lambda got: len(got) >= 2)
