# SPDX-License-Identifier: MIT
"""Users' own YOLO detectors: what is found is what a second implementation finds, and it is drawn where it is.

The judge reads the clip with ffmpeg, runs the same file in ONNX Runtime's Python package and decodes its output with
numpy, written after Ultralytics' documents and not after our code.
"""
import ast

import numpy as np
import onnxruntime
import pytest

from clips import X264, red_and_black, render
from firewatch import RED, ROOT, detections, firewatch, names, pixels, run, video

MODELS = ROOT / "tests" / "models"
YOLO = MODELS / "yolo.onnx"
FIRE_WORDS = ("fire", "smoke", "flame", "burn", "wildfire")
OTHER_WORDS = ("hydrant", "truck", "extinguisher", "alarm", "station", "engine")


# ---- the judge ----

class Judge:
    def __init__(self, path, threshold=0.5, iou=0.45):
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self.threshold, self.iou = threshold, iou
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.classes = ast.literal_eval(metadata["names"])
        self.side = ast.literal_eval(metadata["imgsz"])[0]

    def letterbox(self, image):
        height, width = image.shape[:2]
        gain = min(self.side / height, self.side / width)
        new_width, new_height = round(width * gain), round(height * gain)
        left, top = round((self.side - new_width) / 2 - 0.1), round((self.side - new_height) / 2 - 0.1)
        from PIL import Image
        small = np.asarray(Image.fromarray(image).resize((new_width, new_height), Image.Resampling.BOX))
        canvas = np.full((self.side, self.side, 3), 114, np.uint8)
        canvas[top:top + new_height, left:left + new_width] = small
        return canvas, gain, left, top

    def is_fire(self, number):
        name = self.classes[number].lower()
        return any(word in name for word in FIRE_WORDS) and not any(word in name for word in OTHER_WORDS)

    def overlap(self, one, others):
        low, high = np.maximum(one[:2], others[:, :2]), np.minimum(one[2:], others[:, 2:])
        common = np.prod(np.clip(high - low, 0, None), axis=1)
        area = lambda box: (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])
        return common / (area(one) + area(others) - common)

    def candidates(self, output):
        """Corners, confidences and classes of the boxes that count, the surest first."""
        rows = output[0]
        rows = rows if rows.shape[0] != 4 + len(self.classes) else rows.T
        confidence, number = rows[:, 4:].max(axis=1), rows[:, 4:].argmax(axis=1)
        wanted = np.array([self.is_fire(n) for n in number]) & (confidence >= self.threshold)
        corners = np.concatenate([rows[:, :2] - rows[:, 2:4] / 2, rows[:, :2] + rows[:, 2:4] / 2], axis=1)
        order = np.argsort(-confidence[wanted], kind="stable")
        return corners[wanted][order], confidence[wanted][order], number[wanted][order]

    def __call__(self, image):
        canvas, gain, left, top = self.letterbox(image)
        tensor = (canvas.astype(np.float32) / 255).transpose(2, 0, 1)[None]
        (output,) = self.session.run(None, {self.session.get_inputs()[0].name: tensor})
        corners, confidence, number = self.candidates(output)
        found = []
        while len(corners):
            box = (corners[0] - [left, top, left, top]) / gain
            limit = [image.shape[1], image.shape[0]] * 2
            found.append({"bbox": np.clip(box, 0, limit), "confidence": confidence[0],
                          "class": self.classes[number[0]], "class_id": int(number[0])})
            rest = (number != number[0]) | (self.overlap(corners[0], corners) <= self.iou)
            rest[0] = False
            corners, confidence, number = corners[rest], confidence[rest], number[rest]
        return found


def assert_same(line, expected):
    found = line["detections"]
    assert len(found) == len(expected), (line["frame_number"], found, expected)
    key = lambda box: (box["class_id"], box["bbox"][0])
    for ours, theirs in zip(sorted(found, key=key), sorted(expected, key=key), strict=True):
        assert (ours["class"], ours["class_id"]) == (theirs["class"], theirs["class_id"])
        assert ours["confidence"] == pytest.approx(float(theirs["confidence"]), abs=0.02)
        # A pixel of the network is up to two of the picture's.
        assert np.abs(np.array(ours["bbox"]) - theirs["bbox"]).max() <= 4.5, (line["frame_number"], ours, theirs)


# ---- clips ----

