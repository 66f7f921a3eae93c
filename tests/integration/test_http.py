# SPDX-License-Identifier: MIT
"""What roles serve at --http: metrics that are what the topics hold, health, readiness, and no harm from any client."""

import contextlib
import os
import signal
import socket
import threading
import time

import pytest
from clips import red_and_black
from firewatch import firewatch
from page import Site
from served import Served
from topics import Topics, await_true

LISTEN = {"FIREWATCH_HTTP": "127.0.0.1:0"}
TOKEN = "a-token-for-tests-only"


def served(processor, token=None):
    return Served(processor.text, token)


# ---- metrics ----


def test_metrics_are_what_the_topics_hold(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "metrics", n_partitions=2).create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=4)
    with topics.processors(env=LISTEN) as processor:
        topics.send([b"no frame at all"], key="nobody")
        names = [f"metrics-{n}" for n in range(3)]
        assert topics.produce(*[f"--input={name}={clip}" for name in names]).returncode == 0
        completions = topics.await_completions(len(names), processor=processor)
        asked = served(processor)
        of_group = {"consumergroup": topics.group, "topic": topics.frames}
        for partition, end in ends(topics).items():
            name, labels = "kafka_consumergroup_current_offset", {**of_group, "partition": str(partition)}
            await_true(lambda: asked.metrics().get((name, frozenset(labels.items()))) == end, "all committed")
            assert asked.value("kafka_consumergroup_lag", **labels) == 0
        metrics = asked.metrics()
    sent = [record for record in topics.records(topics.frames) if record.key() != b"nobody"]
    found = [d for name in names for d in topics.detections(name)]
    segments = [len(record.value()) for record in topics.records(topics.segments_topic)]

    def value(name, **labels):
        return metrics[(name, frozenset(labels.items()))]

    assert value("firewatch_frames_received_total") == len(sent) - len(names)  # less the markers
    assert value("firewatch_frames_analysed_total") == len(found) == 300
    assert value("firewatch_frames_fire_total") == sum(d["has_fire"] for d in found) > 0
    assert value("firewatch_coverage_ratio") == 1
    assert value("firewatch_latency_seconds_count") == len(found)
    assert value("firewatch_segments_total") == len(segments)
    assert value("firewatch_segment_bytes_total") == sum(segments)
    assert value("firewatch_videos_finished_total", status="complete") == len(completions)
    assert value("firewatch_dead_letters_total", stage="receive") == len(topics.records(topics.dead_letters)) == 1
    assert value("firewatch_messages_delivered_total", topic=topics.found) == len(found)
    for stage in ("decode", "resize", "infer", "overlay", "encode"):
        assert value("firewatch_stage_seconds_count", stage=stage) >= len(found), stage
        assert value("firewatch_stage_seconds_sum", stage=stage) > 0
    assert value("firewatch_stage_seconds_count", stage="commit") == value("firewatch_commits_total") > 0
    for partition, end in ends(topics).items():
        labels = {"topic": topics.frames, "partition": str(partition)}
        assert value("kafka_topic_partition_current_offset", **labels) == end
        assert value("kafka_consumergroup_current_offset", consumergroup=topics.group, **labels) == end
    for name in ("model_errors", "transactions_aborted", "frames_missing", "frames_bad"):
        assert value(f"firewatch_{name}_total") == 0
    assert value("firewatch_partitions_owned") == 2
    assert value("process_resident_memory_bytes") > 1e6


def ends(topics):
    return {p: end for p, end in ((p, topics.end(p)) for p in range(topics.n_partitions))}


# ---- health and readiness ----


def test_readiness_is_membership_also_without_partitions(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "ready").create()
    first = topics.start(env=LISTEN)
    try:
        first.await_line(" http=")
        seen = set()

        def ready():
            status, answer = served(first).json("/readyz")
            seen.add((status, answer["ready"]))
            return status == 200

        await_true(ready, "ready")
        assert (503, False) in seen  # it serves before it is a member
        assert "partitions" in served(first).json("/readyz")[1]["why"]
        with topics.processors(env=LISTEN) as second:
            await_true(lambda: {len(p.partitions() or []) for p in (first, second)} == {0, 1}, "one idles")
            for member in (first, second):
                assert served(member).json("/readyz")[0] == 200
                assert served(member).json("/healthz")[0] == 200
        first.signal(signal.SIGTERM)
        assert first.wait() == 0
    finally:
        first.kill()


