# SPDX-License-Identifier: MIT
"""Uploads through faults: members killed at random instants, a server that stands still or dies, answers that go wrong.

Each ends with the same questions: is every object what it should be, is lag 0, is no upload left in S3 and no file on a disk?
"""

import os
import random
import time

import pytest
from fleet import wait_until
from s3_proxy import S3Proxy
from uploads import IN_PARTS, PARTS, SHORT_SESSIONS, Gate, Uploads

SMALL = {"n_segments": 3, "segment_bytes": 300_000}
N_INSTANTS = 10


def test_killed_at_ten_random_instants(kafka, s3, tmp_path):
    """Each time on a disk of its own, or on the one before's; each time the next one takes over in the middle."""
    seed = int(os.environ.get("FIREWATCH_SEED", random.randrange(1 << 32)))
    print(f"FIREWATCH_SEED={seed}")
    rng = random.Random(seed)
    uploads = Uploads(kafka, s3, tmp_path, f"killed-{seed}", n_partitions=1, **SHORT_SESSIONS, **PARTS)
    videos = [uploads.segments(f"v{n}", **(IN_PARTS if n % 2 == 0 else SMALL)) for n in range(N_INSTANTS + 1)]
    n_left_behind = 0
    with S3Proxy(s3.port) as proxy:
        proxy.fail("slow", times=-1, pause_s=0.08)
        for completion, _ in videos[:-1]:
            uploader = uploads.start(AWS_ENDPOINT_URL=proxy.url, folder=rng.choice(["disk-a", "disk-b"]))
            uploads.await_shared([uploader])
            n_seen = len(proxy.seen())
            uploads.complete(completion)
            n_more = rng.randrange(1, 9)  # a video in parts takes nine requests and more, a small one four
            until = time.monotonic() + 2
            while len(proxy.seen()) < n_seen + n_more and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(rng.uniform(0, 0.1))
            uploader.kill()
            n_left_behind += bool(uploads.multiparts()) or bool(uploader.files())
            print(f"killed after {len(proxy.seen()) - n_seen} requests; under way in S3: {len(uploads.multiparts())}, files: {len(uploader.files())}")
        uploads.complete(videos[-1][0])
        for folder in ("disk-a", "disk-b"):
            with uploads.upload(folder=folder) as last:
                uploads.await_settled()
            assert last.files() == [], last.text()
    assert n_left_behind > 0, "no kill was in the middle"
    uploads.check({completion["video_id"]: reference for completion, reference in videos})
    assert uploads.dead_letters() == []


@pytest.mark.parametrize(
    ("size", "method", "path"),
    [(SMALL, "PUT", "film"), (IN_PARTS, "PUT", "partNumber=2"), (IN_PARTS, "POST", "uploadId=")],
    ids=["in-mid-put", "in-mid-multipart", "while-completing"],
)
@pytest.mark.parametrize("same_disk", [True, False], ids=["same-disk", "another-disk"])
def test_killed_while_its_request_is_on_the_way(kafka, s3, tmp_path, request, size, method, path, same_disk):
    """The server gets the request of the dead only when the heir is there, or never."""
    uploads = Uploads(kafka, s3, tmp_path, f"way-{request.node.callspec.id}", n_partitions=1, **SHORT_SESSIONS, **PARTS)
    completion, reference = uploads.segments("film", **size)
    with Gate(s3.port) as proxy:
        victim = uploads.start(AWS_ENDPOINT_URL=proxy.url, folder="disk-a")
        uploads.await_shared([victim])
        proxy.hold(method, path)
        uploads.complete(completion)
        proxy.await_held()
        assert uploads.keys() == [] and victim.files() != []
        assert len(uploads.multiparts()) == (1 if size is IN_PARTS else 0)
        victim.kill()
        with uploads.upload(folder="disk-a" if same_disk else "disk-b"):
            proxy.open()
            uploads.await_settled()
        if not same_disk:  # what the dead one left on its disk, and in S3 after the heir had looked
            with uploads.upload(folder="disk-a"):
                pass
    assert uploads.uploaders[-1].files() == []
    uploads.check({"film": reference})
    assert uploads.dead_letters() == []


@pytest.mark.parametrize("stop", ["stands-still", "dies"])
def test_a_server_that_is_away_in_mid_upload(kafka, make_s3, tmp_path, stop):
    server = make_s3()
    uploads = Uploads(kafka, server, tmp_path, f"away-{stop}", n_partitions=1, S3_TIMEOUT_SECONDS="5", **SHORT_SESSIONS, **PARTS)
    completion, reference = uploads.segments("film", **IN_PARTS)
    after, after_reference = uploads.segments("after", **SMALL)
    with S3Proxy(server.port) as proxy, uploads.upload(AWS_ENDPOINT_URL=proxy.url, S3_MAX_ATTEMPTS="3") as uploader:
        proxy.fail("slow", times=-1, pause_s=0.3)
        uploads.complete(completion)
        uploads.complete(after)
        wait_until(lambda: proxy.seen("POST"), "a begun upload", 30, 0.01)
        if stop == "stands-still":
            server.pause()
            time.sleep(20)
            server.resume()
        else:
            server.kill()
            uploader.await_text("next try in")
            server.start()
        proxy.heal()
        uploads.await_settled(90)
        assert uploader.partitions() == [0] and uploader.text().count(" assigned ") == 1  # never left the group
    uploads.check({"film": reference, "after": after_reference})
    assert uploads.dead_letters() == []


KINDS = ("internal_error", "bad_gateway", "slow_down", "unavailable", "request_timeout", "conflict", "expired_token", "reset", "lost", "truncated", "slow")


@pytest.mark.parametrize("size", ["small", "in-parts"])
def test_answers_that_go_wrong(kafka, s3, tmp_path, size):
    uploads = Uploads(kafka, s3, tmp_path, f"wrong-{size}", **SHORT_SESSIONS, **PARTS)
    kinds = KINDS if size == "small" else ("error_in_200", *KINDS)
    references = {}
    with S3Proxy(s3.port) as proxy, uploads.upload(AWS_ENDPOINT_URL=proxy.url) as uploader:
        for kind in kinds:
            completion, references[kind] = uploads.segments(kind, **(SMALL if size == "small" else IN_PARTS))
            method = "PUT" if size == "small" or kind not in ("error_in_200", "lost", "conflict") else "POST"
            proxy.fail(kind, times=2, method=method, path=kind, after=0 if method == "PUT" else 1)
            proxy.fail("truncated", times=1, method="HEAD", path=kind)
            uploads.complete(completion)
        uploads.await_settled(90)
        seen = {request.fault for request in proxy.seen()}
        assert seen >= set(kinds), uploader.text()
    uploads.check(references)
    assert uploads.dead_letters() == []
