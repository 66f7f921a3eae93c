# SPDX-License-Identifier: MIT
"""`firewatch run` on good input: files, detections, summary, what is drawn and what is not."""
import json
import re
import subprocess

import numpy as np
import pytest

from clips import plain, red_and_black, render, X264
from firewatch import (RED, SAMPLE, data_folder, detections, firewatch, names, results, pixels, probe, run, stream, summary,
                       times, video)


def boxes_of_file(path):
    """The top-level boxes of an mp4, in order."""
    data, at, found = path.read_bytes(), 0, []
    while at + 8 <= len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        found.append(data[at + 4:at + 8].decode())
        at += size if size > 1 else int.from_bytes(data[at + 8:at + 16], "big")
    return found


def test_a_clip_becomes_a_video_and_detections(tmp_path):
    clip = red_and_black(tmp_path / "half.mp4")
    done = run(tmp_path, clip)
    assert done.returncode == 0, done.stderr
    assert names(tmp_path) == results("half", fires=1)
    found = stream(video(tmp_path, "half"))
    assert (found["codec_name"], found["pix_fmt"]) == ("h264", "yuv420p")
    assert (found["width"], found["height"], found["nb_frames"]) == (320, 240, "50")
    assert found["codec_tag_string"] == "avc1"
    order = boxes_of_file(video(tmp_path, "half"))
    assert order.index("moov") < order.index("mdat")  # fast start
    assert times(video(tmp_path, "half")) == times(clip)
    assert "half: FIRE" in done.stdout
    assert re.search(r"frames +50 in", done.stdout)
    assert re.search(r"frames with fire +25\n", done.stdout)
    assert re.search(r"max probability +9\d\.\d+ %", done.stdout)


