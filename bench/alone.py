# SPDX-License-Identifier: MIT
"""`firewatch run`: CPU time by step, against a bare loop of the same libraries and against ffmpeg; memory; start-up."""
import json
import os
import subprocess
import tempfile
from pathlib import Path

import onnxruntime

from _measure import ENCODER, FIREWATCH, MODEL, PARAMS, PRESET, ROOT
from _measure import Run, clip_640x480, cpu_name, frames_of, in_turn, median, table


def threshold():
    """The model's own."""
    found = onnxruntime.InferenceSession(MODEL, providers=["CPUExecutionProvider"]).get_modelmeta()
    return found.custom_metadata_map["firewatch.threshold"]


def whole(folder):
    bare = ROOT / "build" / "bare"
    for real, kind in (("car_fire_extinguisher", "fire in nearly every frame"), ("street_traffic_nofire", "no fire")):
        clip, source = clip_640x480(folder, real=real, name=real)
        n = frames_of(clip)
        out = Path(folder) / "out"
        commands = {
            "firewatch run": [FIREWATCH, "run", clip, "-o", out, "--quiet", "--workers", "1"],
            "bare loop, same model": [bare, clip, MODEL, threshold(), PRESET, PARAMS, "23"],
            "ffmpeg decode + encode": ["ffmpeg", "-v", "error", "-y", "-threads", "1", "-i", clip, "-c:v", "libx264",
                                       *ENCODER, "-crf", "23", "-threads", "1", "-an", "-movflags", "+faststart",
                                       out.with_suffix(".mp4")],
        }
        runs = in_turn(commands)
        ours = median(runs["firewatch run"], lambda one: one.cpu)
        print(f"\n640x480, {n} frames of {source} ({kind}), {clip.stat().st_size / n / 1000:.1f} kB a frame")
        rows = [("", "CPU ms a frame", "frames a CPU second", "frames/CPU s of firewatch run against it")]
        for name, these in runs.items():
            cpu = median(these, lambda one: one.cpu)
            rows.append((name, f"{cpu / n * 1000:.2f}", f"{n / cpu:.0f}", f"{cpu / ours:.2f}"))
        table(rows)
        steps = Run([FIREWATCH, "run", clip, "-o", out, "--json", "--cpu-times", "--workers", "1"])
        cost = json.loads(steps.output.splitlines()[-1])["cpu_ms_per_frame"]
        print("steps, CPU ms a frame:", ", ".join(f"{name} {value:.3f}" for name, value in cost.items()))


def memory(folder):
    rows = [("", "frames", "peak MiB")]
    short, _ = clip_640x480(folder, seconds=10, name="short")
    long = Path(folder) / "long.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "59", "-i", short, "-c", "copy", long], check=True)
    for name, clip in (("10 s of video", short), ("10 minutes", long)):
        runs = in_turn({name: [FIREWATCH, "run", clip, "-o", Path(folder) / "out", "--quiet"]}, times=1)[name]
        rows.append((name, frames_of(clip), f"{median(runs, lambda one: one.peak_mib):.1f}"))
    print("\nmemory")
    table(rows)


def start_up(folder):
    clip, _ = clip_640x480(folder, seconds=0.04, name="one")
    runs = in_turn({"one frame": [FIREWATCH, "run", clip, "-o", Path(folder) / "out", "--quiet"]})["one frame"]
    print(f"\nstart-up: a video of one frame takes {median(runs, lambda one: one.wall) * 1000:.0f} ms, "
          f"{median(runs, lambda one: one.cpu) * 1000:.0f} CPU ms")


def size():
    deps = Path(os.environ.get("FIREWATCH_DEPS", ROOT / ".deps"))
    answer = subprocess.run(["du", "-skL", FIREWATCH, deps / "onnxruntime", MODEL], capture_output=True, text=True)
    print("installed:", ", ".join(f"{Path(name).name} {int(kib) / 1024:.1f} MiB"
                                  for kib, name in (line.split("\t") for line in answer.stdout.splitlines())))


def main():
    subprocess.run(["ninja", "-C", ROOT / "build", "bare"], check=True, stdout=subprocess.DEVNULL)
    print(cpu_name())
    with tempfile.TemporaryDirectory() as folder:
        whole(folder)
        memory(folder)
        start_up(folder)
    size()


if __name__ == "__main__":
    main()
