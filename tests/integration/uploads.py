# SPDX-License-Identifier: MIT
"""Uploaders for one test: a bucket and topics of its own, videos that are waiting, and the judge of what became of them."""

import contextlib
import hashlib
import json
import os
import re
import subprocess
import threading
from urllib.parse import quote

from botocore.exceptions import ClientError
from confluent_kafka import Producer
from firewatch import BINARY
from fleet import Fleet, Role, lags, read_all, wait_until
from s3_proxy import S3Proxy

GROUP = "s3-video-uploader-group"
SHORT_SESSIONS = {"KAFKA_PROPERTY_SESSION_TIMEOUT_MS": "3000", "KAFKA_PROPERTY_HEARTBEAT_INTERVAL_MS": "300"}
PARTS = {"S3_PART_SIZE_BYTES": str(5 << 20)}  # the least that S3 takes
IN_PARTS = {"n_segments": 16, "segment_bytes": 700_000}  # 11 MB: three parts


class Uploader(Role):
    """A running `firewatch upload`."""

    def __init__(self, words, folder, name, env):
        super().__init__(["upload", *words], folder, name, env)
        self.spool = folder / env["CLIP_STORAGE_PATH"]

    def partitions(self):
        """Those of the newest assignment; None before the first, and after a revocation."""
        found = re.findall(r" (assigned|revoked|lost) partitions=(\S+)", self.text())
        if not found or found[-1][0] != "assigned":
            return None
        return [] if found[-1][1] == "none" else [int(number) for number in found[-1][1].split(",")]

    def peak_mib(self):
        status = open(f"/proc/{self.process.pid}/status", encoding="utf-8").read()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024

    def files(self):
        """Whatever is left of videos on its disk."""
        return sorted(str(path) for path in self.spool.rglob("*") if path.is_file() and path.name not in ("lock", ".upload.lock"))


