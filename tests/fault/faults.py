# SPDX-License-Identifier: MIT
"""What can happen to a fleet. Each fault takes a scene and returns the words that describe what it has done."""

import contextlib
import signal
import time

from confluent_kafka import IsolationLevel, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, OffsetSpec, ResourceType
from topics import await_true


def flow(scene):
    """The stream goes on up to the next fault."""
    scene.feeder.release_up_to(scene.n_faults)


def kill(scene, rng, victim, followed):
    """SIGKILL; an heir comes where `followed` says so, or nobody else is left."""
    scene.kill(victim)
    if followed or not scene.alive():
        scene.start()


def terminate(scene, rng, victim, followed):
    """SIGTERM, in the middle of its work."""
    victim.signal(signal.SIGTERM)
    if followed or scene.alive() == [victim]:
        scene.start()
    assert victim.wait() == 0, victim.text()


def sleep(scene, rng, victim, followed):
    """SIGSTOP, and SIGCONT after the group has moved on: others have taken its partitions up."""
    partitions = victim.partitions()
    if followed or scene.alive() == [victim]:
        scene.start()
    victim.signal(signal.SIGSTOP)
    flow(scene)  # so that others have something to write

    def taken_up():
        others = [member for member in scene.alive() if member is not victim]
        return set(partitions or []) <= {partition for member in others for partition in member.partitions() or []}

    await_true(taken_up, "others at work")
    victim.signal(signal.SIGCONT)


def nap(scene, rng, victim, followed):
    """SIGSTOP for less than the session."""
    victim.signal(signal.SIGSTOP)
    time.sleep(rng.uniform(0.05, 0.8) * scene.session_s)
    victim.signal(signal.SIGCONT)


def join(scene, rng, victim, followed):
    """Another member comes."""
    scene.start()


def fence(scene, rng, victim, followed):
    """Another program opens the transactional id of one of the victim's partitions."""
    partitions = victim.partitions()
    if partitions:
        fence_partition(scene.topics, rng.choice(partitions))


def fence_partition(topics, partition):
    transactional_id = f"{topics.group}-{topics.frames}-{partition}"
    producer = Producer({"bootstrap.servers": topics.kafka.bootstrap, "transactional.id": transactional_id, "log_level": 2})
    producer.init_transactions(30)


def watch_transactions(topics):
    """A function that says whether partition 0 of the detections holds some that are neither committed nor aborted."""
    admin, partition = topics.kafka.admin(), TopicPartition(topics.found, 0)

    def end(level):
        return admin.list_offsets({partition: OffsetSpec.latest()}, isolation_level=level)[partition].result(30).offset

    return lambda: end(IsolationLevel.READ_COMMITTED) < end(IsolationLevel.READ_UNCOMMITTED)


def refuse(scene, rng, victim, followed):
    """A topic takes no message of usual size for a while."""
    topic = rng.choice([scene.topics.found, scene.topics.segments_topic, scene.topics.progress])
    members = scene.alive()
    before = sum(len(member.lines("its state is dropped")) for member in members)
    with small_messages(scene.topics, topic):
        flow(scene)
        with contextlib.suppress(AssertionError):  # there may be nothing more to write
            await_true(lambda: sum(len(m.lines("its state is dropped")) for m in members) > before, "refused", 3)


@contextlib.contextmanager
def small_messages(topics, topic):
    """Meanwhile, the broker refuses what is larger than a hundred bytes."""
    alter(topics.kafka, topic, "max.message.bytes", "100")
    try:
        yield
    finally:
        alter(topics.kafka, topic, "max.message.bytes", "16777216")


def alter(kafka, topic, name, value):
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    for future in admin.incremental_alter_configs([resource], request_timeout=30).values():
        future.result(30)


def pause(scene, rng, victim, followed):
    """The broker stands still."""
    scene.topics.kafka.pause()
    try:
        time.sleep(rng.uniform(0.3, 1.5) * scene.session_s)
    finally:
        scene.topics.kafka.resume()


FAULTS = {
    "kill": kill,
    "terminate": terminate,
    "sleep": sleep,
    "nap": nap,
    "join": join,
    "fence": fence,
    "refuse": refuse,
    "pause": pause,
}
