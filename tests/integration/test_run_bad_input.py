# SPDX-License-Identifier: MIT
"""`firewatch run` on input that it must refuse: by name, with a reason, while others go on."""
import os
import random
import signal
import subprocess
import time

import pytest
from PIL import Image

from clips import plain, render
from firewatch import BINARY, RED, ROOT, firewatch, names, results, run, times, video


@pytest.fixture
def good(tmp_path):
    return plain(tmp_path / "good.mp4")


def refused(tmp_path, good, bad, reason):
    """The bad input is named with its reason; the good one beside it is done; nothing partial stays."""
    done = run(tmp_path, bad, good)
    assert done.returncode == 1
    assert len([line for line in done.stderr.splitlines() if str(bad) in line]) == 1
    assert reason in done.stderr
    assert names(tmp_path) == results("good", fires=1)
    assert len(times(video(tmp_path, "good"))) == 50


def test_missing(tmp_path, good):
    refused(tmp_path, good, tmp_path / "missing.mp4", "no such file")


def test_empty(tmp_path, good):
    (tmp_path / "empty.mp4").touch()
    refused(tmp_path, good, tmp_path / "empty.mp4", "empty")


def test_corrupt(tmp_path, good):
    (tmp_path / "corrupt.mp4").write_bytes(random.Random(7).randbytes(50000))
    refused(tmp_path, good, tmp_path / "corrupt.mp4", "corrupt.mp4")


def test_no_film_but_text(tmp_path, good):
    (tmp_path / "notes.mp4").write_text("this is a text\n" * 500)
    refused(tmp_path, good, tmp_path / "notes.mp4", "notes.mp4")


def test_audio_only(tmp_path, good):
    sound = render(tmp_path / "sound.mp4", "-c:a", "aac", source="sine=duration=1")
    refused(tmp_path, good, sound, "no video")


def test_sound_with_a_cover_picture(tmp_path, good):
    cover = render(tmp_path / "cover.png", "-frames:v", "1")
    sound = tmp_path / "song.mp3"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-i", cover, "-map", "0", "-map",
                    "1", "-c:v", "copy", "-disposition:v", "attached_pic", sound], check=True)
    refused(tmp_path, good, sound, "no video")


def test_one_pixel(tmp_path, good):
    dot = tmp_path / "dot.png"
    Image.new("RGB", (1, 1)).save(dot)
    refused(tmp_path, good, dot, "1x1")


def test_too_large(tmp_path, good):
    wall = render(tmp_path / "wall.png", "-frames:v", "1", source="color=red:size=16384x64:rate=1:duration=1")
    refused(tmp_path, good, wall, "16384x64")


def test_a_directory(tmp_path, good):
    (tmp_path / "folder.mp4").mkdir()
    refused(tmp_path, good, tmp_path / "folder.mp4", "directory")


def test_no_picture_in_a_film(tmp_path, good):
    """A header that promises a video, and packets that hold none."""
    whole = plain(tmp_path / "whole.mp4", options=["-movflags", "+faststart"])
    data = bytearray(whole.read_bytes())
    at = data.index(b"mdat") + 4
    data[at:] = bytes(len(data) - at)
    bad = tmp_path / "hollow.mp4"
    bad.write_bytes(data)
    refused(tmp_path, good, bad, "no picture")


@pytest.mark.parametrize("hostile, reason", [
    ("../x", "/"), ("a" * 300, "300"), ("a\nb", "control"), ("a\x1b[2Jb", "control"), ("", "empty"), ("..", "."), ("a/b", "/")])
def test_a_hostile_id(tmp_path, good, hostile, reason):
    done = run(tmp_path, good, options=[f"--id={hostile}"])
    assert done.returncode in (1, 2)
    assert reason in done.stderr
    assert "\x1b" not in done.stderr
    assert names(tmp_path) == []
    assert not (tmp_path / "x_with_heatmaps.mp4").exists()


def test_a_hostile_file_name(tmp_path, good):
    bad = tmp_path / ("a\x1b]0;x\x07b.mp4")
    bad.write_bytes(good.read_bytes())
    done = run(tmp_path, bad, good)
    assert done.returncode == 1
    assert "\x1b" not in done.stderr + done.stdout
    assert names(tmp_path) == results("good", fires=1)


@pytest.mark.parametrize("name", ["a:b.mp4", "%d.mp4", "-dash.mp4", "sp ace.mp4", "ümlaut.mp4", "concat:x.mp4", "a'b\".mp4"])
def test_file_names_that_libraries_take_for_something_else(tmp_path, good, name):
    (tmp_path / name).write_bytes(good.read_bytes())
    done = firewatch("run", "-o", "out", "--model", RED, "--", name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{name[:-4]}_with_heatmaps.mp4" in names(tmp_path)


def mount_tmpfs(folder, options):
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True).returncode != 0:
        pytest.skip("no right to mount a small tmpfs here")


@pytest.fixture
def small_disk(tmp_path):
    mount_tmpfs(tmp_path / "disk", "size=96k")
    yield tmp_path / "disk"
    subprocess.run(["umount", "-l", tmp_path / "disk"], check=True)


