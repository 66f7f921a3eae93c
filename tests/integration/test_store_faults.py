# SPDX-License-Identifier: MIT
"""The store behind a proxy that breaks things: what is tried again, what is not, what stays behind."""

import datetime
import hashlib
import re
import signal
import subprocess
import time

import pytest
from store import MIB, SMALL_PARTS, TOOL, Bucket, make_file
from topics import await_true
from uploads import Gate

TRANSIENT = ["internal_error", "bad_gateway", "slow_down", "unavailable", "request_timeout", "reset", "lost", "truncated"]


@pytest.mark.parametrize("kind", TRANSIENT)
def test_one_put_gets_through(proxied, tmp_path, kind):
    file = make_file(tmp_path / "f", 300000)
    proxied.proxy.fail(kind, times=2, method="PUT")
    answer = proxied.tool("put", "k", file)
    assert answer.good, answer.text
    assert proxied.body("k") == file.read_bytes()
    assert int(answer["retries"]) == 2
    assert int(answer["throttled"]) == (2 if kind in ("slow_down", "unavailable") else 0)


@pytest.mark.parametrize(
    ("step", "kind"),
    [(step, kind) for step in ("uploads=", "partNumber=2", "complete") for kind in (*TRANSIENT, "error_in_200")
     if step != "partNumber=2" or kind != "error_in_200"])  # a part's answer has no body
def test_parts_get_through(proxied, tmp_path, step, kind):
    file = make_file(tmp_path / "f", 16 * MIB)
    if step == "complete":
        proxied.proxy.fail(kind, method="POST", path="?uploadId=")
    else:
        proxied.proxy.fail(kind, path=step)
    answer = proxied.tool("put", "k", file, "absent", env=SMALL_PARTS)
    if not answer.good and kind == "lost" and step == "complete":
        # Our own object is in the way of the condition: the next look tells.
        assert answer["error"].startswith("retry 116 "), answer.text
    else:
        assert answer.good, answer.text
    assert hashlib.sha256(proxied.body("k")).digest() == hashlib.sha256(file.read_bytes()).digest()
    # An upload whose beginning was answered by nobody has no id that we could know.
    assert len(proxied.uploads()) <= (1 if step == "uploads=" and kind in ("lost", "truncated") else 0)


def test_gives_up_after_its_tries_and_says_so(proxied, tmp_path):
    proxied.proxy.fail("internal_error", times=-1, method="PUT")
    answer = proxied.tool("put", "k", make_file(tmp_path / "f", 1000), env={"S3_MAX_ATTEMPTS": "3"})
    assert answer["error"].startswith("retry 5 "), answer.text
    assert "InternalError" in answer["error"] and "after 3 tries" in answer["error"]
    assert len(proxied.proxy.seen("PUT")) == 3


def test_a_failed_part_leaves_no_upload_behind(proxied, tmp_path):
    proxied.proxy.fail("access_denied", path="partNumber=2")
    answer = proxied.tool("put", "k", make_file(tmp_path / "f", 16 * MIB), env=SMALL_PARTS)
    assert answer["error"].startswith("config 13 ") and "AccessDenied" in answer["error"], answer.text
    assert answer.all("upload")[-1] == "ended"
    assert proxied.uploads() == []


def test_no_server_at_all(bucket):
    answer = bucket.tool("head", "k", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "S3_MAX_ATTEMPTS": "2"})
    assert answer["error"].startswith("retry 104 "), answer.text
    assert "after 2 tries" in answer["error"]


def test_a_server_that_falls_silent_is_left(proxied):
    proxied.proxy.fail("stall", times=1)
    begun = time.monotonic()
    answer = proxied.tool("head", "k", env={"S3_TIMEOUT_SECONDS": "1"})
    assert answer["error"].startswith("data 2 "), answer.text
    assert int(answer["retries"]) == 1 and time.monotonic() - begun < 10


def test_a_conflict_is_the_callers(proxied, tmp_path):
    proxied.proxy.fail("conflict", method="PUT")
    answer = proxied.tool("put", "k", make_file(tmp_path / "f", 1000), "absent")
    assert answer["error"].startswith("retry 116 "), answer.text
    assert int(answer["retries"]) == 0


