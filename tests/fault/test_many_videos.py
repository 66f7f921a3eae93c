# SPDX-License-Identifier: MIT
"""Many open videos: 1,000 short ones interleaved on one partition, of which 16 may be at work at once."""

import collections
import json
import threading

from clips import red_and_black
from topics import Topics, Undisturbed, assert_equal, await_true, follow, recorded, without_times

N_VIDEOS = 1000
N_FRAMES = 5
MAX_ACTIVE = 16
N_EARLY = 64
N_EARLY_FRAMES = 3
LIMIT_S = 80
EARLY = -1  # stands for the time when only the early ones had begun


class Memory(threading.Thread):
    """Samples a process's resident memory in KiB, each with how far the work was."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.path, self.samples, self.n_done, self.ended = f"/proc/{pid}/status", [], EARLY, threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            with open(self.path, encoding="ascii") as status:
                line = next(line for line in status if line.startswith("VmRSS:"))
            self.samples.append((self.n_done, int(line.split()[1])))

    def most(self, from_done, to_done):
        return max(size for n_done, size in self.samples if from_done <= n_done < to_done)


def named(frame, number):
    return {**frame, "video_id": f"many-{number}", "run_id": f"run-{number}"}


def by_video(records):
    found = collections.defaultdict(list)
    for record in records:
        found[record.key().decode()].append(record)
    return found


def await_videos(topics, topic, n_videos, processor, on_change=lambda n: None):
    """Waits until `n_videos` have something on a topic."""
    seen = set()
    with follow(topics.kafka, topic) as poll:

        def look():
            seen.update(record.key() for record in poll())
            on_change(len(seen))
            assert processor.process.poll() is None, processor.text()
            return len(seen) == n_videos

        await_true(look, lambda: f"something of {n_videos} videos on {topic} but of {len(seen)}", LIMIT_S)


def send_and_await_all(topics, frames, processor):
    """Sends the frames of all videos, one of each in turn; the process's memory meanwhile."""
    memory = Memory(processor.process.pid)
    memory.start()
    # The early ones get their turns one after the other and are put aside in their middle.
    for frame in frames[:N_EARLY_FRAMES]:
        topics.send(named(frame, number) for number in range(N_EARLY))
    await_videos(topics, topics.found, N_EARLY, processor)
    assert topics.completions() == []
    memory.n_done = 0
    for n, frame in enumerate(frames):
        topics.send(named(frame, number) for number in range(N_EARLY if n < N_EARLY_FRAMES else 0, N_VIDEOS))

    def note(n):
        memory.n_done = n

    await_videos(topics, topics.ends, N_VIDEOS, processor, note)
    memory.ended.set()
    memory.join()
    return memory


def test_a_thousand_open_videos(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "many").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=N_FRAMES / 25, switch=0.08, size="64x64", options=["-g", "2"])
    frames = recorded(topics, clip, "many")
    assert len(frames) == N_FRAMES + 1  # and the marker
    with topics.processors(env={"MAX_ACTIVE_VIDEOS": str(MAX_ACTIVE)}) as processor:
        memory = send_and_await_all(topics, frames, processor)
    early = memory.most(EARLY, 0)
    first, second = memory.most(0, N_VIDEOS // 2), memory.most(N_VIDEOS // 2, N_VIDEOS)
    told = f"KiB with {N_EARLY} videos: {early}; with all, until half is done: {first}, from there on: {second}"
    # A record of a video is about 1 KiB, a life would be MiB; Kafka's client holds some MiB more or less at a time.
    assert second - first < N_VIDEOS // 2 * 32, told
    assert first < early * 1.5, told
    assert topics.lag() == {0: 0}

    # One is compared with what it should be, all others with that one.
    expected = Undisturbed(tmp_path, clip, "many-0")
    completions = {value["video_id"]: value for value in topics.completions()}
    assert_equal(topics, completions["many-0"], expected)
    found, segments, ends = (by_video(topics.records(name)) for name in (topics.found, topics.segments_topic, topics.ends))
    assert len(found) == len(segments) == len(ends) == N_VIDEOS
    for name, end in ends.items():
        assert len(end) == 1
        assert (completions[name]["status"], completions[name]["gaps"]) == ("complete", [])
        assert [without_times(json.loads(record.value())) for record in found[name]] == [
            {**detection, "video_id": name} for detection in expected.detections
        ]
        assert [record.value() for record in segments[name]] == [record.value() for record in segments["many-0"]]
