# SPDX-License-Identifier: MIT
"""firewatch serve: the page in a real browser while videos run, its API, who may look, and clients that mean harm."""

import base64
import http.client
import json
import os
import pathlib
import re
import socket
import urllib.parse

import jsonschema
import pytest
from clips import red_and_black
from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient
from firewatch import ROOT, firewatch
from page import Site, await_live, event, jpeg, opened, row_of, texts, until
from served import Served
from topics import await_true

TOKEN = "a-token-for-tests-only"
HOSTILE = "<img src=x onerror=alert(1)>"
OPENAPI = json.loads((ROOT / "src" / "web" / "page" / "openapi.json").read_text(encoding="utf-8"))


@pytest.fixture
def site(kafka, tmp_path, request):
    name = "web-" + request.node.name.removeprefix("test_").replace("_", "-")[:50]
    return Site(kafka, tmp_path, name, n_partitions=3).create()


# ---- while videos run ----


def test_the_page_while_three_videos_run(site, s3, browser):
    clip = red_and_black(site.folder / "clip.mp4", seconds=8, switch=2)
    bucket = s3.create_bucket("web-page")
    site.env.update({**s3.environment, "S3_BUCKET": bucket, "KAFKA_UPLOAD_GROUP_ID": f"{site.name}-up", "CLIP_STORAGE_PATH": "spool"})
    names = ["cam-1", "cam-2", HOSTILE]
    uploader = site.start_role("upload")
    try:
        with site.processors() as processor, site.serving() as served, opened(browser, served) as page:
            await_live(page)
            producers = [site.start_role("produce", clip, name, "--realtime") for name in names]
            progress_moves(page, names)
            assert [producer.wait(60) for producer in producers] == [0, 0, 0]
            site.await_completions(3, processor=processor)
            until(page, "document.querySelectorAll('#done > li').length === 3")
            numbers_equal_the_topics(site, served, page, names)
            lag_and_members_equal_kafkas(site, served, page)
            snapshot_shows(site, page)
            video_plays(page)
            nothing_ran(page, served, s3)
            on_a_phone(page)
            api_is_as_described(served)
        assert uploader.stop() == 0, uploader.text()
    finally:
        uploader.kill()


def progress_moves(page, names):
    """Each is in flight with a bar that grows."""
    until(page, "document.querySelectorAll('#open > li').length === 3")
    assert sorted(texts(page, "#open .name")) == sorted(names)
    before = page.eval_on_selector_all("#open progress", "bars => bars.map(bar => bar.value)")
    until(page, "before => [...document.querySelectorAll('#open progress')].every((bar, i) => bar.value > before[i])", before)


def numbers_equal_the_topics(site, served, page, names):
    rows = {row["video_id"]: row for row in served.json("/api/videos?state=complete")[1]}
    assert sorted(rows) == sorted(names)
    for name in names:
        found = site.detections(name)
        n_fire = sum(d["has_fire"] for d in found)
        row = rows[name]
        assert (row["frames"], row["received"], row["fire_frames"]) == (len(found), 200, n_fire)
        assert row["max_score"] == max(d["fire_score"] for d in found)
        status, one = served.json(f"/api/videos/{urllib.parse.quote(name, safe='')}")
        curve = one["timeline"]
        assert (status, curve["frames_per_point"]) == (200, 1)
        assert curve["scores"] == [int(d["fire_score"] * 100 + 0.5) for d in found]
        assert curve["fire"] == [d["has_fire"] for d in found]
        row_of(page, "done", name).click()
        until(page, "id => document.getElementById('stage-title').textContent === id", name)
        assert page.text_content("#stage-facts").startswith(f"complete · 200 frames · {n_fire} with fire")
        page.wait_for_selector("#curve .burning-line", state="attached")


