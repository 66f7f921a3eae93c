# SPDX-License-Identifier: MIT
"""What the tests of all kinds share: the program under test, and the real servers it talks to."""

import atexit
import os
import pathlib
import sys

import pytest
from kafka_server import KafkaServer
from s3_proxy import S3Proxy
from s3_server import S3Server
from store import Bucket

ROOT = pathlib.Path(__file__).resolve().parents[1]


def pytest_sessionfinish(session, exitstatus):
    session.config.exit_code = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Ends the process once every report is written. The interpreter's own end would first destroy the Kafka clients that
    a failed test's traceback still holds, and such a client may wait for its broker, gone by then, without a limit."""
    if hasattr(config, "exit_code"):
        atexit._run_exitfuncs()  # pytest's own: old folders of tests
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.exit_code)


@pytest.fixture(scope="session")
def firewatch():
    """The path of the binary; FIREWATCH_BIN names another build."""
    path = pathlib.Path(os.environ.get("FIREWATCH_BIN", ROOT / "build" / "firewatch")).resolve()
    assert path.is_file(), f"{path} is not built"
    return path


@pytest.fixture(scope="session")
def kafka(tmp_path_factory):
    """One broker for the whole run; each test makes topics of its own."""
    with KafkaServer(tmp_path_factory.mktemp("kafka")) as server:
        yield server


@pytest.fixture(scope="session")
def kafka_secure(tmp_path_factory):
    """One broker with TLS and SASL PLAIN beside the plain listener."""
    with KafkaServer(tmp_path_factory.mktemp("kafka-secure"), tls=True, sasl=True) as server:
        yield server


@pytest.fixture
def make_kafka(tmp_path):
    """Makes a server for one test, which may be broken: make_kafka(n_brokers=3, settings=[...])."""
    servers = []

    def make(**options):
        servers.append(KafkaServer(tmp_path / f"kafka-{len(servers)}", **options))
        servers[-1].start()
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    """One S3 API for the whole run; each test makes a bucket of its own."""
    with S3Server(tmp_path_factory.mktemp("s3"), tls=True) as server:
        yield server


@pytest.fixture
def make_s3(tmp_path):
    """Makes an S3 API for one test, which may be broken."""
    servers = []

    def make(**options):
        servers.append(S3Server(tmp_path / f"s3-{len(servers)}", **options))
        servers[-1].start()
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def bucket(s3):
    """A test's own bucket."""
    return Bucket(s3, "bucket")


@pytest.fixture
def proxied(s3):
    """A test's own bucket, behind a proxy (.proxy) that breaks what it is told to."""
    with S3Proxy(s3.port) as proxy:
        found = Bucket(s3, "proxied", proxy.url)
        found.proxy = proxy
        yield found


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium."""
    from playwright.sync_api import sync_playwright  # not every kind of test has it

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()
