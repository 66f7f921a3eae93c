# SPDX-License-Identifier: MIT
"""firewatch serve before a test's topics, and its page in a real browser."""

import contextlib
import io
import json

from confluent_kafka import Producer
from PIL import Image
from served import Served
from topics import Topics, await_true

LISTEN = {"FIREWATCH_HTTP": "127.0.0.1:0"}


class Site(Topics):
    """A test's topics with `firewatch serve` before them."""

    @contextlib.contextmanager
    def serving(self, *options, token=None, **variables):
        env = {**LISTEN, **({"FIREWATCH_HTTP_TOKEN": token} if token else {}), **variables}
        role = self.start_role("serve", *options, env=env)
        try:
            role.await_line("serves the page")
            served = Served(role.text, token)
            served.role = role
            yield served
            if role.process.poll() is None:
                role.stop()
            assert role.process.returncode == 0, role.text()
        finally:
            role.kill()

    def events_of(self, video_id):
        return [json.loads(record.value()) for record in self.records(self.events) if record.key() == video_id.encode()]

    def send_events(self, *events):
        producer = Producer({"bootstrap.servers": self.kafka.bootstrap, "partitioner": "murmur2_random"})
        for event in events:
            producer.produce(self.env["KAFKA_EVENTS_TOPIC"], json.dumps(event).encode(), event["video_id"].encode())
        assert producer.flush(30) == 0


def event(video_id, kind="fire", phase="start", number=1, snapshot=None, **changes):
    """A message of fire-events as docs/WIRE.md has it."""
    return {
        "schema": 1, "type": kind, "phase": phase, "reason": "cleared" if phase == "end" else "", "video_id": video_id,
        "run_id": "run", "run_offset": 5, "number": number, "first_frame": 30, "first_pts_ms": 1200.0, "frame_number": 40,
        "pts_ms": 1600.0, "timestamp": "2026-05-11T19:33:16.123456", "score": 0.75, "peak_score": 0.875, "peak_frame": 35,
        "peak_pts_ms": 1400.0, "bbox": [1, 2, 30, 40], "width": 320, "height": 240, "model": "red@1", "snapshot": snapshot,
        **changes,
    }


def jpeg(colour):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


@contextlib.contextmanager
def opened(browser, served, fragment="", **options):
    """The page, at a link's fragment; at the end nothing was complained of, asked elsewhere, or run that was not ours."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(30000)
    page.complaints, page.asked = [], []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("dialog", lambda dialog: (page.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.goto(f"http://{served.address()}/{fragment}")
    try:
        yield page
        assert page.complaints == []
    finally:
        context.close()


def await_live(page):
    until(page, "document.getElementById('link').dataset.state === 'on'")


def until(page, expression, arg=None):
    """Playwright's own wait_for_function evaluates text inside of the page, which its policy forbids."""
    return await_true(lambda: page.evaluate(expression, arg), lambda: f"{expression} in {page.inner_text('body')}", 30)


def texts(page, selector):
    return page.eval_on_selector_all(selector, "nodes => nodes.map(node => node.textContent)")


def row_of(page, part, video_id):
    return page.locator(f"#{part} > li").filter(has=page.locator(".name").get_by_text(video_id, exact=True))
