# SPDX-License-Identifier: MIT
"""firewatch lag: against Kafka's own tool, and its verdicts on processors that stand still, stop, or share badly."""

import contextlib
import json
import signal
import subprocess

import pytest
from clips import plain
from confluent_kafka import Consumer, TopicPartition
from firewatch import BINARY, firewatch
from server_process import free_port
from terminal import drawn
from topics import Topics, await_true, recorded


@pytest.fixture
def make_topics(kafka, tmp_path, request):
    def make(n_partitions=1):
        name = request.node.name.removeprefix("test_").replace("_", "-")[:60]
        return Topics(kafka, tmp_path, name, n_partitions).create()

    return make


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return plain(tmp_path_factory.mktemp("clip") / "clip.mp4", source="testsrc2=size=160x120:rate=25:duration=1")


def lag(topics, *words, env=None, **more):
    return firewatch("lag", *words, env={**topics.env, **(env or {})}, cwd=topics.folder, **more)


def rows(topics, *words):
    """By (group, topic, partition)."""
    result = lag(topics, "--json", *words)
    assert (result.returncode, result.stderr) == (0, "")
    return {(row["group"], row["topic"], row["partition"]): row for row in json.loads(result.stdout)}


def verdict(topics):
    found = rows(topics, topics.group)
    return next(iter(found.values()))


def by_tool(topics, group):
    """What Kafka's own tool shows, in the form of ours."""
    text = topics.kafka.tool("kafka-consumer-groups", "--describe", "--group", group)
    lines = [line.split() for line in text.splitlines() if line.startswith(group)]
    number = lambda word: None if word == "-" else int(word)
    word = lambda word: None if word == "-" else word
    return {
        (line[0], line[1], int(line[2])): (number(line[3]), number(line[4]), number(line[5]), word(line[6]), word(line[7]))
        for line in lines
    }


def of_ours(row):
    return (row["current_offset"], row["log_end_offset"], row["lag"], row["consumer_id"], row["host"])


def assert_as_by_tool(topics, group):
    """Every row of the tool is ours too; where nothing is committed it shows no lag, and we all that is there."""
    tool = by_tool(topics, group)
    ours = rows(topics, group)
    assert tool
    for place, (current, end, lag_there, member, host) in tool.items():
        expected = (current, end, ours[place]["messages"] if lag_there is None else lag_there, member, host)
        assert of_ours(ours[place]) == expected, place
    assert set(ours) >= set(tool)
    return ours


def commit(topics, group, topic, offsets):
    consumer = Consumer({"bootstrap.servers": topics.kafka.bootstrap, "group.id": group})
    consumer.commit(offsets=[TopicPartition(topic, p, offset) for p, offset in offsets.items()], asynchronous=False)
    consumer.close()


# ---- the same numbers as Kafka's own tool ----


def test_it_shows_what_kafkas_own_tool_shows(make_topics):
    topics = make_topics(3)
    for partition, n in enumerate((7, 5, 4)):
        topics.send([b"a message"] * n, partition=partition)
    commit(topics, topics.group, topics.frames, {0: 3, 1: 5})
    ours = assert_as_by_tool(topics, topics.group)
    place = lambda partition: (topics.group, topics.frames, partition)
    assert [ours[place(p)]["lag"] for p in range(3)] == [4, 0, 4]
    assert [ours[place(p)]["current_offset"] for p in range(3)] == [3, 5, None]
    assert {row["verdict"] for row in ours.values()} == {"STOPPED"}
    assert {row["limiting_stage"] for row in ours.values()} == {"processor"}
    assert {row["group_lag"] for row in ours.values()} == {8}
    text = lag(topics, topics.group).stdout
    assert text.startswith(f"GROUP {topics.group}: STOPPED: processor no member is there")
    line = next(line.split() for line in text.splitlines() if line.startswith(f"{topics.frames} ") and line.split()[1] == "2")
    assert line[1:6] == ["2", "-", "4", "4", "4"]
    assert line[-2:] == ["-", "-"]


