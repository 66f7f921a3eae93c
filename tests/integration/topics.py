# SPDX-License-Identifier: MIT
"""The roles on a real broker: a test's own topics and group, processors, and what they have written."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time

import msgpack
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition
from firewatch import BINARY, RED, detections, firewatch, run, video
from test_wire import validator

USES = ("VIDEO", "DETECTIONS", "EVENTS", "SEGMENTS", "PROGRESS", "VIDEO_COMPLETIONS")
LIMIT_S = 60

# Whatever the tests read must be what docs/schema says.
DETECTION = validator("fire-detections")
COMPLETION = validator("video-completions")


def await_true(condition, what, limit_s=LIMIT_S):
    """Looks until `condition` gives something true, and returns that."""
    deadline = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"after {limit_s} s not {what() if callable(what) else what}"
        time.sleep(0.02)
    return found


class Processor:
    """A running `firewatch process`, its log in a file."""

    def __init__(self, command, log, env, cwd):
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, cwd=cwd)

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def lines(self, *words):
        """The lines of the log that hold all words."""
        return [line for line in self.text().splitlines() if all(word in line for word in words)]

    def await_line(self, *words, limit_s=LIMIT_S):
        def look():
            found = self.lines(*words)
            assert found or self.process.poll() is None, f"it ended:\n{self.text()}"
            return found

        return await_true(look, lambda: f"{words} in\n{self.text()}", limit_s)[-1]

    def partitions(self):
        """The partitions of the last assignment, revocation or loss; None before the first."""
        found = re.findall(r" (assigned|revoked|lost) partitions=(\S+)", self.text())
        if not found:
            return None
        what, names = found[-1]
        return [] if names == "none" or what != "assigned" else [int(name) for name in names.split(",")]

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, limit_s=20):
        return self.process.wait(limit_s)

    def stop(self):
        """SIGTERM; the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()


