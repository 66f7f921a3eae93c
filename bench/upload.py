# SPDX-License-Identifier: MIT
"""With a real broker and a real S3 server: uploaded videos per second, and how long a completed one takes to be readable."""
import sys
import tempfile
import time
from pathlib import Path

from _measure import ROOT, cpu_name, table

sys.path.insert(0, str(ROOT / "tests" / "integration"))
from botocore.exceptions import ClientError  # noqa: E402
from kafka_server import KafkaServer  # noqa: E402
from s3_server import S3Server  # noqa: E402
from uploads import Uploads  # noqa: E402

VIDEO = {"n_segments": 7, "segment_bytes": 715_000}  # 5 MB
N_AT_ONCE = 30
N_IN_TURN = 50
LIMIT_S = 120


def wait(condition, pause_s):
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"it took longer than {LIMIT_S} s")
        time.sleep(pause_s)


def cpu_seconds(uploader):
    fields = Path(f"/proc/{uploader.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def at_once(kafka, s3, folder, n_uploaders):
    """A row: many completions that are there at once."""
    uploads = Uploads(kafka, s3, folder, f"rate-{n_uploaders}")
    videos = [uploads.segments(f"v{n}", partition=n % 6, **VIDEO) for n in range(N_AT_ONCE)]
    size = videos[0][1].stat().st_size
    with uploads.upload(n_uploaders) as started:
        uploaders = started if n_uploaders > 1 else [started]
        before = sum(map(cpu_seconds, uploaders))
        begin = time.monotonic()
        for n, (completion, _) in enumerate(videos):
            uploads.complete(completion, partition=n % 3)
        wait(lambda: len(uploads.keys()) == N_AT_ONCE, 0.02)
        wall = time.monotonic() - begin
        cpu = sum(map(cpu_seconds, uploaders)) - before
        peak = max(uploader.peak_mib() for uploader in uploaders)
    return (f"{n_uploaders} uploader{'s' * (n_uploaders > 1)}", f"{size / 1e6:.1f}", f"{N_AT_ONCE / wall:.1f}", f"{N_AT_ONCE * size / wall / 1e6:.0f}",
            f"{cpu / N_AT_ONCE * 1000:.0f}", f"{peak:.0f}")


def is_readable(uploads, video_id):
    try:
        uploads.client.get_object(Bucket=uploads.bucket, Key=uploads.key(video_id), Range="bytes=0-0")["Body"].read()
        return True
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        return False


def in_turn(kafka, s3, folder):
    """Milliseconds from the broker's acknowledgement of a completion to the object's first byte, one video after another."""
    uploads = Uploads(kafka, s3, folder, "late")
    late = []
    with uploads.upload():
        for n in range(N_IN_TURN):
            completion, reference = uploads.segments(f"v{n}", partition=n % 6, **VIDEO)
            uploads.complete(completion, partition=n % 3)
            begin = time.monotonic()
            wait(lambda n=n: is_readable(uploads, f"v{n}"), 0.002)
            late.append((time.monotonic() - begin) * 1000)
            reference.unlink()
    return sorted(late)


def main():
    print(cpu_name())
    with tempfile.TemporaryDirectory() as folder, KafkaServer(Path(folder) / "kafka") as kafka, S3Server(Path(folder) / "s3") as s3:
        rows = [(f"{N_AT_ONCE} videos on three partitions", "MB each", "videos a second", "MB/s", "CPU ms a video", "peak MiB")]
        rows += [at_once(kafka, s3, Path(folder), n) for n in (1, 3)]
        table(rows)
        late = in_turn(kafka, s3, Path(folder))
        print("\ncompletion event to object readable, one video at a time")
        table([("ms", "videos", "p50", "p99", "longest"),
               ("one uploader", len(late), *(f"{late[min(len(late) - 1, int(share * len(late)))]:.0f}" for share in (0.5, 0.99, 1)))])


if __name__ == "__main__":
    main()
