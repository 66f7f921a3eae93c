# SPDX-License-Identifier: MIT
"""A fleet under fault: videos on their way through it, members that are disturbed, and the comparison at the end."""

import re
import signal
import time
from typing import NamedTuple

from flow import LIMIT_S, Feeder, Watcher
from firewatch import firewatch
from material import interleaved
from outputs import Outputs, differences
from topics import Topics, await_true

RESTORED = re.compile(r"partition=(\d+) restored pos=(\d+) need=(\d+) open_videos=(\d+)")
SESSION_S = 3
AT_ONCE = 1e6
PATIENT = {
    "KAFKA_PROPERTY_SESSION_TIMEOUT_MS": str(SESSION_S * 1000),
    "KAFKA_PROPERTY_HEARTBEAT_INTERVAL_MS": "300",
    "VIDEO_IDLE_TIMEOUT_SECONDS": "600",
    # The feeder waits between its parts: that silence is the test's, and how long it is, the machine's.
    "BLIND_SILENT_SECONDS": "0",
}


class FaultTopics(Topics):
    """Topics, and what else their environment serves for."""

    def __init__(self, kafka, folder, name, n_partitions, variables=None):
        super().__init__(kafka, folder, name, n_partitions)
        self.env.update({**PATIENT, **(variables or {})})

    def command(self, *words):
        return firewatch(*words, env=self.env, cwd=self.folder)


class Undisturbed:
    """What one processor that nobody disturbs makes of all videos of a material, and of messages that are none."""

    def __init__(self, kafka, folder, material, bad):
        topics = FaultTopics(kafka, folder, f"undisturbed-{folder.name}", 1).create()
        videos = sorted(material.messages)
        order = interleaved(material, videos, lambda names: names[0], bad)
        with topics.processors() as processor:
            Feeder(topics, [(0, key, value) for key, value in order], AT_ONCE).start().finish()
            topics.await_completions(len(videos), processor=processor)
            await_true(lambda: topics.lag() == {0: 0}, "lag 0")
        self.outputs = Outputs(topics, videos)


class Restored(NamedTuple):
    """A member (its log) has taken up a partition: the words of the line that says so."""

    log: str
    at: int
    partition: int
    pos: int
    need: int
    n_open: int


class Scene:
    """Videos by partition ({id: partition}), a fleet, a feeder and a watcher. Use it with `with`, and `check` at the end."""

    def __init__(self, kafka, folder, name, material, videos, n_partitions, variables=None, session_s=SESSION_S):
        self.session_s = session_s
        self.material, self.videos = material, videos
        self.topics = FaultTopics(kafka, folder, name, n_partitions, variables)
        self.members, self.gone, self.bad = [], set(), []
        self.feeder = self.watcher = None
        self.n_faults = 0  # so far, of a storm's schedule

    def __enter__(self):
        self.topics.create()
        self.watcher = Watcher(self.topics)
        return self

    def __exit__(self, *_):
        for member in self.members:
            if member.process.poll() is None:
                member.signal(signal.SIGCONT)
                member.kill()
        if self.feeder is not None:
            self.feeder.give_up()
        self.watcher.close()

    # ---- what goes in ----

    def feed(self, choose, rate, gates=(), bad=()):
        """Sends all videos, those of a partition interleaved; `gates` are shares of all messages."""
        self.bad = list(bad)
        order = interleaved(self.material, sorted(self.videos), choose, bad)
        placed = [(self.videos.get(key, n % self.topics.n_partitions), key, value) for n, (key, value) in enumerate(order)]
        self.feeder = Feeder(self.topics, placed, rate, [int(gate * len(order)) for gate in gates]).start()

    # ---- members ----

    def start(self, n=1, env=None):
        started = [self.topics.start(env=env) for _ in range(n)]
        self.members += started
        return started[0] if n == 1 else started

    def alive(self):
        return [member for member in self.members if member.process.poll() is None]

    def await_shares(self, shares, members=None, limit_s=LIMIT_S):
        """Waits until the members (all that live) have so many partitions each, in any order."""
        of = self.alive() if members is None else members

        def look():
            for member in of:
                assert member.process.poll() is None, f"it ended: {member.text()}"
            return sorted(len(member.partitions() or []) for member in of) == sorted(shares) and all(
                member.partitions() is not None for member in of
            )

        await_true(look, lambda: f"shares {shares}: {[member.partitions() for member in of]}", limit_s)

    def kill(self, member):
        member.kill()
        self.gone.add(member)
        return time.time()

    def restored(self):
        """All take-overs so far."""
        return [
            Restored(member.log.name, match.start(), *map(int, match.groups()))
            for member in self.members
            for match in RESTORED.finditer(member.text())
        ]

    # ---- when an interruption counts ----

    def videos_on(self, partitions):
        return [video_id for video_id, partition in self.videos.items() if partition in partitions]

    def counting(self, partitions):
        """The videos on these partitions that have committed segments and are unfinished."""
        begun, ended = self.watcher.count("segments_topic"), self.watcher.count("ends")
        return [video_id for video_id in self.videos_on(partitions) if begun[video_id] and not ended[video_id]]

    def await_counting(self, partitions, all_of_them=True):
        """Waits until (all) videos on the partitions are such that an interruption counts."""
        wanted = len(self.videos_on(partitions)) if all_of_them else 1
        return await_true(
            lambda: len(self.counting(partitions)) >= wanted,
            lambda: f"videos in the middle on {partitions}: {self.watcher.count('segments_topic')}, ended "
            f"{self.watcher.count('ends')}, sent {self.feeder.n_sent}\n{self.members[-1].text()}",
            LIMIT_S,
        )

    def await_output(self, moment, partitions, limit_s=LIMIT_S):
        """The first output of these partitions that was written after a moment; returns the seconds in between."""
        videos = self.videos_on(partitions)
        seen = await_true(
            lambda: self.watcher.first_written_after(moment, videos),
            lambda: f"new output of {partitions}:\n" + "\n".join(member.text() for member in self.members),
            limit_s,
        )
        return seen.read - moment

    # ---- the end ----

    def complete(self, limit_s=LIMIT_S):
        """Sends the rest and waits for all completions and for lag 0."""
        self.feeder.finish(limit_s)
        await_true(
            lambda: len(self.watcher.count("ends")) >= len(self.videos),
            lambda: f"completions: {self.watcher.count('ends')}\n" + "\n".join(m.text()[-3000:] for m in self.members),
            limit_s,
        )
        used = {partition for partition, _, _ in self.feeder.order}
        await_true(lambda: self._all_committed(used), lambda: f"lag 0: {self.topics.lag()}", limit_s)

    def _all_committed(self, partitions):
        lag = self.topics.lag()
        return partitions <= lag.keys() and not any(lag.values())

    def stop(self):
        """All that live end well; none has ended by itself."""
        for member in self.members:
            if member not in self.gone:
                assert member.process.poll() in (None, 0), member.text()
        for member in self.alive():
            member.signal(signal.SIGTERM)
        for member in self.members:
            if member not in self.gone:
                assert member.wait() == 0, member.text()

    def check(self, undisturbed, fetched=None):
        """Everything is there, once, and equal to the undisturbed run."""
        self.complete()
        self.stop()
        outputs = Outputs(self.topics, self.videos, fetched)
        keys = [*self.videos, *self.bad]
        faults = differences(outputs.of, undisturbed.outputs.part(keys))
        for video_id, content in outputs.files.items():
            if content != undisturbed.outputs.files[video_id]:
                faults.append(f"the file of {video_id} differs")
        assert not faults, "\n".join(faults)
        return outputs
