# SPDX-License-Identifier: MIT
"""One large file into S3: our store against boto3's upload_file, same server, same file, taken in turn."""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _measure import ROOT, cpu_name, table

sys.path.insert(0, str(ROOT / "tests" / "integration"))
from s3_server import S3Server  # noqa: E402

SIZE_MIB = 300
TURNS = 3
TOOL = Path(os.environ.get("FIREWATCH_BIN", ROOT / "build" / "firewatch")).parent / "store_tool"
BOTO3 = """
import boto3, os, sys
boto3.client("s3").upload_file(sys.argv[2], os.environ["S3_BUCKET"], sys.argv[1],
                               ExtraArgs={"ContentType": "video/mp4"})
"""


def timed(command, env):
    """Seconds and CPU seconds of one process, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "video.mp4"
        with file.open("wb") as out:
            for _ in range(SIZE_MIB):
                out.write(os.urandom(1024 * 1024))
        with S3Server(folder / "s3") as server:
            env = {"PATH": os.environ["PATH"], "HOME": name, **server.environment}
            commands = {"firewatch": [TOOL, "put", "ours", file],
                        "boto3 upload_file": [sys.executable, "-c", BOTO3, "theirs", file]}
            taken = {name: [] for name in commands}
            timed(commands["firewatch"], env)  # the server's own warming up
            timed(commands["boto3 upload_file"], env)
            for _ in range(TURNS):
                for who, command in commands.items():
                    taken[who].append(timed(command, env))
    print(f"{SIZE_MIB} MiB to S3Proxy on the same machine, {TURNS} turns, medians; {cpu_name()}\n")
    rows = [("", "MB/s", "CPU seconds")]
    for who, times in taken.items():
        rows.append((who, f"{SIZE_MIB * 1.048576 / statistics.median([t for t, _ in times]):.0f}", f"{statistics.median([c for _, c in times]):.2f}"))
    table(rows)


if __name__ == "__main__":
    main()
