# SPDX-License-Identifier: MIT
"""The page while cameras go blind, and while what it looks at goes away and comes back: never by loading it again."""

import contextlib
import http.client
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from clips import X264, plain, red_and_black, render
from firewatch import RED, firewatch
from page import Site, await_live, event, opened, row_of, texts, until
from server_process import free_port
from topics import await_true, recorded

MOVES = "testsrc2=size=320x240:rate=25:duration={},hue=s=0"


def make_site(kafka, tmp_path, name):
    return Site(kafka, tmp_path, f"live-{name}", n_partitions=3).create()


def mark(page):
    page.evaluate("window.isStillThatOne = true")


def same_page(page):
    return page.evaluate("window.isStillThatOne === true")


def alarms(page):
    return texts(page, "#alarms > li")


# ---- cameras that show nothing ----


def test_black_and_frozen_cameras_are_lines_until_they_see_again(kafka, tmp_path, browser):
    site = make_site(kafka, tmp_path, "blind")
    site.env["BLIND_FROZEN_SECONDS"] = "3"
    black = "drawbox=x=0:y=0:w=iw:h=ih:color=black:t=fill:enable='between(t,1,6)'"
    clips = {
        "dark": render(tmp_path / "dark.mp4", *X264, "-vf", black, source=MOVES.format(9)),
        "stuck": render(tmp_path / "stuck.mp4", *X264, "-vf", "loop=loop=125:size=1:start=25", source=MOVES.format(4)),
        "well": plain(tmp_path / "well.mp4", source=MOVES.format(9)),
    }
    with site.processors(), site.serving() as served, opened(browser, served) as page:
        await_live(page)
        producers = [site.start_role("produce", clip, name, "--realtime") for name, clip in clips.items()]
        for name, words in (("dark", "Picture is black"), ("stuck", "Picture is frozen")):
            line = f"[...document.querySelectorAll('#alarms > li.blind')].some(li => li.textContent.startsWith('{words}{name}'))"
            until(page, line)
        assert [producer.wait(60) for producer in producers] == [0, 0, 0]
        until(page, "document.querySelectorAll('#alarms > li').length === 0")
        rows = {(row["video_id"], row["type"]): row for row in served.json("/api/events")[1]}
        ends = {key: (row["phase"], row["reason"]) for key, row in rows.items()}
        assert ends == {("dark", "black"): ("end", "cleared"), ("stuck", "frozen"): ("end", "cleared")}
        until(page, "document.querySelectorAll('#events > li.blind.ended').length === 2")
        until(page, "[...document.querySelectorAll('#events img')].filter(image => image.naturalWidth === 320).length === 2")


def test_a_failing_model_and_a_silent_camera_are_lines_until_they_are_over(kafka, tmp_path, browser):
    site = make_site(kafka, tmp_path, "fails")
    site.env.update({"ML_MODEL_PATH": str(RED.parent / "nan_when_red.onnx"), "BLIND_SILENT_SECONDS": "1"})
    frames = recorded(site, red_and_black(tmp_path / "clip.mp4"), "cam")
    shows = "words => [...document.querySelectorAll('#alarms > li.blind')].some(li => li.textContent.startsWith(words))"
    with site.processors(1, "--idle-timeout=300"), site.serving() as served, opened(browser, served) as page:
        await_live(page)
        site.send(frames[:40])
        until(page, shows, "Model failscam")
        until(page, shows, "Camera is silentcam")
        site.send(frames[40:])
        until(page, "document.querySelectorAll('#alarms > li').length === 0")
        rows = {row["type"]: (row["phase"], row["reason"]) for row in served.json("/api/events")[1]}
    assert rows == {"model_error": ("end", "complete"), "silent": ("end", "cleared")}


# ---- what the page looks at goes away ----


def test_kafka_goes_away_and_comes_back(make_kafka, tmp_path, browser):
    """Once as if its machine stood still, once killed and started again."""
    kafka = make_kafka()
    site = make_site(kafka, tmp_path, "outage")
    with site.serving() as served, opened(browser, served) as page:
        await_live(page)
        mark(page)
        for n_events, (goes, comes) in enumerate([(kafka.pause, kafka.resume), (kafka.kill, kafka.start_broker)], 1):
            site.send_events(event(f"before-{n_events}"))
            until(page, "n => document.querySelectorAll('#events > li').length === n", n_events)
            goes()
            until(page, "document.getElementById('link').textContent === 'Kafka does not answer'")
            assert alarms(page)[0].startswith("Kafka does not answerwhat is shown is old")
            assert len(texts(page, "#events > li")) == n_events, "what was there stays"
            comes()
            await_live(page)
            assert not any("Kafka" in line for line in alarms(page))
        site.send_events(event("after"))
        until(page, "document.querySelectorAll('#events > li').length === 3")
        assert same_page(page)


def test_the_server_is_started_again(kafka, tmp_path, browser):
    """The page connects again by itself, and forgets what the new server does not know."""
    site = make_site(kafka, tmp_path, "restart")
    listen = {"FIREWATCH_HTTP": f"127.0.0.1:{free_port()}"}
    with site.serving(**listen) as served, opened(browser, served) as page:
        await_live(page)
        mark(page)
        site.send_events(event("old"))
        until(page, "document.querySelectorAll('#events > li').length === 1")
        served.role.stop()
        until(page, "document.getElementById('link').dataset.state === 'bad'")
        assert any(line.startswith("The server does not answer") for line in alarms(page))
        with site.serving("--history", "0", **listen):
            await_live(page)
            until(page, "document.querySelectorAll('#events > li').length === 0")
            site.send_events(event("new"))
            until(page, "document.querySelector('#events > li b')?.textContent === 'new'")
            assert same_page(page)


