# SPDX-License-Identifier: MIT
"""What goes in and what comes out while a fleet runs: a producer with a pace, and a reader of what is committed."""

import collections
import threading
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition
from outputs import OUTPUTS

LIMIT_S = 90

# Of a key's first message, and what lies between two: the same in every run, so that what is made of them is too. Not
# long ago, for the broker deletes what is old.
FIRST_MS, STEP_MS = int(time.time() * 1000), 40


class Feeder:
    """Sends `order`, a list of (partition, key, value), at a pace in a thread; stands still at each of `gates`."""

    def __init__(self, topics, order, rate, gates=()):
        self.order, self.rate, self.gates = order, rate, sorted(gates)
        self.offsets = collections.defaultdict(list)  # of the messages of a key
        self.n_sent = 0
        self.error = None
        self._topic = topics.frames
        self._n_open, self._given_up = 0, False
        self._changed = threading.Condition()
        self._producer = Producer(
            {"bootstrap.servers": topics.kafka.bootstrap, "enable.idempotence": True, "message.max.bytes": 17 << 20, "linger.ms": 2}
        )
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def release(self, n=1):
        """Opens the next gates."""
        with self._changed:
            self._n_open += n
            self._changed.notify_all()

    def release_up_to(self, n):
        """Opens the first `n` gates, where they are not open yet."""
        with self._changed:
            self._n_open = max(self._n_open, n)
            self._changed.notify_all()

    def finish(self, limit_s=LIMIT_S):
        """Opens all gates and waits until everything is acknowledged."""
        self.release_up_to(len(self.gates))
        self._thread.join(limit_s)
        assert not self._thread.is_alive(), f"{self.n_sent} of {len(self.order)} messages were sent"
        assert self.error is None, self.error

    def give_up(self):
        with self._changed:
            self._given_up = True
            self._changed.notify_all()
        self._thread.join(LIMIT_S)

    def _reported(self, error, message):
        if error is not None:
            self.error = self.error or error
        else:
            self.offsets[message.key().decode()].append(message.offset())

    def _await_turn(self, number, due):
        n_needed = sum(gate <= number for gate in self.gates)
        with self._changed:
            if self._n_open < n_needed:
                self._changed.wait_for(lambda: self._n_open >= n_needed or self._given_up)
                due = time.monotonic()
            while not self._given_up and (left := due - time.monotonic()) > 0:
                self._changed.wait(left)
            return due

    def _run(self):
        due = time.monotonic()
        count = collections.Counter()
        for number, (partition, key, value) in enumerate(self.order):
            due = self._await_turn(number, due) + 1 / self.rate
            if self._given_up:
                break
            sent_ms = FIRST_MS + STEP_MS * count[key]
            count[key] += 1
            self._producer.produce(self._topic, value, key, partition, on_delivery=self._reported, timestamp=sent_ms)
            self.n_sent = number + 1
            self._producer.poll(0)
        while self._producer.flush(0.5) > 0 and not self._given_up:
            pass


class Seen:
    """One committed record: when it was written and when it was read, by this machine's wall clock."""

    def __init__(self, name, record):
        self.name, self.key, self.partition = name, record.key().decode(), record.partition()
        self.written, self.read = record.timestamp()[1] / 1000, time.time()


class Watcher:
    """Follows all output topics, committed records only, in a thread."""

    def __init__(self, topics):
        self.seen = []
        self._names = {getattr(topics, name): name for name in OUTPUTS}
        self._lock, self._ends = threading.Lock(), threading.Event()
        self._consumer = Consumer(
            {
                "bootstrap.servers": topics.kafka.bootstrap,
                "group.id": "watcher",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 20,
            }
        )
        found = self._consumer.list_topics(timeout=30).topics
        self._consumer.assign(
            [TopicPartition(topic, number, OFFSET_BEGINNING) for topic in self._names for number in found[topic].partitions]
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._ends.is_set():
            for record in self._consumer.consume(500, 0.05):
                if record.error() is None:
                    with self._lock:
                        self.seen.append(Seen(self._names[record.topic()], record))
                else:
                    # The rest is what brokers say while they come and go.
                    assert record.error().code() != KafkaError.UNKNOWN_TOPIC_OR_PART, record.error()

    def close(self):
        self._ends.set()
        self._thread.join(LIMIT_S)
        self._consumer.close()

    def copy(self):
        with self._lock:
            return list(self.seen)

    def count(self, name):
        """How many records of each key are committed on a topic."""
        return collections.Counter(one.key for one in self.copy() if one.name == name)

    def first_written_after(self, moment, keys):
        """The first record of these keys that was written after a moment; None: not yet."""
        after = [one for one in self.copy() if one.written > moment and one.key in keys]
        return min(after, key=lambda one: one.read) if after else None
