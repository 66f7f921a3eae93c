# SPDX-License-Identifier: MIT
"""The scaling guide from its beginning to its end: its commands as written, its .env, its promises."""

import json
import subprocess

from clips import red_and_black
from fleet import Role, lags, read_all, wait_until
from firewatch import ROOT
from kafka_server import TOOLS

CREATE = r"""
# Create video-frames topic with 6 partitions
kafka-topics.sh --bootstrap-server localhost:9092 \
  --create --topic video-frames \
  --partitions 6 --replication-factor 1

# Create fire-detections topic with 6 partitions
kafka-topics.sh --bootstrap-server localhost:9092 \
  --create --topic fire-detections \
  --partitions 6 --replication-factor 1
"""

LAG = r"""
kafka-consumer-groups.sh --bootstrap-server localhost:9092 \
  --group fire-detection-stream --describe
"""

DESCRIBE = r"""
kafka-topics.sh --bootstrap-server localhost:9092 \
  --describe --topic video-frames
"""

ADDRESS = "localhost:9092"
PRODUCERS = [["video1.mp4", "video1"], ["video2.mp4", "video2"], ["video3.mp4", "video3"]]


def shell(kafka, folder, commands):
    """Runs the guide's commands in a shell that has Kafka's tools in its path; only the address is another."""
    assert ADDRESS in commands
    text = commands.replace(ADDRESS, f"localhost:{kafka.port}")
    done = subprocess.run(
        ["bash", "-eu", "-c", text], env={"PATH": f"{TOOLS}:/usr/bin:/bin"}, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def table(text):
    """Rows of what kafka-consumer-groups.sh prints, by column."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    start = next(i for i, line in enumerate(lines) if "CURRENT-OFFSET" in line)
    return [dict(zip(lines[start], line)) for line in lines[start + 1 :]]


def environment():
    """Nothing but the file .env configures the roles."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}


def test_the_whole_guide_from_the_example_of_a_configuration(make_kafka, tmp_path):
    kafka = make_kafka()
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert text.count(f"\nKAFKA_BOOTSTRAP_SERVERS={ADDRESS}\n") == 1
    (tmp_path / ".env").write_text(text.replace(ADDRESS, f"localhost:{kafka.port}"), encoding="utf-8")
    for path, _ in PRODUCERS:
        red_and_black(tmp_path / path)

    created = shell(kafka, tmp_path, CREATE)
    assert "Created topic video-frames." in created and "Created topic fire-detections." in created
    roles = []
    try:
        for i in range(3):
            roles.append(Role(["process"], tmp_path, f"process-{i}", environment()))
        producers = [Role(["produce", *words], tmp_path, words[1], environment()) for words in PRODUCERS]
        roles += producers
        for producer in producers:
            assert producer.process.wait(60) == 0, producer.text()
        completions = wait_until(lambda: finished(kafka, 3), "three completions", pause_s=0.5)
        wait_until(lambda: sum(lags(kafka.bootstrap, "fire-detection-stream", "video-frames", range(6))) == 0, "no lag", pause_s=0.5)

        # The guide's example; a group that still balances shows no owners, or one for all.
        rows = wait_until(lambda: shared_by_three(described(kafka, tmp_path)), "two partitions a processor", pause_s=0.5)
        # Partitions without a frame show an offset or none at all; video1 is in 4, video2 and video3 in 1.
        with_frames = {int(row["PARTITION"]): row for row in rows if row["LOG-END-OFFSET"] != "0"}
        assert sorted(with_frames) == [1, 4]
        for row in with_frames.values():
            assert row["LAG"] == "0" and row["CURRENT-OFFSET"] == row["LOG-END-OFFSET"]
        assert "PartitionCount: 6" in shell(kafka, tmp_path, DESCRIBE)
        for role in roles[:3]:
            assert role.stop() == 0, role.text()
    finally:
        for role in roles:
            if role.process.poll() is None:
                role.kill()
    assert {one["video_id"]: one["status"] for one in completions} == {f"video{i}": "complete" for i in (1, 2, 3)}
    # What the two commands had left out was made, in step.
    found = kafka.admin().list_topics(timeout=30).topics
    counts = {name: len(found[name].partitions) for name in ("video-segments", "video-progress", "video-completions")}
    assert counts == {"video-segments": 6, "video-progress": 6, "video-completions": 3}


def described(kafka, folder):
    rows = [row for row in table(shell(kafka, folder, LAG)) if row["TOPIC"] == "video-frames"]
    assert sorted(int(row["PARTITION"]) for row in rows) == list(range(6))
    return rows


def shared_by_three(rows):
    """The rows, once each of three members owns its two partitions."""
    owners = {}
    for row in rows:
        owners.setdefault(row["CONSUMER-ID"], []).append(int(row["PARTITION"]))
    return rows if sorted(owners.values()) == [[0, 1], [2, 3], [4, 5]] else None


def finished(kafka, n):
    if "video-completions" not in kafka.admin().list_topics(timeout=30).topics:
        return None
    found = [json.loads(record.value()) for record in read_all(kafka.bootstrap, "video-completions")]
    return found if len(found) >= n else None