def lag_and_members_equal_kafkas(site, served, page):
    """Kafka's own library is the judge."""
    await_true(lambda: sum(site.lag().values()) == 0, "lag 0")
    ends = {partition: site.end(partition) for partition in range(3)}

    def shown():
        rows = [row for row in served.json("/api/lag")[1] if row["group"] == site.group]
        return {row["partition"]: row["log_end_offset"] for row in rows if row["lag"] == 0} == ends

    await_true(shown, "lag 0 at all ends")
    admin = AdminClient({"bootstrap.servers": site.kafka.bootstrap})
    groups = [site.group, f"{site.name}-up"]
    described = [future.result(30) for future in admin.describe_consumer_groups(groups).values()]
    expected = {member.member_id: len(member.assignment.topic_partitions) for group in described for member in group.members}
    members = {member["consumer_id"]: member for member in served.json("/api/members")[1]}
    assert {id: len(member["partitions"]) for id, member in members.items()} == expected
    assert len(expected) == 2
    assert {member["health"] for member in members.values()} == {"OK"}
    until(page, "document.querySelectorAll('#members .verdict[data-is=OK]').length === 2")
    cells = page.eval_on_selector_all(
        "#lag .group:first-child tbody tr", "rows => rows.map(row => [...row.cells].slice(0, 3).map(cell => cell.textContent))"
    )
    assert cells == [["0", "0", "0"], ["1", "0", "0"], ["2", "0", "0"]]


def snapshot_shows(site, page):
    """Of the fire that the processor saw in each."""
    site.send_events(event(HOSTILE, "silent"))
    until(page, "[...document.querySelectorAll('#events .fire img')].filter(image => image.naturalWidth === 320).length === 3")
    until(page, "id => [...document.querySelectorAll('#alarms b')].some(node => node.textContent === id)", HOSTILE)


def video_plays(page):
    """By a URL of the store's, in the browser's own player."""
    row_of(page, "done", "cam-2").click()
    until(page, "document.getElementById('player').dataset.source === 'api/videos/cam-2/play'")
    until(page, "document.getElementById('player').duration > 7.5")
    page.evaluate("document.getElementById('player').play()")
    until(page, "document.getElementById('player').currentTime > 0.5")
    assert page.evaluate("document.getElementById('player').videoWidth") == 320


def nothing_ran(page, served, s3):
    """What comes from topics is text, and nobody else was asked for anything."""
    assert page.eval_on_selector_all("img", "images => images.filter(image => image.getAttribute('src') === 'x').length") == 0
    hosts = {urllib.parse.urlsplit(url).netloc for url in page.asked}
    assert hosts == {served.address(), f"127.0.0.1:{s3.port}"}
    assert page.complaints == []


def on_a_phone(page):
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def api_is_as_described(served):
    schemas = {"components": OPENAPI["components"]}
    for path, entry in OPENAPI["paths"].items():
        content = entry.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "application/json" in content:
            status, found = served.json(path.replace("{video_id}", "cam-1"))
            assert (status, bool(found)) == (200, True), path
            jsonschema.validate(found, {**content["application/json"]["schema"], **schemas})
    assert served.json("/api/openapi.json") == (200, OPENAPI)


# ---- events ----


def test_every_kind_of_blindness_is_a_line(site, browser):
    kinds = ["black", "frozen", "model_error", "silent", "stalled", "lag"]
    with site.serving() as served, opened(browser, served) as page:
        await_live(page)
        site.send_events(*[event(f"blind-{kind}", kind) for kind in kinds], event("blind-fire"))
        until(page, "document.querySelectorAll('#alarms > li').length >= 7")
        lines = texts(page, "#alarms > li")
        for kind in [*kinds, "fire"]:
            assert sum(f"blind-{kind}" in line for line in lines) == 1, lines
        assert "Fire" in lines[0]
        site.send_events(*[event(f"blind-{kind}", kind, "end") for kind in [*kinds, "fire"]])
        until(page, "![...document.querySelectorAll('#alarms b')].some(node => node.textContent.startsWith('blind-'))")
        ended = {row["video_id"]: row["phase"] for row in served.json("/api/events")[1] if row["video_id"].startswith("blind-")}
        assert ended == {f"blind-{kind}": "end" for kind in [*kinds, "fire"]}