def moving(path, size="320x240", seconds=2, options=()):
    """A red box on its way to the right, then a green one and a blue one beside it."""
    boxes = ("drawbox=x=20:y=40:w=60:h=30:color=red:t=fill:enable='between(t,0.4,0.99)',"
             "drawbox=x=70:y=100:w=60:h=50:color=red:t=fill:enable='gte(t,1)',"
             "drawbox=x=200:y=60:w=80:h=100:color=lime:t=fill:enable='gte(t,1.2)',"
             "drawbox=x=20:y=180:w=40:h=40:color=blue:t=fill:enable='gte(t,0.8)'")
    return render(path, "-vf", boxes, *X264, "-crf", "8", *options,
                  source=f"color=0x404040:size={size}:rate=25:duration={seconds}")


@pytest.mark.parametrize("model", ["yolo", "yolo_transposed", "yolo_dynamic"])
@pytest.mark.parametrize("size", ["320x240", "300x400"])
def test_what_is_found_is_what_the_judge_finds(tmp_path, model, size):
    clip = moving(tmp_path / "moving.mp4", size)
    path = MODELS / f"{model}.onnx"
    done = run(tmp_path, clip, model=path)
    assert done.returncode == 0, done.stderr
    judge, lines, pictures = Judge(path), detections(tmp_path, "moving"), pixels(clip, 50)
    assert len(lines) == len(pictures) == 50
    for line, picture in zip(lines, pictures, strict=True):
        expected = judge(picture)
        assert_same(line, expected)
        best = max((float(box["confidence"]) for box in expected), default=0)
        assert line["has_fire"] == bool(expected)
        assert line["fire_probability"] == (line["fire_score"] if expected else 0)
        assert line["fire_score"] == pytest.approx(best, abs=0.05 if expected else 0.5)
        assert line["model"].startswith(f"{model}@")
    kinds = [sorted(box["class"] for box in line["detections"]) for line in lines]
    assert kinds[5] == [] and kinds[22] == ["fire"] and kinds[45] == ["fire", "smoke"]  # the blue one is a hydrant


def test_the_boxes_are_drawn_around_the_objects(tmp_path):
    clip = moving(tmp_path / "moving.mp4")
    assert run(tmp_path, clip, model=YOLO, options=["--crf", "5"]).returncode == 0
    shown, given = pixels(video(tmp_path, "moving"), 50).astype(int), pixels(clip, 50).astype(int)
    assert np.abs(shown[5] - given[5]).mean() < 1  # nothing found, nothing drawn
    drawn = np.abs(shown[45] - given[45]).max(axis=2) > 60
    near = np.zeros_like(drawn)
    for x1, y1, x2, y2 in ((70, 100, 130, 150), (200, 60, 280, 160)):
        for x in (x1, x2):
            near[max(y1 - 7, 0):y2 + 7, max(x - 7, 0):x + 7] = True
            assert drawn[y1 + 10:y2 - 10, max(x - 7, 0):x + 7].any(axis=1).mean() > 0.9  # an upright side of the box
        for y in (y1, y2):
            near[max(y - 7, 0):y + 7, max(x1 - 7, 0):x2 + 7] = True
            assert drawn[max(y - 7, 0):y + 7, x1 + 10:x2 - 10].any(axis=0).mean() > 0.9
    assert not drawn[~near].any()  # neither heat, nor a box around the hydrant


def test_without_boxes_nothing_is_drawn(tmp_path):
    clip = moving(tmp_path / "moving.mp4")
    assert run(tmp_path, clip, model=YOLO, options=["--no-boxes", "--crf", "5"]).returncode == 0
    shown, given = pixels(video(tmp_path, "moving"), 50).astype(int), pixels(clip, 50).astype(int)
    assert np.abs(shown - given).mean() < 1.5


