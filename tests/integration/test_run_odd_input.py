# SPDX-License-Identifier: MIT
"""`firewatch run` on odd input that it must process."""
import subprocess

import numpy as np
import pytest

from clips import X264, plain, render
from firewatch import detections, pixels, run, stream, summary, times, video


# Nothing drawn, nearly nothing lost: what comes out can be held against what went in.
PLAIN = ["--no-heatmap", "--no-boxes", "--crf", "5"]


def same_times(tmp_path, clip, video_id):
    given, shown = np.array(times(clip)), np.array(times(video(tmp_path, video_id)))
    assert len(shown) == len(given) == len(detections(tmp_path, video_id))
    assert np.abs(shown - (given - given[0])).max() < 1.1e-3


def likeness(shown, given):
    """PSNR in dB of the pictures that both have."""
    error = np.mean((shown.astype(float) - given.astype(float)) ** 2)
    return 10 * np.log10(255 ** 2 / max(error, 1e-9))


@pytest.mark.parametrize("rate", ["0", "100000", "1/1000"])
def test_an_absurd_frame_rate(tmp_path, rate):
    """The rate that the header states, over times that are sound."""
    clip = plain(tmp_path / "good.mp4", source="testsrc2=size=320x240:rate=25:duration=1")
    odd = tmp_path / "odd.avi"
    subprocess.run(["ffmpeg", "-v", "error", "-i", clip, "-c", "copy", odd], check=True)
    data = bytearray(odd.read_bytes())
    at = data.index(b"strh") + 8 + 20  # dwScale, dwRate of the stream header
    scale, rate_value = {"0": (1, 0), "100000": (1, 100000), "1/1000": (1000, 1)}[rate]
    data[at:at + 8] = scale.to_bytes(4, "little") + rate_value.to_bytes(4, "little")
    odd.write_bytes(data)
    done = run(tmp_path, odd, options=["--json"])
    assert done.returncode == 0, done.stderr
    assert summary(done)["odd"]["frames"] == 25
    assert stream(video(tmp_path, "odd"))["nb_frames"] == "25"
    shown = times(video(tmp_path, "odd"))
    assert all(b > a for a, b in zip(shown, shown[1:]))


@pytest.mark.parametrize("size", [(321, 240), (320, 241), (333, 251), (17, 17)])
def test_odd_sizes_are_padded_to_even(tmp_path, size):
    width, height = size
    clip = render(tmp_path / "odd.mkv", "-vf", "gblur=4", "-c:v", "ffv1", "-pix_fmt", "yuv444p",
                  source=f"testsrc=size={width}x{height}:rate=25:duration=1")
    done = run(tmp_path, clip, options=PLAIN)
    assert done.returncode == 0, done.stderr
    found = stream(video(tmp_path, "odd"))
    assert (found["width"], found["height"]) == (width + width % 2, height + height % 2)
    shown = pixels(video(tmp_path, "odd"), 1)[:, :height, :width]
    assert likeness(shown, pixels(clip, 1)) > 24
    same_times(tmp_path, clip, "odd")


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_rotation_flag_turns_the_picture(tmp_path, degrees):
    flat = plain(tmp_path / "flat.mp4")
    clip = tmp_path / "turned.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-i", flat, "-c", "copy", "-metadata:s:v:0", f"rotate={degrees}", clip],
                   check=True)
    done = run(tmp_path, clip, options=PLAIN)
    assert done.returncode == 0, done.stderr
    found = stream(video(tmp_path, "turned"))
    size = (240, 320) if degrees != 180 else (320, 240)
    assert (found["width"], found["height"]) == size
    assert "side_data_list" not in found  # turned for good, not turned twice
    assert likeness(pixels(video(tmp_path, "turned"), 10), pixels(clip, 10, size)) > 30
    same_times(tmp_path, clip, "turned")


def test_non_square_pixels_stay_so(tmp_path):
    clip = plain(tmp_path / "wide.mp4", options=["-vf", "setsar=16/11"])
    assert run(tmp_path, clip).returncode == 0
    assert stream(video(tmp_path, "wide"))["sample_aspect_ratio"] == "16:11"


def test_non_square_pixels_turn_with_the_picture(tmp_path):
    flat = plain(tmp_path / "flat.mp4", options=["-vf", "setsar=2/1"])
    clip = tmp_path / "turned.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-i", flat, "-c", "copy", "-metadata:s:v:0", "rotate=90", clip], check=True)
    assert run(tmp_path, clip).returncode == 0
    assert stream(video(tmp_path, "turned"))["sample_aspect_ratio"] == "1:2"