def test_a_full_disk(tmp_path, small_disk):
    clip = plain(tmp_path / "noisy.mp4", options=["-vf", "noise=alls=40:allf=t"])
    done = firewatch("run", clip, "-o", small_disk, "--model", RED, cwd=tmp_path)
    assert done.returncode == 1
    assert "No space left" in done.stderr and str(small_disk) in done.stderr
    assert list(small_disk.iterdir()) == []


@pytest.fixture
def read_only_disk(tmp_path):
    mount_tmpfs(tmp_path / "disk", "size=1m,ro")
    yield tmp_path / "disk"
    subprocess.run(["umount", "-l", tmp_path / "disk"], check=True)


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_an_unwritable_output_directory(tmp_path, good, read_only_disk, below):
    done = firewatch("run", good, "-o", read_only_disk / below, "--model", RED, cwd=tmp_path)
    assert done.returncode == 1
    assert "Read-only" in done.stderr and str(read_only_disk) in done.stderr


def test_an_output_directory_without_rights(tmp_path, good):
    (tmp_path / "mine").mkdir(mode=0o555)
    subprocess.run(["chmod", "755", tmp_path], check=True)
    for folder in tmp_path.parents:  # so that another user reaches it
        if folder.stat().st_uid == os.getuid() and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BINARY, "run", good, "-o",
               tmp_path / "mine", "--model", RED]
    if os.getuid() != 0:
        command = command[4:]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert done.returncode == 1
    assert "Permission denied" in done.stderr and str(tmp_path / "mine") in done.stderr


def test_the_output_is_a_file(tmp_path, good):
    (tmp_path / "out").write_text("")
    done = run(tmp_path, good)
    assert done.returncode == 1
    assert str(tmp_path / "out") in done.stderr


MODELS = {
    "no_heatmap": "output 'heatmap' is missing", "wrong_input_type": "uint8", "dynamic_size": "H and W fixed",
    "nan": "nan", "wrong_rank": "[N,3,H,W]"}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_breaks_the_contract(tmp_path, good, name):
    done = run(tmp_path, good, model=ROOT / "tests" / "models" / f"{name}.onnx")
    assert done.returncode == 1
    assert MODELS[name] in done.stderr and f"{name}.onnx" in done.stderr
    assert names(tmp_path) == []


def test_a_model_that_breaks_in_the_middle_is_never_no_fire(tmp_path):
    from clips import red_and_black
    clip = red_and_black(tmp_path / "half.mp4")
    done = run(tmp_path, clip, model=ROOT / "tests" / "models" / "nan_when_red.onnx")
    assert done.returncode == 1
    assert "half.mp4" in done.stderr and "probability of" in done.stderr
    assert names(tmp_path) == []


@pytest.mark.parametrize("args", [
    ["run"], ["run", "--no-such-option", "x.mp4"], ["run", "x.mp4", "--crf", "99"], ["run", "x.mp4", "--crf", "a"],
    ["run", "x.mp4", "--threshold", "2"], ["no-such-command"], []])
def test_misuse_ends_with_2(tmp_path, args):
    done = firewatch(*args, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing_partial(tmp_path, which):
    clip = plain(tmp_path / "long.mp4", source="testsrc2=size=1280x720:rate=25:duration=60", options=["-preset", "ultrafast"])
    process = subprocess.Popen([BINARY, "run", clip, "-o", tmp_path / "out", "--model", RED, "--workers", "1"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
    part = tmp_path / "out" / "long.detections.jsonl.part"
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size > 0):
        assert process.poll() is None and time.monotonic() < deadline
        os.sched_yield()
    process.send_signal(which)
    process.communicate(timeout=30)
    assert process.returncode == 1
    assert names(tmp_path) == []


def test_a_signal_ends_a_read_that_waits(tmp_path, good):
    """A pipe that goes silent: half a film is not published as a whole one."""
    subprocess.run(["ffmpeg", "-v", "error", "-i", good, "-c", "copy", tmp_path / "good.mkv"], check=True)
    data = (tmp_path / "good.mkv").read_bytes()
    pipe = tmp_path / "pipe.mkv"
    os.mkfifo(pipe)
    process = subprocess.Popen([BINARY, "run", pipe, "-o", tmp_path / "out", "--model", RED, "--quiet"], cwd=tmp_path,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with open(pipe, "wb") as feed:
        feed.write(data)
        feed.flush()
        deadline = time.monotonic() + 30
        while not (tmp_path / "out" / "pipe.detections.jsonl.part").exists():
            assert process.poll() is None and time.monotonic() < deadline
            os.sched_yield()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 1
    assert names(tmp_path) == []


def test_an_old_environment_of_the_original(tmp_path, good):
    """`.env` of the Python original: one warning, and the shipped model."""
    (tmp_path / ".env").write_text("ML_MODEL_TYPE=fire-detect-nn\nML_MODEL_SOURCE=fire-detect-nn\n"
                                   "ML_MODEL_PATH=models/fire_detection_model.pt\nCONFIDENCE_THRESHOLD=0.5\n"
                                   "CLIP_STORAGE_PATH=out\nGRADCAM_EVERY_N_FIRE_FRAMES=5\n")
    done = firewatch("run", good, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if " WARN " in line]
    assert len(warnings) == 1
    assert names(tmp_path) == results("good")
