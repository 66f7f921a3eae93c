# SPDX-License-Identifier: MIT
"""A real Apache Kafka for tests, in a folder of its own on free ports, whose processes die with the test run.

The files come from scripts/kafka.sh prepare and each broker is scripts/kafka.sh exec, so what tests run is what
./fw kafka runs; but the processes are children of the test, which can kill, pause and start each of them.
"""

import os
import pathlib
import subprocess

from confluent_kafka.admin import AdminClient, NewTopic
from server_process import ROOT, ServerProcess, free_port, stop_all

SCRIPT = ROOT / "scripts" / "kafka.sh"
DEPS = pathlib.Path(os.environ.get("FIREWATCH_DEPS", ROOT / ".deps")).resolve()
TOOLS = DEPS / "kafka" / "bin"

# What scripts/kafka.sh adds to the port for the controller and the other listeners.
PLANES = (0, 10, 20, 30, 40)


class KafkaServer:
    """`n_brokers` brokers in `folder`. Start it from the main thread: the brokers die with the thread that made them."""

    def __init__(self, folder, n_brokers=1, tls=False, sasl=False, settings=()):
        self.folder = pathlib.Path(folder)
        self.n_brokers = n_brokers
        self.port = free_port([plane + i for plane in PLANES for i in range(n_brokers)])
        self.bootstrap = ",".join(f"127.0.0.1:{self.port + i}" for i in range(n_brokers))
        self._options = ["--port", str(self.port), "--dir", str(self.folder)]
        self._prepare = ["--brokers", str(n_brokers)] + ["--tls"] * tls + ["--sasl"] * sasl
        for setting in settings:
            self._prepare += ["--set", setting]
        self._brokers = {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        subprocess.run([SCRIPT, "prepare", *self._options, *self._prepare], check=True, stdin=subprocess.DEVNULL)
        try:
            self.start_brokers()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        stop_all(self._brokers.values())
        self._brokers.clear()

    def kill(self, n=1):
        """SIGKILL for broker `n` (from 1)."""
        self._brokers.pop(n).kill()

    def pause(self, n=1):
        """Broker `n` stands still, its connections stay open."""
        self._brokers[n].pause()

    def resume(self, n=1):
        self._brokers[n].resume()

    def start_broker(self, n=1):
        """Starts broker `n` again after kill()."""
        self._spawn(n)
        self._brokers[n].await_started()

    def start_brokers(self):
        """Starts all brokers that do not run: one of three alone would wait for others."""
        for n in range(1, self.n_brokers + 1):
            if n not in self._brokers:
                self._spawn(n)
        for broker in self._brokers.values():
            broker.await_started()

    def log(self, n=1):
        return self.folder / f"broker-{n}" / "server.log"

    def properties(self, kind="client"):
        """What a client has to set: kind is client, client-tls, client-sasl or client-sasl-tls."""
        text = (self.folder / f"{kind}.properties").read_text(encoding="utf-8")
        return dict(line.split("=", 1) for line in text.splitlines())

    def admin(self):
        return AdminClient({"bootstrap.servers": self.bootstrap})

    def create_topic(self, name, n_partitions, config=None):
        admin = self.admin()  # held until the answer is there: its end would end the request
        topic = NewTopic(name, n_partitions, min(self.n_brokers, 3), config=config or {})
        admin.create_topics([topic], operation_timeout=30)[name].result(30)

    def tool(self, name, *arguments):
        """Runs one of Kafka's own tools against this server; returns what it prints."""
        command = [TOOLS / f"{name}.sh", "--bootstrap-server", f"localhost:{self.port}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{name} {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def _spawn(self, n):
        command = [SCRIPT, "exec", *self._options, "--broker", str(n)]
        self._brokers[n] = ServerProcess(f"broker {n}", command, self.log(n), "Kafka Server started")
