# SPDX-License-Identifier: MIT
"""firewatch doctor against a real broker and a real S3 API, each whole and broken in one way after the other."""

import json
import re
import signal
import time
from email.utils import formatdate
from types import SimpleNamespace

import pytest
from clips import plain
from confluent_kafka import Producer
from firewatch import RED, firewatch
from fleet import as_variables
from server_process import free_port
from topics import Topics, await_true

SCALING, DISTRIBUTION, LAG, UPLOADS = (
    "Consumers Not Scaling",
    "Uneven Partition Distribution",
    "High Consumer Lag",
    "S3 Upload Failures",
)
# What a run asks of others is bounded; the rest is the machine's.
LIMIT_S = 15


@pytest.fixture
def make_topics(kafka, tmp_path, request):
    def make(n_partitions=3, create=True):
        name = re.sub("[^a-z0-9]+", "-", request.node.name.removeprefix("test_"))[:60]
        topics = Topics(kafka, tmp_path, name, n_partitions)
        topics.env["KAFKA_UPLOAD_GROUP_ID"] = f"{name}-uploaders"
        return topics.create() if create else topics

    return make


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return plain(tmp_path_factory.mktemp("clip") / "clip.mp4", source="testsrc2=size=160x120:rate=25:duration=1")


def doctor(topics, *words, env=None):
    """What it found, and its exit code."""
    result = firewatch("doctor", "--json", *words, env={**topics.env, **(env or {})}, cwd=topics.folder, timeout=60)
    assert result.returncode in (0, 1), result.stderr
    found = json.loads(result.stdout)
    assert all(list(item) == ["status", "check", "finding", "remedy", "about"] for item in found)
    assert (result.returncode == 1) == any(item["status"] == "WRONG" for item in found), found
    return found, result.returncode


def alone(tmp_path, *words, env=None):
    """Without a broker: what S3, the model and the disk are."""

    class Nobody:
        folder = tmp_path

    Nobody.env = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}", "ML_MODEL_PATH": str(RED), **(env or {})}
    Nobody.env["STARTUP_TIMEOUT_SECONDS"] = "0.2"
    return doctor(Nobody, *words)[0]


def of(found, check):
    return [item for item in found if item["check"] == check]


def assert_found(found, check, status, text, about=None):
    item = next((item for item in of(found, check) if item["status"] == status and text in item["finding"]), None)
    assert item, found
    assert item["about"] == about, item
    assert (item["remedy"] is None) == (status in ("OK", "SKIPPED")), item
    return item


def wrong(found):
    return [item["check"] for item in found if item["status"] == "WRONG"]


def send(topics, keys, partition=None, timestamp=0):
    """A record for each key, in its own partition, as Java chooses it, or in a given one; the partitions."""
    places = []
    settings = {"bootstrap.servers": topics.kafka.bootstrap, "partitioner": "murmur2_random"}
    producer = Producer(settings)
    place = {} if partition is None else {"partition": partition}
    for key in keys:
        producer.produce(
            topics.frames, b"a frame", key, timestamp=timestamp, on_delivery=lambda _, m: places.append(m.partition()), **place
        )
        producer.flush(30)
    assert len(places) == len(keys)
    return places


# ---- all is well ----


KEY = "videos/cam_with_heatmaps.mp4"


def keys_of(bucket):
    return [item["Key"] for item in bucket.client.list_objects_v2(Bucket=bucket.name).get("Contents", [])]