def test_members_are_those_of_kafkas_own_tool(make_topics, clip):
    topics = make_topics(3)
    with topics.processors(2):
        assert topics.produce(clip, "cam").returncode == 0
        topics.await_completions(1)
        await_true(lambda: sum(topics.lag().values()) == 0, "lag 0")
        ours = assert_as_by_tool(topics, topics.group)
        assert sorted(row["consumer_partitions"] for row in ours.values()) == [1, 2, 2]
        assert {(row["verdict"], row["limiting_stage"], row["members"]) for row in ours.values()} == {("OK", "producer", 2)}
        assert {row["drain_seconds"] for row in ours.values()} == {0}
        text = lag(topics, topics.group).stdout
        assert "members 2, needed 2" in text
        for row in ours.values():
            share = f"member {row['consumer_id']} {row['host']} {row['client_id']}: {row['consumer_partitions']} partition"
            assert share in text


def test_without_a_name_all_groups_of_our_topics(make_topics):
    """Also ours that nobody has begun yet, and others that read along; none of other topics."""
    topics = make_topics(1)
    topics.send([b"a message"] * 2)
    topics.kafka.create_topic(f"{topics.name}-else", 1)
    commit(topics, f"{topics.name}-along", topics.found, {0: 0})
    commit(topics, f"{topics.name}-elsewhere", f"{topics.name}-else", {0: 0})
    env = {"KAFKA_UPLOAD_GROUP_ID": f"{topics.name}-up"}
    found = json.loads(lag(topics, "--json", env=env).stdout)
    place = lambda row: (row["group"], row["topic"], row["current_offset"], row["lag"], row["verdict"])
    assert [place(row) for row in found] == [
        (topics.group, topics.frames, None, 2, "STOPPED"),
        (f"{topics.name}-up", topics.ends, None, 0, "STOPPED"),
        (f"{topics.name}-along", topics.found, 0, 0, "STOPPED"),
    ]


# ---- verdicts ----


def test_an_open_video_counts_as_handled(make_topics, clip):
    """What is committed lies at its keyframe: Kafka shows that lag, and nothing is left."""
    topics = make_topics(1)
    frames = recorded(topics, clip, "cam")
    with topics.processors(1, "--idle-timeout=300"):
        topics.send(frames[:20])
        row = await_true(lambda: (row := verdict(topics))["position"] == 20 and row, "position 20")
        assert (row["current_offset"], row["lag"], row["left"], row["lag_seconds"]) == (0, 20, 0, 0)
        assert (row["verdict"], row["limiting_stage"]) == ("OK", "producer")
        topics.send(frames[20:])
        await_true(lambda: topics.lag() == {0: 0}, "lag 0")


def test_a_processor_that_stands_still_is_named(make_topics, clip):
    topics = make_topics(1)
    frames = recorded(topics, clip, "cam")
    with topics.processors(1, env={"KAFKA_PROPERTY_SESSION_TIMEOUT_MS": "45000"}) as processor:
        topics.send(frames[:5])
        await_true(lambda: verdict(topics)["position"] == 5, "position 5")
        processor.signal(signal.SIGSTOP)
        try:
            topics.send(frames[5:])
            row = await_true(lambda: (row := verdict(topics))["verdict"] != "OK" and row, "a verdict")
            text = lag(topics, topics.group).stdout
        finally:
            processor.signal(signal.SIGCONT)
        topics.await_completions(1)
    assert (row["verdict"], row["limiting_stage"], row["left"]) == ("STALLED", "processor", len(frames) - 5)
    assert row["rate"] == 0 and row["lag_seconds"] >= 5
    assert f"GROUP {topics.group}: STALLED: processor has done nothing" in text
    assert f"({topics.frames}, partition 0); limited by the processor" in text
    assert row["consumer_id"] in text


def test_a_group_without_members_has_stopped(make_topics, clip):
    topics = make_topics(1)
    with topics.processors(1):
        assert topics.produce(clip, "one").returncode == 0
        topics.await_completions(1)
    assert topics.produce(clip, "two").returncode == 0
    row = verdict(topics)
    assert (row["verdict"], row["limiting_stage"], row["members"], row["consumer_id"]) == ("STOPPED", "processor", 0, None)
    assert row["left"] == 26 and row["members_needed"] == 1
    assert_as_by_tool(topics, topics.group)


