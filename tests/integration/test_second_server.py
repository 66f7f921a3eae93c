# SPDX-License-Identifier: MIT
"""The store on an S3 server of another make (versitygw), so that it does not learn one server's habits."""

import subprocess
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from server_process import ROOT, ServerProcess, free_port, stop_all
from store import MIB, SMALL_PARTS, Bucket, make_file

BUILD_LIMIT_S = 600


class Gateway:
    """As S3Server, of which tests use `environment`, `client` and `create_bucket`."""

    def __init__(self, program, folder):
        self.port = free_port()
        (folder / "data").mkdir()
        self.environment = {"AWS_ACCESS_KEY_ID": "second", "AWS_SECRET_ACCESS_KEY": "secondsecret",
                            "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}
        command = [program, "--access", "second", "--secret", "secondsecret", "--port", f"127.0.0.1:{self.port}",
                   "posix", str(folder / "data")]
        self.process = ServerProcess("versitygw", command, folder / "log", "")
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)

    def _answers(self):
        try:
            self.client().list_buckets()
        except BotoCoreError:
            return False
        return True

    def client(self):
        env = self.environment
        return boto3.client("s3", endpoint_url=env["AWS_ENDPOINT_URL"], region_name="us-east-1",
                            aws_access_key_id=env["AWS_ACCESS_KEY_ID"], aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
                            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))

    def create_bucket(self, name):
        self.client().create_bucket(Bucket=name)
        return name


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    built = subprocess.run([ROOT / "scripts" / "s3_gateway.sh"], capture_output=True, text=True, check=False,
                           timeout=BUILD_LIMIT_S, stdin=subprocess.DEVNULL)
    if built.returncode != 0:
        pytest.skip(f"versitygw can't be built here: {built.stderr[-300:]}")
    gateway = Gateway(built.stdout.strip(), tmp_path_factory.mktemp("versitygw"))
    yield gateway
    stop_all([gateway.process])


@pytest.fixture
def there(second):
    return Bucket(second, "second")


@pytest.mark.parametrize("key", ["videos/a b+c%/ä.mp4", "videos/~'()*!@$&=;:,[]", "videos/日本/ü"])
def test_one_request(there, tmp_path, key):
    file = make_file(tmp_path / "f", 100001)
    answer = there.tool("put", key, file, "absent")
    assert answer.good, answer.text
    assert there.body(key) == file.read_bytes()
    assert sorted(answer.all("meta")) == ["frames 12", "video-id a%20b"]


def test_parts_and_their_checksum(there, tmp_path):
    file = make_file(tmp_path / "f", 23 * MIB + 5)
    answer = there.tool("put", "videos/x", file, "absent", env=SMALL_PARTS)
    assert answer.good, answer.text
    assert there.body("videos/x") == file.read_bytes()
    assert answer["sha256"].endswith("-5")  # the server's own, of five parts
    assert there.uploads() == []


def test_conditions(there, tmp_path):
    first, second = make_file(tmp_path / "1", 1000, 1), make_file(tmp_path / "2", 12 * MIB, 2)
    put = there.tool("put", "k", first, "absent")
    assert put.good, put.text
    for env in ({}, SMALL_PARTS):
        refused = there.tool("put", "k", second, "absent", env=env)
        assert refused["error"].startswith("retry 116 "), refused.text
        refused = there.tool("put", "k", second, "match", '"' + "0" * 32 + '"', env=env)
        assert refused["error"].startswith("retry 116 "), refused.text
    assert there.body("k") == first.read_bytes()
    replaced = there.tool("put", "k", second, "match", put["etag"], env=SMALL_PARTS)
    assert replaced.good, replaced.text
    assert there.body("k") == second.read_bytes()


def test_refusals_are_named(there):
    wrong = there.tool("head", "k", env={"AWS_SECRET_ACCESS_KEY": "no"})
    assert "SignatureDoesNotMatch" in wrong["error"], wrong.text
    unknown = there.tool("head", "k", env={"AWS_ACCESS_KEY_ID": "nobody"})
    assert "AWS_ACCESS_KEY_ID" in unknown["error"] and unknown["error"].startswith("config 13 "), unknown.text
    missing = there.tool("head", "k", env={"S3_BUCKET": "no-such-bucket-here"})
    assert "NoSuchBucket" in missing["error"] and missing["error"].startswith("config 2 "), missing.text
    assert there.tool("head", "none")["error"].startswith("data 2 ")


def test_commands(there, tmp_path):
    there.client.put_object(Bucket=there.name, Key="videos/a b_with_heatmaps.mp4", Body=b"12345")
    assert there.firewatch("ls").stdout.endswith("5  a b\n")
    assert there.firewatch("get", "a b", "-o", tmp_path / "got").returncode == 0
    assert (tmp_path / "got").read_bytes() == b"12345"
