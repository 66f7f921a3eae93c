# SPDX-License-Identifier: MIT
"""firewatch upload on a real broker and a real S3 server: from completions to objects, what replaces what, what is refused."""

import hashlib
import re
import signal
import subprocess
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import clips
import pytest
from confluent_kafka import TopicPartition
from firewatch import run, video
from fleet import wait_until
from s3_proxy import S3Proxy
from served import Served
from uploads import IN_PARTS, PARTS, SHORT_SESSIONS, Between, Gate, Uploads


@pytest.fixture
def uploads(kafka, s3, tmp_path, request):
    """Topics and a bucket, named after the test."""
    digest = hashlib.sha256(request.node.name.encode()).hexdigest()[:8]
    name = f"upload-{request.node.originalname.removeprefix('test_')[:24].strip('_').replace('_', '-')}-{digest}"
    return Uploads(kafka, s3, tmp_path, name, **SHORT_SESSIONS)


# ---- the whole way ----


def test_six_videos_through_three_uploaders(uploads, tmp_path):
    expected, words = {}, []
    for number in range(6):
        clip = clips.red_and_black(tmp_path / f"clip{number}.mp4", seconds=3, switch=number / 2)
        alone = run(tmp_path, clip, options=["--id", f"yard{number}"])
        assert alone.returncode == 0, alone.stderr
        expected[f"yard{number}"] = video(tmp_path, f"yard{number}")
        words += ["--input", f"yard{number}={clip}"]
    with uploads.process(), uploads.upload(3) as three:
        uploads.produce(*words)
        uploads.await_completions(6)
        uploads.await_settled()
    uploads.check(expected)
    texts = [uploader.text() for uploader in three]
    assert sum(text.count(" uploaded, bytes=") for text in texts) == 6
    assert all("WARN" not in text and "ERROR" not in text for text in texts), texts
    metadata = uploads.head("yard3")["Metadata"]
    completion = next(one for one in uploads.completions() if one["video_id"] == "yard3")
    assert metadata["run-id"] == completion["run_id"]
    assert metadata["run-offset"] == str(completion["run_offset"])
    assert (metadata["frames"], metadata["fire-frames"]) == ("75", str(completion["stats"]["fire_count"]))
    assert float(metadata["max-probability"]) == pytest.approx(completion["max_fire_score"], abs=1e-6)
    assert metadata["model"] == completion["model"]
    assert metadata["traceparent"].startswith("00-")


# ---- what replaces what ----


def test_repeats_newer_runs_and_older_ones(uploads, s3, tmp_path):
    first, first_file = uploads.segments("cam", run_offset=5, n_segments=1)
    with Gate(s3.port) as proxy, uploads.upload(AWS_ENDPOINT_URL=proxy.url) as uploader:
        settle(uploads, uploader, first)
        uploads.check({"cam": first_file})
        settle(uploads, uploader, first)
        assert len(proxy.seen("PUT")) == 1  # a repeat
        longer, longer_file = uploads.segments("cam", run_offset=5, n_segments=2)
        settle(uploads, uploader, longer)  # the run went on after it was completed as truncated
        uploads.check({"cam": longer_file})
        newer, newer_file = uploads.segments("cam", run_offset=40, n_segments=1)
        settle(uploads, uploader, newer)
        uploads.check({"cam": newer_file})
        for older in (first, longer, newer):
            settle(uploads, uploader, older)
        uploads.check({"cam": newer_file})
        assert len(proxy.seen("PUT")) == 3
        after = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(seconds=3)
        anew, anew_file = uploads.segments("cam", run_offset=0, n_segments=2)
        settle(uploads, uploader, anew, first_frame_timestamp=after.isoformat())  # topics made anew: offsets from 0 again
        uploads.check({"cam": anew_file})


def settle(uploads, uploader, completion, **changes):
    """Sends a completion to partition 0 and waits until its offset is committed."""
    _, offset = uploads.complete(completion, partition=0, **changes)
    uploader.await_text(rf"\[0\] offset={offset} ")
    uploads.await_settled()