def test_threshold_overlap_and_classes_come_from_the_options(tmp_path):
    clip = moving(tmp_path / "moving.mp4")
    assert run(tmp_path, clip, model=YOLO, options=["--threshold", "0.97"]).returncode == 0
    last = detections(tmp_path, "moving")[-1]
    assert (last["has_fire"], last["fire_probability"], last["detections"]) == (False, 0.0, [])
    assert last["fire_score"] > 0.85  # kept, below the threshold

    # Each object has a second, less sure box beside it: at 1 nothing is suppressed.
    other = tmp_path / "other"
    other.mkdir()
    variables = {"ML_MODEL_TYPE": "yolo", "IOU_THRESHOLD": "1", "ML_MODEL_CLASSES": "Fire Hydrant"}
    assert run(other, clip, model=YOLO, env=variables).returncode == 0
    lines = detections(other, "moving")
    assert [len(lines[i]["detections"]) for i in (10, 45)] == [0, 2]
    for box in lines[45]["detections"]:
        assert (box["class"], box["class_id"]) == ("fire hydrant", 1)
        assert np.abs(np.array(box["bbox"]) - [20, 180, 60, 220]).max() <= 8


def test_frames_between_take_over_the_boxes(tmp_path):
    clip = moving(tmp_path / "moving.mp4")
    # Every seventh: what changes at 10, 25 and 30 is first seen at 14, 28 and 35.
    assert run(tmp_path, clip, model=YOLO, options=["--inference-every", "7"]).returncode == 0
    lines = detections(tmp_path, "moving")
    for number, line in enumerate(lines):
        assert line["detections"] == lines[number - number % 7]["detections"]
    assert lines[13]["detections"] == [] and lines[14]["detections"] and lines[49]["detections"]


def test_workers_change_no_byte(tmp_path):
    clip = moving(tmp_path / "moving.mp4")
    results = set()
    for workers in ("1", "3"):
        folder = tmp_path / workers
        folder.mkdir()
        assert run(folder, clip, model=YOLO, options=["--workers", workers]).returncode == 0
        boxes = tuple(str((line["fire_score"], line["detections"])) for line in detections(folder, "moving"))
        results.add((video(folder, "moving").read_bytes(), boxes))
    assert len(results) == 1


# ---- what is refused ----

REFUSED = {
    "yolo_nan": "x of box 0 is nan",
    "yolo_no_names": "its 3 classes have no names; ML_MODEL_CLASSES says which numbers count",
    "yolo_other_names": "none of its classes has a fire's name",
    "yolo_with_suppression": "export with nms=False",
    "yolo_segment": "must be for 'detect'",
    "unknown": "it looks like neither a classifier",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_that_can_not_be_used_is_named(tmp_path, name):
    clip = red_and_black(tmp_path / "half.mp4")
    done = run(tmp_path, clip, model=MODELS / f"{name}.onnx")
    assert done.returncode == 1
    assert REFUSED[name] in done.stderr and f"{name}.onnx" in done.stderr
    assert names(tmp_path) == []


@pytest.mark.parametrize("command", ["run", "process"])
@pytest.mark.parametrize("model, variables, says", [
    (RED, {"ML_MODEL_TYPE": "yolo"}, "ML_MODEL_TYPE is yolo, but it looks like a classifier"),
    (YOLO, {"ML_MODEL_TYPE": "classifier"}, "ML_MODEL_TYPE is classifier, but it looks like a YOLO detector"),
    (RED, {"ML_MODEL_CLASSES": "fire"}, "ML_MODEL_CLASSES is set, but it is a classifier"),
    (YOLO, {"ML_MODEL_CLASSES": "lava"}, "no class lava; there are: 0 fire, 1 fire hydrant, 2 smoke"),
    (MODELS / "missing.onnx", {"ML_MODEL_TYPE": "yolo"}, "No such file"),
    (MODELS / "make.py", {"ML_MODEL_TYPE": "yolo"}, "not a model that the runtime can load"),
])
def test_a_wrong_combination_is_refused_at_the_start(tmp_path, command, model, variables, says):
    words = ["run", red_and_black(tmp_path / "half.mp4"), "-o", tmp_path / "out"] if command == "run" else ["process"]
    done = firewatch(*words, cwd=tmp_path, env={"ML_MODEL_PATH": str(model), **variables})
    assert done.returncode == 1
    assert says in done.stderr and model.name in done.stderr
    assert names(tmp_path) == []


def test_a_model_that_breaks_in_the_middle_is_never_no_fire(tmp_path):
    clip = red_and_black(tmp_path / "half.mp4")
    done = run(tmp_path, clip, model=MODELS / "yolo_nan_when_red.onnx")
    assert done.returncode == 1
    assert "half.mp4" in done.stderr and "the model yolo_nan_when_red@" in done.stderr
    assert "probability of class 1 in box 7" in done.stderr
    assert names(tmp_path) == []
