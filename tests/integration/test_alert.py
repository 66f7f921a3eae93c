# SPDX-License-Identifier: MIT
"""firewatch alert on a real broker, with a receiver of the test's: what is sent, again and again, in order, and what is not."""

import base64
import contextlib
import json
import os
import re
import subprocess
import time
from datetime import datetime, timezone

import pytest
from confluent_kafka import Producer
from fleet import Role, lags, read_all, wait_until
from served import Served
from test_wire import validator
from webhook import SECRET, Webhook

from firewatch import firewatch

JPEG = "/9j/2Q=="  # a snapshot needs not be a picture here
SCHEMA = validator("fire-events")


def event(video_id, phase="start", type="fire", number=1, score=0.9, **more):
    """An event's record as docs/schema/fire-events.json has it."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")
    made = {
        "schema": 1,
        "event_id": f"{video_id}/17/{type}/{number}",
        "type": type,
        "phase": phase,
        "reason": "cleared" if phase == "end" else None,
        "video_id": video_id,
        "run_id": "0123456789abcdef",
        "run_offset": 17,
        "number": number,
        "first_frame": 10,
        "first_pts_ms": 333.333,
        "frame_number": 20,
        "pts_ms": 666.667,
        "timestamp": now,
        "score": score,
        "peak_score": score,
        "peak_frame": 20,
        "peak_pts_ms": 666.667,
        "bbox": [1, 2, 30, 40],
        "width": 640,
        "height": 480,
        "model": "fire@0123",
        "links": {
            "page": "https://fire.example/#video=x&t=0.333", "snapshot": None, "video": "/api/videos/x/play", "object": "s3://b/x",
        },
        "snapshot": JPEG,
        **more,
    }
    SCHEMA.validate(made)
    return made


class Alerts:
    """Topics and a group named after the test, and the members that it starts."""

    def __init__(self, kafka, folder, name, n_partitions=2):
        self.kafka, self.folder = kafka, folder
        self.n_partitions, self.topic, self.group = n_partitions, f"{name}-events", f"{name}-group"
        self.env = {
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
            "KAFKA_EVENTS_TOPIC": self.topic,
            "KAFKA_DETECTIONS_TOPIC_PARTITIONS": str(n_partitions),
            "KAFKA_PROPERTY_SESSION_TIMEOUT_MS": "6000",
            "ALERT_GROUP_ID": self.group,
            "ALERT_WEBHOOK_SECRET": SECRET,
            "ALERT_COOLDOWN_SECONDS": "0",
        }
        self.members = []

    def start(self, webhook, *words, **variables):
        env = {"ALERT_WEBHOOK_URL": webhook.url, **self.env, **variables}
        self.members.append(Role(["alert", *words], self.folder, f"alert-{len(self.members)}", env))
        return self.members[-1]

    @contextlib.contextmanager
    def run(self, webhook, *words, **variables):
        """A member that owns all partitions; at the end it is stopped, unless it was killed, and ends well."""
        member = self.start(webhook, *words, **variables)
        try:
            member.await_text(r" assigned partitions=0,1\n")
            yield member
            if member.process.poll() is None:
                assert member.stop() == 0, member.text()
        finally:
            if member.process.poll() is None:
                member.kill()

    def send(self, *events, partition=0, timestamp_ms=0):
        """Sends records, to one partition so that their order is known."""
        failed = []
        producer = Producer({"bootstrap.servers": self.kafka.bootstrap, "linger.ms": 0})
        for one in events:
            value = json.dumps(one) if isinstance(one, dict) else one
            key = one["video_id"] if isinstance(one, dict) else "nobody"
            producer.produce(
                self.topic, value, key, partition, timestamp=timestamp_ms, on_delivery=lambda error, _: error and failed.append(error)
            )
        assert producer.flush(30) == 0
        assert not failed, failed

    def letters(self):
        """(stage, kind, reason, value) of each dead letter."""
        found = []
        for record in read_all(self.kafka.bootstrap, f"{self.topic}.dlq"):
            headers = {name: value.decode() for name, value in record.headers()}
            found.append((headers["__connect.errors.stage"], headers["__connect.errors.exception.message"], record.value()))
        return found

    def await_settled(self):
        def settled():
            return sum(lags(self.kafka.bootstrap, self.group, self.topic, range(self.n_partitions))) == 0

        wait_until(settled, "lag 0", 30, 0.1)


@pytest.fixture
def webhook():
    with Webhook() as receiver:
        yield receiver


@pytest.fixture
def alerts(kafka, tmp_path, request):
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.replace("test_", "")).strip("-")
    made = Alerts(kafka, tmp_path, name)
    yield made
    for member in made.members:
        for secret in (SECRET, "in-the-url"):
            assert secret not in member.text(), "a secret in the log"


# ---- what is sent ----


def test_an_event_is_delivered_signed_and_counted(alerts, webhook):
    with alerts.run(webhook, "--http", "127.0.0.1:0") as member:
        start, end = event("yard"), event("yard", "end")
        alerts.send(start, event("yard", "update"), end)
        first, last = webhook.await_taken(2)
        assert (first.event, last.event) == (start, end)
        assert (first.id, last.id) == ("yard/17/fire/1/start", "yard/17/fire/1/end")
        assert first.is_genuine() and last.is_genuine()
        assert not first.is_genuine("another secret of this test")
        assert first.headers["content-type"] == "application/json"
        assert first.path == "/hook?token=in-the-url"
        assert first.headers["x-firewatch-camera"] == "yard"
        alerts.await_settled()
        served = Served(member.text)
        assert served.value("firewatch_alerts_total", type="fire") == 2
        assert served.value("firewatch_alerts_held_back_total", reason="phase") == 1
        assert served.value("firewatch_alert_seconds_count") == 2
        assert 0 < served.value("firewatch_alert_seconds_sum") < 10
        assert served.json("/readyz")[0] == 200
    for topic in (alerts.topic, f"{alerts.topic}.dlq"):
        assert all(SECRET.encode() not in record.value() for record in read_all(alerts.kafka.bootstrap, topic))
    assert member.text().count("stopped") == 1


def test_names_from_outside_and_no_snapshot(alerts, webhook):
    with alerts.run(webhook, "--no-snapshot", "--phases", "start, update"):
        odd = 'Hof "3"\u00e4 %'
        alerts.send(event(odd), event(odd, "update", frame_number=45))
        first, second = webhook.await_taken(2)
    assert first.event == event(odd) | {"snapshot": None, "timestamp": first.event["timestamp"]}
    assert first.id == "Hof%20%223%22%C3%A4%20%25/17/fire/1/start"
    assert first.headers["x-firewatch-camera"] == "Hof%20%223%22%C3%A4%20%25"
    assert second.id.endswith("/update/45")


def test_what_is_held_back(alerts, webhook):
    """Types, score and cool-down; each told later where it is worth it; the end of what was told."""
    words = ["--types", "fire,black", "--min-score", "0.8", "--cooldown", "60"]
    at_ms = int(time.time() * 1000) - 600_000
    with alerts.run(webhook, "--http", "127.0.0.1:0", *words) as member:
        alerts.send(event("low", score=0.7), event("low", "end", score=0.7))
        alerts.send(event("grows", score=0.7), event("grows", "update", score=0.95), event("grows", "end", score=0.95))
        alerts.send(event("frozen", type="frozen"), event("dark", type="black", score=0), event("dark", "end", "black", score=0))
        # One camera: its next video comes within the cool-down, goes on after it; a third ends within that one's.
        first, second = "gate-20260511T193316", "gate-20260511T194316Z"
        alerts.send(event(first), event(first, "end"), timestamp_ms=at_ms)
        alerts.send(event(second), event(second, "update"), timestamp_ms=at_ms + 59_000, partition=0)
        alerts.send(event(second, type="black"), timestamp_ms=at_ms + 59_000)
        alerts.send(event(second, "update", frame_number=99), event(second, number=2), timestamp_ms=at_ms + 60_000)
        alerts.send(event(second, "end", number=2), event(second, "end"), timestamp_ms=at_ms + 61_000)
        webhook.await_taken(9)
        alerts.await_settled()
        served = Served(member.text)
        held = {
            reason: served.value("firewatch_alerts_held_back_total", reason=reason)
            for reason in ("type", "score", "cooldown", "not_told")
        }
    assert webhook.ids() == [
        "grows/17/fire/1/update/20",
        "grows/17/fire/1/end",
        "dark/17/black/1/start",
        "dark/17/black/1/end",
        f"{first}/17/fire/1/start",
        f"{first}/17/fire/1/end",
        f"{second}/17/black/1/start",
        f"{second}/17/fire/1/update/99",
        f"{second}/17/fire/1/end",
    ]
    assert held == {"type": 1, "score": 3, "cooldown": 4, "not_told": 0}
    assert alerts.letters() == []


# ---- what fails ----


def test_it_fails_twice_and_is_tried_again(alerts, webhook):
    webhook.fail_first(503, 429)
    with alerts.run(webhook, "--http", "127.0.0.1:0") as member:
        alerts.send(event("yard"))
        webhook.await_taken(1)
        alerts.await_settled()
        assert Served(member.text).value("firewatch_retries_total", stage="alert") == 2
    tries = webhook.all()
    assert [delivery.status for delivery in tries] == [503, 429, 200]
    assert len({delivery.id for delivery in tries}) == 1
    assert all(delivery.is_genuine() for delivery in tries)
    assert alerts.letters() == []


def test_a_receiver_that_hangs_holds_up_its_partition_only(alerts, webhook):
    webhook.answer = lambda one: (None if one.event["video_id"] == "slow" and len(webhook.all()) < 2 else 200, {}, b"")
    with alerts.run(webhook, "--timeout", "1"):
        alerts.send(event("slow"))
        webhook.await_tries(1)
        alerts.send(event("other"), partition=1)
        assert webhook.await_taken(1)[0].id.startswith("other/")
        webhook.await_taken(2)
    assert [one.id.split("/")[0] for one in webhook.all()].count("slow") == 2
    assert alerts.letters() == []


def test_a_long_answer_is_not_read_to_its_end(alerts, webhook):
    webhook.answer = lambda one: (200, {"Content-Length": str(1 << 40)}, b"x" * (1 << 20))
    with alerts.run(webhook, "--timeout", "5"):
        alerts.send(event("one"), event("two"))
        webhook.await_taken(2)
        alerts.await_settled()
    assert len(webhook.all()) == 2


def shown_by_lag_and_status(alerts):
    """(stage, what lag says is left, what status says is waiting) of the test's group."""
    asked = [firewatch(name, "--json", env=alerts.env, cwd=alerts.folder) for name in ("lag", "status")]
    assert [one.returncode for one in asked] == [0, 0], asked
    rows, seen = (json.loads(one.stdout) for one in asked)
    own = [row for row in rows if row["group"] == alerts.group]
    assert {row["topic"] for row in own} == {alerts.topic} and len(own) == alerts.n_partitions
    return own[0]["limiting_stage"], sum(row["left"] for row in own), seen["alerts"]["waiting"]


