# SPDX-License-Identifier: MIT
"""A fleet for one test: topics and a group of its own names, roles of the real binary, and what lies on its topics."""

import contextlib
import json
import os
import re
import subprocess
import time

import msgpack
from confluent_kafka import OFFSET_END, Consumer, TopicPartition
from firewatch import BINARY, RED, firewatch
from test_wire import TOPICS as SCHEMAS
from test_wire import documented, validator

USES = ("VIDEO", "DETECTIONS", "EVENTS", "SEGMENTS", "PROGRESS", "VIDEO_COMPLETIONS")
LIMIT_S = 60


def wait_until(condition, what, limit_s=LIMIT_S, pause_s=0.05):
    """The first true answer of `condition`."""
    deadline = time.monotonic() + limit_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {limit_s} s: {what}"
        time.sleep(pause_s)
    return answer


class Role:
    """A running role, its log in a file."""

    def __init__(self, words, folder, name, env):
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [BINARY, *map(str, words)], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def await_text(self, pattern, limit_s=LIMIT_S):
        def look():
            found = re.search(pattern, self.text())
            assert found or self.process.poll() is None, f"ended with {self.process.returncode}: {self.text()}"
            return found

        return wait_until(look, f"{pattern} in {self.log}", limit_s)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, limit_s=15):
        """SIGTERM; returns the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Fleet:
    """`properties` are a client's of librdkafka (KafkaServer.properties); topics are called `name`-video and so on."""

    def __init__(self, kafka, folder, name, properties=None, **variables):
        self.kafka, self.folder, self.name = kafka, folder, name
        self.topic = {use: f"{name}-{use.lower()}" for use in USES}
        self.group = f"{name}-group"
        self.env = {key: os.environ[key] for key in ("PATH", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS") if key in os.environ}
        self.env.update({f"KAFKA_{use}_TOPIC": topic for use, topic in self.topic.items()})
        self.env.update(as_variables(properties or {"bootstrap.servers": kafka.bootstrap}))
        self.env.update({"KAFKA_GROUP_ID": self.group, "ML_MODEL_PATH": str(RED), **variables})
        self._roles = []

    def command(self, *words, **more):
        return firewatch(*words, cwd=self.folder, env=self.env, **more)

    def produce(self, *words, **more):
        done = self.command("produce", *words, "--quiet", **more)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done

    @contextlib.contextmanager
    def process(self, *words, code=0):
        """A processor that has partitions; at the end it is stopped, unless it was killed, and ends well."""
        number = len(self._roles)
        role = Role(["process", *words], self.folder, f"process-{number}", self.env)
        self._roles.append(role)
        try:
            role.await_text(r" assigned partitions=\d")
            yield role
            if role.process.returncode is None:
                assert role.stop() == code, role.text()
        finally:
            if role.process.poll() is None:
                role.kill()

    # ---- what lies on the topics ----

    def records(self, use):
        """All committed records of a topic, in each partition's order."""
        return read_all(self.kafka.bootstrap, self.topic[use])

    def detections(self):
        return [json.loads(record.value()) for record in self.records("DETECTIONS")]

    def completions(self):
        return [json.loads(record.value()) for record in self.records("VIDEO_COMPLETIONS")]

    def await_completions(self, n, limit_s=LIMIT_S):
        def look():
            found = self.completions()
            return found if len(found) >= n else None

        return wait_until(look, f"{n} completions", limit_s, 0.3)

    def lag(self):
        """End of each partition of frames less the committed offset, in all."""
        partitions = range(len(self.kafka.admin().list_topics(timeout=30).topics[self.topic["VIDEO"]].partitions))
        return sum(lags(self.kafka.bootstrap, self.group, self.topic["VIDEO"], partitions))

    def check_messages(self):
        """Every record on our topics is what docs/schema and docs/WIRE.md say; returns how many were seen by use."""
        seen = {}
        for use in USES:
            for record in self.records(use):
                check_record(use, record)
                seen[use] = seen.get(use, 0) + 1
        return seen


def as_variables(properties):
    """A client's properties as the environment gives them to the program."""
    named = {f"KAFKA_PROPERTY_{name.replace('.', '_').upper()}": value for name, value in properties.items()}
    named["KAFKA_BOOTSTRAP_SERVERS"] = named.pop("KAFKA_PROPERTY_BOOTSTRAP_SERVERS")
    return named


def read_all(bootstrap, topic):
    settings = {"bootstrap.servers": bootstrap, "group.id": "reader", "enable.auto.commit": False, "enable.partition.eof": True}
    consumer = Consumer({**settings, "isolation.level": "read_committed", "auto.offset.reset": "earliest"})
    try:
        partitions = sorted(consumer.list_topics(topic, timeout=30).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        records, at_end = [], set()
        deadline = time.monotonic() + LIMIT_S
        while at_end != set(partitions):
            assert time.monotonic() < deadline, f"{topic} was not read to its end"
            record = consumer.poll(1)
            if record is None:
                continue
            if record.error():
                assert record.error().name() == "_PARTITION_EOF", record.error()
                at_end.add(record.partition())
            else:
                records.append(record)
        return records
    finally:
        consumer.close()


def lags(bootstrap, group, topic, partitions):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False})
    try:
        committed = consumer.committed([TopicPartition(topic, partition, OFFSET_END) for partition in partitions], timeout=30)
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)[1] for partition in partitions]
        return [end - max(0, one.offset) for end, one in zip(ends, committed)]
    finally:
        consumer.close()


# ---- records against the documents ----

VALIDATORS = {topic: validator(topic) for topic in SCHEMAS.values()}
TABLES = {section: documented(section) for section in ("video-frames", "video-segments", "video-progress")}
ALWAYS = {
    "video-frames": {"video_id", "frame_number", "timestamp", "fps"},
    "video-segments": {"schema", "video_id", "run_offset", "segment", "kind", "time_base", "bytes"},
    "video-progress": {"schema", "video_id", "run_offset", "state", "segments", "received"},
}


JSON_TOPICS = {"DETECTIONS": "fire-detections", "EVENTS": "fire-events", "VIDEO_COMPLETIONS": "video-completions"}


def check_table(section, fields):
    table = TABLES[section]
    assert {key: type(value) for key, value in fields.items()} == {key: table.get(key) for key in fields}, section
    assert ALWAYS[section] <= set(fields), section


def check_record(use, record):
    value = record.value()
    if use in JSON_TOPICS:
        message = json.loads(value)
        VALIDATORS[JSON_TOPICS[use]].validate(message)
        assert json.dumps(message).encode() == value
        video_id = message["video_id"]
    elif use == "SEGMENTS":
        headers = dict(record.headers())
        assert headers["content-type"] == b"video/mp4"
        fields = msgpack.unpackb(headers["segment"])
        check_table("video-segments", fields)
        assert fields["bytes"] == len(value)
        video_id = fields["video_id"]
    elif use == "PROGRESS":
        fields = msgpack.unpackb(value)
        check_table("video-progress", fields)
        video_id = fields["video_id"]
    else:
        fields = json.loads(value) if value[:1] == b"{" else msgpack.unpackb(value)
        if value[:1] != b"{":
            check_table("video-frames", fields)
        assert ("frame_data" in fields) != bool(fields.get("last"))
        video_id = fields["video_id"]
    assert record.key() == video_id.encode()