# ---- links ----


class Prefixed(BaseHTTPRequestHandler):
    """A proxy that has the server under /watch/, as others may."""

    target = None

    def do_GET(self):
        connection = http.client.HTTPConnection(self.target, timeout=30)
        path = self.path.removeprefix("/watch") if self.path.startswith("/watch/") else "/not-ours"
        wanted = ("Accept", "Authorization", "Cookie", "If-None-Match")
        connection.request(self.command, path, headers={name: self.headers[name] for name in wanted if self.headers[name]})
        answer = connection.getresponse()
        with contextlib.suppress(OSError):  # the browser leaves a stream
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.end_headers()
            while piece := answer.read1(65536):
                self.wfile.write(piece)
        connection.close()

    do_POST = do_GET

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def prefixed(port):
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (Prefixed,), {}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.RequestHandlerClass
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_an_events_link_opens_the_page_at_its_video(kafka, tmp_path, s3, browser):
    site = make_site(kafka, tmp_path, "links")
    bucket = s3.create_bucket("web-links")
    site.env.update({**s3.environment, "S3_BUCKET": bucket, "KAFKA_UPLOAD_GROUP_ID": f"{site.name}-up", "CLIP_STORAGE_PATH": "spool"})
    port = free_port()
    site.env["FIREWATCH_PUBLIC_URL"] = f"http://127.0.0.1:{port}/watch/"
    odd = "yard <b>&t=1#%2F+\u00fc"
    clip = red_and_black(tmp_path / "clip.mp4", seconds=6, switch=3)
    uploader = site.start_role("upload")
    try:
        with site.processors(), site.serving() as served, prefixed(port) as proxy, opened(browser, served) as page:
            proxy.target = served.address()
            for name in (odd, "other"):
                assert site.produce(clip, name).returncode == 0
            site.await_completions(2)
            start = next(line for line in site.events_of(odd) if line["phase"] == "start")
            assert start["links"]["object"] == f"s3://{bucket}/videos/{odd}_with_heatmaps.mp4"
            await_true(lambda: served.get(urllib.parse.urlsplit(start["links"]["snapshot"]).path.removeprefix("/watch"), raw=True)[0] == 200, "the picture")
            await_true(lambda: all(row["playable"] for row in served.json("/api/videos")[1]), "both videos")
            got = firewatch("get", odd, "--output", str(tmp_path / "got.mp4"), env=site.env, cwd=tmp_path)
            assert got.returncode == 0, got.stderr
            page.goto(start["links"]["page"])
            await_live(page)
            until(page, "id => document.getElementById('stage-title').textContent === id", odd)
            first_s = start["first_pts_ms"] / 1000
            until(page, "at => Math.abs(document.getElementById('player').currentTime - at) < 0.05", first_s)
            row_of(page, "done", "other").click()
            assert page.evaluate("location.hash") == "#video=other"
            page.goto(f"{site.env['FIREWATCH_PUBLIC_URL']}#video=never-was%3Cb%3E&t=3")
            until(page, "document.getElementById('no-linked').textContent === 'never-was<b> is not among the newest videos.'")
        assert uploader.stop() == 0, uploader.text()
    finally:
        uploader.kill()


BELOW_THE_HEADER = """() => {
  const heading = document.getElementById('stage-title').getBoundingClientRect();
  const header = document.querySelector('header').getBoundingClientRect();
  return scrollY > 0 && heading.height > 0 && header.bottom <= heading.top && heading.bottom <= innerHeight;
}"""


def test_a_link_on_a_phone_shows_the_videos_heading(kafka, tmp_path, browser):
    """The header stays above what is scrolled to, and is two lines high there."""
    site = make_site(kafka, tmp_path, "phone-link")
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    with site.processors() as processor, site.serving() as served:
        assert site.produce(plain(tmp_path / "clip.mp4", source=MOVES.format(2)), "yard").returncode == 0
        site.await_completions(1, processor=processor)
        site.send_events(*[event(f"open-{n}", "silent") for n in range(5)], *[event(f"over-{n}", phase="end") for n in range(30)])
        await_true(lambda: len(served.json("/api/events")[1]) == 35 and served.json("/api/videos")[1], "what the page has")
        with opened(browser, served, "#video=yard", **phone) as page:
            await_live(page)
            until(page, "document.getElementById('stage-title').textContent === 'yard'")
            until(page, BELOW_THE_HEADER)
            assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_an_event_of_a_partition_links_to_the_page_only(kafka, tmp_path):
    site = make_site(kafka, tmp_path, "partition-links")
    variables = {"BLIND_LAG_SECONDS": "1", "BLIND_STALLED_SECONDS": "1", "FIREWATCH_PUBLIC_URL": "https://fire.example/watch"}
    with site.serving(**variables):
        site.send([b"a message"] * 3)
        told = await_true(lambda: [json.loads(record.value()) for record in site.records(site.events)], "an event")
    assert told[0]["type"] in ("lag", "stalled")
    assert told[0]["links"] == {"page": "https://fire.example/watch/", "snapshot": None, "video": None, "object": None}