def test_an_outage_loses_nothing_and_keeps_the_order(alerts, webhook):
    webhook.answer = lambda one: (500, {}, b"down")
    videos = [f"camera{number}" for number in range(6)]
    with alerts.run(webhook, "--http", "127.0.0.1:0") as member:
        for number, video_id in enumerate(videos):
            alerts.send(event(video_id), event(video_id, "end"), partition=number % 2)
        webhook.await_tries(6)
        served = Served(member.text)
        assert shown_by_lag_and_status(alerts) == ("alerter", 12, 12)
        assert served.json("/readyz")[0] == 200  # it is a member still
        status, health = served.json("/healthz")
        turns = {(loop["name"], loop.get("number")): loop["age_ms"] for loop in health["loops"] if loop["turns"]}
        assert status == 200 and set(turns) == {("poll", None), ("worker", 0), ("worker", 1)}
        assert max(turns.values()) < 8000, "in its pauses too"
        webhook.answer = lambda one: (200, {}, b"")
        webhook.await_taken(12)
        alerts.await_settled()
        assert member.text().count(" assigned partitions=") == 1
        assert shown_by_lag_and_status(alerts) == ("processor", 0, 0)
    phases = {}
    for one in webhook.taken():
        phases.setdefault(one.event["video_id"], []).append(one.event["phase"])
    assert phases == {video_id: ["start", "end"] for video_id in videos}
    assert alerts.letters() == []