FORMATS = {
    "full_range": ("-c:v", "libx264", "-pix_fmt", "yuvj420p"),
    "mjpeg": ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"),
    "ten_bit": ("-c:v", "libx264", "-pix_fmt", "yuv420p10le"),
    "422": ("-c:v", "libx264", "-pix_fmt", "yuv422p"),
    "444": ("-c:v", "libx264", "-pix_fmt", "yuv444p"),
    "444_ten_bit": ("-c:v", "libx264", "-pix_fmt", "yuv444p10le"),
    "rgb": ("-c:v", "libx264rgb", "-pix_fmt", "rgb24"),
    "hevc": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p"),
    "vp9": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p"),
    "mpeg4": ("-c:v", "mpeg4", "-q:v", "3"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_pixel_formats_and_codecs(tmp_path, name):
    clip = render(tmp_path / "odd.mkv", *FORMATS[name], source="testsrc2=size=320x240:rate=25:duration=1")
    done = run(tmp_path, clip, options=PLAIN)
    assert done.returncode == 0, done.stderr
    found = stream(video(tmp_path, "odd"))
    assert found["pix_fmt"] in ("yuv420p", "yuvj420p")
    assert likeness(pixels(video(tmp_path, "odd"), 10), pixels(clip, 10)) > 24  # chroma is halved
    same_times(tmp_path, clip, "odd")


def test_b_frames_and_open_gops_come_out_in_order(tmp_path):
    clip = plain(tmp_path / "open.mp4", options=["-bf", "3", "-g", "12", "-x264-params", "open-gop=1:b-pyramid=2"])
    assert run(tmp_path, clip, options=PLAIN).returncode == 0
    assert likeness(pixels(video(tmp_path, "open"), 50), pixels(clip, 50)) > 30
    same_times(tmp_path, clip, "open")


def test_a_resolution_that_changes(tmp_path):
    """Everything is scaled to the first size; no picture is lost."""
    parts = []
    for number, size in enumerate(["320x240", "640x360", "160x120"]):
        parts.append(plain(tmp_path / f"part{number}.ts", source=f"testsrc2=size={size}:rate=25:duration=1"))
    clip = tmp_path / "change.ts"
    clip.write_bytes(b"".join(part.read_bytes() for part in parts))
    done = run(tmp_path, clip, options=["--json"])
    assert done.returncode == 0, done.stderr
    found = stream(video(tmp_path, "change"))
    assert (found["width"], found["height"]) == (320, 240)
    assert int(found["nb_frames"]) == summary(done)["change"]["frames"] == 75
    assert {tuple(line["frame_metadata"].values())[:2] for line in detections(tmp_path, "change")} == {(320, 240)}


def test_8k(tmp_path):
    clip = plain(tmp_path / "8k.mp4", source="testsrc2=size=7680x4320:rate=25:duration=0.12", options=["-preset", "ultrafast"])
    done = run(tmp_path, clip)
    assert done.returncode == 0, done.stderr
    found = stream(video(tmp_path, "8k"))
    assert (found["width"], found["height"], found["nb_frames"]) == (7680, 4320, "3")


def test_one_frame(tmp_path):
    clip = plain(tmp_path / "one.mp4", source="testsrc2=size=320x240:rate=25:duration=0.04")
    done = run(tmp_path, clip)
    assert done.returncode == 0, done.stderr
    assert stream(video(tmp_path, "one"))["nb_frames"] == "1"
    assert len(times(video(tmp_path, "one"))) == 1


def test_a_still_picture(tmp_path):
    clip = render(tmp_path / "still.jpg", "-frames:v", "1")
    done = run(tmp_path, clip)
    assert done.returncode == 0, done.stderr
    assert len(times(video(tmp_path, "still"))) == 1


@pytest.mark.parametrize("share", [0.35, 0.6, 0.9])
def test_a_file_cut_off_in_the_middle(tmp_path, share):
    whole = plain(tmp_path / "whole.mp4", options=["-movflags", "+faststart"])
    clip = tmp_path / "cut.mp4"
    data = whole.read_bytes()
    clip.write_bytes(data[:int(len(data) * share)])
    there = len(times(clip))
    done = run(tmp_path, clip, options=["--json"])
    assert done.returncode == 0, done.stderr
    said = summary(done)["cut"]
    assert said["status"] == "truncated"
    assert 0 < said["frames"] < 50
    assert said["frames"] + said["lost_frames"] == 50
    assert abs(said["frames"] - there) <= 1
    assert f"{said['lost_frames']} are lost" in done.stderr and "cut.mp4" in done.stderr
    assert len(times(video(tmp_path, "cut"))) == said["frames"]


def test_damage_in_the_middle(tmp_path):
    whole = plain(tmp_path / "whole.mp4", options=["-g", "10"])
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle:middle + 3000] = bytes(3000)
    clip = tmp_path / "hurt.mp4"
    clip.write_bytes(data)
    done = run(tmp_path, clip, options=["--json"])
    assert done.returncode == 0, done.stderr
    said = summary(done)["hurt"]
    assert said["frames"] >= 30
    assert len(times(video(tmp_path, "hurt"))) == said["frames"]