@pytest.mark.parametrize("kind", ["nothing", "an-older-run", "in-parts"])
def test_who_loses_the_race_looks_again(uploads, s3, kind):
    """Between look and put another uploader has put a newer run: without the condition, or without the second look, it is lost."""
    if kind == "an-older-run":
        put_object(uploads, "raced", b"older", 1)
    completion, _ = uploads.segments("raced", run_offset=5, **(IN_PARTS if kind == "in-parts" else {}))
    with Gate(s3.port) as proxy, uploads.upload(AWS_ENDPOINT_URL=proxy.url, **PARTS) as uploader:
        proxy.hold(*(("POST", "uploadId=") if kind == "in-parts" else ("PUT", "raced")))
        uploads.complete(completion)
        proxy.await_held()
        put_object(uploads, "raced", b"newer", 40)
        proxy.open()
        uploader.await_text("video=raced .* is there already")
        uploads.await_settled()
        assert uploads.client.get_object(Bucket=uploads.bucket, Key=uploads.key("raced"))["Body"].read() == b"newer"
        assert uploads.multiparts() == []
    assert uploader.files() == []
    statuses = [request.answered for request in proxy.seen("POST" if kind == "in-parts" else "PUT")]
    assert 412 in statuses, statuses


def put_object(uploads, video_id, body, run_offset, run_id="other"):
    metadata = {"video-id": video_id, "run-id": run_id, "run-offset": str(run_offset), "frames": "1"}
    uploads.client.put_object(Bucket=uploads.bucket, Key=uploads.key(video_id), Body=body, Metadata=metadata)


def test_a_lost_race_against_an_older_run_is_won_at_the_second_look(uploads, s3):
    completion, reference = uploads.segments("won", run_offset=5)
    with Gate(s3.port) as proxy, uploads.upload(AWS_ENDPOINT_URL=proxy.url) as uploader:
        proxy.hold("PUT", "won")
        uploads.complete(completion)
        proxy.await_held()
        put_object(uploads, "won", b"older", 4)
        proxy.open()
        uploader.await_text("video=won .* uploaded")
        uploads.await_settled()
    uploads.check({"won": reference})


def test_a_stopped_uploader_that_wakes_does_no_harm(uploads, s3):
    """It sleeps with its put on the way; meanwhile another one puts a newer run."""
    old, _ = uploads.segments("cam", run_offset=5, n_segments=1)
    new, reference = uploads.segments("cam", run_offset=40, n_segments=2)
    with Gate(s3.port) as proxy:
        zombie = uploads.start(AWS_ENDPOINT_URL=proxy.url)
        try:
            uploads.await_shared([zombie])
            proxy.hold("PUT", "cam")
            uploads.complete(old, partition=0)
            proxy.await_held()
            zombie.process.send_signal(signal.SIGSTOP)
            with uploads.upload() as heir:
                heir.await_text("video=cam .* uploaded")  # the old run, which is the zombie's too
                settle(uploads, heir, new)
                proxy.open()
                zombie.process.send_signal(signal.SIGCONT)
                zombie.await_text(r"lost partitions=")
                wait_until(lambda: proxy.seen("PUT", "cam"), "the zombie's put")
                uploads.await_settled()
                uploads.check_object("cam", reference)
        finally:
            zombie.process.send_signal(signal.SIGCONT)
            assert zombie.stop() == 0, zombie.text()
    uploads.check({"cam": reference})