class Topics:
    """The topics and the group of one test, all named after it."""

    def __init__(self, kafka, folder, name, n_partitions=1):
        self.kafka, self.folder, self.name, self.n_partitions = kafka, folder, name, n_partitions
        self.frames, self.found, self.events, self.segments_topic, self.progress, self.ends = (
            f"{name}-{use.lower()}" for use in USES
        )
        self.dead_letters = f"{self.frames}.dlq"
        self.group = f"{name}-group"
        self.env = {
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
            "KAFKA_GROUP_ID": self.group,
            "KAFKA_PROPERTY_SESSION_TIMEOUT_MS": "6000",
            "KAFKA_PROPERTY_HEARTBEAT_INTERVAL_MS": "300",
            "ML_MODEL_PATH": str(RED),
            "KAFKA_VIDEO_TOPIC_PARTITIONS": str(n_partitions),
            "KAFKA_DETECTIONS_TOPIC_PARTITIONS": "1",
            "KAFKA_VIDEO_COMPLETIONS_TOPIC_PARTITIONS": "1",
            **{f"KAFKA_{use}_TOPIC": f"{name}-{use.lower()}" for use in USES},
        }
        self.n_recorded = 0
        self._n_processors = 0

    def create(self):
        made = firewatch("topics", "create", "--quiet", env=self.env, cwd=self.folder)
        assert made.returncode == 0, made.stderr
        return self

    # ---- processors ----

    def start(self, *options, env=None):
        return self.start_role("process", *options, env=env)

    def start_role(self, *words, env=None):
        """Any role of the program, in the background."""
        self._n_processors += 1
        clean = {key: os.environ[key] for key in ("PATH", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS") if key in os.environ}
        log = self.folder / f"processor-{self._n_processors}.log"
        return Processor([BINARY, *words], log, {**clean, **self.env, **(env or {})}, self.folder)

    @contextlib.contextmanager
    def processors(self, n=1, *options, env=None):
        """`n` processors, which end with the block: in order when all went well, at once otherwise."""
        started = []
        try:
            for _ in range(n):
                started.append(self.start(*options, env=env))
            for processor in started:
                processor.await_line(" assigned partitions=")
            yield started[0] if n == 1 else started
            for processor in started:
                if processor.process.poll() is None:
                    assert processor.stop() == 0, processor.text()
        finally:
            for processor in started:
                processor.kill()

    # ---- frames ----

    def produce(self, *words, env=None, **more):
        """`firewatch produce WORDS`."""
        return firewatch("produce", *words, env={**self.env, **(env or {})}, cwd=self.folder, **more)

    def send(self, messages, key=None, partition=0):
        """Sends maps (as msgpack) and values as they are; the key is each map's video_id unless given."""
        producer = Producer({"bootstrap.servers": self.kafka.bootstrap, "message.max.bytes": 20000000, "linger.ms": 5})
        failed = []
        for message in messages:
            value = msgpack.packb(message) if isinstance(message, dict) else message
            of_whom = key or (message["video_id"] if isinstance(message, dict) else "nobody")
            producer.produce(
                self.frames, value, of_whom, partition, on_delivery=lambda error, _: error and failed.append(error)
            )
            producer.poll(0)
        assert producer.flush(30) == 0
        assert not failed, failed

    # ---- what is there ----

    def records(self, topic):
        """All committed records of a topic, partition after partition."""
        return read(self.kafka, topic)

    def sent(self, video_id=None):
        """The frames of a video, decoded, in order."""
        values = [msgpack.unpackb(record.value()) for record in self.records(self.frames)]
        return [value for value in values if video_id in (None, value["video_id"])]

    def detections(self, video_id):
        return [valid(DETECTION, record) for record in self.records(self.found) if record.key() == video_id.encode()]

    def completions(self, video_id=None):
        values = [valid(COMPLETION, record) for record in self.records(self.ends)]
        return [value for value in values if video_id in (None, value["video_id"])]

    def await_completions(self, n, limit_s=LIMIT_S, processor=None):
        """Waits for `n` completions in all; by video, the last one of each."""
        with follow(self.kafka, self.ends) as poll:
            values = []

            def look():
                values.extend(valid(COMPLETION, record) for record in poll())
                assert processor is None or processor.process.poll() is None, processor.text()
                return len(values) >= n

            await_true(look, lambda: f"{n} completions: {[(v['video_id'], v['status']) for v in values]}", limit_s)
        assert len(values) == n
        return {value["video_id"]: value for value in values}

    def segments(self, completion):
        """(header, mp4) of each segment that a completion names."""
        where = completion["segments"]
        assert where["topic"] == self.segments_topic
        picked = []
        for record in self.records(self.segments_topic):
            if record.partition() != where["partition"] or record.key() != completion["video_id"].encode():
                continue
            header = msgpack.unpackb(dict(record.headers())["segment"])
            inside = where["first_offset"] <= record.offset() <= where["last_offset"]
            if inside and header["run_offset"] == completion["run_offset"]:
                picked.append((header, record.value()))
        assert [header["segment"] for header, _ in picked] == list(range(where["count"]))
        assert sum(len(value) for _, value in picked) == where["bytes"]
        return picked

    def lag(self):
        """What kafka-consumer-groups shows as lag, without its JVM: end less committed offset, by partition."""
        consumer = Consumer({"bootstrap.servers": self.kafka.bootstrap, "group.id": self.group})
        try:
            asked = [TopicPartition(self.frames, p) for p in range(self.n_partitions)]
            committed = consumer.committed(asked, timeout=10)
            ends = [consumer.get_watermark_offsets(tp, timeout=10)[1] for tp in committed]
            return {tp.partition: end - tp.offset for tp, end in zip(committed, ends) if tp.offset >= 0}
        finally:
            consumer.close()

    def end(self, partition):
        """The offset behind a partition's last frame."""
        consumer = Consumer({"bootstrap.servers": self.kafka.bootstrap, "group.id": "reader"})
        try:
            return consumer.get_watermark_offsets(TopicPartition(self.frames, partition), timeout=10)[1]
        finally:
            consumer.close()

    def lag_by_tool(self):
        """What kafka-consumer-groups says, by partition."""
        text = self.kafka.tool("kafka-consumer-groups", "--describe", "--group", self.group)
        rows = [line.split() for line in text.splitlines() if f" {self.frames} " in line]
        return {int(row[2]): int(row[5]) for row in rows if row[5] != "-"}


def valid(schema, record):
    """The object of a JSON record, which its schema allows and whose key is its video."""
    value = json.loads(record.value())
    schema.validate(value)
    assert record.key().decode() == value["video_id"]
    return value


@contextlib.contextmanager
def follow(kafka, topic, n_ends=None):
    """A reader of committed records from the beginning: gives a function that brings what is new."""
    ended = set()
    consumer = Consumer(
        {
            "bootstrap.servers": kafka.bootstrap,
            "group.id": "reader",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 50,
        }
    )
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in partitions])

    def poll():
        found = []
        for record in consumer.consume(1000, 0.05):
            if record.error() is None:
                found.append(record)
            elif record.error().code() == KafkaError._PARTITION_EOF:
                ended.add(record.partition())
                if n_ends is not None and len(ended) == len(partitions):
                    n_ends.append(1)
            else:
                raise AssertionError(record.error())
        return found

    try:
        yield poll
    finally:
        consumer.close()


