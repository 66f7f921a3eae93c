# SPDX-License-Identifier: MIT
"""What a death costs (time to the first new output, frames decoded again), and what exactly-once costs without one."""
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgpack
from _measure import FIREWATCH, MODEL, ROOT, clip_640x480, cpu_name, frames_of, table

sys.path[:0] = [str(ROOT / "tests" / "integration"), str(ROOT / "tests" / "fault")]
from kafka import CAMERA_FPS, Fleet, ids_of, percentile, seconds  # noqa: E402
from kafka_server import KafkaServer  # noqa: E402
from scene import SESSION_S, Scene  # noqa: E402
from topics import Topics, await_true, recorded  # noqa: E402

N_KILLS = 20
N_TURNS = 3
RATE = 100  # frames a second: four times a camera's
CAMERAS = 8
GUARANTEES = ("exactly_once", "at_least_once")


class Copies:
    """Many videos of one clip's messages, as tests/fault feeds them."""

    def __init__(self, kafka, folder, clip, n):
        frames = recorded(Topics(kafka, folder, "copies"), clip, "copy")
        self.messages = {f"copy-{i}": [msgpack.packb({**frame, "video_id": f"copy-{i}", "run_id": f"run-{i}"}) for frame in frames]
                         for i in range(n)}


class One:
    """One video at a time on one partition."""

    def __init__(self, scene):
        self.scene = scene

    def kill(self, number):
        """Seconds from kill -9 to the first new output, and how many frames the heir decoded again."""
        scene, video_id = self.scene, f"copy-{number}"
        scene.videos = {video_id: 0}
        owner = await_true(lambda: [m for m in scene.alive() if m.partitions() == [0]], "an owner")[0]
        scene.feed(lambda names: names[0], RATE)
        scene.await_counting([0])
        before = scene.restored()
        taken_s = scene.await_output(scene.kill(owner), [0])
        again = next(one for one in scene.restored() if one not in before and one.n_open > 0)
        scene.start()  # stands by for the next
        scene.feeder.finish()
        await_true(lambda: scene.watcher.count("ends")[video_id], "the end")
        return taken_s, again.pos - again.need


def take_overs(kafka, folder, clip):
    copies = Copies(kafka, folder, clip, N_KILLS)
    with Scene(kafka, folder, "kills", copies, {}, 1, {"ML_MODEL_PATH": str(MODEL)}) as scene:
        scene.start(2)
        scene.await_shares([0, 1])
        one = One(scene)
        results = [one.kill(number) for number in range(N_KILLS)]
    times, again = ([result[i] for result in results] for i in (0, 1))
    table([
        (f"{N_KILLS} kills, session timeout {SESSION_S} s", "p50", "max"),
        ("kill -9 to the first new output, s", f"{statistics.median(times):.2f}", f"{max(times):.2f}"),
        ("frames decoded again", f"{statistics.median(again):.0f}", f"{max(again)}"),
    ])
    print(f"wanted: session timeout + 2 s = {SESSION_S + 2} s")


def rate(kafka, folder, clip, name, guarantee):
    """Frames a CPU second of one processor with six videos on six partitions."""
    fleet = Fleet(kafka, folder, name, PROCESSING_GUARANTEE=guarantee)
    roles = fleet.start(1)
    fleet.produce({video_id: clip for video_id in ids_of(6)})
    fleet.read(6)
    return 6 * frames_of(clip) / fleet.stop(roles)[0]


def lateness(kafka, folder, clip, name, guarantee):
    """Milliseconds from the frame's production until its detection, and the last one's completion, can be read."""
    fleet = Fleet(kafka, folder, name, PROCESSING_GUARANTEE=guarantee)
    roles = fleet.start(1)
    words = [word for video_id in ids_of(CAMERAS) for word in ("--input", f"{video_id}={clip}")]
    sender = subprocess.Popen([FIREWATCH, "produce", "--quiet", "--realtime", *words], env=fleet.env, cwd=folder)
    found, ends = fleet.read(CAMERAS)
    if sender.wait() != 0:
        sys.exit("the producer failed")
    fleet.stop(roles)
    return ([1000 * (when - seconds(message["timestamp"])) for message, when in found],
            [1000 * (when - seconds(message["last_frame_timestamp"])) for message, when in ends])


def guarantees(kafka, folder, clip):
    rates = {guarantee: [] for guarantee in GUARANTEES}
    for turn in range(N_TURNS):
        for guarantee in GUARANTEES:
            rates[guarantee].append(rate(kafka, folder, clip, f"rate-{guarantee}-{turn}", guarantee))
    rows = [("one processor", "frames a CPU second", "detection p50, p99 ms", "completion p50, p99 ms")]
    for guarantee in GUARANTEES:
        late = lateness(kafka, folder, clip, f"late-{guarantee}", guarantee)
        columns = (f"{percentile(values, 0.5):.0f}, {percentile(values, 0.99):.0f}" for values in late)
        rows.append((guarantee, f"{statistics.median(rates[guarantee]):.0f}", *columns))
    print(f"\nsix videos at once (median of {N_TURNS}); {CAMERAS} cameras of {CAMERA_FPS} frames a second")
    table(rows)


def main():
    print(cpu_name())
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name, KafkaServer(Path(name) / "kafka") as kafka:
        folder = Path(name)
        clip, source = clip_640x480(folder)
        print(f"640x480, {frames_of(clip)} frames of {source}, a keyframe every 50\n")
        take_overs(kafka, folder, clip)
        guarantees(kafka, folder, clip)
    print(f"\nall in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