def test_all_is_well(make_topics, clip, bucket):
    topics = make_topics(2)
    env = {key: value for key, value in bucket.env.items() if key != "HOME"}
    with topics.processors(1, "--model", RED):
        uploader = topics.start_role("upload", env=env)
        try:
            assert topics.produce(clip, "cam").returncode == 0
            topics.await_completions(1)
            await_true(lambda: keys_of(bucket) == [KEY], "the object")  # S3Proxy lists what is being written under another name
            found, code = await_true(
                lambda: (now := doctor(topics, env=env)) and {i["status"] for i in now[0]} == {"OK"} and now,
                lambda: doctor(topics, env=env),
            )
            text = firewatch("doctor", env={**topics.env, **env}, cwd=topics.folder)
        finally:
            uploader.kill()
    assert code == 0
    s3 = ["s3-credentials", "s3-bucket", "s3-read", "s3-put", "s3-delete"]
    kafka = ["broker", "topics", "replication", "partitioner", "distribution", "groups", "groups"]
    assert [item["check"] for item in found] == [*kafka, *s3, "clock", "clock", "model", "disk"]
    assert topics.kafka.bootstrap in of(found, "broker")[0]["finding"]
    assert "has 2 partitions" in of(found, "topics")[0]["finding"]
    assert "AWS_ACCESS_KEY_ID" in of(found, "s3-credentials")[0]["finding"]
    assert (text.returncode, len(text.stdout.splitlines())) == (0, len(found))
    assert text.stdout.splitlines()[0].split()[:2] == ["OK", "broker"]
    for output in (json.dumps(found), text.stdout, text.stderr):
        assert env["AWS_SECRET_ACCESS_KEY"] not in output
    assert keys_of(bucket) == [KEY]


# ---- the broker and its topics ----


def test_no_broker(tmp_path):
    port = free_port()
    begin = time.monotonic()
    result = firewatch("doctor", "-b", f"127.0.0.1:{port}", "--model", RED, cwd=tmp_path)
    assert time.monotonic() - begin < LIMIT_S
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert re.match(rf"WRONG +broker +no answer from Kafka at 127.0.0.1:{port}: .* -> start Kafka", lines[0])
    assert [line.split()[:2] for line in lines[1:4]] == [["SKIPPED", c] for c in ("topics", "partitioner", "groups")]
    assert [line.split()[:2] for line in lines[-2:]] == [["OK", "model"], ["OK", "disk"]]


@pytest.mark.parametrize("door", ["client-sasl", "client-sasl-tls"])
def test_a_wrong_kafka_password(kafka_secure, tmp_path, door):
    right = as_variables(kafka_secure.properties(door))
    asking = SimpleNamespace(folder=tmp_path, env={**right, "ML_MODEL_PATH": str(RED)})
    assert_found(doctor(asking)[0], "broker", "OK", "Kafka answers at ")
    begin = time.monotonic()
    found, _ = doctor(asking, env={"KAFKA_PROPERTY_SASL_PASSWORD": "not-it"})
    assert time.monotonic() - begin < LIMIT_S
    item = assert_found(found, "broker", "WRONG", "Authentication failed")
    assert right["KAFKA_BOOTSTRAP_SERVERS"] in item["finding"]
    assert "login" in item["remedy"] and "start Kafka" not in item["remedy"]
    assert {i["status"] for check in ("topics", "partitioner", "groups") for i in of(found, check)} == {"SKIPPED"}
    for secret in ("not-it", right["KAFKA_PROPERTY_SASL_PASSWORD"]):
        assert secret not in json.dumps(found)


def test_missing_topics(make_topics):
    topics = make_topics(create=False)
    topics.kafka.create_topic(topics.frames, 3, {"max.message.bytes": "1000000"})
    found, _ = doctor(topics)
    missing = [item["finding"] for item in of(found, "topics") if item["status"] == "WRONG"]
    own = (topics.found, topics.segments_topic, topics.progress, topics.ends, topics.dead_letters)
    assert {f"topic {name} is missing" for name in own} <= set(missing) and set(wrong(found)) == {"topics"}
    item = assert_found(found, "topics", "WRONG", f"topic {topics.segments_topic} is missing", SCALING)
    assert item["remedy"] == "firewatch topics create"
    size = assert_found(found, "message-size", "WARNING", f"topic {topics.frames} has max.message.bytes=", LAG)
    assert "kafka-configs.sh --alter" in size["remedy"]