def test_nobody_listens_for_a_while(alerts):
    webhook = Webhook(listens=False)
    with alerts.run(webhook) as member:
        alerts.send(event("yard"))
        member.await_text(r"yard/17/fire/1/start: .*next try in \d+ ms")
        webhook.listen()
        with webhook:
            webhook.await_taken(1)
            alerts.await_settled()
    assert alerts.letters() == []


@pytest.mark.parametrize("status", [400, 302])
def test_what_is_refused_is_a_dead_letter_and_the_next_goes_on(alerts, webhook, status):
    elsewhere = Webhook()
    moved = {"Location": elsewhere.url} if status == 302 else {}
    webhook.answer = lambda one: (status if one.event["video_id"] == "bad" else 200, moved, b"no")
    with elsewhere, alerts.run(webhook, "--http", "127.0.0.1:0") as member:
        alerts.send(event("bad"), b'{"schema": 1, "type": "tea"}', event("good"))
        assert webhook.await_taken(1)[0].event["video_id"] == "good"
        alerts.await_settled()
        served = Served(member.text)
        assert served.value("firewatch_dead_letters_total", stage="alert") == 1
        assert served.value("firewatch_dead_letters_total", stage="receive") == 1
        assert elsewhere.all() == []  # redirects are not followed
    refused, senseless = sorted(alerts.letters())
    assert (refused[0], senseless[0]) == ("alert", "receive")
    assert f"HTTP {status}" in refused[1] and "in-the-url" not in refused[1]
    assert json.loads(refused[2])["video_id"] == "bad"
    listed = firewatch("dlq", "list", "--topic", alerts.topic, env=alerts.env, cwd=alerts.folder)
    assert listed.returncode == 0 and f"HTTP {status}" in listed.stdout, listed


