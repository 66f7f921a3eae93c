# SPDX-License-Identifier: MIT
"""CLIP_STORAGE_PATH stays within its bounds, and nothing but finished videos of ours ever goes."""

import os
import time

from clips import red_and_black
from firewatch import names, run
from fleet import wait_until
from uploads import Uploads


ENDINGS = ("_with_heatmaps.mp4", ".detections.jsonl", ".events.jsonl", ".event-fire-1.jpg")


def place(folder, video_id, size, hours=0, uploaded=False):
    """Files as an earlier run, or an uploader, has left them."""
    out = folder / "out"
    out.mkdir(exist_ok=True)
    then = time.time() - hours * 3600
    for ending, n in zip(ENDINGS, (size, 10, 10, 10)):
        path = out / f"{video_id}{ending}"
        path.write_bytes(b"x" * n)
        os.utime(path, (then, then))
    if uploaded:
        (out / f"{video_id}.uploaded").touch()


def of(video_id):
    return {f"{video_id}{ending}" for ending in ENDINGS}


def keep_others(folder):
    others = {"notes.txt", "old.mp4", "x_with_heatmaps.mp4.part", ".upload-a1b2c3"}
    for name in others - {".upload-a1b2c3"}:
        (folder / "out" / name).write_text("not ours")
        os.utime(folder / "out" / name, (0, 0))
    (folder / "out" / ".upload-a1b2c3").mkdir()
    (folder / "out" / ".upload-a1b2c3" / "y_with_heatmaps.mp4").write_text("a member's")
    return others


def test_old_videos_go_and_others_stay(tmp_path):
    clip = red_and_black(tmp_path / "clip.mp4")
    place(tmp_path, "ancient", 1000, hours=49)
    place(tmp_path, "recent", 1000, hours=47)
    others = keep_others(tmp_path)
    done = run(tmp_path, clip, options=["--id", "new", "--retention-hours", "48"])
    assert done.returncode == 0, done.stderr
    assert set(names(tmp_path)) == of("recent") | of("new") | others
    assert (tmp_path / "out" / ".upload-a1b2c3" / "y_with_heatmaps.mp4").exists()
    assert "video=ancient deleted reason=age uploaded=no" in done.stderr


def test_the_uploaded_go_first_when_there_is_too_much(tmp_path):
    clip = red_and_black(tmp_path / "clip.mp4")
    place(tmp_path, "waits", 900_000, hours=30)
    place(tmp_path, "stored", 900_000, hours=1, uploaded=True)
    env = {"CLIP_STORAGE_MAX_MB": "1"}
    done = run(tmp_path, clip, options=["--id", "new"], env=env)
    assert done.returncode == 0, done.stderr
    assert set(names(tmp_path)) == of("waits") | of("new")
    place(tmp_path, "stored", 900_000, uploaded=True)
    done = run(tmp_path, clip, options=["--id", "new"], env={**env, "CLIP_RETENTION_UPLOADED_ONLY": "true"})
    assert set(names(tmp_path)) == of("waits") | of("new")
    place(tmp_path, "more", 900_000)
    done = run(tmp_path, clip, options=["--id", "new"], env={**env, "CLIP_RETENTION_UPLOADED_ONLY": "true"})
    assert set(names(tmp_path)) == of("waits") | of("more") | of("new")  # too much, but not uploaded
    assert run(tmp_path, clip, options=["--id", "new"], env=env).returncode == 0
    assert set(names(tmp_path)) == of("more") | of("new")


def test_space_is_kept_free(tmp_path):
    clip = red_and_black(tmp_path / "clip.mp4")
    place(tmp_path, "old", 1000)
    done = run(tmp_path, clip, options=["--id", "new", "--storage-min-free", "2000000000"])  # more than any disk has
    assert done.returncode == 0
    assert names(tmp_path) == []
    assert "video=old deleted reason=free_space" in done.stderr


def test_without_a_bound_all_stays(tmp_path):
    clip = red_and_black(tmp_path / "clip.mp4")
    place(tmp_path, "ancient", 1000, hours=90000)
    assert run(tmp_path, clip, options=["--id", "new"]).returncode == 0
    assert set(names(tmp_path)) == of("ancient") | of("new")


# ---- an uploader ----


def test_an_uploader_keeps_what_it_uploaded_and_lets_old_videos_go(kafka, s3, tmp_path):
    variables = {"S3_DELETE_LOCAL_AFTER_UPLOAD": "false", "CLIP_RETENTION_HOURS": "2"}
    uploads = Uploads(kafka, s3, tmp_path, "kept", **variables)
    place(tmp_path, "old-uploaded", 1000, hours=3, uploaded=True)
    place(tmp_path, "old", 1000, hours=3)
    place(tmp_path, "recent", 1000, hours=1)
    with uploads.upload(folder="out") as uploader:
        uploads.video("cam-1")
        kept = tmp_path / "out" / "cam-1_with_heatmaps.mp4"
        wait_until(lambda: (tmp_path / "out" / "cam-1.uploaded").exists(), "the mark of what is uploaded")
        assert uploads.head("cam-1")["ContentLength"] == kept.stat().st_size
        left = {name for name in names(tmp_path) if not name.startswith(".upload")}
        assert left == {"cam-1_with_heatmaps.mp4", "cam-1.uploaded", *of("recent")}
        assert "video=old deleted reason=age uploaded=no" in uploader.text()