def test_events_are_bounded_and_the_newest_stay(site):
    with site.serving() as served:
        many = [event("many", "fire", number=n, snapshot=base64.b64encode(jpeg("red")).decode()) for n in range(1, 131)]
        site.send_events(*many)
        site.send_events(event("many", "fire", "update", 130, score=0.5))

        def found():
            rows = [row for row in served.json("/api/events?type=fire")[1] if row["video_id"] == "many"]
            return rows if rows and rows[0]["phase"] == "update" else None

        rows = await_true(found, "the update")
        assert [row["number"] for row in rows] == list(range(130, 130 - len(rows), -1))
        assert len(served.json("/api/events")[1]) == 100
        assert len(served.json("/api/events?limit=7")[1]) == 7
        assert rows[0]["snapshot"] > 0, "an update without a picture keeps the one that was there"
        quoted = rows[0]["id"]
        assert served.get(f"/api/events/{quoted.replace('many/5/fire/130', 'many/5/fire/1')}/snapshot.jpg")[0] == 404


def test_what_goes_on_stays_a_line_however_much_ends_after_it(site, browser):
    with site.serving() as served, opened(browser, served) as page:
        await_live(page)
        site.send_events(event("dark", "black"), *[event(f"silent-{n}", "silent") for n in range(24)])
        site.send_events(*[event("many", "fire", "end", number=n) for n in range(1, 131)], event("last", "fire", "end", number=999))
        until(page, "[...document.querySelectorAll('#events b')].some(node => node.textContent === 'last')")
        rows = served.json("/api/events")[1]
        assert len(rows) == 100 and sum(row["phase"] == "start" for row in rows) == 25
        assert len(texts(page, "#alarms > li")) == 21
        assert texts(page, "#alarms > li:last-child .kind") == ["5 more go on"]
        site.send_events(*[event(f"silent-{n}", "silent", "end") for n in range(24)])
        until(page, "document.querySelectorAll('#alarms > li').length === 1")
        assert texts(page, "#alarms b") == ["dark"]


# ---- light and dark ----


def luminance(colour):
    """Of a computed "rgb(r, g, b)", as WCAG 2 has it: black is 0, white 1."""
    assert re.fullmatch(r"rgb\(\d+, \d+, \d+\)", colour), colour
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def colours(page, of, on):
    """The luminance of a selector's text and of the ground it stands on."""
    shown = "([of, on]) => [getComputedStyle(document.querySelector(of)).color, getComputedStyle(document.querySelector(on)).backgroundColor]"
    return [luminance(colour) for colour in page.evaluate(shown, [of, on])]


def test_the_page_is_as_light_or_dark_as_its_reader_has_it(site, browser):
    with site.serving() as served:
        for scheme in ("light", "dark"):
            with opened(browser, served, color_scheme=scheme) as page:
                await_live(page)
                is_readable(page, is_dark=scheme == "dark")


def is_readable(page, is_dark):
    for of, on in (("body", "body"), ("#no-open", "body"), (".bar h1", ".bar"), ("#link", ".bar")):
        text, ground = colours(page, of, on)
        assert ground < 0.05 if is_dark else ground > 0.8, (on, ground)
        lighter, darker = (text, ground) if is_dark else (ground, text)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, f"{of} is hard to read"


# ---- who may look ----


