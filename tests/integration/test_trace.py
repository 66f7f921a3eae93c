# SPDX-License-Identifier: MIT
"""One trace id goes with a video from its frames to its completion, whoever works on it."""

import re

from clips import red_and_black
from confluent_kafka import Producer
from topics import Topics, await_true

FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
OUTSIDE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"


def traces(topics, topic, video_id):
    """The distinct (trace, span) of a video's records on a topic."""
    records = [record for record in topics.records(topic) if record.key() == video_id.encode()]
    assert records
    found = set()
    for record in records:
        values = [value.decode() for name, value in record.headers() or [] if name == "traceparent"]
        assert len(values) == 1, values
        found.add(FORM.fullmatch(values[0]).groups())
    return found


def outputs(topics):
    return (topics.found, topics.segments_topic, topics.ends)


def test_what_comes_of_a_video_has_the_trace_of_its_frames(kafka, tmp_path):
    topics = Topics(kafka, tmp_path, "trace").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=3)
    with topics.processors() as processor:
        assert topics.produce("--input", f"one={clip}", "--input", f"two={clip}").returncode == 0
        topics.await_completions(2, processor=processor)
    ids = {}
    for video_id in ("one", "two"):
        [(trace, produced)] = traces(topics, topics.frames, video_id)
        spans = set()
        for topic in outputs(topics):
            [(found, span)] = traces(topics, topic, video_id)
            assert found == trace
            spans.add(span)
        assert len(spans) == 1 and produced not in spans
        ids[video_id] = trace
    assert ids["one"] != ids["two"]


def resend(topics, records, trace):
    """Sends values again, with a trace that somebody else has begun; only the first message needs to have it."""
    producer = Producer({"bootstrap.servers": topics.kafka.bootstrap, "message.max.bytes": 20000000})
    for n, record in enumerate(records):
        headers = [("traceparent", trace.encode())] if n == 0 else None
        producer.produce(topics.frames, record.value(), record.key(), 0, headers=headers)
    assert producer.flush(30) == 0


def test_a_trace_from_outside_survives_a_take_over(kafka, tmp_path):
    source = Topics(kafka, tmp_path, "trace-source").create()
    clip = red_and_black(tmp_path / "clip.mp4", seconds=4, options=["-g", "12"])
    assert source.produce(clip, "outside").returncode == 0
    records = source.records(source.frames)
    topics = Topics(kafka, tmp_path, "trace-outside").create()
    with topics.processors() as dies:
        resend(topics, records[:60], OUTSIDE)
        await_true(lambda: len(topics.detections("outside")) >= 40, "detections")
        dies.kill()
    with topics.processors() as heir:
        resend(topics, records[60:], "nonsense")
        topics.await_completions(1, processor=heir)
    spans = {traces(topics, topic, "outside").pop() for topic in outputs(topics) if len(traces(topics, topic, "outside")) == 1}
    [(trace, span)] = spans
    assert trace == FORM.fullmatch(OUTSIDE).group(1) and span != FORM.fullmatch(OUTSIDE).group(2)
    assert all(len(traces(topics, topic, "outside")) == 1 for topic in outputs(topics))