def test_a_refused_event_is_one_dead_letter_and_is_told_when_the_receiver_is_mended(alerts, webhook):
    """Not one for each update of a fire that burns for hours; also when the member is another one by then."""
    webhook.answer = lambda one: (403, {}, b"")
    with alerts.run(webhook) as member:
        alerts.send(event("yard"), *(event("yard", "update", frame_number=n) for n in (30, 40, 50)))
        webhook.await_tries(4)
        alerts.await_settled()
        member.kill()
    with alerts.run(webhook, "--http", "127.0.0.1:0") as member:
        alerts.send(event("yard", "update", frame_number=60), event("gate"), event("gate", "end"))
        webhook.await_tries(6)
        alerts.await_settled()
        held = {reason: Served(member.text).value("firewatch_alerts_held_back_total", reason=reason) for reason in ("refused", "not_told")}
        assert held == {"refused": 1, "not_told": 1}
        assert [json.loads(letter[2])["video_id"] for letter in alerts.letters()] == ["yard", "gate"]
        webhook.answer = lambda one: (200, {}, b"")
        alerts.send(event("yard", "update", frame_number=70), event("yard", "end"))
        webhook.await_taken(2)
        alerts.await_settled()
    assert webhook.ids() == ["yard/17/fire/1/update/70", "yard/17/fire/1/end"]
    assert len(alerts.letters()) == 2


