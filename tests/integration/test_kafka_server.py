# SPDX-License-Identifier: MIT
"""The development broker: the scaling guide's commands as written, its encrypted doors, ./fw kafka itself."""

import subprocess

import pytest
from confluent_kafka import Consumer, KafkaError, Producer
from kafka_server import PLANES
from server_process import ROOT, free_port


def produce(properties, topic, value=b"frame", timeout_s=20):
    """Produces one message and returns the error of its delivery report, or None."""
    reports = []
    producer = Producer({**properties, "acks": "all", "message.timeout.ms": timeout_s * 1000})
    producer.produce(topic, value, on_delivery=lambda error, _: reports.append(error))
    assert producer.flush(30) == 0
    return reports[0]


def test_guide_commands_create_and_describe_topics(kafka):
    create = ["--create", "--topic", "video-frames", "--partitions", "6", "--replication-factor", "1"]
    assert "Created topic video-frames" in kafka.tool("kafka-topics", *create)
    assert "PartitionCount: 6" in kafka.tool("kafka-topics", "--describe", "--topic", "video-frames")


def test_guide_command_shows_lag(kafka):
    kafka.create_topic("lag", 1)
    for _ in range(3):
        assert produce(kafka.properties(), "lag") is None
    settings = {"group.id": "fire-detection-stream", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = Consumer({**kafka.properties(), **settings})
    consumer.subscribe(["lag"])
    consumer.commit(consumer.poll(30), asynchronous=False)
    consumer.close()
    table = kafka.tool("kafka-consumer-groups", "--group", "fire-detection-stream", "--describe").splitlines()
    head = next(line for line in table if "CURRENT-OFFSET" in line).split()
    row = next(line for line in table if line.startswith("fire-detection-stream")).split()
    shown = dict(zip(head, row))
    assert (shown["CURRENT-OFFSET"], shown["LOG-END-OFFSET"], shown["LAG"]) == ("1", "3", "2")


def test_takes_a_message_of_16_mib(kafka):
    kafka.create_topic("large", 1, {"max.message.bytes": str(16 << 20)})
    limit = {**kafka.properties(), "message.max.bytes": 17 << 20}
    assert produce(limit, "large", bytes((16 << 20) - 1024)) is None
    assert produce(limit, "large", bytes((16 << 20) + 1024)).code() == KafkaError.MSG_SIZE_TOO_LARGE


@pytest.mark.parametrize("kind", ["client", "client-tls", "client-sasl", "client-sasl-tls"])
def test_every_listener_takes_messages(kafka_secure, kind):
    kafka_secure.create_topic(f"from-{kind}", 1)
    assert produce(kafka_secure.properties(kind), f"from-{kind}") is None


def test_stranger_is_refused(kafka_secure):
    kafka_secure.create_topic("private", 1)
    properties = {**kafka_secure.properties("client-sasl"), "sasl.username": "stranger"}
    assert produce(properties, "private").code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


def fw_kafka(word, *options):
    command = [ROOT / "fw", "kafka", word, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def test_fw_kafka_starts_and_stops(tmp_path):
    options = ["--port", str(free_port(PLANES)), "--dir", str(tmp_path / "run")]
    assert fw_kafka("status", *options).returncode == 1
    try:
        started = fw_kafka("start", *options)
        assert started.returncode == 0, started.stderr
        assert "kafka/bin" in started.stdout
        assert fw_kafka("status", *options).stdout.startswith("broker 1: pid ")
        properties = {"bootstrap.servers": f"127.0.0.1:{options[1]}", "topic.metadata.propagation.max.ms": 500}
        assert produce(properties, "absent", timeout_s=5).code() == KafkaError.UNKNOWN_TOPIC_OR_PART
        again = fw_kafka("start", *options)
        assert again.returncode == 0, again.stderr
    finally:
        stopped = fw_kafka("stop", *options, "--delete")
    assert "stopped" in stopped.stderr
    assert fw_kafka("status", *options).returncode == 1
    assert not (tmp_path / "run").exists()