def test_encryption_is_asked_for(proxied, tmp_path):
    # The test server refuses these headers, so the proxy answers in its place.
    body = b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
    proxied.proxy.fail("answer", times=-1, method="POST", body=body)
    proxied.proxy.fail("access_denied", times=-1, path="partNumber=")
    env = {"S3_SERVER_SIDE_ENCRYPTION": "aws:kms", "S3_SSE_KMS_KEY_ID": "arn:aws:kms:x:1:key/k"}
    small = proxied.tool("put", "k", make_file(tmp_path / "s", 1000), env=env)
    assert small["error"].startswith("config 95 "), small.text  # the server says NotImplemented
    assert not proxied.tool("put", "k", make_file(tmp_path / "l", 6 * MIB), env={**env, **SMALL_PARTS}).good
    asked = [proxied.proxy.seen("PUT", "/k")[0], proxied.proxy.seen("POST", "uploads=")[0]]
    for request in asked:
        assert request.headers["x-amz-server-side-encryption"] == "aws:kms"
        assert request.headers["x-amz-server-side-encryption-aws-kms-key-id"] == "arn:aws:kms:x:1:key/k"
        assert "x-amz-server-side-encryption" in request.headers["authorization"]
    for part in proxied.proxy.seen("PUT", "partNumber="):
        assert "x-amz-server-side-encryption" not in part.headers


def test_a_body_that_was_changed_on_its_way_is_found(proxied, tmp_path):
    """An answer without checksum whose ETag is another object's."""
    proxied.proxy.fail("answer", times=1, method="PUT", headers={"ETag": '"' + "0" * 32 + '"'})
    file = make_file(tmp_path / "f", 1000)
    answer = proxied.tool("put", "k", file)
    assert answer.good and int(answer["retries"]) == 1, answer.text
    proxied.proxy.fail("answer", times=-1, method="PUT", headers={"ETag": '"not-an-md5"'})
    answer = proxied.tool("put", "k", file)
    assert "gives no checksum" in answer["error"], answer.text