def rss_mib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def test_a_long_outage_costs_no_memory_loses_nothing_and_keeps_the_order(alerts, webhook):
    """An hour of 500s at pauses of up to 30 s is some 240 tries a partition: here 250 each, at pauses of up to 20 ms."""
    picture = base64.b64encode(os.urandom(150_000)).decode()
    videos = [f"camera{n}" for n in range(6)]
    phases = ["start", *["update"] * 38, "end"]
    waiting_mib = len(videos) * len(phases) * len(picture) / 2**20
    webhook.answer = lambda one: (500, {}, b"")
    with alerts.run(webhook, "--http", "127.0.0.1:0", "--phases", "start,update,end", "--retry-max", "0.02") as member:
        for n, video_id in enumerate(videos):
            sent = (event(video_id, phase, frame_number=20 + i, snapshot=picture) for i, phase in enumerate(phases))
            alerts.send(*sent, partition=n % 2)
        webhook.await_tries(len(webhook.all()) + 50)
        early = rss_mib(member.process)
        webhook.await_tries(len(webhook.all()) + 450, 60)
        late = rss_mib(member.process)
        assert Served(member.text).json("/healthz")[0] == 200
        assert lags(alerts.kafka.bootstrap, alerts.group, alerts.topic, range(2)) == [120, 120], "the queue is Kafka"
        webhook.answer = lambda one: (200, {}, b"")
        webhook.await_taken(len(videos) * len(phases))
        alerts.await_settled()
        last = rss_mib(member.process)
    print(f"{waiting_mib:.0f} MiB wait on Kafka; the alerter has {early:.0f} MiB, {late:.0f} after 500 tries, {last:.0f} at the end")
    if "ASAN_OPTIONS" not in os.environ:  # which keeps what is freed
        assert late < early + 16 and last < early + 32
    frames = {video_id: [] for video_id in videos}
    for one in webhook.taken():
        frames[one.event["video_id"]].append((one.event["phase"], one.event["frame_number"]))
    assert frames == {video_id: [(phase, 20 + i) for i, phase in enumerate(phases)] for video_id in videos}
    assert len(set(webhook.ids())) == len(webhook.taken()) == 240
    assert alerts.letters() == []


# ---- TLS ----


def authority(folder, name):
    """A throw-away authority, and a certificate of it for 127.0.0.1 and one for another host."""
    folder = folder / name
    folder.mkdir()

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", f"/CN={name}", "-days", "2")
    for host, names in (("here", "IP:127.0.0.1"), ("elsewhere", "DNS:elsewhere.example")):
        (folder / f"{host}.ext").write_text(f"subjectAltName={names}\n", encoding="ascii")
        openssl("req", *key, "-keyout", f"{host}.key", "-out", f"{host}.csr", "-subj", f"/CN={host}")
        sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{host}.ext"]
        openssl("x509", "-req", "-in", f"{host}.csr", "-out", f"{host}.pem", *sign)
    return folder


def test_tls_and_whom_it_trusts(alerts, tmp_path):
    """A certificate that is not right is said to be so and tried again, for it may be mended; no alert goes there."""
    ours, theirs = (authority(tmp_path, name) for name in ("ours", "theirs"))
    tried = [
        (ours / "here", {}, r"certificate"),  # of an authority that the system does not know
        (ours / "here", {"ALERT_CA_BUNDLE": str(theirs / "ca.pem")}, r"certificate"),
        (ours / "elsewhere", {"ALERT_CA_BUNDLE": str(ours / "ca.pem")}, r"(certificate|subject name|127\.0\.0\.1)"),
        (ours / "here", {"ALERT_CA_BUNDLE": str(tmp_path / "none.pem")}, r"none\.pem"),
    ]
    for n, (pair, variables, words) in enumerate(tried):
        with Webhook(tls=(f"{pair}.pem", f"{pair}.key")) as webhook:
            with alerts.run(webhook, **variables) as member:
                if n == 0:
                    alerts.send(event("yard"))
                line = member.await_text(r"yard/17/fire/1/start: https://127\.0\.0\.1:\d+: (.*); next try in \d+ ms")
                assert re.search(words, line.group(1)), line.group(1)
            assert webhook.all() == []
    with Webhook(tls=(ours / "here.pem", ours / "here.key")) as webhook, alerts.run(webhook, "--ca-bundle", ours / "ca.pem"):
        assert webhook.await_taken(1)[0].is_genuine()
        alerts.await_settled()
    assert alerts.letters() == []


def test_it_gives_up_when_told_so(alerts, webhook):
    webhook.answer = lambda one: (500 if one.event["video_id"] == "bad" else 200, {}, b"")
    with alerts.run(webhook, "--give-up-tries", "2"):
        alerts.send(event("bad"), event("good"))
        webhook.await_taken(1)
        alerts.await_settled()
    assert [one.status for one in webhook.all()] == [500, 500, 200]
    assert [letter[0] for letter in alerts.letters()] == ["alert"]


