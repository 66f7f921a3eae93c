# SPDX-License-Identifier: MIT
"""SIGTERM while the broker stands still: ten seconds, whatever the processor waits for; nothing is lost or doubled."""

import signal
import time

import pytest
from kafka_server import KafkaServer
from material import BAD, in_turn
from scene import Scene
from topics import await_true

VIDEOS = {"fire-0": 0, "open_gops-0": 1, "mjpeg-0": 2, "damaged-0": 2}
RATE = 300
MIDDLE = 0.62
LIMIT_S = 10
EARLY_LIMIT_S = 6  # nothing is in hand; a member that can not leave its group gives up after 3 s


@pytest.fixture(scope="module")
def frail(tmp_path_factory):
    with KafkaServer(tmp_path_factory.mktemp("frail")) as server:
        yield server


def stop_in_silence(frail, member, after_s):
    """Stops a member while the broker stands still; returns how long that took."""
    frail.pause()
    try:
        time.sleep(after_s)  # so that it is found in the middle of its waiting
        begun = time.monotonic()
        member.signal(signal.SIGTERM)
        assert member.wait(60) in (0, 1), member.text()  # 1: what it had in hand was not committed
        return time.monotonic() - begun
    finally:
        frail.resume()


def test_stop_at_work(frail, material, undisturbed, tmp_path):
    with Scene(frail, tmp_path, "stop-at-work", material, VIDEOS, 3) as scene:
        member = scene.start()
        scene.feed(in_turn(), RATE, [MIDDLE, 0.7, 0.8, 0.9], BAD[:1])
        for after_s in (0, 1.5, 5):
            scene.await_counting(range(3))
            await_true(lambda member=member: len(member.lines(" restored ")) == 3, "at work")
            scene.feeder.release()
            taken_s = stop_in_silence(frail, member, after_s)
            assert taken_s < LIMIT_S, member.text()
            scene.gone.add(member)
            member = scene.start()
        scene.check(undisturbed)


def test_stop_while_it_takes_over(frail, material, undisturbed, tmp_path):
    with Scene(frail, tmp_path, "stop-early", material, VIDEOS, 3) as scene:
        first = scene.start()
        scene.feed(in_turn(), RATE, [MIDDLE], BAD[:1])
        scene.await_counting(range(3))
        scene.kill(first)
        for after_s in (0, 0.1, 3):
            member = scene.start()
            member.await_line(" assigned partitions=0")
            taken_s = stop_in_silence(frail, member, after_s)
            assert taken_s < EARLY_LIMIT_S, member.text()
            scene.gone.add(member)
        scene.start()
        scene.check(undisturbed)
