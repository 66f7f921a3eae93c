# SPDX-License-Identifier: MIT
"""Renders the clips of the tests with ffmpeg: small, quick, each odd in one point."""
import subprocess


def render(path, *args, source="testsrc2=size=320x240:rate=25:duration=2"):
    """`ffmpeg -f lavfi -i SOURCE ARGS PATH`."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *args, path],
                   check=True, timeout=120, stdin=subprocess.DEVNULL)
    return path


X264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")


def plain(path, source="testsrc2=size=320x240:rate=25:duration=2", options=()):
    return render(path, *X264, *options, source=source)


def red_and_black(path, seconds=2, switch=1, size="320x240", options=()):
    """Black up to `switch`, then a red left half: fire for the toy network from there on."""
    return render(
        path, "-vf", f"drawbox=x=0:y=0:w=iw/2:h=ih:color=red:t=fill:enable='gte(t,{switch})'", *X264, *options,
        source=f"color=black:size={size}:rate=25:duration={seconds}")