def test_a_broker_that_is_gone_is_told_within_seconds(make_kafka, tmp_path):
    kafka = make_kafka()
    topics = Topics(kafka, tmp_path, "gone").create()
    with topics.processors(env=LISTEN) as processor:
        asked = served(processor)
        await_true(lambda: asked.json("/healthz")[0] == 200, "alive")
        kafka.kill()
        gone = time.monotonic()
        await_true(lambda: asked.json("/healthz")[0] == 503, "told")
        assert time.monotonic() - gone < 8
        answer = asked.json("/healthz")[1]
        assert answer["alive"] is False and answer["broker"] != "answers"
        assert all(loop["turns"] for loop in answer["loops"])
        assert asked.value("firewatch_broker_up") == 0
        kafka.start_broker()
        await_true(lambda: asked.json("/healthz")[0] == 200, "alive again")


# ---- who may ask ----


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0"])
@pytest.mark.parametrize("command", [["process"], ["run", "x.mp4"], ["produce", "x.mp4"]])
def test_elsewhere_than_loopback_needs_a_token(tmp_path, command, address):
    for env in ({}, {"FIREWATCH_HTTP_TOKEN": "short"}):
        done = firewatch(*command, "--http", address, cwd=tmp_path, env=env, timeout=20)
        assert done.returncode == 2
        assert "FIREWATCH_HTTP_TOKEN" in done.stderr and "short" not in done.stderr


def test_a_token_is_needed_but_for_health(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "token").create()
    env = {"FIREWATCH_HTTP": "[::1]:0", "FIREWATCH_HTTP_TOKEN": TOKEN}
    with topics.processors(env=env) as processor:
        anybody = served(processor)
        assert anybody.get("/healthz")[0] == 200
        assert anybody.get("/metrics")[0] == 401
        assert anybody.get("/nothing")[0] == 401
        assert anybody.get("/metrics", {"Authorization": "Bearer a-token-for-tests-onlY"})[0] == 401
        assert served(processor, TOKEN).value("firewatch_ready") == 1
        assert TOKEN not in processor.text()


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:70000", "example.com:80", "::1:80", "10.255.255.1:80"])
def test_wrong_addresses_end_the_program(tmp_path, address):
    env = {"FIREWATCH_HTTP_TOKEN": TOKEN}
    done = firewatch("run", "x.mp4", "--http", address, cwd=tmp_path, env=env, timeout=20)
    assert done.returncode == 2, done.stderr


# ---- hostile clients ----


