# SPDX-License-Identifier: MIT
"""The store on a real S3 server, judged by boto3."""

import subprocess

import pytest
from store import MIB, SMALL_PARTS, TOOL, make_file

AWKWARD = ["videos/a b+c%/ä.mp4", "videos/~'()*!@$&=;:,?#[]", "videos/日本/ü", "x", "k" * 200]


@pytest.mark.parametrize("key", AWKWARD)
def test_puts_under_awkward_keys(bucket, tmp_path, key):
    file = make_file(tmp_path / "f", 70001)
    answer = bucket.tool("put", key, file)
    assert answer.good, answer.text
    assert bucket.body(key) == file.read_bytes()
    head = bucket.client.head_object(Bucket=bucket.name, Key=key)
    assert (head["ContentType"], head["Metadata"]) == ("video/mp4", {"video-id": "a%20b", "frames": "12"})
    assert bucket.tool("head", key)["size"] == "70001"


def test_an_empty_file(bucket, tmp_path):
    file = make_file(tmp_path / "f", 0)
    assert bucket.tool("put", "videos/empty", file).good
    assert bucket.body("videos/empty") == b""


def test_absent_is_no_failure_of_the_bucket(bucket):
    answer = bucket.tool("head", "videos/none")
    assert not answer.good and answer["error"].startswith("data 2 "), answer.text
    assert f"s3://{bucket.name}/videos/none" in answer["error"]


def test_a_missing_bucket_is_named(bucket):
    for words in (["head", "k"], ["put", "k", str(TOOL)]):
        answer = bucket.tool(*words, env={"S3_BUCKET": "no-such-bucket-here"})
        assert answer["error"].startswith("config 2 "), answer.text
        assert "s3://no-such-bucket-here" in answer["error"] and "NoSuchBucket" in answer["error"]
        assert int(answer["retries"]) == 0


@pytest.mark.parametrize("words", [["head", "k"], ["put", "k", str(TOOL)], ["uploads", ""]])
def test_a_wrong_secret_is_named_and_not_shown(bucket, words):
    answer = bucket.tool(*words, env={"AWS_SECRET_ACCESS_KEY": "thisisnotthesecret"})
    assert answer["error"].startswith("config 13 "), answer.text
    assert "SignatureDoesNotMatch" in answer["error"] and "AWS_SECRET_ACCESS_KEY" in answer["error"]
    assert "thisisnotthesecret" not in answer.text + answer.process.stderr


def test_conditions(bucket, tmp_path):
    first, second = make_file(tmp_path / "1", 1000, 1), make_file(tmp_path / "2", 2000, 2)
    assert bucket.tool("put", "k", first, "absent").good
    refused = bucket.tool("put", "k", second, "absent")
    assert refused["error"].startswith("retry 116 "), refused.text
    assert bucket.body("k") == first.read_bytes()


def test_conditions_of_parts(bucket, tmp_path):
    first, second = make_file(tmp_path / "1", 11 * MIB, 1), make_file(tmp_path / "2", 12 * MIB, 2)
    assert bucket.tool("put", "k", first, "absent", env=SMALL_PARTS).good
    refused = bucket.tool("put", "k", second, "absent", env=SMALL_PARTS)
    assert refused["error"].startswith("retry 116 "), refused.text
    assert refused.all("upload")[-1] == "ended"
    assert bucket.body("k") == first.read_bytes()
    assert bucket.uploads() == []


def test_a_large_file_goes_in_parts_within_64_mib(bucket, tmp_path):
    file = make_file(tmp_path / "f", 300 * MIB + 12345)
    answer = bucket.tool("put", "videos/large", file)
    assert answer.good, answer.text
    assert len(answer.all("upload")) == 2 and answer.all("upload")[1] == "ended"
    assert answer["etag"].endswith('-38"')
    assert int(answer["peak"]) < 64 * 1024, answer["peak"]
    got = tmp_path / "got"
    bucket.client.download_file(bucket.name, "videos/large", str(got))
    same = subprocess.run(["cmp", file, got], check=False)
    assert same.returncode == 0
    assert bucket.uploads() == []
    file.unlink()
    got.unlink()