class Uploads(Fleet):
    """`endpoint` is where uploaders find S3, when that is not the server itself."""

    def __init__(self, kafka, s3, folder, name, endpoint=None, n_partitions=3, **variables):
        super().__init__(kafka, folder, name, **variables)
        self.s3, self.bucket = s3, s3.create_bucket(f"{name}-bucket")
        self.n_partitions = n_partitions
        self.env.update(s3.environment)
        self.env.update({"S3_BUCKET": self.bucket, "KAFKA_UPLOAD_GROUP_ID": f"{name}-{GROUP}"})
        self.env.update({"KAFKA_VIDEO_COMPLETIONS_TOPIC_PARTITIONS": str(n_partitions), **variables})
        if endpoint:
            self.env["AWS_ENDPOINT_URL"] = endpoint
        self.completions_topic = self.topic["VIDEO_COMPLETIONS"]
        created = self.command("topics", "create", "--quiet")
        assert created.returncode == 0, created.stderr
        self.uploaders = []
        self.client = s3.client()

    # ---- uploaders ----

    def start(self, *words, folder=None, **variables):
        number = len(self.uploaders)
        env = {**self.env, "CLIP_STORAGE_PATH": folder or f"spool-{number}", **variables}
        self.uploaders.append(Uploader(words, self.folder, f"upload-{number}", env))
        return self.uploaders[-1]

    @contextlib.contextmanager
    def upload(self, n=1, *words, **more):
        """`n` uploaders that share the partitions; at the end those that live are stopped, and end well."""
        started = [self.start(*words, **more) for _ in range(n)]
        try:
            self.await_shared(started)
            yield started[0] if n == 1 else started
            for uploader in started:
                if uploader.process.returncode is None:
                    assert uploader.stop() == 0, uploader.text()
        finally:
            for uploader in started:
                if uploader.process.poll() is None:
                    uploader.kill()

    def await_shared(self, uploaders):
        """Until the partitions are shared out among these."""

        def look():
            for uploader in uploaders:
                assert uploader.process.poll() is None, uploader.text()
            owned = [uploader.partitions() for uploader in uploaders]
            return None not in owned and sorted(sum(owned, [])) == list(range(self.n_partitions))

        wait_until(look, "the partitions' distribution")

    # ---- videos ----

    def segments(self, video_id, run_offset=17, n_segments=3, segment_bytes=None, partition=0):
        """Sends a video's segments; their completion, and the file that they make."""
        reference = self.folder / f"reference-{video_id}-{run_offset}-{n_segments}.mp4"
        words = [self.topic["SEGMENTS"], partition, video_id, run_offset, n_segments, reference]
        words += [segment_bytes] if segment_bytes else []
        env = {**os.environ, "KAFKA_TEST_BOOTSTRAP": self.kafka.bootstrap}
        command = [BINARY.parent / "send_segments", *map(str, words)]
        sent = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=True)
        return json.loads(sent.stdout), reference

    def complete(self, completion, key=None, partition=None, headers=None, value=None, **changes):
        """Sends a completion; its partition and offset."""
        reports = []
        producer = Producer({"bootstrap.servers": self.kafka.bootstrap, "acks": "all", "partitioner": "murmur2_random"})
        place = {} if partition is None else {"partition": partition}
        producer.produce(
            self.completions_topic,
            value=value if value is not None else json.dumps({**completion, **changes}).encode(),
            key=key if key is not None else completion["video_id"].encode(),
            headers=headers,
            on_delivery=lambda error, message: reports.append((error, message)),
            **place,
        )
        assert producer.flush(30) == 0
        error, message = reports[0]
        assert error is None, error
        return message.partition(), message.offset()

    def video(self, video_id, **options):
        """A video that is complete; its file."""
        completion, reference = self.segments(video_id, **options)
        self.complete(completion)
        return reference

    # ---- the judge ----

    def key(self, video_id):
        return f"videos/{video_id}_with_heatmaps.mp4"

    def head(self, video_id):
        """What the server says of the object; None when there is none."""
        try:
            return self.client.head_object(Bucket=self.bucket, Key=self.key(video_id))
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404, error
            return None

    def await_object(self, video_id, limit_s=60):
        return wait_until(lambda: self.head(video_id), f"an object of {video_id}", limit_s)

    def keys(self):
        return sorted(item["Key"] for item in self.client.list_objects_v2(Bucket=self.bucket).get("Contents", []))

    def multiparts(self):
        return [(item["Key"], item["UploadId"]) for item in self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])]

    def dead_letters(self):
        """(headers, record) of each."""
        records = read_all(self.kafka.bootstrap, f"{self.completions_topic}.dlq")
        return [({name: value.decode() for name, value in record.headers()}, record) for record in records]

    def lag(self):
        return sum(lags(self.kafka.bootstrap, self.env["KAFKA_UPLOAD_GROUP_ID"], self.completions_topic, range(self.n_partitions)))

    def await_settled(self, limit_s=60):
        """Until nothing waits: lag 0 in every partition, marks of transactions included."""
        wait_until(lambda: self.lag() == 0, "lag 0", limit_s, 0.2)

    def check(self, expected):
        """The bucket holds these videos ({id: file}), each equal to its file and playable, and nothing is left anywhere."""
        assert self.keys() == sorted(self.key(video_id) for video_id in expected)
        for video_id, reference in expected.items():
            self.check_object(video_id, reference)
        assert self.lag() == 0
        assert self.multiparts() == []
        for uploader in self.uploaders:
            if uploader.process.returncode != -9:  # what a killed one leaves is cleared by the next on its disk
                assert uploader.files() == [], uploader.text()

    def check_object(self, video_id, reference):
        answer = self.client.get_object(Bucket=self.bucket, Key=self.key(video_id))
        body = answer["Body"].read()
        digest = hashlib.sha256(body).hexdigest()
        assert digest == hashlib.sha256(reference.read_bytes()).hexdigest(), video_id
        assert answer["ContentType"] == "video/mp4"
        assert answer["Metadata"]["sha256"] == digest
        assert answer["Metadata"]["video-id"] == quote(video_id, safe="")
        assert body.find(b"moov") < body.find(b"mdat"), f"{video_id} is not fast-start"
        assert decoded(reference) == int(answer["Metadata"]["frames"])


def decoded(path):
    """How many pictures decode; fails on any complaint of the decoder."""
    command = ["ffmpeg", "-v", "error", "-xerror", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return sum(not line.startswith("#") for line in done.stdout.splitlines())


class Gate(S3Proxy):
    """A proxy that can hold requests back before the server sees them."""

    def __init__(self, upstream_port):
        super().__init__(upstream_port)
        self._rule, self.n_held, self._opened = None, 0, threading.Event()

    def hold(self, method, path=""):
        """From now on, requests of that method whose path holds `path` wait for open()."""
        self._opened.clear()
        self._rule = (method, path)

    def await_held(self, n=1):
        wait_until(lambda: self.n_held >= n, f"{n} {self._rule} to come")

    def open(self):
        self._rule = None
        self._opened.set()

    def _forward(self, stream, method, path, headers, size):
        if self._rule and method == self._rule[0] and self._rule[1] in path:
            self.n_held += 1
            assert self._opened.wait(60)
        return super()._forward(stream, method, path, headers, size)


class Between(S3Proxy):
    """A proxy that calls `act` once, after the server has done the first request of that method whose path holds `path`
    and before anyone learns of it."""

    def __init__(self, upstream_port, method, path, act):
        super().__init__(upstream_port)
        self._rule, self._act = (method, path), act

    def _forward(self, stream, method, path, headers, size):
        answer = super()._forward(stream, method, path, headers, size)
        if self._act and method == self._rule[0] and self._rule[1] in path:
            act, self._act = self._act, None
            act()
        return answer
