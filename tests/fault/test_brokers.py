# SPDX-License-Identifier: MIT
"""Three brokers that die, stand still and come back in mid-run: nothing is lost or doubled, no process begun again."""

import time

import pytest
from kafka_server import KafkaServer
from material import BAD, in_turn
from scene import Scene
from topics import await_true

VIDEOS = {"fire-0": 0, "open_gops-0": 1, "mjpeg-0": 1, "damaged-0": 2, "hevc-0": 2}
RATE = 200
MIDDLE = 0.62
OUTAGE_S = 20
STEADY = {"KAFKA_REPLICATION_FACTOR": "3", "KAFKA_PROPERTY_SESSION_TIMEOUT_MS": "6000"}


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    settings = ["transaction.abort.timed.out.transaction.cleanup.interval.ms=500"]
    with KafkaServer(tmp_path_factory.mktemp("three"), n_brokers=3, settings=settings) as server:
        yield server


@pytest.fixture
def make_scene(three, material, tmp_path):
    scenes = []

    def make(name, gates, **variables):
        scene = Scene(three, tmp_path, name, material, VIDEOS, 3, {**STEADY, **variables})
        scenes.append(scene.__enter__())
        check_replication(three, scene.topics)
        scene.start(2)
        scene.await_shares([1, 2])
        scene.feed(in_turn(), RATE, gates, BAD[:2])
        scene.await_counting(range(3))
        return scene

    yield make
    for scene in scenes:
        scene.__exit__()


def check_replication(three, topics):
    found = three.admin().list_topics(timeout=30).topics
    outputs = (topics.found, topics.events, topics.segments_topic, topics.progress, topics.ends, topics.dead_letters)
    for name in (topics.frames, *outputs):
        assert {len(partition.replicas) for partition in found[name].partitions.values()} == {3}
    text = three.tool("kafka-configs", "--describe", "--all", "--topic", topics.segments_topic)
    assert "min.insync.replicas=2" in text


def same_processes(scene):
    assert len(scene.members) == 2
    assert all(member.process.returncode == 0 for member in scene.members)


def in_sync(three, topics):
    """Whether every partition of the frames has all its replicas again."""
    partitions = three.admin().list_topics(topics.frames, timeout=30).topics[topics.frames].partitions
    return all(len(partition.isrs) == 3 for partition in partitions.values())


def leaders(three, topic):
    return {partition.leader for partition in three.admin().list_topics(topic, timeout=30).topics[topic].partitions.values()}


def test_one_is_killed_and_brought_back(three, make_scene, undisturbed):
    """What leads its partitions meanwhile is another one; work goes on without it."""
    scene = make_scene("killed", [MIDDLE, 0.8])
    scene.feeder.release()
    for topic in (scene.topics.frames, scene.topics.segments_topic):
        assert 1 in leaders(three, topic), "the one that is killed leads nothing"
    moment = time.time()
    three.kill(1)
    for partition in range(3):
        scene.await_output(moment, [partition])
    for topic in (scene.topics.frames, scene.topics.segments_topic):
        assert leaders(three, topic) <= {2, 3}
    three.start_broker(1)
    scene.feeder.release()
    scene.check(undisturbed)
    same_processes(scene)
    await_true(lambda: in_sync(three, scene.topics), "replicas in step")


def test_all_stand_still(three, make_scene, undisturbed):
    """Longer than sessions and transactions last."""
    scene = make_scene("still", [MIDDLE, 0.8])
    scene.feeder.release()
    for broker in (1, 2, 3):
        three.pause(broker)
    try:
        time.sleep(OUTAGE_S)  # the outage itself
    finally:
        for broker in (1, 2, 3):
            three.resume(broker)
    scene.feeder.release()
    scene.check(undisturbed)
    same_processes(scene)


def test_all_are_killed(three, make_scene, undisturbed):
    scene = make_scene("dark", [MIDDLE, 0.8])
    scene.feeder.release()
    for broker in (1, 2, 3):
        three.kill(broker)
    time.sleep(OUTAGE_S / 2)  # the outage itself, to which their start adds about as much
    three.start_brokers()
    scene.feeder.release()
    scene.check(undisturbed)
    same_processes(scene)


def test_one_stands_still_for_longer_than_transactions_last(three, make_scene, undisturbed):
    scene = make_scene(
        "paused", [MIDDLE, 0.75], KAFKA_PROPERTY_TRANSACTION_TIMEOUT_MS="4000", KAFKA_PROPERTY_SOCKET_TIMEOUT_MS="4000"
    )
    for broker in (2, 3):
        scene.feeder.release()
        three.pause(broker)
        try:
            time.sleep(6)  # the outage itself
        finally:
            three.resume(broker)
    scene.check(undisturbed)
    same_processes(scene)
