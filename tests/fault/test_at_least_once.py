# SPDX-License-Identifier: MIT
"""Without transactions: results are as fresh as with them, and after a kill none is missing, wherever it came."""

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient
from material import in_turn
from scene import AT_ONCE, Scene

VIDEOS = {"fire-0": 0, "open_gops-0": 1, "mjpeg-0": 2}
LOOSE = {"PROCESSING_GUARANTEE": "at_least_once"}


def test_the_first_of_a_topic_is_as_fresh_as_any(kafka, material, tmp_path):
    """A producer that does not know a topic yet holds its first record back for a second."""
    with Scene(kafka, tmp_path, "loose-fresh", material, VIDEOS, 3, LOOSE) as scene:
        member = scene.start()
        member.await_line("restored")
        scene.feed(in_turn(), AT_ONCE)
        scene.complete()
        ends = [one for one in scene.watcher.copy() if one.name == "ends"]
        latest_s = [one.read - one.written for one in ends]
        scene.stop()
    assert min(latest_s) < 0.5, latest_s


def put_back(topics, partitions):
    """The group's offsets as an owner leaves them that dies between its records and its offset; or an operator."""
    places = [TopicPartition(topics.frames, number, 0) for number in partitions]
    admin = AdminClient({"bootstrap.servers": topics.kafka.bootstrap})
    (done,) = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(topics.group, places)]).values()
    assert all(place.error is None for place in done.result(30).topic_partitions)


@pytest.mark.parametrize("guarantee", ["at_least_once", "exactly_once"])
def test_offsets_behind_the_records_repeat_and_lose_nothing(kafka, material, undisturbed, tmp_path, guarantee):
    name = f"put-back-{guarantee.replace('_', '-')}"
    with Scene(kafka, tmp_path, name, material, VIDEOS, 3, {"PROCESSING_GUARANTEE": guarantee}) as scene:
        first = scene.start()
        scene.feed(in_turn(), 300, [0.62])
        scene.await_counting(range(3))
        first.stop()
        scene.gone.add(first)
        put_back(scene.topics, range(3))
        scene.start()
        scene.feeder.release()
        scene.check(undisturbed)


def test_a_kill_loses_nothing(kafka, material, undisturbed, tmp_path):
    with Scene(kafka, tmp_path, "loose-killed", material, VIDEOS, 3, LOOSE) as scene:
        first = scene.start()
        scene.feed(in_turn(), 300, [0.62])
        scene.await_counting(range(3))
        scene.kill(first)
        scene.start()
        scene.feeder.release()
        scene.complete()
        scene.stop()
        for video_id in VIDEOS:
            found = {detection["frame_number"]: detection for detection in scene.topics.detections(video_id)}
            expected = undisturbed.outputs.of["found"][video_id]
            assert sorted(found) == [detection["frame_number"] for detection in expected]
            (end,) = scene.topics.completions(video_id)
            assert end["status"] == "complete" and end["stats"]["total_frames"] == len(expected)