def test_unequal_counts(make_topics):
    topics = make_topics(create=False)
    topics.kafka.create_topic(topics.segments_topic, 5)
    made = firewatch("topics", "create", env=topics.env, cwd=topics.folder)
    assert made.returncode == 1
    found, _ = doctor(topics)
    assert wrong(found) == ["topics"]
    assert_found(found, "topics", "WRONG", f"{topics.segments_topic} has 5 partitions, but {topics.frames} has 3", SCALING)


def test_one_partition_and_more_replicas_than_there_are(make_topics):
    topics = make_topics(1)
    found, code = doctor(topics, "--replication-factor=3", "--detections-topic-partitions=2")
    assert code == 0
    assert_found(found, "topics", "WARNING", f"{topics.frames} has one partition", SCALING)
    assert_found(found, "topics", "WARNING", f"{topics.found} has 1 partition, 2 are configured", SCALING)
    assert_found(found, "replication", "WARNING", "there are 1 replicas, 3 are configured")


# ---- the frames ----


def test_a_key_in_the_wrong_partition(make_topics):
    topics = make_topics()
    send(topics, ["other"])
    (right,) = send(topics, ["cam"])
    strange = (right + 1) % 3
    send(topics, ["cam"], partition=strange)
    found, _ = doctor(topics)
    assert wrong(found)[:1] == ["partitioner"]
    first, second = sorted((right, strange))
    text = f"video cam lies in two partitions of {topics.frames}, {first} and {second} (its key belongs to {right})"
    item = assert_found(found, "partitioner", "WRONG", text, DISTRIBUTION)
    assert "murmur2_random" in item["remedy"]


def test_a_video_in_the_wrong_partition(make_topics):
    topics = make_topics()
    (right,) = send(topics, ["gate"])
    other = make_topics_named(topics, "-again")
    send(other, ["gate", "gate"], partition=(right + 2) % 3)
    send(other, ["yard\x1b[31m"])
    found, _ = doctor(other)
    text = f"2 of 3 frames are not in the partition of their key: video gate lies in partition {(right + 2) % 3} of "
    assert_found(found, "partitioner", "WRONG", text + f"{other.frames}, its key belongs to {right}", DISTRIBUTION)


def make_topics_named(topics, suffix):
    return Topics(topics.kafka, topics.folder, topics.name + suffix, topics.n_partitions).create()


def test_frames_without_a_key(make_topics):
    topics = make_topics()
    send(topics, [None, "cam"])
    found, _ = doctor(topics)
    assert_found(found, "partitioner", "WRONG", "1 of 2 frames have no key", DISTRIBUTION)


def test_skewed_ids(make_topics):
    topics = make_topics()
    names = [f"cam-{i}" for i in range(40)]
    source = make_topics_named(topics, "-source")
    places = send(source, names)
    hot = [name for name, place in zip(names, places) if place == 1][:5]
    assert len(hot) == 5
    send(topics, hot * 3)
    found, _ = doctor(topics)
    assert_found(found, "partitioner", "OK", "the last 15 frames", DISTRIBUTION)
    text = f"5 of the last 5 videos lie in partition 1 of {topics.frames}, which has 3"
    item = assert_found(found, "distribution", "WRONG", text, DISTRIBUTION)
    assert "hash" in item["remedy"]
    found, _ = doctor(source)
    assert_found(found, "distribution", "OK", "of the last 40 videos no partition has more than", DISTRIBUTION)


def test_a_frame_from_the_future(make_topics):
    topics = make_topics()
    send(topics, ["cam"], timestamp=int(time.time() * 1000) + 600000)
    found, _ = doctor(topics)
    item = assert_found(found, "clock", "WARNING", "in the future: this machine's clock is behind, or a producer's", LAG)
    assert 590 <= int(re.search(r"from (\d+) s", item["finding"]).group(1)) <= 601
    assert "NTP" in item["remedy"]


# ---- the groups ----


