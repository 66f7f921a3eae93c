# SPDX-License-Identifier: MIT
"""What comes out depends on the input alone: not on workers, order, or what runs beside it."""
import json


from clips import plain
from firewatch import SAMPLE, detections, firewatch, run, video

TIMES = ("timestamp", "processing_timestamp")


def lasting(lines):
    return [{key: value for key, value in line.items() if key not in TIMES} for line in lines]


def test_workers_and_company_change_no_byte(tmp_path):
    clips = [plain(tmp_path / f"c{i}.mp4", options=["-bf", "2", "-g", str(10 + i)],
                   source=f"testsrc2=size=320x240:rate=25:duration={3 + i}") for i in range(3)]
    results = []
    for workers, order in (("1", clips), ("2", clips[::-1]), ("7", clips[1:] + clips[:1])):
        folder = tmp_path / f"w{workers}"
        folder.mkdir()
        done = run(folder, *order, options=["--workers", workers])
        assert done.returncode == 0, done.stderr
        results.append({clip.stem: (video(folder, clip.stem).read_bytes(), lasting(detections(folder, clip.stem)))
                        for clip in clips})
    assert results[0] == results[1] == results[2]


def test_the_sample_twice(tmp_path):
    outputs = []
    for name in ("a", "b"):
        done = firewatch("run", SAMPLE, "-o", tmp_path / name, "--quiet", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        lines = (tmp_path / name / "yard_fire.detections.jsonl").read_text().splitlines()
        outputs.append(((tmp_path / name / "yard_fire_with_heatmaps.mp4").read_bytes(),
                        lasting(map(json.loads, lines))))
    assert outputs[0] == outputs[1]