@pytest.mark.parametrize("kind", ["whole", "damaged", "in-parts", "damaged-in-parts"])
def test_an_answer_that_was_lost_is_settled_by_the_servers_word(uploads, s3, kind):
    """The put is done, its answer lost, and the next try refused: an object with our metadata is in its way. Is it the file?
    What was damaged is so in the server, where the metadata stay what they were."""
    completion, reference = uploads.segments("lost", **(IN_PARTS if "in-parts" in kind else {}))

    def damage():
        head = uploads.head("lost")
        body = bytearray(uploads.client.get_object(Bucket=uploads.bucket, Key=uploads.key("lost"))["Body"].read())
        body[len(body) // 2] ^= 1
        uploads.client.put_object(
            Bucket=uploads.bucket, Key=uploads.key("lost"), Body=bytes(body), Metadata=head["Metadata"], ContentType="video/mp4"
        )

    rule = ("POST", "uploadId=") if "in-parts" in kind else ("PUT", "lost")
    with Between(s3.port, *rule, damage if "damaged" in kind else None) as proxy:
        with uploads.upload(AWS_ENDPOINT_URL=proxy.url, **PARTS) as uploader:
            proxy.fail("lost", method=rule[0], path=rule[1])
            uploads.complete(completion)
            uploader.await_text("video=lost .* uploaded")
            uploads.await_settled()
        tries = [request.answered for request in proxy.seen(*rule)]
    assert tries[0] == 0 and tries[1] in ((404, 412) if kind != "in-parts" else (200, 404, 412)), tries
    assert tries[2:] == ([200] if "damaged" in kind else []), tries
    uploads.check({"lost": reference})


# ---- what has no object ----


def test_an_empty_video_has_none(uploads):
    completion, _ = uploads.segments("empty", n_segments=1)
    with uploads.upload() as uploader:
        uploads.complete(completion, status="empty", segments=None)
        uploader.await_text("video=empty .* had no picture")
        uploads.await_settled()
    uploads.check({})


BAD = {
    "no JSON": (dict(value=b"{"), "receive", "ends too early|incomplete|not complete|JSON"),
    "a tombstone": (dict(value=b""), "receive", ""),
    "another key": (dict(key=b"somebody"), "receive", "key"),
    "the original's": (dict(schema=None, segments=None, run_id=None, run_offset=None), "receive", "on the disk of the process that wrote it"),
    "a later schema": (dict(schema=99), "receive", "schema"),
    "bytes that differ": (dict(bytes=1), "upload", "bytes together"),
    "a segment that is missing": (dict(first=1), "upload", "segment 0 is missing"),
    "segments that never come": (dict(last=1_000_000), "upload", "but the partition at offset"),
    "no such topic": (dict(topic="no-such-topic"), "upload", "no-such-topic"),
}


def test_what_can_never_succeed_is_a_dead_letter_and_the_next_has_its_turn(uploads):
    completion, _ = uploads.segments("bad")
    good, reference = uploads.segments("good")
    segments = completion["segments"]
    with uploads.upload(UPLOAD_GIVE_UP_TRIES="1") as uploader:
        sent = []
        for changes, _, _ in BAD.values():
            changes = dict(changes)
            if "bytes" in changes:
                changes = {"segments": {**segments, "bytes": changes["bytes"] + segments["bytes"]}}
            elif "first" in changes:
                changes = {"segments": {**segments, "first_offset": segments["first_offset"] + 1, "count": 2}}
            elif "last" in changes:
                changes = {"segments": {**segments, "last_offset": changes["last"]}}
            elif "topic" in changes:
                changes = {"segments": {**segments, "topic": changes["topic"]}}
            sent.append(uploads.complete(completion, partition=1, headers=[("traceparent", b"00-x")], **changes))
        uploads.complete(good, partition=1)
        uploads.await_settled(120)
    uploads.check({"good": reference})
    letters = uploads.dead_letters()
    assert len(letters) == len(BAD), uploader.text()
    places = {int(headers["__connect.errors.offset"]): (headers, record) for headers, record in letters}
    for (what, (_, stage, reason)), (partition, offset) in zip(BAD.items(), sent):
        headers, record = places[offset]
        assert headers["__connect.errors.partition"] == str(partition) == "1", what
        assert headers["__connect.errors.topic"] == uploads.completions_topic
        assert headers["__connect.errors.stage"] == stage, what
        assert re.search(reason, headers["__connect.errors.exception.message"]), (what, headers)
        assert headers["traceparent"] == "00-x"
    listed = uploads.command("dlq", "list", "--json", "--topic", uploads.completions_topic)
    assert listed.returncode == 0, listed.stderr
    assert len(listed.stdout.splitlines()) == len(BAD)


def test_segments_that_were_deleted(uploads):
    completion, _ = uploads.segments("gone")
    segments = completion["segments"]
    place = TopicPartition(uploads.topic["SEGMENTS"], segments["partition"], segments["first_offset"] + 2)
    admin = uploads.kafka.admin()  # held until the answer is there
    admin.delete_records([place])[place].result(30)
    good, reference = uploads.segments("good")
    with uploads.upload():
        uploads.complete(completion, partition=2)
        uploads.complete(good, partition=2)
        uploads.await_settled()
    uploads.check({"good": reference})
    [(headers, _)] = uploads.dead_letters()
    assert "is deleted" in headers["__connect.errors.exception.message"], headers


REFUSALS = {
    "the-bucket-is-missing": ({"S3_BUCKET": "no-such-bucket-here"}, "NoSuchBucket|does not exist|no bucket"),
    "the-secret-is-wrong": ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch"),
    "the-right-is-missing": ({}, "AccessDenied"),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_s3_refuses_is_a_dead_letter_that_can_be_replayed(uploads, s3, kind):
    variables, reason = REFUSALS[kind]
    completion, reference = uploads.segments("refused")
    other, other_file = uploads.segments("other")
    with S3Proxy(s3.port) as proxy:
        if not variables:
            proxy.fail("access_denied", times=-1, method="PUT")
        with uploads.upload(AWS_ENDPOINT_URL=proxy.url, UPLOAD_GIVE_UP_TRIES="3", **variables) as uploader:
            uploads.complete(completion, partition=0)
            uploads.complete(other, partition=0)
            uploads.await_settled()
            assert uploader.partitions() == [0, 1, 2]
            assert uploader.text().count("next try in") == 4
    letters = uploads.dead_letters()
    assert len(letters) == 2
    for headers, _ in letters:
        assert re.search(reason, headers["__connect.errors.exception.message"]), headers
        assert headers["__connect.errors.exception.class.name"] == "config"
    uploads.check({})
    replayed = uploads.command("dlq", "replay", "--all", "--topic", uploads.completions_topic)
    assert replayed.returncode == 0, replayed.stderr
    with uploads.upload():
        uploads.await_settled()
    uploads.check({"refused": reference, "other": other_file})


def test_while_one_waits_its_partition_does_and_the_others_go_on(uploads, s3):
    waiting, behind, beside = (uploads.segments(name) for name in ("waiting", "behind", "beside"))
    with S3Proxy(s3.port) as proxy, uploads.upload(AWS_ENDPOINT_URL=proxy.url, UPLOAD_GIVE_UP_TRIES="1000") as uploader:
        proxy.fail("access_denied", times=-1, method="PUT", path="waiting")
        uploads.complete(waiting[0], partition=0)
        uploader.await_text("waiting.*next try in")
        uploads.complete(behind[0], partition=0)
        uploads.complete(beside[0], partition=1)
        uploads.await_object("beside")
        n_refused = len(proxy.seen("PUT", "waiting"))
        wait_until(lambda: len(proxy.seen("PUT", "waiting")) > n_refused, "another try of the one that waits")
        assert uploads.keys() == [uploads.key("beside")]
        proxy.heal()
        uploads.await_settled()
        assert uploader.partitions() == [0, 1, 2] and uploader.text().count(" assigned ") == 1
        done = re.findall(r"video=(\w+) .* uploaded", uploader.text())
        assert done == ["beside", "waiting", "behind"], uploader.text()
    uploads.check({completion["video_id"]: reference for completion, reference in (waiting, behind, beside)})
    assert uploads.dead_letters() == []


def test_it_gives_up_by_time_too(uploads):
    completion, _ = uploads.segments("late")
    with uploads.upload(S3_BUCKET="no-such-bucket-here", UPLOAD_GIVE_UP_TRIES="1000", UPLOAD_GIVE_UP_SECONDS="1"):
        uploads.complete(completion)
        uploads.await_settled()
    assert len(uploads.dead_letters()) == 1


# ---- members ----


def test_a_stop_in_mid_upload_aborts_it_and_leaves_the_group(uploads, s3):
    completion, reference = uploads.segments("large", **IN_PARTS)
    with Gate(s3.port) as proxy:
        with uploads.upload(AWS_ENDPOINT_URL=proxy.url, **PARTS) as uploader:
            proxy.hold("PUT", "partNumber=3")
            uploads.complete(completion)
            proxy.await_held()
            assert len(uploads.multiparts()) == 1
            begun = time.monotonic()
            uploader.process.terminate()
            proxy.open()
            assert uploader.process.wait(15) == 0, uploader.text()
            assert time.monotonic() - begun < 10
        assert uploads.multiparts() == [] and uploads.keys() == [] and uploader.files() == []
        begun = time.monotonic()
        with uploads.upload():
            assert time.monotonic() - begun < 5  # nobody waited for the session's end
            uploads.await_settled()
    uploads.check({"large": reference})


def test_a_fourth_is_idle_and_takes_over(uploads):
    with uploads.upload(3, "--http", "127.0.0.1:0") as three:
        fourth = uploads.start("--http", "127.0.0.1:0")
        everyone = [*three, fourth]
        try:
            wait_until(lambda: fourth.partitions() is not None, "an assignment")
            uploads.await_shared(everyone)
            assert sorted(len(one.partitions()) for one in everyone) == [0, 1, 1, 1]
            idle = next(one for one in everyone if one.partitions() == [])  # which of them is the group's own affair
            where = idle.await_text(r"http=(127.0.0.1:\d+)").group(1)
            for path in ("healthz", "readyz"):
                with urllib.request.urlopen(f"http://{where}/{path}", timeout=10) as answer:
                    assert answer.status == 200
            busy = next(one for one in three if one is not idle)
            busy.kill()
            wait_until(lambda: idle.partitions(), "its partition")
            references = {f"after{number}": uploads.video(f"after{number}") for number in range(6)}
            uploads.await_settled()
            with urllib.request.urlopen(f"http://{where}/metrics", timeout=10) as answer:
                text = answer.read().decode()
            assert 'firewatch_uploads_total{result="uploaded"}' in text
            assert "firewatch_s3_requests_total" in text
        finally:
            assert fourth.stop() == 0, fourth.text()
    uploads.check(references)


def test_from_one_to_three_to_two_during_transfers(uploads, s3):
    videos = [uploads.segments(f"v{number}", **IN_PARTS) for number in range(9)]
    with S3Proxy(s3.port) as proxy:
        proxy.fail("slow", times=-1, method="PUT", pause_s=0.8)
        variables = {"AWS_ENDPOINT_URL": proxy.url, **PARTS}
        with uploads.upload(**variables) as first:
            for number, (completion, _) in enumerate(videos):
                uploads.complete(completion, partition=number % 3)
            wait_until(lambda: uploads.multiparts(), "a transfer")
            more = [uploads.start(**variables) for _ in range(2)]
            uploads.await_shared([first, *more])
            wait_until(lambda: uploads.multiparts(), "a transfer")
            assert more[0].stop() == 0, more[0].text()
            uploads.await_shared([first, more[1]])
            uploads.await_settled()
            assert more[1].stop() == 0
    uploads.check({completion["video_id"]: reference for completion, reference in videos})


def test_throttling_is_counted(uploads, s3):
    completion, reference = uploads.segments("throttled")
    with S3Proxy(s3.port) as proxy, uploads.upload(1, "--http", "127.0.0.1:0", AWS_ENDPOINT_URL=proxy.url) as uploader:
        asked = Served(uploader.text)
        assert asked.value("firewatch_s3_throttled_total") == 0
        proxy.fail("slow_down", times=3, method="PUT")
        uploads.complete(completion)
        uploads.await_settled()
        done = ("firewatch_uploads_total", frozenset({("result", "uploaded")}))
        wait_until(lambda: asked.metrics()[done] == 1, "it is counted")
        metrics = asked.metrics()
        assert [request.answered for request in proxy.seen("PUT")] == [503, 503, 503, 200]
        assert metrics[("firewatch_s3_throttled_total", frozenset())] == 3
        assert metrics[("firewatch_s3_retries_total", frozenset())] >= 3
        assert metrics[("firewatch_s3_requests_total", frozenset())] == len(proxy.seen())
    uploads.check({"throttled": reference})


# ---- its disk ----


def test_a_kept_file_has_its_place_in_the_folder(uploads, tmp_path):
    with uploads.upload(folder=tmp_path / "clips", S3_DELETE_LOCAL_AFTER_UPLOAD="false") as uploader:
        reference = uploads.video("kept")
        uploads.await_settled()
        kept = tmp_path / "clips" / "kept_with_heatmaps.mp4"
        assert kept.read_bytes() == reference.read_bytes()
    assert [path for path in uploader.files() if path.endswith(".mp4")] == [str(kept)]
    assert [path.name for path in (tmp_path / "clips").iterdir() if path.is_dir()] == []


def test_a_file_is_on_the_disk_before_it_has_its_name(uploads, tmp_path):
    """What is written as .part is synced, then renamed, then the folder is: in that order, and only then it is read."""
    log = tmp_path / "calls"
    source = tmp_path / "calls.c"
    source.write_text(RECORDER, encoding="utf-8")
    library = tmp_path / "calls.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    with uploads.upload(folder=tmp_path / "clips", LD_PRELOAD=str(library), CALLS_LOG=str(log)):
        reference = uploads.video("film")
        uploads.await_settled()
    uploads.check({"film": reference})
    calls = [line.split(" ") for line in log.read_text(encoding="utf-8").splitlines()]
    [(at, was, name)] = [(at, *words[1:]) for at, words in enumerate(calls) if words[0] == "rename" and words[1].endswith(".mp4.part")]
    assert was == f"{name}.part" and Path(name).is_relative_to(tmp_path / "clips")
    assert ["fsync", was] in calls[:at]
    folder = calls.index(["fsync", str(Path(name).parent)], at)
    read = calls.index(["open", name])
    assert at < folder < read, calls


RECORDER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void note(const char *what, const char *a, const char *b)
{
    FILE *log = fopen(getenv("CALLS_LOG"), "a");
    if (log != NULL) { fprintf(log, "%s %s%s%s\n", what, a, b[0] ? " " : "", b); fclose(log); }
}
int fsync(int fd)
{
    char link[64], path[4096];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    path[n < 0 ? 0 : n] = '\0';
    int rc = ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
    note("fsync", path, "");
    return rc;
}
int rename(const char *from, const char *to)
{
    int rc = ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to);
    note("rename", from, to);
    return rc;
}
int open64(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    int mode = va_arg(list, int);
    va_end(list);
    note("open", path, "");
    return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64"))(path, flags, mode);
}
int open(const char *path, int flags, ...) __attribute__((alias("open64")));
"""


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a tmpfs can't be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_waited_out_and_one_too_small_is_not(uploads, small_disk):
    completion, reference = uploads.segments("film", n_segments=10, segment_bytes=100_000)
    too_large, _ = uploads.segments("too-large", n_segments=50, segment_bytes=100_000)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 3_500_000)
    with uploads.upload(folder=small_disk, UPLOAD_GIVE_UP_TRIES="1") as uploader:
        uploads.complete(completion, partition=0)
        uploader.await_text("film: .*No space left on device.*next try in")
        assert uploads.keys() == [] and uploads.dead_letters() == []
        ballast.unlink()
        uploads.await_object("film")
        uploads.complete(too_large, partition=0)
        uploads.await_settled()
    uploads.check({"film": reference})
    [(headers, _)] = uploads.dead_letters()
    assert "more than the whole disk" in headers["__connect.errors.exception.message"]


def test_300_mb_in_little_memory(uploads):
    completion, reference = uploads.segments("long", n_segments=429, segment_bytes=700_000)
    assert reference.stat().st_size > 300_000_000
    with uploads.upload() as uploader:
        uploads.complete(completion)
        uploads.await_settled(120)
        peak = uploader.peak_mib()
        print(f"peak {peak:.1f} MiB")
        assert peak < 64
    uploads.check({"long": reference})
