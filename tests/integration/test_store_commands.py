# SPDX-License-Identifier: MIT
"""presign, get, ls and run --upload on a real S3 server, judged by boto3."""

import datetime
import hashlib
import json
import threading
import time
import urllib.error
import urllib.request

import pytest
from firewatch import RED, SAMPLE, names, results, stream, summary
from store import MIB, make_file
from topics import await_true

KEY = "videos/{}_with_heatmaps.mp4"


def put(bucket, video_id, body, **more):
    bucket.client.put_object(Bucket=bucket.name, Key=KEY.format(video_id), Body=body, **more)


def fetch(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


def refused(url):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        fetch(url)
    return refusal.value.code


# ---- presign ----

@pytest.mark.parametrize("video_id", ["yard", "a b+c ä&?#"])
def test_a_presigned_url_fetches(bucket, video_id):
    put(bucket, video_id, b"the video")
    result = bucket.firewatch("presign", video_id)
    assert (result.returncode, result.stderr, result.stdout.count("\n")) == (0, "", 1)
    url = result.stdout.strip()
    assert fetch(url) == b"the video"
    assert "X-Amz-Expires=3600&" in url
    assert bucket.env["AWS_SECRET_ACCESS_KEY"] not in url


def test_an_altered_or_expired_url_is_refused(bucket):
    put(bucket, "yard", b"the video")
    put(bucket, "other", b"another video")
    url = bucket.firewatch("presign", "yard", "--expires", "1h").stdout.strip()
    assert refused(url.replace("/yard_", "/other_")) == 403
    assert refused(url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200")) == 403
    last = url[-1]
    assert refused(url[:-1] + ("0" if last != "0" else "1")) == 403
    short = bucket.firewatch("presign", "yard", "--expires=1").stdout.strip()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:  # the server's clock counts whole seconds
        try:
            fetch(short)
        except urllib.error.HTTPError as refusal:
            assert refusal.code == 403
            break
        time.sleep(0.1)
    else:
        pytest.fail("the URL does not expire")


@pytest.mark.parametrize("expires", ["0", "604801", "x"])
def test_expiry_has_limits(bucket, expires):
    result = bucket.firewatch("presign", "yard", "--expires", expires)
    assert result.returncode == 2 and "604800" in result.stderr


def test_a_video_id_stays_below_the_prefix(bucket):
    for command in ("presign", "get"):
        result = bucket.firewatch(command, "../escape")
        assert result.returncode == 1 and result.stdout == ""


# ---- get ----

def test_get_brings_the_object(bucket, tmp_path):
    body = make_file(tmp_path / "f", 3 * MIB + 1).read_bytes()
    put(bucket, "yard", body)
    result = bucket.firewatch("get", "yard", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "yard_with_heatmaps.mp4").read_bytes() == body
    put(bucket, "empty", b"")
    assert bucket.firewatch("get", "empty", "-o", tmp_path / "e").returncode == 0
    assert (tmp_path / "e").read_bytes() == b""


def test_get_of_nothing_leaves_nothing(bucket, tmp_path):
    result = bucket.firewatch("get", "nothing", "-o", tmp_path / "f")
    assert result.returncode == 1
    assert "NoSuchKey" in result.stderr and bucket.name in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_get_goes_on_where_it_broke(proxied, tmp_path):
    body = make_file(tmp_path / "f", 12 * MIB).read_bytes()
    put(proxied, "yard", body)
    proxied.proxy.fail("truncated", times=3, method="GET")
    result = proxied.firewatch("get", "yard", "-o", tmp_path / "got", env={"S3_MAX_ATTEMPTS": "2"})
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "got").read_bytes() == body
    ranges = [request.headers.get("range") for request in proxied.proxy.seen("GET", "yard")]
    assert len(ranges) == 4 and ranges[0] is None
    starts = [int(r.removeprefix("bytes=").rstrip("-")) for r in ranges[1:]]
    assert starts == sorted(starts) and 5 * MIB < starts[0] <= 6 * MIB < starts[2] < 12 * MIB


def test_get_of_an_object_that_changes_meanwhile_fails(proxied, tmp_path):
    put(proxied, "yard", make_file(tmp_path / "1", 4 * MIB, 1).read_bytes())
    proxied.proxy.fail("truncated", method="GET")
    gone = proxied.proxy.fail("stall", method="GET")

    def replace():
        await_true(lambda: proxied.proxy.seen("GET", "yard"), "a first request")
        put(proxied, "yard", make_file(tmp_path / "2", 4 * MIB, 2).read_bytes())
        await_true(lambda: not gone.left, "a second request")
        proxied.proxy.let_go()
    other = threading.Thread(target=replace, daemon=True)
    other.start()
    result = proxied.firewatch("get", "yard", "-o", tmp_path / "got")
    other.join(30)
    assert not other.is_alive()
    assert result.returncode == 1 and "replaced" in result.stderr, result.stderr
    assert not (tmp_path / "got").exists() and not (tmp_path / "got.part").exists()


def test_get_checks_the_bytes(proxied, tmp_path):
    put(proxied, "yard", b"the video", Metadata={"sha256": hashlib.sha256(b"another").hexdigest()})
    result = proxied.firewatch("get", "yard", "-o", tmp_path / "got")
    assert result.returncode == 1 and "checksum" in result.stderr
    assert not (tmp_path / "got").exists()


# ---- ls ----

def test_ls_lists_videos_only(bucket):
    put(bucket, "b", b"12345")
    put(bucket, "a ä", b"1")
    bucket.client.put_object(Bucket=bucket.name, Key="videos/notes.txt", Body=b"x")
    bucket.client.put_object(Bucket=bucket.name, Key="other/c_with_heatmaps.mp4", Body=b"x")
    result = bucket.firewatch("ls")
    assert result.returncode == 0, result.stderr
    assert [line.split(maxsplit=2)[1:] for line in result.stdout.splitlines()] == [["1", "a ä"], ["5", "b"]]
    found = [json.loads(line) for line in bucket.firewatch("ls", "--json").stdout.splitlines()]
    assert [(v["video_id"], v["size"], v["key"]) for v in found] == [("a ä", 1, KEY.format("a ä")), ("b", 5, KEY.format("b"))]
    put_at = datetime.datetime.fromisoformat(found[0]["modified"]).replace(tzinfo=datetime.UTC)
    assert abs((datetime.datetime.now(datetime.UTC) - put_at).total_seconds()) < 60
    assert bucket.firewatch("ls", env={"S3_KEY_PREFIX": "other/"}).stdout.split()[-1] == "c"


def test_ls_goes_through_all_pages(proxied):
    for i in range(1001):  # a page holds 1,000
        put(proxied, f"v{i:04}", b"")
    found = proxied.firewatch("ls", "--json").stdout.splitlines()
    assert len(found) == 1001
    assert len(proxied.proxy.seen("GET", "list-type=2")) == 2


def test_ls_asks_again_for_a_page_that_was_cut_off(proxied):
    put(proxied, "yard", b"x")
    proxied.proxy.fail("truncated", method="GET", path="list-type=2")
    proxied.proxy.fail("answer", method="GET", path="list-type=2", body=b"<ListBucketResult><Contents><Key>videos/x")
    result = proxied.firewatch("ls")
    assert result.returncode == 0 and result.stdout.count("\n") == 1 and " yard" in result.stdout


# ---- run --upload ----

def run_upload(bucket, folder, *options, env=None):
    return bucket.firewatch("run", SAMPLE, "-o", folder / "out", "--model", RED, "--upload", "--json", *options,
                            cwd=folder, env=env)


def test_run_uploads_and_deletes(bucket, tmp_path):
    result = run_upload(bucket, tmp_path, "--id", "yard")
    assert result.returncode == 0, result.stderr
    said = summary(result)["yard"]
    assert said["object"] == f"s3://{bucket.name}/{KEY.format('yard')}" and "video" not in said
    assert names(tmp_path) == [name for name in results("yard", fires=1) if not name.endswith(".mp4")]
    head = bucket.client.head_object(Bucket=bucket.name, Key=KEY.format("yard"))
    body = bucket.body(KEY.format("yard"))
    meta = head["Metadata"]
    assert head["ContentType"] == "video/mp4"
    assert meta["sha256"] == hashlib.sha256(body).hexdigest()
    assert (meta["video-id"], int(meta["frames"]), int(meta["fire-frames"])) == ("yard", said["frames"], said["fire_frames"])
    assert float(meta["max-probability"]) == pytest.approx(said["max_probability"], abs=1e-5)
    assert meta["model"] == said["model"]
    (tmp_path / "got.mp4").write_bytes(body)
    assert stream(tmp_path / "got.mp4")["codec_name"] == "h264"


def test_run_keeps_the_file_when_asked(bucket, tmp_path):
    result = run_upload(bucket, tmp_path, "--id", "yard", env={"S3_DELETE_LOCAL_AFTER_UPLOAD": "false"})
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out" / "yard_with_heatmaps.mp4").read_bytes() == bucket.body(KEY.format("yard"))


def test_an_upload_that_fails_fails_by_name_and_keeps_the_file(bucket, tmp_path):
    result = run_upload(bucket, tmp_path, "--id", "yard", env={"S3_BUCKET": "no-such-bucket-here"})
    assert result.returncode == 1
    assert str(SAMPLE) in result.stderr and "NoSuchBucket" in result.stderr
    assert summary(result)["yard"]["status"] == "failed"
    assert names(tmp_path) == results("yard", fires=1)


def test_a_bucket_must_be_named(bucket, tmp_path):
    result = run_upload(bucket, tmp_path, env={"S3_BUCKET": ""})
    assert result.returncode == 1 and "S3_BUCKET" in result.stderr
    assert names(tmp_path) == []