class Hostile:
    """Clients that hold connections as long as they are let, until the end of the block."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.address = (host, int(port))
        self.stop = threading.Event()
        self.n_tries = 0
        self.threads = [threading.Thread(target=self.work, args=(kind,)) for kind in (self.drip, self.flood, self.huge)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def work(self, kind):
        while not self.stop.is_set():
            with contextlib.suppress(OSError):
                kind()

    def connect(self):
        self.n_tries += 1
        return socket.create_connection(self.address, timeout=2)

    def drip(self):
        """A header, a byte at a time."""
        with self.connect() as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ")
            while not self.stop.wait(0.2):
                connection.sendall(b"x")

    def flood(self):
        """A thousand connections that say nothing."""
        held = []
        try:
            for _ in range(1000):
                if self.stop.is_set():
                    return
                with contextlib.suppress(OSError):
                    held.append(self.connect())
        finally:
            for connection in held:
                connection.close()

    def huge(self):
        """Headers without end."""
        with self.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            while not self.stop.is_set():
                connection.sendall(b"Header: " + b"x" * 4000 + b"\r\n")


def seconds_for(topics, processor, clip, name, n_done):
    begun = time.monotonic()
    assert topics.produce(clip, name).returncode == 0
    topics.await_completions(n_done, processor=processor)
    return time.monotonic() - begun


def test_hostile_clients_do_not_slow_the_pipeline(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "hostile").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=24, size="640x480")
    with topics.processors(env=LISTEN) as processor:
        seconds_for(topics, processor, clip, "warm", 1)
        alone = seconds_for(topics, processor, clip, "alone", 2)
        with Hostile(served(processor).address()) as hostile:
            attacked = seconds_for(topics, processor, clip, "attacked", 3)
        assert hostile.n_tries > 50, hostile.n_tries  # they were at it; how many depends on the machine
        # The attackers' own CPU time counts on a small machine too: they are three threads of this test.
        assert attacked < 2 * alone + 2, (alone, attacked)
        await_true(lambda: answers(processor), "it answers as before", 30)
        assert processor.lines(" WARN ") == []


def answers(processor):
    with contextlib.suppress(OSError):
        return served(processor).get("/healthz")[0] == 200
    return False


def test_a_slow_client_is_closed(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "slow").create()
    with topics.processors(env=LISTEN) as processor:
        host, _, port = served(processor).address().rpartition(":")
        begun = time.monotonic()
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
            with pytest.raises(OSError):
                while time.monotonic() - begun < 20:
                    connection.sendall(b"x")
                    connection.settimeout(0.2)
                    with contextlib.suppress(TimeoutError):
                        if connection.recv(100) == b"":
                            raise OSError("closed")
        assert 9 < time.monotonic() - begun < 14
        assert served(processor).value("firewatch_http_closed_total") == 1


# ---- the others ----


def test_run_and_produce_serve_too(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "others").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=3)
    for words in (["produce", "--realtime", clip, "v"], ["run", clip, "--progress=never", "-o", tmp_path / "out"]):
        role = topics.start_role(*words, "--http", "127.0.0.1:0")
        try:
            role.await_line(" http=")
            if words[0] == "produce":
                await_true(lambda: served(role).value("firewatch_ready") == 1, "ready")
                name, labels = "firewatch_messages_delivered_total", {"topic": topics.frames}
                await_true(lambda: served(role).metrics().get((name, frozenset(labels.items())), 0) > 5, "delivered")
                assert served(role).get("/healthz")[0] == 200
            assert role.wait(60) == 0, role.text()
        finally:
            role.kill()


def await_healthy(role_served):
    """It is alive, and ready or soon so; both say it in words too."""
    await_true(lambda: role_served.json("/readyz")[0] == 200, lambda: role_served.json("/readyz"))
    assert role_served.json("/readyz")[1]["ready"] is True
    status, answer = role_served.json("/healthz")
    assert (status, answer["alive"]) == (200, True), answer


def test_run_tells_its_health_and_its_frames(kafka, tmp_path):
    """The second input is a pipe that stays silent: so it still serves when the first is done."""
    topics = Topics(kafka, tmp_path, "run-serves")
    clip = red_and_black(tmp_path / "clip.mkv", seconds=3)
    pipe = tmp_path / "pipe.mkv"
    os.mkfifo(pipe)
    feed = os.fdopen(os.open(pipe, os.O_RDWR), "wb")
    role = topics.start_role("run", clip, pipe, "--progress=never", "-o", tmp_path / "out", "--http", "127.0.0.1:0")
    try:
        role.await_line(" http=")
        asked = served(role)
        await_healthy(asked)
        complete = ("firewatch_videos_finished_total", frozenset({("status", "complete")}))
        await_true(lambda: asked.metrics()[complete] == 1, "the first is done")
        metrics = asked.metrics()
        for name in ("received", "analysed"):
            assert metrics[(f"firewatch_frames_{name}_total", frozenset())] == 75, name
        assert metrics[("firewatch_frames_fire_total", frozenset())] == 50
        feed.write(clip.read_bytes())
        feed.close()
        assert role.wait(60) == 0, role.text()
    finally:
        feed.close()
        role.kill()


def test_produce_tells_its_health(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "produce-serves").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=60)
    role = topics.start_role("produce", "--realtime", clip, "v", "--http", "127.0.0.1:0")
    try:
        role.await_line(" http=")
        await_healthy(served(role))
        assert role.process.poll() is None
    finally:
        role.kill()


def test_serve_tells_its_health(kafka, tmp_path):
    with Site(kafka, tmp_path, "serve-serves").create().serving() as asked:
        await_healthy(asked)
        assert asked.value("firewatch_ready") == 1


def test_queues_tell_what_waits(kafka, tmp_path):
    """Results wait for the next commit: while frames come in, there is something to be seen again and again."""
    topics = Topics(kafka, tmp_path, "queues").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=60)
    with topics.processors(env=LISTEN) as processor:
        asked = served(processor)
        for queue in ("inbox", "video"):
            assert asked.value("firewatch_queue_pauses_total", queue=queue) == 0
        await_true(lambda: all(queue_bytes(asked, queue) == 0 for queue in ("inbox", "outbox")), "nothing waits")
        producer = topics.start_role("produce", "--realtime", clip, "v")
        try:
            await_true(lambda: queue_bytes(asked, "outbox") > 0, "results wait")
        finally:
            producer.kill()


def queue_bytes(asked, queue):
    return asked.metrics().get(("firewatch_queue_bytes", frozenset({("queue", queue), ("partition", "0")})), -1)
