# SPDX-License-Identifier: MIT
"""Draws a fleet, its videos and what happens to it from a seed, runs that, and compares with an undisturbed run.

python tests/fault/storm.py [--runs N] [--seed FIRST]: N schedules with the seeds FIRST, FIRST+1 ...; prints each seed
and its schedule before it runs, then a table. ./fw storm does the same.
"""

import argparse
import collections
import pathlib
import random
import sys
import tempfile
import time
import traceback

if __name__ == "__main__":
    sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from faults import FAULTS, flow
from kafka_server import KafkaServer
from material import BAD, Material
from scene import AT_ONCE, Scene, Undisturbed
from topics import await_true

# How often each is drawn: what ends a member most of all.
WEIGHTS = {"kill": 6, "terminate": 3, "sleep": 3, "nap": 1, "join": 2, "fence": 2, "refuse": 1, "pause": 1}
FIRST_GATE, LAST_GATE = 0.45, 0.95
SESSION_S = 2


class Fault:
    """What happens, how long after the moment in which it counts, and whether the stream goes on before it."""

    def __init__(self, rng):
        self.kind = rng.choices(list(WEIGHTS), WEIGHTS.values())[0]
        self.delay_s = rng.choice([0, 0, rng.uniform(0, 0.5)])
        self.flows = rng.random() < 0.6
        self.followed = rng.random() < 0.4

    def __str__(self):
        return f"{self.kind}{'+heir' * self.followed} after {self.delay_s * 1000:.0f} ms{' in flow' * self.flows}"


class Schedule:
    """All that is drawn before anything runs."""

    def __init__(self, seed, video_ids):
        rng = random.Random(seed)
        self.seed = seed
        self.n_partitions = rng.randint(1, 4)
        self.n_members = rng.randint(1, 3)
        ids = rng.sample(sorted(video_ids), rng.randint(2, 7))
        self.videos = {video_id: rng.randrange(self.n_partitions) for video_id in ids}
        self.speeds = {video_id: rng.uniform(0.5, 1) for video_id in ids}
        self.rate = AT_ONCE if rng.random() < 0.15 else rng.uniform(200, 700)
        self.bad = rng.sample(BAD, rng.randint(0, 2))
        self.variables = {
            "COMMIT_INTERVAL_SECONDS": f"{rng.choice([0.05, 0.1, 0.2, 0.2, 0.5])}",
            "MAX_ACTIVE_VIDEOS": str(rng.choice([1, 2, 16, 16])),
            "FIREWATCH_WORKERS": str(rng.randint(1, 3)),
            "KAFKA_PROPERTY_SESSION_TIMEOUT_MS": str(SESSION_S * 1000),
        }
        self.faults = [Fault(rng) for _ in range(rng.randint(2, 4))]
        self.gates = sorted(rng.uniform(FIRST_GATE, LAST_GATE) for _ in self.faults)
        self.rng = random.Random(rng.random())

    def __str__(self):
        rate = "at once" if self.rate == AT_ONCE else f"{self.rate:.0f}/s"
        videos = " ".join(f"{video_id}@{partition}" for video_id, partition in self.videos.items())
        settings = " ".join(f"{name}={value}" for name, value in self.variables.items())
        return (
            f"seed={self.seed} members={self.n_members} partitions={self.n_partitions} {rate} bad={len(self.bad)}\n"
            f"  {videos}\n  {settings}\n  " + "\n  ".join(f"at {g:.2f} {f}" for g, f in zip(self.gates, self.faults))
        )

    def choose(self, names):
        """The next video to send a message of."""
        return self.rng.choices(names, [self.speeds[name] for name in names])[0]


class Result:
    """What a schedule has come to."""

    def __init__(self):
        self.kinds = []  # of the interruptions that counted
        self.n_videos = 0
        self.n_take_overs = 0
        self.n_again = 0  # messages read again by heirs


def run(kafka, folder, material, undisturbed, schedule):
    """Runs a schedule; an AssertionError says what is not as it should be."""
    result = Result()
    name = f"storm-{schedule.seed}"
    with Scene(kafka, folder, name, material, schedule.videos, schedule.n_partitions, schedule.variables, SESSION_S) as scene:
        scene.start(schedule.n_members)
        scene.feed(schedule.choose, schedule.rate, schedule.gates, schedule.bad)
        for scene.n_faults, fault in enumerate(schedule.faults, 1):
            victim = _victim(scene, schedule.rng)
            time.sleep(fault.delay_s)
            if fault.flows:
                flow(scene)
            if scene.counting(victim.partitions() or []):
                result.kinds.append(fault.kind)
            FAULTS[fault.kind](scene, schedule.rng, victim, fault.followed)
            flow(scene)
        if not scene.alive():
            scene.start()
        scene.check(undisturbed)
        taken_over = [one for one in scene.restored() if one.n_open > 0]
        result.n_videos = len(schedule.videos)
        result.n_take_overs = len(taken_over)
        result.n_again = sum(one.pos - one.need for one in taken_over)
    return result


def _victim(scene, rng):
    """A member with a partition on which an interruption counts."""

    def look():
        return [member for member in scene.alive() if scene.counting(member.partitions() or [])]

    def what():
        return "a video in the middle\n" + "\n".join(member.text()[-2000:] for member in scene.members)

    return rng.choice(await_true(look, what))


# ---- the program ----


def run_one(kafka, folder, material, undisturbed, seed):
    """The result, or None: what was wrong has been printed."""
    schedule = Schedule(seed, material.messages)
    print(schedule, flush=True)
    folder.mkdir()
    begin = time.monotonic()
    try:
        result = run(kafka, folder, material, undisturbed, schedule)
    except AssertionError:
        traceback.print_exc()
        print(f"  FAILED seed={seed}; logs in {folder}", flush=True)
        return None
    print(f"  equal after {time.monotonic() - begin:.0f} s; counted: {' '.join(result.kinds) or 'none'}", flush=True)
    return result


def table(results, n_failed):
    kinds = collections.Counter(kind for result in results for kind in result.kinds)
    print("\n| what was run | how often |\n|---|---|")
    print(f"| schedules, equal to the undisturbed run | {len(results)} |\n| schedules that were not | {n_failed} |")
    for kind in FAULTS:
        print(f"| {kind} | {kinds[kind]} |")
    print(f"| videos | {sum(result.n_videos for result in results)} |")
    print(f"| take-overs of a partition with open videos | {sum(result.n_take_overs for result in results)} |")
    print(f"| messages read again by heirs | {sum(result.n_again for result in results)} |")


def main():
    parser = argparse.ArgumentParser(description="Draws fleets and faults from seeds, and compares with undisturbed runs.")
    parser.add_argument("--runs", type=int, default=20, help="how many schedules (20)")
    parser.add_argument("--seed", type=int, help="of the first one; without it, one is drawn")
    options = parser.parse_args()
    first = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    folder = pathlib.Path(tempfile.mkdtemp(prefix="firewatch-storm-"))
    results, n_failed = [], 0
    with KafkaServer(folder / "kafka") as kafka:
        for part in ("material", "undisturbed"):
            (folder / part).mkdir()
        material = Material(kafka, folder / "material")
        undisturbed = Undisturbed(kafka, folder / "undisturbed", material, BAD)
        for seed in range(first, first + options.runs):
            result = run_one(kafka, folder / str(seed), material, undisturbed, seed)
            n_failed += result is None
            results += [result] if result is not None else []
    table(results, n_failed)
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