def test_nobody_processes(make_topics):
    topics = make_topics()
    send(topics, ["cam"] * 4)
    found, code = doctor(topics)
    assert (code, wrong(found)) == (1, ["groups"])
    item = assert_found(found, "groups", "WRONG", f"group {topics.group} has no member; 4 messages wait", SCALING)
    assert f"start firewatch process, all with the same group ({topics.group})" == item["remedy"]
    assert_found(found, "groups", "WARNING", f"group {topics.env['KAFKA_UPLOAD_GROUP_ID']} has no member; 0", SCALING)


def test_more_members_than_partitions_and_a_second_group(make_topics):
    topics = make_topics(1)
    with topics.processors(2), topics.processors(1, "--group", f"{topics.group}-b"):
        found, code = doctor(topics)
    assert code == 0, found
    assert_found(found, "groups", "WARNING", f"group {topics.group} has 2 members for 1 partitions: 1 have nothing", SCALING)
    assert_found(found, "groups", "WARNING", f"group {topics.group}-b reads {topics.frames} too", SCALING)


def test_a_processor_that_stands_still(make_topics, clip):
    topics = make_topics(2)
    with topics.processors(1, env={"KAFKA_PROPERTY_SESSION_TIMEOUT_MS": "45000"}) as processor:
        processor.signal(signal.SIGSTOP)
        try:
            assert topics.produce(clip, "cam").returncode == 0
            item = await_true(
                lambda: [i for i in of(doctor(topics)[0], "groups") if i["status"] == "WRONG"], "a verdict", 30
            )[0]
        finally:
            processor.signal(signal.SIGCONT)
    assert re.match(rf"group {topics.group} has done nothing for .* \({topics.frames}, partition \d, member ", item["finding"])
    assert item["about"] == LAG
    assert "start another one" in item["remedy"]


# ---- S3 ----


def test_a_wrong_secret(tmp_path, bucket):
    found = alone(tmp_path, env={**bucket.env, "AWS_SECRET_ACCESS_KEY": "not-the-secret-of-this-key"})
    item = assert_found(found, "s3-credentials", "WRONG", "SignatureDoesNotMatch", UPLOADS)
    assert "AWS_SECRET_ACCESS_KEY" in item["remedy"]
    assert "not-the-secret" not in json.dumps(found)
    assert not of(found, "s3-put")


def test_no_credentials(tmp_path, bucket):
    env = {key: value for key, value in bucket.env.items() if not key.startswith(("AWS_ACCESS", "AWS_SECRET"))}
    found = alone(tmp_path, env={**env, "AWS_EC2_METADATA_DISABLED": "true"})
    assert_found(found, "s3-credentials", "WRONG", "there are no credentials", UPLOADS)


