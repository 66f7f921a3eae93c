# SPDX-License-Identifier: MIT
"""A server process that belongs to a test run: found ready by its log, dead when the run is dead."""

import ctypes
import pathlib
import random
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

START_LIMIT_S = 120
STOP_LIMIT_S = 30

# Below the range from which the kernel takes the ports of outgoing connections.
FIRST_PORT, LAST_PORT = 20000, 30000
PR_SET_PDEATHSIG = 1


def _is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(offsets=(0,)):
    """A port such that it plus each offset is free."""
    while True:
        port = random.randrange(FIRST_PORT, LAST_PORT)
        if all(_is_free(port + offset) for offset in offsets):
            return port


def _die_with_the_test_run():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class ServerProcess:
    """Runs `command`; make it in the main thread, for the kernel ends it with the thread that made it."""

    def __init__(self, name, command, log, ready_text):
        self.name, self.log, self._ready_text = name, pathlib.Path(log), ready_text
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_the_test_run,
            )

    def await_started(self):
        deadline = time.monotonic() + START_LIMIT_S
        while self._ready_text not in (text := self.log.read_text(encoding="utf-8", errors="replace")):
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                tail = "\n".join(text.splitlines()[-20:])
                raise RuntimeError(f"{self.name} {'ended' if ended else 'did not come up'}:\n{tail}")
            time.sleep(0.05)

    def terminate(self):
        self.resume()
        self._process.terminate()

    def wait(self, timeout_s):
        """Waits for the end; kills what does not end by itself."""
        try:
            self._process.wait(max(0.1, timeout_s))
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        self._process.kill()
        self._process.wait()

    def pause(self):
        """The process stands still, its connections stay open."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._process.send_signal(signal.SIGCONT)


def stop_all(processes):
    """SIGTERM to all, then waits for each; what takes longer than STOP_LIMIT_S together is killed."""
    processes = list(processes)
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_LIMIT_S
    for process in processes:
        process.wait(deadline - time.monotonic())