def test_each_detection_has_the_originals_fields_and_ours(tmp_path):
    run(tmp_path, red_and_black(tmp_path / "half.mp4"))
    lines = detections(tmp_path, "half")
    assert len(lines) == 50
    for number, line in enumerate(lines):
        assert list(line)[:8] == ["video_id", "frame_number", "timestamp", "processing_timestamp", "has_fire",
                                  "fire_probability", "detections", "frame_metadata"]
        assert line["video_id"] == "half"
        assert line["frame_number"] == number
        assert line["pts_ms"] == number * 40
        assert line["frame_metadata"] == {"width": 320, "height": 240, "fps": 25.0}
        assert re.fullmatch(r"toy-red@[0-9a-f]{12}", line["model"])
        for name in ("timestamp", "processing_timestamp"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", line[name])
    black, red = lines[0], lines[49]
    assert (black["has_fire"], black["fire_probability"], black["detections"]) == (False, 0.0, [])
    assert 0 <= black["fire_score"] < 0.01
    assert red["has_fire"] and red["fire_probability"] == red["fire_score"] > 0.9
    (box,) = red["detections"]
    assert (box["class"], box["class_id"], box["confidence"]) == ("fire", 1, red["fire_score"])
    x1, y1, x2, y2 = box["bbox"]
    assert x1 == 0 and y1 == 0 and y2 == 240 and 140 <= x2 <= 180  # the left half


def test_the_score_below_the_threshold_is_kept(tmp_path):
    clip = red_and_black(tmp_path / "half.mp4")
    done = run(tmp_path, clip, options=["--threshold", "0.999"])
    assert done.returncode == 0
    assert "half: no fire" in done.stdout
    last = detections(tmp_path, "half")[-1]
    assert (last["has_fire"], last["fire_probability"]) == (False, 0.0)
    assert last["fire_score"] > 0.9


def test_heat_is_drawn_on_fire_and_nothing_without(tmp_path):
    clip = red_and_black(tmp_path / "half.mp4")
    run(tmp_path, clip, options=["--no-boxes", "--crf", "5"])
    shown = pixels(video(tmp_path, "half"), 50).astype(int)
    given = pixels(clip, 50).astype(int)
    assert np.abs(shown[:25] - given[:25]).mean() < 1  # before the fire: only the codec's noise
    hot, cold = shown[40, 120, 40], shown[40, 120, 280]
    # 0.6 x red + 0.4 x the ramp's dark red, and 0.6 x black + 0.4 x its dark blue
    assert np.abs(hot - [0.6 * 253 + 0.4 * 128, 0, 0]).max() < 25
    assert np.abs(cold - [0, 0, 0.4 * 128]).max() < 25


def test_switched_off_drawing_leaves_the_picture(tmp_path):
    clip = red_and_black(tmp_path / "half.mp4")
    run(tmp_path, clip, options=["--no-boxes", "--no-heatmap", "--crf", "5"])
    shown = pixels(video(tmp_path, "half"), 50).astype(int)
    assert np.abs(shown - pixels(clip, 50).astype(int)).mean() < 1.5


def test_a_caption_is_drawn_on_fire_frames_only(tmp_path):
    clip = red_and_black(tmp_path / "half.mp4", size="640x480")
    run(tmp_path, clip, options=["--no-boxes", "--no-heatmap", "--caption", "--crf", "5"])
    shown = pixels(video(tmp_path, "half"), 50).astype(int)
    given = pixels(clip, 50).astype(int)
    corner = np.s_[:40, :200]
    assert np.abs(shown[10][corner] - given[10][corner]).mean() < 1
    assert np.abs(shown[40][corner] - given[40][corner]).mean() > 20


def test_a_box_frames_the_hot_region(tmp_path):
    clip = red_and_black(tmp_path / "half.mp4", size="640x480")
    run(tmp_path, clip, options=["--no-heatmap", "--crf", "5"])
    shown = pixels(video(tmp_path, "half"), 50).astype(int)
    given = pixels(clip, 50).astype(int)
    difference = np.abs(shown[40] - given[40]).max(axis=2) > 60
    x1, y1, x2, y2 = detections(tmp_path, "half")[40]["detections"][0]["bbox"]
    rows, columns = np.nonzero(difference)
    assert len(rows) > 0
    assert columns.min() >= x1 - 2 and columns.max() <= x2 + 1
    assert difference[y1 + 20:y2 - 20, x1 + 20:x2 - 20].mean() < 0.01  # an outline, not an area


def test_variable_frame_rate_is_kept(tmp_path):
    clip = render(tmp_path / "vfr.mkv", "-vf", "select='not(mod(n,3))+not(mod(n,7))'", "-vsync", "vfr", *X264)
    assert run(tmp_path, clip).returncode == 0
    given = times(clip)
    shown = times(video(tmp_path, "vfr"))
    assert len(set(np.round(np.diff(given), 3))) > 1
    assert len(shown) == len(given)
    assert np.abs(np.array(shown) - np.array(given)).max() < 0.0011  # the container's milliseconds
    assert [line["pts_ms"] for line in detections(tmp_path, "vfr")] == [pytest.approx(t * 1000, abs=1.1) for t in given]


def test_a_file_that_starts_late_starts_at_zero(tmp_path):
    clip = plain(tmp_path / "late.ts", options=["-output_ts_offset", "5"])
    assert run(tmp_path, clip).returncode == 0
    given = times(clip)
    assert given[0] > 5
    assert np.abs(np.array(times(video(tmp_path, "late"))) - (np.array(given) - given[0])).max() < 1e-3


def test_several_inputs_and_one_bad_among_them(tmp_path):
    good = [plain(tmp_path / f"clip{i}.mp4") for i in range(4)]
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no film at all" * 100)
    done = run(tmp_path, *good[:2], bad, *good[2:], options=["--json"])
    assert done.returncode == 1
    said = summary(done)
    assert {name: line["status"] for name, line in said.items()} == {
        "clip0": "complete", "clip1": "complete", "clip2": "complete", "clip3": "complete", "bad": "failed"}
    assert "bad.mp4" in said["bad"]["error"] and "bad.mp4" in done.stderr
    assert all(said[f"clip{i}"]["frames"] == 50 for i in range(4))
    assert names(tmp_path) == results(*[f"clip{i}" for i in range(4)], fires=1)


def test_two_inputs_with_one_id_are_misuse(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    done = run(tmp_path, plain(tmp_path / "a" / "x.mp4"), plain(tmp_path / "b" / "x.mkv"))
    assert done.returncode == 2
    assert "a/x.mp4" in done.stderr and "b/x.mkv" in done.stderr and "'x'" in done.stderr
    assert names(tmp_path) == []


def test_an_id_can_be_given(tmp_path):
    done = run(tmp_path, plain(tmp_path / "x.mp4"), options=["--id", "cam-7"])
    assert done.returncode == 0
    assert names(tmp_path) == results("cam-7", fires=1)
    assert detections(tmp_path, "cam-7")[0]["video_id"] == "cam-7"


def test_skipped_pictures_show_the_last_result(tmp_path):
    clip = red_and_black(tmp_path / "half.mp4", switch=1)  # fire from picture 25 on
    done = run(tmp_path, clip, options=["--inference-every", "10"])
    assert done.returncode == 0
    lines = detections(tmp_path, "half")
    assert [line["has_fire"] for line in lines] == [number >= 30 for number in range(50)]


def test_audio_is_dropped(tmp_path):
    clip = tmp_path / "loud.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=duration=1", "-f", "lavfi", "-i",
                    "sine=duration=1", *X264, "-c:a", "aac", clip], check=True)
    assert run(tmp_path, clip).returncode == 0
    kinds = probe(video(tmp_path, "loud"), "-show_streams")["streams"]
    everything = json.loads(subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_streams",
                                            video(tmp_path, "loud")], capture_output=True, text=True).stdout)["streams"]
    assert len(kinds) == 1 and [one["codec_type"] for one in everything] == ["video"]


