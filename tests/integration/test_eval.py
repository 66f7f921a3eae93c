# SPDX-License-Identifier: MIT
"""`firewatch eval` on labelled stills and clips: figures against those worked out from the scores in Python."""
import csv
import json
import re
import xml.etree.ElementTree

import numpy as np
import pytest

from clips import red_and_black, render
from firewatch import RED, ROOT, data_folder, firewatch

# How red a still is: the toy network's probability is 1 - exp(-12 * redness).
FIRES = {"bright": 0.9, "middle": 0.2, "faint": 0.04}
OTHERS = {"lamps/tail": 0.1, "lamps/low": 0.02, "black": 0.0}


def still(path, redness):
    path.parent.mkdir(parents=True, exist_ok=True)
    return render(path, "-frames:v", "1", source=f"color=0x{round(redness * 255):02x}0000:size=128x128:rate=1:duration=1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("labelled")
    for name, redness in FIRES.items():
        still(made / "fire" / f"{name}.png", redness)
    for name, redness in OTHERS.items():
        still(made / "nofire" / f"{name}.jpg", redness)
    return made


def evaluate(path, *options, model=RED):
    return firewatch("eval", path, "--model", model, *options)


def result(path, *options):
    done = evaluate(path, "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def expected_area(scores, fire):
    scores, fire = np.array(scores), np.array(fire)
    wins = (scores[fire][:, None] > scores[~fire]) + 0.5 * (scores[fire][:, None] == scores[~fire])
    return wins.mean()


def test_a_folder_is_counted(folder):
    found = result(folder, "--threshold", "0.5")
    assert (found["tp"], found["fn"], found["fp"], found["tn"]) == (2, 1, 1, 2)
    assert found["tpr"] == found["recall"] == pytest.approx(2 / 3)
    assert found["fpr"] == pytest.approx(1 / 3)
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["auc"] == pytest.approx(expected_area([0.9, 0.2, 0.04, 0.1, 0.02, 0], [True] * 3 + [False] * 3))
    assert found["stills"] == 6 and found["videos"] == 0
    assert found["model"].startswith("toy-red@")
    assert found["groups"] == [
        {"group": "lamps", "label": "nofire", "n": 2, "said_fire": 1, "rate": 0.5, "false_events": 0}]
    assert len(found["sweep"]) == 21
    assert all(entry["tp"] + entry["fn"] == 3 and entry["fp"] + entry["tn"] == 3 for entry in found["sweep"])


def test_scores_are_stored_and_need_no_second_look(folder, tmp_path):
    looked = result(folder, "--threshold", "0.5", "--scores", tmp_path / "scores.csv")
    rows = list(csv.DictReader((tmp_path / "scores.csv").open()))
    scores = np.array([float(row["score"]) for row in rows])
    fire = np.array([row["label"] == "fire" for row in rows])
    assert len(rows) == 6 and looked["auc"] == pytest.approx(expected_area(scores, fire))
    for threshold in (0.1, 0.5, 0.95):
        # No model is there to look with.
        done = firewatch("eval", tmp_path / "scores.csv", "--threshold", threshold, "--json", "--model", "/nowhere")
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert (found["tp"], found["fp"]) == ((scores[fire] >= threshold).sum(), (scores[~fire] >= threshold).sum())
        assert found["auc"] == looked["auc"]


def test_clips_with_labelled_stretches(tmp_path):
    red_and_black(tmp_path / "a.mp4", seconds=4, switch=2)  # black for 50 frames, red for 50
    red_and_black(tmp_path / "b.mp4", seconds=2, switch=1)  # red at the end, but nobody labelled it a fire
    (tmp_path / "labels.csv").write_text(
        "video,frame_start,frame_end_incl,label,source\n"
        "a.mp4,0,24,nofire,yard\na.mp4,25,99,fire,yard\nb.mp4,0,39,nofire,street\nb.mp4,40,49,smoke_only,street\n")
    found = result(tmp_path / "labels.csv")
    assert (found["tp"], found["fn"], found["fp"], found["tn"]) == (50, 25, 15, 50)
    alarms = found["picture_alarms"]
    assert [fire["delay_seconds"] for fire in alarms["fires"]] == [pytest.approx(1.0, abs=0.05)]
    assert alarms["false_alarms"] == 1
    assert alarms["nofire_hours"] == pytest.approx((25 + 40) / 25 / 3600)
    assert {(group["group"], group["label"]) for group in found["groups"]} == {
        ("yard", "fire"), ("yard", "nofire"), ("street", "nofire")}


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A fire after two seconds, found late; four seconds without fire of which half raises alarms; and the stored scores."""
    made = tmp_path_factory.mktemp("watched")
    red_and_black(made / "fire.mp4", seconds=4, switch=2)
    red_and_black(made / "lamp.mp4", seconds=4, switch=1)
    (made / "labels.csv").write_text(
        "video,frame_start,frame_end_incl,label,source\nfire.mp4,0,49,nofire,yard\nfire.mp4,50,99,fire,yard\n"
        "lamp.mp4,0,99,nofire,lamps\n")
    found = result(made / "labels.csv", "--scores", made / "scores.csv")
    return made, found


def events_of(folder, video, *options):
    """The pictures at which fires start, as `run` tells them."""
    out = folder / f"out-{video}"
    assert firewatch("run", folder / video, "-o", out, "--model", RED, "-q", *options).returncode == 0
    told = map(json.loads, (out / f"{video.removesuffix('.mp4')}.events.jsonl").open())
    return [event for event in told if (event["type"], event["phase"]) == ("fire", "start")]


@pytest.mark.parametrize("options", [(), ("--event-window", "0.4", "--event-start-part", "1")])
def test_events_are_those_that_run_tells(watched, options):
    folder, _ = watched
    found = result(folder / "labels.csv", *options)["event_alarms"]
    [fire], [lamp] = (events_of(folder, video, *options) for video in ("fire.mp4", "lamp.mp4"))
    assert [entry["delay_seconds"] for entry in found["fires"]] == [pytest.approx(fire["pts_ms"] / 1000 - 2, abs=1e-6)]
    assert found["found"] == 1 and found["missed"] == 0 and found["false_alarms"] == 1
    [wrong] = found["false_alarm_list"]
    assert wrong["file"].endswith("lamp.mp4") and wrong["frame"] == lamp["first_frame"]
    assert found["nofire_hours"] == pytest.approx(6 / 3600)
    assert found["false_alarms_per_hour"] == pytest.approx(600)


# A fire begins with sure frames only; where the file's own word counts, and where the user's does.
@pytest.mark.parametrize("options, begins", [
    ((), False), (("--event-start-score", "0"), True), (("--threshold", "0.5"), True), (("--event-start-score", "0.7"), True),
    (("--threshold", "0.5", "--event-start-score", "0.9"), False),
])  # fmt: skip
def test_a_model_says_which_frames_begin_a_fire(tmp_path, options, begins):
    model = RED.with_name("start_score.onnx")  # 0.9
    faint = round(0.115 * 255)  # 0.75
    render(tmp_path / "faint.mp4", "-pix_fmt", "yuv420p", source=f"color=0x{faint:02x}0000:size=128x128:rate=25:duration=3")
    red_and_black(tmp_path / "bright.mp4", seconds=3, switch=1)
    (tmp_path / "labels.csv").write_text(
        "video,frame_start,frame_end_incl,label\nfaint.mp4,0,74,fire\nbright.mp4,0,24,nofire\nbright.mp4,25,74,fire\n")
    done = evaluate(tmp_path / "labels.csv", "--json", *options, model=model)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["tp"] == 75 + 50  # every one is a fire frame
    faint, bright = found["event_alarms"]["fires"]
    assert (faint["delay_seconds"] is not None) == begins and bright["delay_seconds"] < 1
    for video, is_told in (("faint", begins), ("bright", True)):
        run = firewatch("run", tmp_path / f"{video}.mp4", "-o", tmp_path / "out", "--model", model, "-q", *options)
        assert run.returncode == 0, run.stderr
        told = [json.loads(line) for line in (tmp_path / "out" / f"{video}.events.jsonl").open()]
        assert any(event["type"] == "fire" for event in told) == is_told


def test_events_cost_time_and_spare_alarms(watched):
    folder, found = watched
    on, off = found["event_alarms"], found["picture_alarms"]
    assert off["slowest_delay_seconds"] == 0 < on["slowest_delay_seconds"] < 1
    # One hot picture is an alarm without events, and none with them.
    rows = list(csv.DictReader((folder / "scores.csv").open()))
    for row in rows:
        hot = row["file"].endswith("fire.mp4") or row["frame"] == "40"
        row["score"] = row["score"] if hot else "0"
    rows[140]["score"] = "0.99"
    with (folder / "one.csv").open("w") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    done = firewatch("eval", folder / "one.csv", "--threshold", found["threshold"], "--json", "--model", "/nowhere")
    single = json.loads(done.stdout)
    assert single["picture_alarms"]["false_alarms"] == 1 and single["event_alarms"]["false_alarms"] == 0
    assert [group["false_events"] for group in found["groups"] if group["group"] == "lamps"] == [1]


def test_stored_scores_give_the_same_alarms_and_sweep(watched):
    folder, looked = watched
    done = firewatch("eval", folder / "scores.csv", "--threshold", looked["threshold"], "--json", "--model", "/nowhere")
    stored = json.loads(done.stdout)
    del looked["model"]
    assert stored == looked
    assert len(stored["sweep"]) == 21
    for entry in stored["sweep"]:
        at = firewatch("eval", folder / "scores.csv", "--threshold", entry["threshold"], "--json", "--model", "/nowhere")
        whole = json.loads(at.stdout)
        for kind in ("picture_alarms", "event_alarms"):
            assert entry[kind] == {key: whole[kind][key] for key in entry[kind]}
    # Red is 1 - exp(-12): above 0.99 nothing is lost, so every threshold finds the fire.
    assert all(entry["event_alarms"]["found"] == 1 for entry in stored["sweep"])


def test_the_report_shows_both_side_by_side(watched):
    folder, looked = watched
    done = firewatch("eval", folder / "scores.csv", "--threshold", looked["threshold"], "--model", "/nowhere")
    [line] = [line for line in done.stdout.splitlines() if re.match(r" +0\.\d{4} .* an hour", line)]
    off, on = re.findall(r"(\d+) of 1 +([\d.]+) s +(\d+) \(([\d.]+) an hour\)", line)
    for told, kind in ((off, "picture_alarms"), (on, "event_alarms")):
        found = looked[kind]
        assert (int(told[0]), int(told[2])) == (found["found"], found["false_alarms"])
        assert float(told[1]) == pytest.approx(found["slowest_delay_seconds"], abs=0.006)
        assert float(told[3]) == pytest.approx(found["false_alarms_per_hour"], abs=0.006)
    assert re.search(r"false event at [\d.]+ s, picture \d+ of .*lamp\.mp4", done.stdout)
    assert "by source (2)" in done.stdout


def test_every_fire_of_the_labelled_clips_is_found_in_time():
    """The shipped model with the shipped events: an event within two seconds of the first visible flame."""
    done = firewatch("eval", data_folder() / "videos" / "labels.csv", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    on, off = found["event_alarms"], found["picture_alarms"]
    assert len(on["fires"]) == 4 and on["missed"] == off["missed"] == 0
    assert on["slowest_delay_seconds"] <= 2, on["fires"]
    assert on["nofire_hours"] > 0.03 and on["false_alarms"] <= min(1, off["false_alarms"]), on["false_alarm_list"]


def test_intervals_are_those_of_a_bootstrap_by_source(tmp_path):
    rng = np.random.default_rng(5)
    lines, sources = ["file,frame,seconds,label,source,group,score"], []
    for source in range(12):
        shift = rng.normal(0, 0.15)
        for picture in range(30):
            fire = picture % 2 == 1
            score = float(np.clip(rng.normal(0.65 if fire else 0.35, 0.2) + shift, 0, 1))
            sources.append((source, fire, score))
            lines.append(f"{source}-{picture}.jpg,0,0,{'fire' if fire else 'nofire'},s{source},g{picture // 10},{score:.6f}")
    (tmp_path / "scores.csv").write_text("\n".join(lines) + "\n")
    found = [firewatch("eval", tmp_path / "scores.csv", "--threshold", "0.5", "--json").stdout for _ in range(2)]
    assert found[0] == found[1]
    intervals = json.loads(found[0])["intervals"]
    assert intervals["draws"] == 1000
    assert intervals["by_source"]["units"] == 12 and intervals["by_scene"]["units"] == 36
    units, fire, scores = (np.array(column) for column in zip(*sources))
    drawn = {"tpr": [], "fpr": [], "auc": []}
    for _ in range(1000):
        chosen = np.concatenate([np.flatnonzero(units == unit) for unit in rng.integers(12, size=12)])
        hot, hit = fire[chosen], scores[chosen] >= 0.5
        drawn["tpr"].append(hit[hot].mean())
        drawn["fpr"].append(hit[~hot].mean())
        drawn["auc"].append(expected_area(scores[chosen], hot))
    for name, values in drawn.items():
        low, high = np.percentile(values, [2.5, 97.5])
        told = intervals["by_source"][name]
        assert told["draws"] == 1000
        assert told["low"] == pytest.approx(low, abs=0.12 * (high - low))
        assert told["high"] == pytest.approx(high, abs=0.12 * (high - low))


def test_a_split_is_chosen(folder, tmp_path):
    lines = ["file,label,split"]
    for kind in ("fire", "nofire"):
        for number, path in enumerate(sorted((folder / kind).rglob("*.*g"))):
            lines.append(f"{path},{kind},{'val' if number == 0 else 'train'}")
    (tmp_path / "list.csv").write_text("\n".join(lines) + "\n")
    assert result(tmp_path / "list.csv", "--split", "val")["stills"] == 2
    assert result(tmp_path / "list.csv")["stills"] == 6
    done = evaluate(tmp_path / "list.csv", "--split", "test")
    assert done.returncode == 1 and "labelled nofire" in done.stderr


def test_the_plot_is_a_picture_of_the_result(folder, tmp_path):
    found = result(folder, "--plot", tmp_path / "roc.svg", "--threshold", "0.5")
    root = xml.etree.ElementTree.parse(tmp_path / "roc.svg").getroot()
    assert root.tag.endswith("svg")
    texts = "".join(element.text or "" for element in root.iter() if element.tag.endswith("text"))
    assert f"area {found['auc']:.4f}" in texts and f"calibration error {found['calibration_error']:.4f}" in texts


def test_the_same_scores_as_run_gives(tmp_path):
    clip = red_and_black(tmp_path / "clip.mp4")
    (tmp_path / "labels.csv").write_text("file,label,first,last\nclip.mp4,nofire,0,24\nclip.mp4,fire,25,49\n")
    assert evaluate(tmp_path / "labels.csv", "--scores", tmp_path / "scores.csv", "-q").returncode == 0
    assert firewatch("run", clip, "-o", tmp_path / "out", "--model", RED, "-q").returncode == 0
    told = [json.loads(line)["fire_score"] for line in (tmp_path / "out/clip.detections.jsonl").open()]
    stored = [float(row["score"]) for row in csv.DictReader((tmp_path / "scores.csv").open())]
    assert np.float32(told).tolist() == np.float32(stored).tolist()


@pytest.mark.parametrize("text, said", [
    ("file,label\nmissing.jpg,fire\n", "line 2.*not there.*missing.jpg"),
    ("name,label\na,fire\n", '"file" and "label"'),
    ("", "empty"),
    ("file,label,first,last\n{still},fire,5,2\n", "line 2: ends before it begins"),
    ("file,label,first,last\n{still},fire,0,9\n{still},nofire,5,12\n", "line 3: two labels"),
    ("file,label,first,last\n{still},fire,x,\n", "line 2: no number of a picture"),
    ("file,label\n{still},fire\n", "nothing in it is labelled nofire"),
    ("file,label\n{still},\"fire\n", "line 2: an open quote"),
    ("file,frame,seconds,label,source,score\na,0,0,fire,,nan\n", "line 2: no number"),
    ("file,frame,seconds,label,source,group,score\na,0,0,fire,,,inf\n", "line 2: no number"),
    ("file,frame,seconds,label,source,score\na,1,0,fire,,0.5\n", "count from 0"),
    ("file,frame,seconds,label,source,score\na,0,0,fire,,1.5\n", "line 2"),
])
def test_a_bad_list_is_named(folder, tmp_path, text, said):
    path = tmp_path / "list.csv"
    path.write_text(text.format(still=folder / "fire" / "bright.png"))
    done = evaluate(path)
    assert done.returncode == 1 and str(path) in done.stderr
    assert re.search(said, done.stderr), done.stderr


def test_a_file_that_is_no_picture_is_named_and_the_others_count(folder, tmp_path):
    for path in folder.rglob("*.*g"):
        copy = tmp_path / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (tmp_path / "fire" / "broken.jpg").write_text("no picture")
    done = evaluate(tmp_path, "--json", "--threshold", "0.5")
    assert done.returncode == 1 and "fire/broken.jpg" in done.stderr and "1 of 7 files" in done.stderr
    found = json.loads(done.stdout)
    assert found["failed"] == 1 and found["stills"] == 6 and found["tp"] == 2


def test_a_label_beyond_the_end_is_named(tmp_path):
    red_and_black(tmp_path / "a.mp4")
    (tmp_path / "l.csv").write_text("file,label,first,last\na.mp4,nofire,0,24\na.mp4,fire,25,80\n")
    done = evaluate(tmp_path / "l.csv")
    assert done.returncode == 1 and "picture 80 is labelled, but it has 50" in done.stderr


def test_nan_is_a_failure_not_a_no(folder):
    done = evaluate(folder, model=ROOT / "tests" / "models" / "nan_when_red.onnx")
    assert done.returncode == 1 and "bright.png" in done.stderr


def weights(data):
    """(offset, n) of the large blocks of float weights in an ONNX file: field 9 of a tensor, its length, its bytes."""
    for start in range(len(data) - 4):
        length, size = 0, 0
        if data[start] == 0x4A:
            while data[start + 1 + size] & 0x80 and size < 3:
                size += 1
            length = sum((data[start + 1 + i] & 0x7F) << 7 * i for i in range(size + 1))
        first = start + 2 + size
        if 1024 <= length <= len(data) - first and length % 4 == 0:
            values = np.frombuffer(data, "<f4", length // 4, first)
            if np.isfinite(values).all() and np.abs(values).max() < 1e3:
                yield first, length // 4


def test_one_weight_that_is_nan_is_named(folder, tmp_path):
    whole = (ROOT / "models" / "fire.onnx").read_bytes()
    blocks = list(weights(whole))
    assert len(blocks) > 8
    for number, (first, n) in enumerate(blocks[::max(1, len(blocks) // 6)]):
        broken, at = bytearray(whole), first + 4 * (n // 2)
        broken[at:at + 4] = np.float32(np.nan).tobytes()
        path = tmp_path / f"broken-{number}.onnx"
        path.write_bytes(broken)
        for command in (("eval", folder), ("run", folder / "fire" / "bright.png", "-o", tmp_path / "out")):
            done = firewatch(*command, "--model", path)
            assert done.returncode == 1, command
            assert str(path) in done.stderr and "weights" in done.stderr, done.stderr
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_a_class_that_is_missing_and_an_unknown_path(tmp_path):
    (tmp_path / "fire").mkdir()
    done = evaluate(tmp_path)
    assert done.returncode == 1 and "fire and nofire" in done.stderr
    done = evaluate(tmp_path / "nowhere")
    assert done.returncode == 1 and "nowhere" in done.stderr
