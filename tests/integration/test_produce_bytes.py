# SPDX-License-Identifier: MIT
"""How many bytes a video is on the broker."""

import pytest
from clips import render
from fleet import Fleet


@pytest.mark.parametrize(("options", "is_small"), [([], True), (["-X", "compression.type=none"], False)])
def test_a_video_of_small_frames_is_hardly_larger_on_the_broker(kafka, tmp_path, options, is_small):
    """A still camera at night: 1 kB a frame. Each frame's own fields are a fifth of that, and alike."""
    clip = render(tmp_path / "small.mp4", "-vf", "noise=alls=9:allf=t", "-c:v", "libx264", "-b:v", "200k", "-g", "50",
                  source="color=gray:size=320x240:rate=25:duration=60")
    fleet = Fleet(kafka, tmp_path, f"small-{is_small}")
    assert fleet.command("topics", "create", "--quiet").returncode == 0
    fleet.produce(clip, "video1", *options)
    stored = sum(path.stat().st_size for path in kafka.folder.glob(f"broker-1/data/{fleet.topic['VIDEO']}-*/*.log"))
    ratio = stored / clip.stat().st_size
    print(f"{clip.stat().st_size / 1500:.0f} bytes a frame, {ratio:.3f} times that on the broker")
    assert (ratio <= 1.1) == is_small
