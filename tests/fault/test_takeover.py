# SPDX-License-Identifier: MIT
"""Members that die, stop, sleep, join and leave while videos are on their way: outputs are those of an undisturbed run."""

import signal
import time

import pytest
from material import in_turn
from scene import SESSION_S, Scene
from topics import await_true

RATE = 400
# Two thirds through the clips: each video has committed a segment and is not at its end.
MIDDLE = 0.62

SIX = {
    "fire-0": 0,
    "open_gops-0": 0,
    "long_gops-0": 1,
    "mjpeg-0": 2,
    "variable_rate-0": 3,
    "hevc-0": 4,
    "intra_refresh-0": 5,
    "damaged-0": 5,
}
# Several on each of two partitions.
TWO = {"fire-0": 0, "open_gops-0": 0, "mjpeg-0": 0, "damaged-0": 0, "fire-1": 1, "hevc-0": 1, "variable_rate-0": 1, "damaged-1": 1}


@pytest.fixture
def make_scene(kafka, material, tmp_path, request):
    """A scene named after its test, with its feeder under way and its first members at work."""
    scenes = []
    name = request.node.name.removeprefix("test_").replace("_", "-").replace("[", "-").replace("]", "")

    def make(videos, n_partitions, n_members, bad=("bad-0", "bad-1"), gates=(MIDDLE,)):
        scene = Scene(kafka, tmp_path, name, material, videos, n_partitions).__enter__()
        scenes.append(scene)
        scene.start(n_members)
        scene.await_shares([n_partitions // n_members] * n_members)
        scene.feed(in_turn(), RATE, gates, bad)
        return scene

    yield make
    for scene in scenes:
        scene.__exit__()


def check_take_over(scene, partitions, before):
    """The partitions are taken up again, and not from the beginning of their videos."""

    def taken_up():
        return [one for one in scene.restored() if one not in before and one.partition in partitions and one.n_open > 0]

    await_true(lambda: {one.partition for one in taken_up()} == set(partitions), f"{partitions} taken up")
    for one in taken_up():
        begun = [scene.feeder.offsets[video_id][0] for video_id in scene.videos_on([one.partition])]
        assert one.need > max(begun), f"partition {one.partition} begins again at {one.need}, its videos at {begun}"


def check_output(scene, moment, partitions):
    """Each of the partitions, not only the first of them, has new output in time."""
    for partition in partitions:
        after_s = scene.await_output(moment, [partition])
        assert after_s < SESSION_S + 2, f"partition {partition}: {after_s:.1f} s"


def owner_of(scene, partition):
    return next(member for member in scene.alive() if partition in (member.partitions() or []))


# ---- one goes, others stay ----


def test_kill_while_another_stays(make_scene, undisturbed):
    scene = make_scene(TWO, 2, 2)
    victim = owner_of(scene, 0)
    scene.await_counting([0])
    before = scene.restored()
    moment = scene.kill(victim)
    scene.feeder.release()
    assert scene.await_output(moment, [0]) < SESSION_S + 2
    check_take_over(scene, [0], before)
    scene.check(undisturbed)


def test_kill_of_the_only_one(make_scene, undisturbed):
    """The heir comes later, as from a supervisor, and gets its partitions when the dead one's session is over."""
    scene = make_scene(TWO, 2, 1)
    scene.await_counting([0, 1])
    before = scene.restored()
    moment = scene.kill(scene.members[0])
    scene.start()
    scene.feeder.release()
    check_output(scene, moment, [0, 1])
    check_take_over(scene, [0, 1], before)
    scene.check(undisturbed)


def test_heirs_die_too(make_scene, undisturbed):
    """Each time as soon as the heir has begun to write."""
    scene = make_scene(TWO, 2, 1, gates=(MIDDLE, 0.7, 0.8))
    for _ in range(3):
        scene.await_counting([0, 1])
        before = scene.restored()
        moment = scene.kill(scene.members[-1])
        scene.start()
        scene.feeder.release()
        check_output(scene, moment, [0, 1])
        check_take_over(scene, [0, 1], before)
    scene.check(undisturbed)


def test_terminate_while_another_stays(make_scene, undisturbed):
    """A member leaves: its partitions go to the other one at once."""
    scene = make_scene(TWO, 2, 2)
    victim = owner_of(scene, 0)
    scene.await_counting([0])
    before = scene.restored()
    moment = time.time()
    assert victim.stop() == 0, victim.text()
    left = time.time()
    scene.feeder.release()
    assert scene.await_output(left, [0]) < 2
    assert left - moment < SESSION_S
    check_take_over(scene, [0], before)
    scene.check(undisturbed)


def test_terminate_the_only_one(make_scene, undisturbed):
    scene = make_scene(TWO, 2, 1)
    scene.await_counting([0, 1])
    before = scene.restored()
    assert scene.members[0].stop() == 0
    scene.start()
    scene.feeder.release()
    check_take_over(scene, [0, 1], before)
    scene.check(undisturbed)


# ---- members come and go ----


def test_a_member_joins(make_scene, undisturbed):
    scene = make_scene(SIX, 6, 1)
    scene.await_counting(range(6))
    before = scene.restored()
    scene.start()
    scene.await_shares([3, 3])
    check_take_over(scene, range(6), before)
    scene.check(undisturbed)


def test_one_three_two(make_scene, undisturbed):
    scene = make_scene(SIX, 6, 1, gates=(0.55, 0.75))
    scene.await_counting(range(6))
    before = scene.restored()
    scene.start(2)
    scene.await_shares([2, 2, 2])
    check_take_over(scene, range(6), before)
    scene.feeder.release()
    scene.await_counting(range(6))
    assert owner_of(scene, 0).stop() == 0
    scene.await_shares([3, 3])
    scene.check(undisturbed)


# ---- a sleeper ----


def test_a_zombie_wakes_after_the_group_has_moved_on(make_scene, undisturbed):
    """What it had open is never seen, it says that its partitions are lost, and goes on as a member."""
    scene = make_scene(TWO, 2, 2, gates=(MIDDLE, 0.8))
    zombie = owner_of(scene, 0)
    scene.await_counting([0])
    before = scene.restored()
    scene.feeder.release()  # so that it sleeps with work in hand
    zombie.signal(signal.SIGSTOP)
    moment = time.time()
    assert scene.await_output(moment, [0]) < SESSION_S + 2
    heir = next(member for member in scene.members if member is not zombie)
    scene.await_shares([2], [heir])
    check_take_over(scene, [0], before)
    zombie.signal(signal.SIGCONT)
    zombie.await_line("lost partitions=0")
    scene.await_shares([1, 1])
    scene.feeder.release()
    outputs = scene.check(undisturbed)
    assert outputs.of["found"]


def test_a_zombie_that_stays_without_partitions(make_scene, undisturbed):
    """While it slept, others came, one for each partition: it stays as a member that has none."""
    scene = make_scene(TWO, 2, 1, gates=(MIDDLE, 0.8))
    zombie = scene.members[0]
    scene.await_counting([0, 1])
    before = scene.restored()
    scene.feeder.release()
    zombie.signal(signal.SIGSTOP)
    moment = time.time()
    heirs = scene.start(2)
    check_output(scene, moment, [0, 1])
    scene.await_shares([1, 1], heirs)
    check_take_over(scene, [0, 1], before)
    zombie.signal(signal.SIGCONT)
    zombie.await_line("lost partitions=0,1")
    scene.await_shares([0, 1, 1])
    scene.feeder.release()
    scene.check(undisturbed)