def listening(pid):
    """Where a process listens: (address, port) as /proc has them, of both families."""
    links = [os.readlink(link) for link in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
    found = []
    for family in ("tcp", "tcp6"):
        for row in pathlib.Path(f"/proc/{pid}/net/{family}").read_text(encoding="ascii").splitlines()[1:]:
            _, local, _, state, *rest = row.split()
            if state == "0A" and f"socket:[{rest[5]}]" in links:
                address, port = local.split(":")
                found.append((address, int(port, 16)))
    return found


def test_unless_told_it_listens_on_this_machine_only(site):
    role = site.start_role("serve")
    try:
        await_true(lambda: role.lines("serves the page") or role.process.poll() is not None, role.text)
        if role.lines("Address already in use"):
            pytest.skip("another program has port 8080")
        assert listening(role.process.pid) == [(socket.inet_aton("127.0.0.1")[::-1].hex().upper(), 8080)]
        assert Served(role.text).get("/")[0] == 200
        assert role.stop() == 0, role.text()
    finally:
        role.kill()


def test_nobody_looks_without_the_token(site, browser):
    site.send_events(event("token", snapshot=base64.b64encode(jpeg("blue")).decode()))
    with site.serving(token=TOKEN) as served:
        stranger = Served(served.log_text)
        closed = [path.replace("{video_id}", "a").replace("{event_id}", "b") for path in OPENAPI["paths"] if path != "/api/login"]
        for path in [*closed, "/api/none", "/metrics"]:
            assert stranger.get(path)[0] == 401, path
            assert stranger.get(path, {"Cookie": f"firewatch={'0' * 64}"})[0] == 401, path
            assert stranger.get(path, {"Authorization": "Bearer " + "x" * len(TOKEN)})[0] == 401, path
        with opened(browser, served) as page:
            page.fill("#token", "not the token at all")
            page.press("#token", "Enter")
            until(page, "document.getElementById('login-bad').textContent !== ''")
            assert page.locator("#main").is_hidden()
            page.fill("#token", TOKEN)
            page.press("#token", "Enter")
            await_live(page)
            until(page, "[...document.querySelectorAll('#events img')].some(image => image.naturalWidth === 64)")
            cookie = page.context.cookies()[0]
            assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
            assert page.evaluate("document.cookie") == ""
            assert TOKEN not in page.content()
            kept = {"Cookie": f"firewatch={cookie['value']}"}
        assert stranger.get("/api/state", kept)[0] == 200
        assert login(served, kept) == 401, "a cookie does not make another"


def login(served, headers):
    connection = http.client.HTTPConnection(served.address(), timeout=10)
    connection.request("POST", "/api/login", headers=headers)
    return connection.getresponse().status


def test_it_listens_elsewhere_only_with_a_token(site):
    refused = firewatch("serve", "--http", "0.0.0.0:0", env=site.env, cwd=site.folder)
    assert (refused.returncode, "FIREWATCH_HTTP_TOKEN" in refused.stderr) == (2, True)
    assert firewatch("serve", "--http", "nowhere:x", env=site.env, cwd=site.folder).returncode == 2


def test_the_page_is_there_before_kafka_is(site):
    with site.serving(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1") as served:
        await_true(lambda: served.json("/api/state")[1]["kafka"], "what is wrong")
        assert served.json("/api/videos") == (200, [])


# ---- clients that mean harm ----


def raw(address, data):
    """The whole answer to bytes as they are."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=15) as connection:
        connection.sendall(data)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def test_odd_names_find_nothing_and_come_back_nowhere(site):
    parts = ["%00", "%", "%zz", "..%2f..%2fetc%2fpasswd", "../../etc/passwd", "%ff%fe", "%3Cscript%3Exyzzy", "xyzzy%0d%0aSet-Cookie:a=b",
             "a" * 3000, "%F0%9F%94%A5", "x/play", "x/y/play", "//play", "/play", "x/snapshot.jpg", "/snapshot.jpg", "%2e%2e"]
    with site.serving() as served:
        for part in parts:
            for folder in ("videos", "events"):
                request = f"GET /api/{folder}/{part} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                answer = raw(served.address(), request.encode())
                assert re.match(rb"HTTP/1.1 (400|404) ", answer), (part, answer[:100])
                assert b"xyzzy" not in answer and b"etc/passwd" not in answer, part
        for query in ("limit=-1", "limit=99999999999", "limit=1e3", "limit=", "state=xyzzy", "state=%00", "state=%ff"):
            assert served.get(f"/api/videos?{query}")[0] == 400, query
        assert served.get("/api/events?type=xyzzy")[0] == 400
        assert served.get("/api/videos?limit=5&else=1")[0] == 200


def test_policy_allows_only_what_is_ours(site):
    with site.serving() as served:
        connection = http.client.HTTPConnection(served.address(), timeout=10)
        connection.request("GET", "/")
        answer = connection.getresponse()
        policy = answer.getheader("Content-Security-Policy")
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert b"<script src=\"app.js\" defer>" in answer.read()


def test_what_comes_from_topics_and_groups_runs_nothing(site, browser):
    """Markup wherever a producer, a camera's name or a reader of the topics may put it."""
    evil = {"run_id": HOSTILE, "model": HOSTILE, "timestamp": HOSTILE}
    links = {"page": "javascript:alert(1)", "snapshot": HOSTILE, "video": "javascript:alert(2)", "object": HOSTILE}
    quoting = "\"><svg onload=alert(3)>'`${alert(4)}"
    reader = Consumer({"bootstrap.servers": site.kafka.bootstrap, "group.id": HOSTILE, "client.id": HOSTILE})
    reader.subscribe([site.frames])
    try:
        with site.serving() as served, opened(browser, served) as page:
            await_live(page)
            site.send_events(event(HOSTILE, links=links, **evil), event(quoting, "silent", **evil), event(HOSTILE, number=2, type="<b>", **evil))
            await_true(lambda: (reader.poll(0.1), reader.assignment())[1], "the reader's partitions")
            until(page, "evil => [...document.querySelectorAll('#lag h3')].some(node => node.textContent.startsWith(evil))", HOSTILE)
            until(page, "document.querySelectorAll('#members > li').length === 1")
            until(page, "document.querySelectorAll('#alarms > li').length >= 2")
            assert sorted(texts(page, "#events b")) == sorted([HOSTILE, quoting])
            page.goto(f"http://{served.address()}/#video={urllib.parse.quote(quoting)}&t=javascript:alert(5)")
            until(page, "evil => document.getElementById('no-linked').textContent.startsWith(evil)", quoting)
            assert page.eval_on_selector_all("img", "all => all.filter(image => image.getAttribute('src') === 'x').length") == 0
            assert page.eval_on_selector_all("script", "all => all.map(node => node.getAttribute('src'))") == ["app.js"]
            assert page.locator("svg[onload]").count() == 0
            assert page.eval_on_selector_all("a", "all => all.filter(node => /^javascript:/.test(node.href)).length") == 0
            assert {urllib.parse.urlsplit(url).netloc for url in page.asked} == {served.address()}
    finally:
        reader.close()


def test_slow_and_flooding_clients_keep_nobody_waiting(site, browser):
    """Streams that are never read, more of them than there may be, and requests that never end: a page that was there lives on."""
    with site.serving() as served, opened(browser, served) as page:
        await_live(page)
        flood(site, served, page)


def flood(site, served, page):
    host, port = served.address().rsplit(":", 1)
    open_ones = []
    try:
        for number in range(25):
            connection = socket.create_connection((host, int(port)), timeout=10)
            open_ones.append(connection)
            path = b"/api/stream" if number < 24 else b"/api/videos"
            end = b"\r\n\r\n" if number < 24 else b"\r\nX: "
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost" + end)
        beginnings = [connection.recv(12) for connection in open_ones[:24]]
        assert sorted(set(beginnings)) == [b"HTTP/1.1 200", b"HTTP/1.1 503"]
        assert beginnings.count(b"HTTP/1.1 200") == 23, "one is the page's"
        site.send_events(*[event("flood", number=n, snapshot=base64.b64encode(jpeg("red")).decode()) for n in range(1, 50)])
        await_true(lambda: any(row["video_id"] == "flood" for row in served.json("/api/events")[1]), "the events")
        until(page, "document.querySelector('#events b')?.textContent === 'flood'")
        assert page.text_content("#link") == "live"
    finally:
        for connection in open_ones:
            connection.close()
    page = raw(served.address(), b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert page.startswith(b"HTTP/1.1 200")