def test_credentials_of_a_profile_are_named(tmp_path, bucket):
    file = tmp_path / "credentials"
    key, secret = bucket.env["AWS_ACCESS_KEY_ID"], bucket.env["AWS_SECRET_ACCESS_KEY"]
    file.write_text(f"[fire]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    env = {key: value for key, value in bucket.env.items() if not key.startswith(("AWS_ACCESS", "AWS_SECRET"))}
    found = alone(tmp_path, env={**env, "AWS_SHARED_CREDENTIALS_FILE": str(file), "AWS_PROFILE": "fire"})
    assert_found(found, "s3-credentials", "OK", "a profile", UPLOADS)
    assert_found(found, "s3-put", "OK", "videos/firewatch-doctor-", UPLOADS)


def test_a_missing_bucket(tmp_path, bucket):
    found = alone(tmp_path, env={**bucket.env, "S3_BUCKET": "nobody-has-made-this-one"})
    item = assert_found(found, "s3-bucket", "WRONG", "NoSuchBucket", UPLOADS)
    assert item["remedy"] == "make the bucket, or correct S3_BUCKET"


@pytest.mark.parametrize(("method", "check", "status"), [("PUT", "s3-put", "WRONG"), ("DELETE", "s3-delete", "WARNING")])
def test_missing_rights(tmp_path, proxied, method, check, status):
    proxied.proxy.fail("access_denied", times=-1, method=method)
    found = alone(tmp_path, env=proxied.env)
    assert_found(found, check, status, "AccessDenied", UPLOADS)
    assert_found(found, "s3-read", "OK", "can be looked at", UPLOADS)
    n_left = proxied.client.list_objects_v2(Bucket=proxied.name)["KeyCount"]
    assert n_left == (1 if method == "DELETE" else 0)


def test_the_right_to_list_is_missing(tmp_path, proxied):
    proxied.proxy.fail("access_denied", times=-1, path="list-type=2")
    found = alone(tmp_path, env=proxied.env)
    assert_found(found, "s3-list", "WRONG", "AccessDenied", UPLOADS)
    assert_found(found, "s3-put", "OK", "could be put", UPLOADS)


def test_without_writing(tmp_path, proxied):
    found = alone(tmp_path, "--no-write", env=proxied.env)
    assert_found(found, "s3-put", "SKIPPED", "--no-write", UPLOADS)
    assert {request.method for request in proxied.proxy.seen()} == {"GET", "HEAD"}


def test_s3_asks_to_slow_down(tmp_path, proxied):
    proxied.proxy.fail("slow_down", method="PUT")
    found = alone(tmp_path, env=proxied.env)
    assert_found(found, "s3-put", "OK", "could be put", UPLOADS)
    assert_found(found, "s3-rate", "WARNING", "S3 asked to slow down at 1 of ", UPLOADS)


def test_s3_that_does_not_answer(tmp_path, proxied):
    proxied.proxy.fail("stall", times=-1)
    begin = time.monotonic()
    found = alone(tmp_path, env=proxied.env)
    assert time.monotonic() - begin < 2 * LIMIT_S
    assert_found(found, "s3-bucket", "WRONG", "", UPLOADS)
    assert of(found, "model")[0]["status"] == "OK"


@pytest.mark.parametrize(("ahead_s", "text"), [(600, "600 s behind that of S3"), (-600, "600 s ahead of that of S3")])
def test_a_clock_that_differs(tmp_path, proxied, ahead_s, text):
    body = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
    date = formatdate(time.time() + ahead_s, usegmt=True)
    proxied.proxy.fail("answer", times=-1, status=200, headers={"Date": date}, body=body)
    found = alone(tmp_path, "--no-write", env=proxied.env)
    (item,) = of(found, "clock")
    n, rest = re.search(r"clock is (\d+) s (.*) that of S3", item["finding"]).groups()
    assert (item["status"], item["about"], abs(int(n) - 600) <= 5) == ("WARNING", UPLOADS, True), item
    assert f"{rest} that of S3" in text


# ---- the machine ----


def test_a_model_that_breaks_the_contract(tmp_path):
    found = alone(tmp_path, "--model", RED.parent / "no_heatmap.onnx")
    item = assert_found(found, "model", "WRONG", "no_heatmap.onnx", LAG)
    assert "heatmap" in item["finding"] and "ML_MODEL_PATH" in item["remedy"]


def test_a_model_that_gives_nonsense(tmp_path):
    found = alone(tmp_path, "--model", RED.parent / "nan.onnx")
    assert_found(found, "model", "WRONG", "", LAG)
    assert of(alone(tmp_path, "--model", RED.parent / "yolo.onnx"), "model")[0]["status"] == "OK"


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_written(tmp_path, place):
    (tmp_path / "file").write_text("")
    found = alone(tmp_path, env={"CLIP_STORAGE_PATH": place})
    assert_found(found, "disk", "WRONG", f"{place} can't be written: ", UPLOADS)


def test_a_disk_that_is_full(tmp_path):
    found = alone(tmp_path, "--storage-min-free=2000000000")
    assert_found(found, "disk", "WARNING", "MB free, less than 2000000000", UPLOADS)
    assert not (tmp_path / "clips").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [(["now"], "one argument too many"), (["--no-wrte"], "--no-wrte"), (["-X", "nonsense=1"], "nonsense")],
)
def test_misuse_is_named(words, message, tmp_path):
    result = firewatch("doctor", *words, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
