# SPDX-License-Identifier: MIT
"""All roles through a broker's encrypted doors; what is refused is told with its reason, and no secret is told at all."""

import json
import pathlib

import pytest
from clips import plain
from fleet import Fleet, wait_until
from served import Served

DOORS = ("client-tls", "client-sasl", "client-sasl-tls")


def make(kafka, folder, name, door, change=None, **variables):
    """A fleet at a door; its own way in for the checks is the plain one."""
    plain(folder / "clip.mp4")
    return Fleet(kafka, folder, name, properties={**kafka.properties(door), **(change or {})}, **variables)


def assert_no_secret(kafka, *texts):
    secret = kafka.properties("client-sasl")["sasl.password"]
    assert len(secret) >= 20
    for text in texts:
        assert secret not in text and "not-it" not in text


@pytest.mark.parametrize("door", DOORS)
def test_topics_produce_process_through_an_encrypted_door(kafka_secure, tmp_path, door):
    fleet = make(kafka_secure, tmp_path, f"roles-{door}", door, FIREWATCH_LOG_LEVEL="debug")
    created = fleet.command("topics", "create")
    assert created.returncode == 0, created.stderr
    with fleet.process() as processor:
        sent = fleet.command("produce", "clip.mp4", "video1")
        assert sent.returncode == 0, sent.stderr
        [completion] = fleet.await_completions(1)
        wait_until(lambda: fleet.lag() == 0, "no lag")
    assert (completion["status"], completion["stats"]["total_frames"]) == ("complete", 50)
    assert sorted(one["frame_number"] for one in fleet.detections()) == list(range(50))
    assert set(fleet.check_messages()) == {"VIDEO", "DETECTIONS", "EVENTS", "SEGMENTS", "PROGRESS", "VIDEO_COMPLETIONS"}
    assert_no_secret(kafka_secure, created.stderr, sent.stdout, sent.stderr, processor.text())


def test_properties_on_the_command_line_do_the_same(kafka_secure, tmp_path):
    fleet = make(kafka_secure, tmp_path, "by-option", "client-tls")
    options = ["-X", f"ssl.ca.location={fleet.env.pop('KAFKA_PROPERTY_SSL_CA_LOCATION')}", "-X", "security.protocol=ssl"]
    del fleet.env["KAFKA_PROPERTY_SECURITY_PROTOCOL"]
    assert fleet.command("topics", "create", "--quiet", *options).returncode == 0
    with fleet.process(*options):
        fleet.produce("clip.mp4", "video1", *options)
        assert fleet.await_completions(1)[0]["status"] == "complete"


@pytest.mark.parametrize("role", [["produce", "clip.mp4", "video1"], ["process"], ["topics", "create"]])
@pytest.mark.parametrize(
    ("door", "change", "reason"),
    [
        ("client-sasl", {"sasl.password": "not-it"}, "Authentication failed"),
        ("client-sasl-tls", {"sasl.password": "not-it"}, "Authentication failed"),
        ("client-tls", {"ssl.ca.location": "/etc/ssl/certs/ca-certificates.crt"}, "certificate verify failed"),
    ],
)
def test_a_wrong_password_or_authority_is_told_and_ends_the_role(kafka_secure, tmp_path, door, change, reason, role):
    fleet = make(kafka_secure, tmp_path, "refused", door, change, FIREWATCH_LOG_LEVEL="debug")
    done = fleet.command(*role, timeout=30)  # not the 60 s of --startup-timeout
    assert done.returncode == 1, done.stderr
    assert reason in done.stderr
    assert_no_secret(kafka_secure, done.stdout, done.stderr)


def test_a_file_of_authorities_that_is_missing_is_named(kafka_secure, tmp_path):
    fleet = make(kafka_secure, tmp_path, "nowhere", "client-tls", {"ssl.ca.location": "/no/such/ca.pem"})
    done = fleet.command("produce", "clip.mp4", "video1", timeout=30)
    assert done.returncode in (1, 2)
    assert "/no/such/ca.pem" in done.stderr