OTHER_SHA256, OTHER_MD5 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", '"d41d8cd98f00b204e9800998ecf8427e"'
WRONG = {
    "the checksum of a whole": ("PUT", "/k", {"x-amz-checksum-sha256": OTHER_SHA256}),
    "the ETag of a whole": ("PUT", "/k", {"x-amz-checksum-sha256": None, "etag": OTHER_MD5}),
    "the checksum of a part": ("PUT", "partNumber=2", {"x-amz-checksum-sha256": OTHER_SHA256}),
    "the ETag of a part": ("PUT", "partNumber=2", {"x-amz-checksum-sha256": None, "etag": OTHER_MD5}),
    "no ETag of a part": ("PUT", "partNumber=2", {"etag": None}),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_the_server_says_of_a_body_is_compared(proxied, tmp_path, what):
    method, path, headers = WRONG[what]
    file = make_file(tmp_path / "f", 11 * MIB if "part" in what else 1000)
    proxied.proxy.fail("rewrite", method=method, path=path, headers=headers)
    answer = proxied.tool("put", "k", file, env=SMALL_PARTS)
    assert answer.good and int(answer["retries"]) == 1, answer.text
    assert proxied.body("k") == file.read_bytes()
    proxied.proxy.fail("rewrite", times=-1, method=method, path=path, headers=headers)
    answer = proxied.tool("put", "k", file, env={**SMALL_PARTS, "S3_MAX_ATTEMPTS": "2"})
    assert re.search("its (SHA-256|MD5) differs|has no ETag", answer["error"]), answer.text
    assert answer["error"].startswith("retry ") and proxied.uploads() == []


@pytest.mark.parametrize("n_bytes", [1000, 11 * MIB], ids=["whole", "in-parts"])
def test_the_size_and_the_etag_of_what_stands_there_are_compared(proxied, tmp_path, n_bytes):
    file = make_file(tmp_path / "f", n_bytes)
    for headers, text in (({"content-length": str(n_bytes - 1)}, f"{n_bytes - 1} bytes arrived of {n_bytes}"),
                          ({"etag": OTHER_MD5}, "another object has replaced it")):  # fmt: skip
        proxied.proxy.fail("rewrite", times=1, method="HEAD", headers=headers)
        answer = proxied.tool("put", "k", file, env=SMALL_PARTS)
        assert answer["error"].startswith("retry ") and text in answer["error"], answer.text


def test_parts_of_a_whole_that_says_something_else(proxied, tmp_path):
    """The answer to CompleteMultipartUpload names a checksum that is not that of our parts."""
    body = f"<CompleteMultipartUploadResult><ETag>{OTHER_MD5[:-1]}-3\"</ETag><ChecksumSHA256>{OTHER_SHA256}-3</ChecksumSHA256></CompleteMultipartUploadResult>"
    proxied.proxy.fail("answer", method="POST", path="?uploadId=", body=body.encode())
    answer = proxied.tool("put", "k", make_file(tmp_path / "f", 11 * MIB), env=SMALL_PARTS)
    assert answer.good and int(answer["retries"]) == 1, answer.text
    proxied.proxy.fail("answer", times=-1, method="POST", path="?uploadId=", body=body.encode())
    answer = proxied.tool("put", "l", make_file(tmp_path / "f", 11 * MIB), env={**SMALL_PARTS, "S3_MAX_ATTEMPTS": "2"})
    assert "its checksum differs" in answer["error"] and proxied.uploads() == [], answer.text


def test_parts_are_on_the_way_together(s3, tmp_path):
    """As many as may be are held back at once; one after the other they would never come."""
    file = make_file(tmp_path / "f", 31 * MIB)
    with Gate(s3.port) as gate:
        held = Bucket(s3, "together", gate.url)
        gate.hold("PUT", "partNumber=")
        process = subprocess.Popen([TOOL, "put", "k", file], env={**held.env, **SMALL_PARTS}, stdout=subprocess.PIPE, text=True)
        gate.await_held(4)
        gate.open()
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    assert held.body("k") == file.read_bytes()


def test_a_wrong_clock_is_corrected(bucket, tmp_path):
    """Our process's clock is an hour slow; the server refuses such a signature."""
    source = tmp_path / "clock.c"
    source.write_text(
        "#define _GNU_SOURCE\n#include <time.h>\n#include <sys/syscall.h>\n#include <unistd.h>\n"
        "int clock_gettime(clockid_t id, struct timespec *t)\n"
        "{ int r = (int)syscall(SYS_clock_gettime, id, t); if (id == CLOCK_REALTIME) t->tv_sec -= 3600; return r; }\n",
        encoding="utf-8")
    library = tmp_path / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    file = make_file(tmp_path / "f", 1000)
    answer = bucket.tool("put", "k", file, env={"LD_PRELOAD": str(library)})
    assert answer.good, answer.text
    assert int(answer["retries"]) == 1  # the offset is kept for the look behind it
    assert bucket.body("k") == file.read_bytes()


# ---- stops ----

def begin_put(proxied, file):
    return subprocess.Popen([TOOL, "put", "k", file], env={**proxied.env, **SMALL_PARTS}, stdout=subprocess.PIPE,
                            text=True)


def test_a_stop_ends_a_transfer_and_aborts_it(proxied, tmp_path):
    proxied.proxy.fail("stall", times=-1, path="partNumber=3")
    process = begin_put(proxied, make_file(tmp_path / "f", 26 * MIB))
    await_true(lambda: len(proxied.proxy.seen("PUT", "partNumber=")) >= 3, "three parts")
    assert len(proxied.uploads()) == 1
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 1 and "error stop " in out and "upload ended" in out, out
    assert time.monotonic() - begun < 4
    assert proxied.uploads() == []


def test_a_stop_ends_the_wait_between_tries(proxied):
    proxied.proxy.fail("slow_down", times=-1)
    process = subprocess.Popen([TOOL, "head", "k"], env={**proxied.env, "S3_MAX_ATTEMPTS": "100"},
                               stdout=subprocess.PIPE, text=True)
    await_true(lambda: len(proxied.proxy.seen("HEAD")) >= 5, "five tries")
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    assert "error stop " in out and time.monotonic() - begun < 1


def test_what_a_dead_member_left_is_found_and_aborted(proxied, tmp_path):
    proxied.proxy.fail("stall", times=-1, path="partNumber=3")
    process = begin_put(proxied, make_file(tmp_path / "f", 26 * MIB))
    await_true(lambda: len(proxied.proxy.seen("PUT", "partNumber=")) >= 3, "three parts")
    process.kill()
    process.wait()
    [left] = proxied.uploads()
    listed = proxied.tool("uploads", "")
    [line] = [rest for first, rest in listed.lines if first == left["UploadId"]]
    key, begun_us = line.rsplit(" ", 1)
    assert key == "k"
    assert abs(int(begun_us) / 1e6 - datetime.datetime.now(datetime.UTC).timestamp()) < 120
    assert proxied.tool("abort", "k", left["UploadId"]).good
    assert proxied.uploads() == []
    assert proxied.tool("abort", "k", left["UploadId"]).good  # none is there any more
