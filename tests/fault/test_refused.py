# SPDX-License-Identifier: MIT
"""Producers that are fenced, transactions that are aborted, messages that are refused: no process is begun again by hand."""

import signal
import time

import pytest
from faults import fence_partition, small_messages, watch_transactions
from kafka_server import KafkaServer
from material import BAD, in_turn
from scene import Scene
from topics import await_true

VIDEOS = {"fire-0": 0, "open_gops-0": 0, "mjpeg-0": 0, "damaged-0": 0}
RATE = 300
MIDDLE = 0.62
BEFORE_THE_BROKEN = 0.45  # of 150 frames, number 70 is the first that becomes a dead letter
DROPPED = "its state is dropped and restored in"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """A broker that looks for transactions that are open too long twice a second, not every 10 s."""
    settings = ["transaction.abort.timed.out.transaction.cleanup.interval.ms=500"]
    with KafkaServer(tmp_path_factory.mktemp("impatient"), settings=settings) as server:
        yield server


def scene_of(kafka, folder, name, material, **variables):
    return Scene(kafka, folder, name, material, VIDEOS, 1, variables)


def test_a_producer_is_fenced_from_outside(kafka, material, undisturbed, tmp_path):
    """Again and again, at another moment of its transactions each time."""
    gates = [MIDDLE, 0.68, 0.74, 0.8, 0.86, 0.92]
    with scene_of(kafka, tmp_path, "fenced", material) as scene:
        member = scene.start()
        scene.feed(in_turn(), RATE, gates, BAD[:1])
        for n, _ in enumerate(gates, 1):
            scene.await_counting([0])
            fence_partition(scene.topics, 0)
            moment = time.time()
            scene.feeder.release()
            await_true(lambda n=n: len(member.lines(DROPPED)) >= n, "dropped")
            assert scene.await_output(moment, [0]) < 6
        scene.check(undisturbed)
        assert scene.members == [member]
        assert {one.n_open for one in scene.restored()[1:]} == {len(VIDEOS)}


@pytest.mark.parametrize("topic", ["found", "events", "segments_topic", "progress", "ends", "dead_letters"])
def test_a_message_is_refused_as_too_large(kafka, material, undisturbed, tmp_path, topic):
    with scene_of(kafka, tmp_path, f"large-{topic.replace('_', '-')}", material) as scene:
        member = scene.start()
        scene.feed(in_turn(), RATE, [BEFORE_THE_BROKEN if topic == "dead_letters" else MIDDLE], BAD[:1])
        scene.await_counting([0])
        with small_messages(scene.topics, getattr(scene.topics, topic)):
            scene.feeder.release()
            refused = member.await_line(DROPPED)
            assert "essage size too large" in refused and getattr(scene.topics, topic) in refused, refused
        scene.check(undisturbed)
        assert scene.members == [member]


def test_transactions_that_were_open_too_long(impatient, material, undisturbed, tmp_path):
    """The broker has aborted what the sleeper had begun; its session still holds, so it is the one to restore."""
    variables = {
        "KAFKA_PROPERTY_TRANSACTION_TIMEOUT_MS": "1000",
        "KAFKA_PROPERTY_SOCKET_TIMEOUT_MS": "1000",
        "KAFKA_PROPERTY_SESSION_TIMEOUT_MS": "20000",
        "COMMIT_INTERVAL_SECONDS": "0.02",  # so that there is nearly always one open
    }
    flow, rest = 0.07, 0.01  # of all messages: before it stops, and for it to wake up to
    gates = [MIDDLE + n * (flow + rest) + part for n in range(4) for part in (0, flow)]
    with scene_of(impatient, tmp_path, "aborted", material, **variables) as scene:
        member = scene.start()
        scene.feed(in_turn(), 100, gates, BAD[:1])
        scene.await_counting([0])
        is_open = watch_transactions(scene.topics)
        for _ in range(4):  # the one that it stopped in may have been as good as committed
            scene.feeder.release()
            await_true(is_open, "begun")
            member.signal(signal.SIGSTOP)
            await_true(lambda: not is_open(), "ended by the broker")
            moment = time.time()
            member.signal(signal.SIGCONT)
            scene.feeder.release()
            assert scene.await_output(moment, [0]) < 8
            if member.lines(DROPPED):
                break
        assert member.lines(DROPPED)
        scene.check(undisturbed)
        assert scene.members == [member]
