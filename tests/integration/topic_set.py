# SPDX-License-Identifier: MIT
"""A set of FireWatch's topics for one test: the program with them, and records into and out of them from outside."""

import contextlib
import subprocess

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from firewatch import BINARY, firewatch

USES = {
    "video": "KAFKA_VIDEO_TOPIC",
    "detections": "KAFKA_DETECTIONS_TOPIC",
    "events": "KAFKA_EVENTS_TOPIC",
    "segments": "KAFKA_SEGMENTS_TOPIC",
    "progress": "KAFKA_PROGRESS_TOPIC",
    "completions": "KAFKA_VIDEO_COMPLETIONS_TOPIC",
}

MAX_BYTES = 17 << 20


class TopicSet:
    """Topics NAME-video, NAME-segments ... made by `firewatch topics create`; `env` adds variables to all programs."""

    def __init__(self, kafka, name, env=None):
        self.kafka, self.name = kafka, name
        self.env = {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap, "KAFKA_GROUP_ID": f"{name}-group"}
        self.env |= {variable: self.topic(use) for use, variable in USES.items()} | (env or {})
        created = self.firewatch("topics", "create", "--quiet")
        assert created.returncode == 0, created.stderr

    def topic(self, use):
        """The name of a topic; use may have the suffix of dead letters: "video.dlq"."""
        return f"{self.name}-{use}"

    def firewatch(self, *words, **more):
        return firewatch(*words, env=self.env, **more)

    @contextlib.contextmanager
    def running(self, *words, cwd):
        """A program that runs meanwhile, and is ended by SIGTERM."""
        command = [BINARY, *map(str, words)]
        process = subprocess.Popen(
            command, cwd=cwd, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            yield process
            process.terminate()
            process.wait(30)
        finally:
            process.kill()
            process.communicate()

    def send(self, use, value, key=None, headers=None, partition=None):
        """Sends one record; returns its partition and offset. Without a partition the key's, as everyone chooses it."""
        reports = []
        settings = {"bootstrap.servers": self.kafka.bootstrap, "acks": "all", "message.max.bytes": MAX_BYTES}
        producer = Producer({**settings, "partitioner": "murmur2_random"})
        place = {} if partition is None else {"partition": partition}
        report = lambda error, message: reports.append((error, message))
        producer.produce(self.topic(use), value=value, key=key, headers=headers, on_delivery=report, **place)
        assert producer.flush(30) == 0
        error, message = reports[0]
        assert error is None, error
        return message.partition(), message.offset()

    def read(self, use):
        """All committed records of a topic, by partition and offset."""
        settings = {
            "bootstrap.servers": self.kafka.bootstrap,
            "group.id": "none",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
        }
        consumer = Consumer(settings)
        partitions = consumer.list_topics(self.topic(use), timeout=30).topics[self.topic(use)].partitions
        consumer.assign([TopicPartition(self.topic(use), number, 0) for number in partitions])
        messages, n_open = [], len(partitions)
        while n_open > 0:
            message = consumer.poll(30)
            assert message is not None, "no answer"
            if message.error() is None:
                messages.append(message)
            else:
                assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                n_open -= 1
        consumer.close()
        return sorted(messages, key=lambda message: (message.partition(), message.offset()))
