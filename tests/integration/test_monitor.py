# SPDX-License-Identifier: MIT
"""Partitions that stand still and fall behind: told on fire-events by two `firewatch serve`, alerted, and shown."""

import contextlib
import signal

from clips import plain
from page import Site, await_live, opened, until
from test_wire import validator
from topics import await_true, recorded, valid
from webhook import SECRET, Webhook

EVENT = validator("fire-events")
SMALL = "testsrc2=size=160x120:rate=25:duration=1"


def make_site(kafka, tmp_path, name, **variables):
    site = Site(kafka, tmp_path, f"monitor-{name}").create()
    # A processor that is stopped stays the owner.
    site.env.update({"KAFKA_PROPERTY_SESSION_TIMEOUT_MS": "45000", **variables})
    return site, recorded(site, plain(tmp_path / "clip.mp4", source=SMALL), "cam")


def lines_of(site):
    """The messages about partitions: the video may burn."""
    records = site.records(site.events)
    lines = [valid(EVENT, record) for record in records]
    assert [record.key().decode() for record in records] == [line["video_id"] for line in lines]
    return [line for line in lines if line["type"] in ("stalled", "lag")]


def told(site):
    return [(line["event_id"], line["phase"], line["reason"]) for line in lines_of(site)]


def once(messages):
    """As a reader has them that knows each by its id and phase."""
    return list(dict.fromkeys(messages))


@contextlib.contextmanager
def alerting(site, webhook):
    env = {"ALERT_WEBHOOK_URL": webhook.url, "ALERT_WEBHOOK_SECRET": SECRET, "ALERT_GROUP_ID": f"{site.name}-alert"}
    role = site.start_role("alert", env=env)
    try:
        yield
        assert role.stop() == 0, role.text()
    finally:
        role.kill()


def test_a_stopped_processor_is_told_shown_and_alerted_until_it_goes_on(kafka, tmp_path, browser):
    site, frames = make_site(kafka, tmp_path, "stalled", BLIND_STALLED_SECONDS="3", BLIND_LAG_SECONDS="0")
    place = f"{site.frames}[0]"
    gauge = lambda served: served.value("firewatch_partition_stalled", topic=site.frames, partition="0")
    line = "[...document.querySelectorAll('#alarms > li.blind')].some(li => li.textContent.startsWith('Partition stands still' + PLACE))"
    line = line.replace("PLACE", repr(place))
    with (
        Webhook() as webhook, alerting(site, webhook), site.processors(1, "--idle-timeout=300") as processor,
        site.serving() as served, site.serving() as other, opened(browser, served) as page,
    ):  # fmt: skip
        await_live(page)
        site.send(frames[:5])
        await_true(lambda: len(site.detections("cam")) >= 3, "it works")
        assert not told(site) and gauge(served) == 0
        processor.signal(signal.SIGSTOP)
        try:
            site.send(frames[5:10])
            await_true(lambda: told(site), "the start of the event")
            await_true(lambda: gauge(served) == 1 and gauge(other) == 1, "the gauges")
            until(page, line)
        finally:
            processor.signal(signal.SIGCONT)
        await_true(lambda: len(once(told(site))) == 2, "the end of the event")
        await_true(lambda: gauge(served) == 0 and gauge(other) == 0, "the gauges")
        until(page, f"!{line}")
        event_id = f"{place}/alone/stalled/6"  # five messages were handled
        assert once(told(site)) == [(event_id, "start", None), (event_id, "end", "cleared")]
        sent = lambda: {(delivery.event["event_id"], delivery.event["phase"]) for delivery in webhook.deliveries}
        await_true(lambda: sent() == {(event_id, "start"), (event_id, "end")}, lambda: f"the alerts, but {sent()}")
        assert len(webhook.deliveries) == 2  # though two have told it
        assert served.value("firewatch_events_total", type="stalled") + other.value("firewatch_events_total", type="stalled") >= 1


def test_who_comes_later_goes_on_with_what_was_told(kafka, tmp_path):
    """Nobody works on the frames; the one who has told it dies, and another ends it."""
    site, frames = make_site(kafka, tmp_path, "later", BLIND_STALLED_SECONDS="2", BLIND_LAG_SECONDS="0")
    with site.serving() as served:
        site.send(frames)
        await_true(lambda: told(site), "the start of the event")
        served.role.kill()
        served.role.process.returncode = 0  # as it was meant
    with site.serving() as served, site.processors():
        site.await_completions(1)
        await_true(lambda: len(told(site)) > 1, "the end of the event")
        phases = lambda: {row["type"]: row["phase"] for row in served.json("/api/events")[1]}
        await_true(lambda: phases().get("stalled") == "end", "the page knows")
    event_id = f"{site.frames}[0]/alone/stalled/1"
    assert told(site) == [(event_id, "start", None), (event_id, "end", "cleared")]


def test_a_backlog_is_told_until_it_is_worked_off(kafka, tmp_path):
    site, frames = make_site(kafka, tmp_path, "lag", BLIND_STALLED_SECONDS="0", BLIND_LAG_SECONDS="4")
    with site.serving() as served:
        site.send(frames)
        start = await_true(lambda: told(site), "the start of the event")[0]
        await_true(lambda: served.value("firewatch_lag_seconds", topic=site.frames, partition="0") >= 4, "the gauge")
        with site.processors():
            site.await_completions(1)
            await_true(lambda: len(told(site)) == 2, "the end of the event")
            await_true(lambda: served.value("firewatch_lag_seconds", topic=site.frames, partition="0") == 0, "the gauge")
        assert served.value("firewatch_events_total", type="lag") == 1
    assert start[0].startswith(f"{site.frames}[0]/alone/lag/")
    assert told(site) == [start, (start[0], "end", "cleared")]
    first, last = lines_of(site)
    assert (first["first_frame"], first["frame_number"], first["snapshot"], first["model"]) == (0, 0, None, None)
    assert last["first_frame"] == 0 and last["frame_number"] == len(frames) and last["pts_ms"] > 0