def test_retry_after_is_heeded(alerts, webhook):
    left = [429]
    webhook.answer = lambda one: (left.pop() if left else 200, {"Retry-After": "2"}, b"")
    with alerts.run(webhook):
        alerts.send(event("yard"))
        first, second = (webhook.await_taken(1), webhook.all())[1]
    assert second.received_s - first.received_s >= 2


# ---- who dies ----


def test_sigterm_breaks_off_and_the_next_one_sends_it(alerts, webhook):
    webhook.answer = lambda one: (None, {}, b"")
    with alerts.run(webhook, "--timeout", "60") as member:
        alerts.send(event("yard"))
        webhook.await_tries(1)
        assert member.stop(5) == 0
    webhook.answer = lambda one: (200, {}, b"")
    with alerts.run(webhook):
        webhook.await_taken(1)
        alerts.await_settled()
    assert [one.id for one in webhook.all()] == ["yard/17/fire/1/start"] * 2


def test_kill_in_mid_retry_sends_it_again_under_the_same_id(alerts, webhook):
    webhook.answer = lambda one: (500, {}, b"")
    with alerts.run(webhook, "--cooldown", "60") as member:
        alerts.send(event("before", type="black"), event("yard"))
        webhook.await_tries(2)
        member.kill()
    n_before = len(webhook.all())
    webhook.answer = lambda one: (200, {}, b"")
    with alerts.run(webhook, "--cooldown", "60"):
        webhook.await_taken(2)
        alerts.await_settled()
    assert webhook.ids() == ["before/17/black/1/start", "yard/17/fire/1/start"]
    assert {one.id for one in webhook.all()[:n_before]} == {"before/17/black/1/start"}


def test_cooldown_and_open_alerts_outlive_a_kill(alerts, webhook):
    """What was told before is known after: no second alert of the camera, its end is sent, another partition's is known."""
    with alerts.run(webhook, "--cooldown", "1h") as member:
        alerts.send(event("gate-20260511T193316"))
        webhook.await_taken(1)
        alerts.await_settled()
        member.kill()
    with alerts.run(webhook, "--cooldown", "1h"):
        alerts.send(event("gate-20260511T203316"), event("gate-20260511T203316", "end"), partition=1)
        alerts.send(event("gate-20260511T193316", number=2), event("gate-20260511T193316", "end"), event("yard"))
        webhook.await_taken(3)
        alerts.await_settled()
    assert webhook.ids() == [
        "gate-20260511T193316/17/fire/1/start",
        "gate-20260511T193316/17/fire/1/end",
        "yard/17/fire/1/start",
    ]


def test_a_second_member_knows_what_the_first_has_sent(alerts, webhook):
    options = ["--cooldown", "1h"]
    first, second = (alerts.start(webhook, *options) for _ in range(2))
    try:
        for member in (first, second):
            member.await_text(r" assigned partitions=\d\n")
        alerts.send(event("gate-20260511T193316"))
        webhook.await_taken(1)
        alerts.await_settled()
        alerts.send(event("gate-20260511T203316"), event("yard"), partition=1)
        webhook.await_taken(2)
        alerts.await_settled()
        assert (first.stop(), second.stop()) == (0, 0)
    finally:
        first.kill()
        second.kill()
    assert webhook.ids() == ["gate-20260511T193316/17/fire/1/start", "yard/17/fire/1/start"]


# ---- misuse ----


def test_what_it_does_not_start_with(alerts, tmp_path):
    def start(**variables):
        return firewatch("alert", env={**alerts.env, **variables}, cwd=tmp_path)

    none = start()
    assert none.returncode == 1 and "ALERT_WEBHOOK_URL is not set" in none.stderr
    for name, value in (
        ("ALERT_WEBHOOK_URL", "ftp://secret.example"),
        ("ALERT_WEBHOOK_SECRET", "too short"),
        ("ALERT_TYPES", "fire,tea"),
        ("ALERT_PHASES", "start,,end"),
    ):
        refused = start(**{name: value})
        assert refused.returncode == 2 and name in refused.stderr, refused
        assert value not in refused.stderr or name in ("ALERT_TYPES", "ALERT_PHASES")