def read(kafka, topic):
    """All committed records of a topic, partition after partition."""
    ends, records = [], []
    with follow(kafka, topic, ends) as poll:
        await_true(lambda: records.extend(poll()) or ends, f"the end of {topic}")
    return sorted(records, key=lambda record: (record.partition(), record.offset()))


def recorded(topics, clip, video_id, *options):
    """The messages that `firewatch produce` makes of a clip, decoded: to be sent again in other ways."""
    source = Topics(topics.kafka, topics.folder, f"{topics.name}-source-{topics.n_recorded}")
    topics.n_recorded += 1
    topics.kafka.create_topic(source.frames, 1, {"max.message.bytes": "16777216"})
    done = source.produce(clip, video_id, *options)
    assert done.returncode == 0, done.stderr
    return source.sent()


# ---- the judge ----


def pictures(path):
    """(time, hash of the pixels) of each picture, in presentation order."""
    command = ["ffmpeg", "-v", "error", "-copyts", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framehash", "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    tick, found = 0.0, []
    for line in text.splitlines():
        if line.startswith("#tb"):
            num, den = line.split()[-1].split("/")
            tick = int(num) / int(den)
        elif not line.startswith("#"):
            fields = [field.strip() for field in line.split(",")]
            found.append((round(int(fields[2]) * tick, 3), fields[5]))
    return found


def without_times(detection):
    return {k: v for k, v in detection.items() if k not in ("timestamp", "processing_timestamp", "run_id")}


class Undisturbed:
    """What `firewatch run` makes of a clip."""

    def __init__(self, folder, clip, video_id, options=()):
        self.video_id = video_id
        done = run(folder, clip, options=["--id", video_id, *options])
        assert done.returncode == 0, done.stderr
        self.detections = [without_times(d) for d in detections(folder, video_id)]
        self.pictures = pictures(video(folder, video_id))


def assert_equal(topics, completion, expected, status="complete"):
    """Each detection once, each picture once and the same, and the completion says so."""
    assert completion["status"] == status, completion
    found = [without_times(d) for d in topics.detections(expected.video_id)]
    assert [d["frame_number"] for d in found] == [d["frame_number"] for d in expected.detections]
    assert found == expected.detections
    shown = []
    for header, value in topics.segments(completion):
        path = topics.folder / "segment.mp4"
        path.write_bytes(value)
        inside = pictures(path)
        assert header["first_picture"] == len(shown)
        assert header["pictures"] == len(inside)
        shown += inside
    assert [time for time, _ in shown] == [time for time, _ in expected.pictures]
    assert shown == expected.pictures
    assert completion["stats"]["total_frames"] == completion["video_metadata"]["frame_count"] == len(shown)
    assert completion["stats"]["fire_count"] == sum(d["has_fire"] for d in expected.detections)