def test_skewed_ids_are_named(make_topics, clip):
    """Five videos whose ids all fall into one of three partitions."""
    topics = make_topics(3)
    frames = recorded(topics, clip, "cam")
    ids = ["north", "south", "east", "west", "gate"]
    for video_id in ids:
        topics.send([{**frame, "video_id": video_id, "run_id": video_id} for frame in frames], partition=1)
    with topics.processors(1):
        topics.await_completions(5)
        found = rows(topics, topics.group)
        assert {p: found[(topics.group, topics.frames, p)]["videos"] for p in range(3)} == {0: 0, 1: 5, 2: 0}
        assert [found[(topics.group, topics.frames, p)]["skewed"] for p in range(3)] == [False, True, False]
        text = lag(topics, topics.group).stdout
    line = next(line for line in text.splitlines() if line.startswith("  skewed"))
    assert f"partition 1 of {topics.frames} has 100 % of the messages and 5 videos: {', '.join(sorted(ids))}" in line


def test_max_is_for_scripts(make_topics):
    topics = make_topics(1)
    topics.send([b"a message"] * 5)
    commit(topics, topics.group, topics.frames, {0: 2})
    assert lag(topics, topics.group, "--max=3").returncode == 0
    above = lag(topics, topics.group, "--max=2")
    assert above.returncode == 1 and " 3 " in above.stdout


# ---- bad input ----


def test_an_unknown_group_is_named_with_those_that_there_are(make_topics):
    topics = make_topics(1)
    commit(topics, topics.group, topics.frames, {0: 0})
    result = lag(topics, "no-such\x1b[31m")
    assert (result.returncode, result.stdout) == (1, "")
    assert "there is no group no-such\\x1b[31m; known: " in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a", "b"], "one argument too many"),
        (["--max=-1"], "--max"),
        (["--interval=0"], "--interval"),
        (["-X", "nonsense=1"], "nonsense"),
    ],
)
def test_misuse_is_named(words, message, tmp_path):
    result = firewatch("lag", *words, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr


def test_an_absent_broker_is_named(tmp_path):
    result = firewatch("lag", "-b", f"127.0.0.1:{free_port()}", "--startup-timeout=1", cwd=tmp_path)
    assert result.returncode == 1
    assert "no answer from Kafka" in result.stderr


# ---- watching ----


@contextlib.contextmanager
def watching(topics, *words):
    out, err = topics.folder / "out", topics.folder / "err"
    with out.open("wb") as to, err.open("wb") as errors:
        command = [BINARY, "lag", "--watch", "--interval=0.2", *words]
        process = subprocess.Popen(command, env=topics.env, cwd=topics.folder, stdout=to, stderr=errors)
    try:
        yield process, out, err
    finally:
        process.kill()
        process.wait()


def test_a_watch_outlives_its_broker(make_kafka, tmp_path):
    kafka = make_kafka()
    topics = Topics(kafka, tmp_path, "watch").create()
    topics.send([b"a message"] * 3)
    commit(topics, topics.group, topics.frames, {0: 1})
    env_timeout = ["-X", "socket.timeout.ms=1000"]
    with watching(topics, topics.group, "--json", *env_timeout) as (process, out, err):
        pages = lambda: [json.loads(line) for line in out.read_text().splitlines(True) if line.endswith("\n")]
        await_true(lambda: len(pages()) >= 2, "two pages")
        kafka.kill()
        await_true(lambda: "Kafka does not answer, asking on" in err.read_text(), err.read_text)
        n = len(pages())
        kafka.start_broker()
        await_true(lambda: len(pages()) > n, err.read_text)
        assert "Kafka answers again" in err.read_text()
        assert err.read_text().count("does not answer") == 1
        assert [page[0]["lag"] for page in pages()] == [2] * len(pages())
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_watch_draws_in_place_on_a_terminal(make_topics):
    topics = make_topics(1)
    commit(topics, topics.group, topics.frames, {0: 0})
    page = drawn(topics, ["lag", "--watch", "--interval=0.2", topics.group], (5, 60), signal.SIGINT)
    lines = page.replace(b"\x1b[K", b"").replace(b"\x1b[J", b"").split(b"\r\n")
    assert lines[0].startswith(b"GROUP " + topics.group.encode())
    assert len(lines) == 5 and max(map(len, lines)) < 60
