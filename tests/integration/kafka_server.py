# SPDX-License-Identifier: MIT
"""A real Apache Kafka for tests, in a folder of its own on free ports, whose processes die with the test run.

The files come from scripts/kafka.sh prepare and each broker is scripts/kafka.sh exec, so what tests run is what
./fw kafka runs; but the processes are children of the test, which can kill, pause and start each of them.
"""

import ctypes
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "kafka.sh"
DEPS = pathlib.Path(os.environ.get("FIREWATCH_DEPS", ROOT / ".deps")).resolve()
TOOLS = DEPS / "kafka" / "bin"

START_LIMIT_S = 120
STOP_LIMIT_S = 30

# Below the range from which the kernel takes the ports of outgoing connections.
FIRST_PORT, LAST_PORT = 20000, 30000
PR_SET_PDEATHSIG = 1


def _die_with_the_test_run():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port_block(n_brokers):
    """A port such that all that scripts/kafka.sh derives from it for `n_brokers` are free."""
    while True:
        port = random.randrange(FIRST_PORT, LAST_PORT)
        if all(_is_free(port + plane + i) for plane in (0, 10, 20, 30, 40) for i in range(n_brokers)):
            return port


class KafkaServer:
    """`n_brokers` brokers in `folder`. Start it from the main thread: the brokers die with the thread that made them."""

    def __init__(self, folder, n_brokers=1, tls=False, sasl=False, settings=()):
        self.folder = pathlib.Path(folder)
        self.n_brokers = n_brokers
        self.port = free_port_block(n_brokers)
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
            for n in range(1, self.n_brokers + 1):
                self._spawn(n)
            for n in range(1, self.n_brokers + 1):
                self._await_started(n)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        for broker in self._brokers.values():
            broker.send_signal(signal.SIGCONT)
            broker.terminate()
        deadline = time.monotonic() + STOP_LIMIT_S
        for broker in self._brokers.values():
            try:
                broker.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                broker.kill()
                broker.wait()
        self._brokers.clear()

    def kill(self, n=1):
        """SIGKILL for broker `n` (from 1)."""
        broker = self._brokers.pop(n)
        broker.kill()
        broker.wait()

    def pause(self, n=1):
        """Broker `n` stands still, its connections stay open."""
        self._brokers[n].send_signal(signal.SIGSTOP)

    def resume(self, n=1):
        self._brokers[n].send_signal(signal.SIGCONT)

    def start_broker(self, n=1):
        """Starts broker `n` again after kill()."""
        self._spawn(n)
        self._await_started(n)

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
        with self.log(n).open("wb") as log:
            self._brokers[n] = subprocess.Popen(
                [SCRIPT, "exec", *self._options, "--broker", str(n)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_the_test_run,
            )

    def _await_started(self, n):
        deadline = time.monotonic() + START_LIMIT_S
        while "Kafka Server started" not in self.log(n).read_text(encoding="utf-8", errors="replace"):
            ended = self._brokers[n].poll() is not None
            if ended or time.monotonic() > deadline:
                tail = "\n".join(self.log(n).read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
                raise RuntimeError(f"broker {n} {'ended' if ended else 'did not come up'}:\n{tail}")
            time.sleep(0.05)
