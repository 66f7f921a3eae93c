# SPDX-License-Identifier: MIT
"""A command of the real binary that draws on a terminal."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

from firewatch import BINARY

HOME = b"\x1b[H"


def drawn(topics, words, size, stop, limit_s=30):
    """Its first page, once it has begun a third; `size` is (rows, columns), `stop` the signal that ends it well."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    process = subprocess.Popen([BINARY, *words], env=topics.env, cwd=topics.folder, stdout=theirs, stderr=subprocess.PIPE)
    try:
        text, deadline = b"", time.monotonic() + limit_s
        while text.count(HOME) < 3:
            left = deadline - time.monotonic()
            assert left > 0 and select.select([ours], [], [], left)[0], text
            text += os.read(ours, 4096)
        process.send_signal(stop)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
        os.close(ours)
        os.close(theirs)
    return text.split(HOME)[1]
