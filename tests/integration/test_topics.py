# SPDX-License-Identifier: MIT
"""firewatch topics against a real broker: what it makes, what it leaves alone, what it says; through every door."""

import json
import os
import subprocess
import time

import pytest
from firewatch import BINARY, ROOT, firewatch
from server_process import free_port

USES = ("VIDEO", "DETECTIONS", "EVENTS", "SEGMENTS", "PROGRESS", "VIDEO_COMPLETIONS")


def topics(kafka, *words, name="", env=None, **more):
    """`firewatch topics WORDS`, its topics called `name`-..."""
    names = {f"KAFKA_{use}_TOPIC": f"{name}-{use.lower()}" for use in USES} if name else {}
    return firewatch("topics", *words, env={"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap, **names, **(env or {})}, **more)


def counts(kafka, name):
    found = kafka.admin().list_topics(timeout=30).topics
    return {topic: len(found[topic].partitions) for topic in found if topic.startswith(f"{name}-")}


def test_creates_what_the_guide_says_and_again_changes_nothing(kafka):
    first = topics(kafka, "create", name="made")
    assert (first.returncode, first.stderr) == (0, "")
    expected = {
        "made-video": 6,
        "made-detections": 6,
        "made-events": 6,
        "made-segments": 6,
        "made-progress": 6,
        "made-video_completions": 3,
        "made-video.dlq": 1,
        "made-video_completions.dlq": 1,
        "made-events.dlq": 1,
    }
    assert counts(kafka, "made") == expected
    assert first.stdout.splitlines()[0] == "topic made-video created, 6 partitions"
    again = topics(kafka, "create", name="made")
    assert (again.returncode, again.stderr) == (0, "")
    assert "created" not in again.stdout
    assert counts(kafka, "made") == expected

    described = topics(kafka, "describe", "--json", name="made")
    assert described.returncode == 0
    topic = {entry["topic"]: entry for entry in json.loads(described.stdout)}
    assert topic["made-video"]["settings"]["max.message.bytes"] == "16777216"
    assert topic["made-progress"]["settings"]["cleanup.policy"] == "compact,delete"
    assert [p["in_sync"] for p in topic["made-video_completions"]["partitions"]] == [1, 1, 1]
    assert "made-segments " in topics(kafka, "describe", name="made").stdout


def test_says_what_differs_and_grows_only_when_told(kafka):
    fewer = {"KAFKA_VIDEO_TOPIC_PARTITIONS": "2"}
    assert topics(kafka, "create", name="grown", env=fewer).returncode == 0
    plain = topics(kafka, "create", name="grown")
    assert plain.returncode == 0
    assert "topic grown-video has 2 partitions, 6 are configured: it is left as it is" in plain.stderr
    assert counts(kafka, "grown")["grown-video"] == 2
    grown = topics(kafka, "create", "--grow", "--json", name="grown")
    news = {entry["topic"]: entry["news"] for entry in json.loads(grown.stdout)}
    assert news["grown-video"] == news["grown-segments"] == news["grown-progress"] == "grew"
    shrunk = topics(kafka, "create", "--grow", name="grown", env=fewer)
    assert shrunk.returncode == 0
    assert "has 6 partitions, 2 are configured" in shrunk.stderr
    found = counts(kafka, "grown")
    assert found["grown-video"] == found["grown-segments"] == found["grown-progress"] == 6


def test_a_topic_made_by_hand_is_completed_and_its_settings_told(kafka):
    kafka.create_topic("hand-video", 3, {"max.message.bytes": "1000000"})
    result = topics(kafka, "create", name="hand")
    assert result.returncode == 0
    assert "topic hand-video has max.message.bytes=1000000, should be 16777216" in result.stderr
    assert "larger records will be refused" in result.stderr
    found = counts(kafka, "hand")
    assert found["hand-video"] == found["hand-segments"] == found["hand-progress"] == 3


def test_unequal_counts_are_a_failure(kafka):
    kafka.create_topic("uneven-segments", 7)
    created = topics(kafka, "create", name="uneven")
    assert created.returncode == 1
    assert "uneven-segments has 7 partitions, but uneven-video has 6" in created.stderr
    described = topics(kafka, "describe", name="uneven")
    assert described.returncode == 1
    assert "must be equal" in described.stderr


def test_describe_creates_nothing(kafka):
    result = topics(kafka, "describe", name="absent")
    assert (result.returncode, result.stdout) == (1, "")
    assert 'topic absent-video is missing: "firewatch topics create" makes it' in result.stderr
    assert counts(kafka, "absent") == {}


def test_the_guides_script_is_this_command(kafka):
    names = {f"KAFKA_{use}_TOPIC": f"script-{use.lower()}" for use in USES}
    settings = {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap, "KAFKA_DETECTIONS_TOPIC_PARTITIONS": "2", **names}
    script = ROOT / "scripts" / "setup_kafka_topics.sh"
    done = subprocess.run(
        [script, "--quiet"], env={**os.environ, **settings}, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert counts(kafka, "script")["script-detections"] == 2


def test_an_absent_broker_is_said_once_and_given_up(tmp_path):
    started = time.monotonic()
    server = f"127.0.0.1:{free_port()}"
    result = firewatch("topics", "describe", "-b", server, "--startup-timeout", "2", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.count("waiting for Kafka") == 1
    assert result.stderr.count("Connection refused") == 2  # then, and at the end
    assert time.monotonic() - started < 10


def test_a_broker_that_comes_late_is_waited_for(make_kafka, tmp_path):
    kafka = make_kafka()
    kafka.kill()
    command = [str(BINARY), "topics", "create", "-b", kafka.bootstrap]
    with subprocess.Popen(command, cwd=tmp_path, env={}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
        try:
            assert "waiting for Kafka" in waiting.stderr.readline()
            kafka.start_broker()
            assert waiting.wait(60) == 0
        finally:
            waiting.kill()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "create|describe is missing"),
        (["drop"], 'say "create" or "describe"'),
        (["create", "-X", "no.such=1"], "Kafka property no.such: librdkafka"),
        (["create", "-X", "acks=1"], "acks is FireWatch's own"),
        (["create", "-b", "nonsense:port"], "must be servers"),
    ],
)
def test_misuse_is_named(words, message, tmp_path):
    result = firewatch("topics", *words, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr


# ---- the encrypted doors ----


def variables(properties):
    return {f"KAFKA_PROPERTY_{name.upper().replace('.', '_')}": value for name, value in properties.items()}


@pytest.mark.parametrize("kind", ["client", "client-tls", "client-sasl", "client-sasl-tls"])
def test_every_door_opens(kafka_secure, kind, tmp_path):
    properties = kafka_secure.properties(kind)
    names = {f"KAFKA_{use}_TOPIC": f"{kind}-{use.lower()}" for use in USES}
    result = firewatch("topics", "create", env={**variables(properties), **names}, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert counts(kafka_secure, kind)[f"{kind}-video"] == 6


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        ("client-sasl", {"sasl.password": "not-it"}, "Authentication failed"),
        ("client-tls", {"ssl.ca.location": "/etc/ssl/certs/ca-certificates.crt"}, "certificate verify failed"),
    ],
)
def test_a_refusal_is_told_at_once_with_its_reason(kafka_secure, kind, change, reason, tmp_path):
    started = time.monotonic()
    properties = {**kafka_secure.properties(kind), **change}
    result = firewatch("topics", "describe", env=variables(properties), cwd=tmp_path)
    assert result.returncode == 1
    assert reason in result.stderr
    assert properties.get("sasl.password", "no password") not in result.stderr
    assert time.monotonic() - started < 20  # not the 60 s of --startup-timeout


def test_a_stranger_may_not_create(kafka_secure, tmp_path):
    properties = {**kafka_secure.properties("client-sasl"), "sasl.username": "stranger"}
    result = firewatch("topics", "create", "--video-topic=strange", env=variables(properties), cwd=tmp_path)
    assert result.returncode == 1
    assert "topic strange: " in result.stderr
    assert "authorization failed" in result.stderr
