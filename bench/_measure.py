# SPDX-License-Identifier: MIT
"""What the measurements share: clips, runs with their CPU time and memory, tables."""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIREWATCH = os.environ.get("FIREWATCH_BIN", str(ROOT / "build" / "firewatch"))
MODEL = ROOT / "models" / "fire.onnx"
# media/encode.c's fast-cabac, as x264 names it
PRESET = "superfast"
PARAMS = "weightp=0:aq-mode=0:8x8dct=0:partitions=i4x4"
ENCODER = ("-preset", PRESET, "-x264-params", PARAMS + ":bframes=0:keyint=50:scenecut=0:rc-lookahead=0")


def cpu_name():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "unknown CPU"


class Run:
    """One finished process: CPU seconds (user and system), wall seconds, peak memory in MiB, output."""

    def __init__(self, command):
        import time
        begin = time.monotonic()
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.DEVNULL,
                                       stdin=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            self.output = out.read().decode()
        if process.returncode != 0:
            sys.exit(f"{command[0]} ended with {process.returncode}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.wall = time.monotonic() - begin
        self.peak_mib = usage.ru_maxrss / 1024


def in_turn(commands, times=5):
    """Runs the commands in turn, `times` each after one warm-up; by name, the runs."""
    runs = {name: [] for name in commands}
    for number in range(times + 1):
        for name, command in commands.items():
            one = Run(command)
            if number > 0:
                runs[name].append(one)
    return runs


def median(runs, key):
    return statistics.median(key(one) for one in runs)


def frames_of(clip):
    answer = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries",
                             "stream=nb_read_packets", "-of", "csv=p=0", clip], capture_output=True, text=True, check=True)
    return int(answer.stdout.strip().rstrip(","))


def clip_640x480(folder, seconds=20, real="car_fire_extinguisher", name="clip"):
    """A real clip where there is one, else the sample: scaled to 640x480, looped to length, encoded as a camera does."""
    data = os.environ.get("FIREWATCH_DATA")
    source = Path(data) / "videos" / f"{real}.mp4" if data else ROOT / "samples" / "yard_fire.mp4"
    clip = Path(folder) / f"{name}.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", source, "-t", str(seconds), "-vf",
                    "scale=640:480,setsar=1,fps=25", "-an", "-c:v", "libx264", "-preset", "medium", "-crf", "24", "-g", "50",
                    clip], check=True)
    return clip, source.name


def table(rows):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))).rstrip())