def test_quiet_prints_nothing_and_json_only_json(tmp_path):
    clip = plain(tmp_path / "x.mp4")
    quiet = run(tmp_path, clip, options=["--quiet"])
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    told = run(tmp_path, clip, options=["--json"])
    line = summary(told)["x"]
    assert told.stderr == ""
    assert line["frames"] == 50 and line["lost_frames"] == 0
    assert line["video"].endswith("out/x_with_heatmaps.mp4") and line["status"] == "complete"


def test_a_second_run_replaces_the_results(tmp_path):
    clip = plain(tmp_path / "x.mp4")
    run(tmp_path, clip)
    first = video(tmp_path, "x").read_bytes()
    done = run(tmp_path, clip)
    assert done.returncode == 0
    assert names(tmp_path) == results("x", fires=1)
    assert video(tmp_path, "x").read_bytes() == first


def test_the_sample_burns_and_is_found(tmp_path):
    done = firewatch("run", SAMPLE, "-o", tmp_path / "out", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    line = summary(done)["yard_fire"]
    assert line["frames"] >= 200
    assert line["fire_frames"] > 50
    assert not line["model"].startswith("toy-")


@pytest.mark.parametrize("clip, burns", [
    ("car_fire_extinguisher", True), ("house_fire_phone", True), ("night_flame", True),
    ("intel_car_park_nofire", False), ("street_traffic_nofire", False), ("highway_dashcam_nofire", False)])
def test_real_clips_are_judged_rightly(tmp_path, clip, burns):
    done = firewatch("run", data_folder() / "videos" / f"{clip}.mp4", "-o", tmp_path / "out", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    line = summary(done)[clip]
    share = line["fire_frames"] / line["frames"]
    assert share > 0.7 if burns else share < 0.05
    given = times(data_folder() / "videos" / f"{clip}.mp4")
    assert times(video(tmp_path, clip)) == pytest.approx([time - given[0] for time in given], abs=1e-4)
