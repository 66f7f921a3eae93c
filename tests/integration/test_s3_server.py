# SPDX-License-Identifier: MIT
"""The development S3 server: it keeps what it is given, refuses what is not signed, and ./fw s3 runs it."""

import subprocess

import pytest
from botocore.exceptions import ClientError
from server_process import ROOT, free_port


@pytest.mark.parametrize("tls", [False, True])
def test_keeps_an_object(s3, tls):
    client = s3.client(tls=tls)
    bucket = s3.create_bucket(f"keeps-{int(tls)}")
    client.put_object(Bucket=bucket, Key="videos/a b+c.mp4", Body=b"mp4", ContentType="video/mp4")
    answer = client.get_object(Bucket=bucket, Key="videos/a b+c.mp4")
    assert (answer["Body"].read(), answer["ContentType"]) == (b"mp4", "video/mp4")


def test_refuses_a_wrong_secret(s3):
    with pytest.raises(ClientError) as refusal:
        s3.client(secret="wrong").list_buckets()
    assert refusal.value.response["Error"]["Code"] == "SignatureDoesNotMatch"


def test_honours_conditions(s3):
    client, bucket = s3.client(), s3.create_bucket("conditions")
    client.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError) as refusal:
        client.put_object(Bucket=bucket, Key="k", Body=b"2", IfNoneMatch="*")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412


def test_data_outlives_a_kill(make_s3):
    server = make_s3()
    server.client().put_object(Bucket="firewatch", Key="k", Body=b"kept")
    server.kill()
    server.start()
    assert server.client().get_object(Bucket="firewatch", Key="k")["Body"].read() == b"kept"


def fw_s3(word, *options):
    command = [ROOT / "fw", "s3", word, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def test_fw_s3_starts_and_stops(tmp_path):
    options = ["--port", str(free_port()), "--dir", str(tmp_path / "run")]
    assert fw_s3("status", *options).returncode == 1
    try:
        started = fw_s3("start", *options)
        assert started.returncode == 0, started.stderr
        assert "AWS_SECRET_ACCESS_KEY=" in started.stdout
        assert fw_s3("status", *options).stdout.startswith("s3: pid ")
    finally:
        stopped = fw_s3("stop", *options, "--delete")
    assert "stopped" in stopped.stderr
    assert fw_s3("status", *options).returncode == 1
    assert not (tmp_path / "run").exists()
