# SPDX-License-Identifier: MIT
"""How long an alert takes, from the time that the producer gave the frame to the webhook's receiver."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from _measure import FIREWATCH, ROOT, cpu_name, table

sys.path.insert(0, str(ROOT / "tests" / "integration"))
from fleet import Role, wait_until  # noqa: E402
from kafka_server import KafkaServer  # noqa: E402
from webhook import SECRET, Webhook  # noqa: E402

N_CAMERAS, N_FIRES = 6, 8  # of ten seconds each
USES = ("VIDEO", "DETECTIONS", "EVENTS", "SEGMENTS", "PROGRESS", "VIDEO_COMPLETIONS")
LIMIT_MS = 1000


def burning_and_not(folder):
    """A camera's stream in which a fire begins and ends again and again."""
    clip = Path(folder) / "fires.mp4"
    sample = ROOT / "samples" / "yard_fire.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", str(N_FIRES - 1), "-i", sample, "-map", "0:v:0", "-c", "copy", clip],
                   check=True)
    return clip


def latencies_ms(deliveries):
    """From the time that stands in the frame to the receiver, by phase. The end that a video's own end brings has no frame."""
    by_phase = {}
    for one in deliveries:
        if one.event["timestamp"] is None:
            continue
        produced = datetime.fromisoformat(one.event["timestamp"]).replace(tzinfo=timezone.utc).timestamp()
        by_phase.setdefault(one.event["phase"], []).append((one.received_s - produced) * 1000)
    return by_phase


def percentile(values, share):
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def measure(kafka, folder, clip):
    env = {"PATH": os.environ["PATH"], "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap, "ALERT_WEBHOOK_SECRET": SECRET,
           "ALERT_COOLDOWN_SECONDS": "0", "ALERT_TYPES": "fire", **{f"KAFKA_{use}_TOPIC": f"bench-{use.lower()}" for use in USES}}
    with Webhook() as webhook:
        env["ALERT_WEBHOOK_URL"] = webhook.url
        subprocess.run([FIREWATCH, "topics", "create", "--quiet"], env=env, cwd=folder, check=True)
        roles = [Role([name], folder, name, env) for name in ("process", "alert")]
        for role in roles:
            role.await_text(" assigned partitions=0")
        words = [word for number in range(N_CAMERAS) for word in ("--input", f"camera{number}={clip}")]
        subprocess.run([FIREWATCH, "produce", "--quiet", "--realtime", *words], env=env, cwd=folder, check=True)
        wait_until(lambda: len(webhook.ids()) >= 2 * N_CAMERAS * N_FIRES, "all alerts", 30)
        codes = [role.stop() for role in roles]
    if codes != [0, 0]:
        sys.exit(f"a role failed: {[role.text() for role in roles]}")
    return latencies_ms(webhook.taken())


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        clip = burning_and_not(folder)
        with KafkaServer(folder / "kafka") as kafka:
            by_phase = measure(kafka, folder, clip)
    print(f"{cpu_name()}, {len(os.sched_getaffinity(0))} cores; {N_CAMERAS} cameras of 25 frames a second, one processor, one alerter")
    rows = [("frame produced to webhook, ms", "alerts", "p50", "p99", "largest")]
    every = [value for values in by_phase.values() for value in values]
    for name, values in [*sorted(by_phase.items(), reverse=True), ("all", every)]:
        rows.append((name, len(values), *(f"{percentile(values, share):.0f}" for share in (0.5, 0.99)), f"{max(values):.0f}"))
    table(rows)
    if percentile(every, 0.99) >= LIMIT_MS:
        sys.exit(f"p99 is not below {LIMIT_MS} ms")


if __name__ == "__main__":
    main()