@pytest.mark.parametrize("role", [["produce", "clip.mp4", "video1"], ["process"]])
def test_who_may_not_is_told_which_topic_or_group(kafka_secure, tmp_path, role):
    kafka_secure_fleet = make(kafka_secure, tmp_path, f"forbidden-{role[0]}", "client-tls")
    assert kafka_secure_fleet.command("topics", "create", "--quiet").returncode == 0
    fleet = make(kafka_secure, tmp_path, f"forbidden-{role[0]}", "client-sasl", {"sasl.username": "stranger"})
    done = fleet.command(*role, timeout=60)
    assert done.returncode == 1, done.stderr
    assert "uthorization failed" in done.stderr or "not authorized" in done.stderr.lower(), done.stderr
    assert f"forbidden-{role[0]}" in done.stderr
    assert_no_secret(kafka_secure, done.stdout, done.stderr)


SECRETS = {
    "FIREWATCH_HTTP_TOKEN": "Token-4f1c9b2e7d6a8053",
    "AWS_ACCESS_KEY_ID": "AKIA0123456789EXAMPL",
    "AWS_SECRET_ACCESS_KEY": "Secret/7d6a80534f1c9b2e+0123456789abcdef",
    "KAFKA_PROPERTY_SSL_KEY_PASSWORD": "KeyPassword-9b2e7d6a",
}


def command_line(pid):
    return (pathlib.Path("/proc") / str(pid) / "cmdline").read_bytes().decode()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_secrets_of_an_env_file_stay_there(kafka_secure, tmp_path, log_format):
    """In no log (of any level), no message, no command line, no answer over HTTP."""
    fleet = make(kafka_secure, tmp_path, f"secrets-{log_format}", "client-sasl-tls")
    mine = {key: value for key, value in fleet.env.items() if key.startswith("KAFKA_") or key == "ML_MODEL_PATH"}
    more = {"FIREWATCH_LOG_LEVEL": "trace", "FIREWATCH_LOG_FORMAT": log_format, "FIREWATCH_HTTP": "127.0.0.1:0"}
    lines = [f"{key}={value}" for key, value in {**mine, **more, **SECRETS}.items()]
    (tmp_path / ".env").write_text("\n".join(lines) + "\n")
    for key in mine:
        del fleet.env[key]
    texts = [fleet.command("topics", "create").stderr]
    with fleet.process() as processor:
        asked = Served(processor.text, SECRETS["FIREWATCH_HTTP_TOKEN"])
        done = fleet.command("produce", "clip.mp4", "video1")
        assert done.returncode == 0, done.stderr
        fleet.await_completions(1)
        texts += [done.stdout, done.stderr, command_line(processor.process.pid), asked.get("/metrics")[1]]
        texts += [asked.get(path)[1] for path in ("/healthz", "/readyz", "/nothing")]
    texts.append(processor.text())
    for use in fleet.topic:
        for record in fleet.records(use):
            parts = [record.key(), record.value(), *[value for _, value in record.headers() or []]]
            texts += [part.decode("latin-1") for part in parts if part]
    broken = fleet.command("produce", "clip.mp4", "video1", "--http", "0.0.0.0:0", "-X", "no.such=1")
    assert broken.returncode == 2
    texts += [broken.stdout, broken.stderr]
    assert len(texts) > 100 and "status=complete" in processor.text()
    for text in texts:
        for secret in (*SECRETS.values(), kafka_secure.properties("client-sasl")["sasl.password"]):
            assert secret not in text
    if log_format == "json":
        entries = [json.loads(line) for line in processor.text().splitlines()]
        assert all({"time", "level", "message"} <= set(entry) for entry in entries)
        [end] = [entry for entry in entries if entry.get("status") == "complete"]
        assert (end["video"], end["frames"], end["level"]) == ("video1", 50, "INFO")
