# SPDX-License-Identifier: MIT
"""All that a fleet has written, in a form that is equal whoever wrote it, in whatever pieces and when."""

import json
import urllib.parse

import msgpack

# What says when or where a thing was written, not what it is.
WHEN = {"processing_timestamp"}
PLACES = {"run_offset", "first_segment_offset", "last_segment_offset", "last_offset", "last_bad_offset"}
LETTER_PLACES = {"__connect.errors.topic", "__connect.errors.partition", "__connect.errors.offset", "firewatch.errors.time"}


def _without(fields, names):
    return {name: value for name, value in fields.items() if name not in names}


def _detection(record):
    return _without(json.loads(record.value()), WHEN)


def _event(record):
    """The id names the run's offset, and the picture's link the id."""
    fields = json.loads(record.value())
    picture = fields["links"]["snapshot"]
    links = {**fields["links"], "snapshot": picture and picture.replace(urllib.parse.quote(fields["event_id"]), "EVENT_ID")}
    return {**_without(fields, {"event_id", *PLACES}), "links": links}


def _segment(record):
    return _without(msgpack.unpackb(dict(record.headers())["segment"]), PLACES), record.value()


def _completion(record):
    fields = _without(json.loads(record.value()), {"timestamp", *PLACES})
    return {**fields, "segments": {name: fields["segments"][name] for name in ("count", "bytes")}}


def _progress(record):
    return _without(msgpack.unpackb(record.value()), PLACES)


def _letter(record):
    headers = {name: value for name, value in record.headers() if name not in LETTER_PLACES}
    return record.value(), headers


def _all(found):
    return found


def _last(found):
    return found[-1:]


# Attribute of Topics with the topic's name, what of a record is compared, and which records of a video.
OUTPUTS = {
    "found": (_detection, _all),
    "events": (_event, _all),
    "segments_topic": (_segment, _all),
    "ends": (_completion, _all),
    "progress": (_progress, _last),
    "dead_letters": (_letter, _all),
}


class Outputs:
    """What lies committed on the topics of a fleet: `of[name][key]` is a list; `files[video_id]` is an mp4."""

    def __init__(self, topics, videos, fetched=None):
        self.of = {name: _by_key(topics.records(getattr(topics, name)), *how) for name, how in OUTPUTS.items()}
        self.files = {video_id: fetch(topics, video_id) for video_id in (videos if fetched is None else fetched)}

    def part(self, keys):
        """What belongs to these keys."""
        return {name: {key: values[key] for key in keys if key in values} for name, values in self.of.items()}


def _by_key(records, describe, pick):
    found = {}
    for record in records:
        found.setdefault(record.key().decode(), []).append(describe(record))
    return {key: pick(values) for key, values in found.items()}


def fetch(topics, video_id):
    path = topics.folder / f"fetched-{video_id}.mp4"
    done = topics.command("fetch", video_id, "-o", path, "--quiet")
    assert done.returncode == 0, done.stderr
    content = path.read_bytes()
    path.unlink()
    return content


def differences(got, expected):
    """A line for each difference: which topic, which key, at which place."""
    lines = []
    for name in OUTPUTS:
        ours, theirs = got[name], expected[name]
        for key in sorted(ours.keys() | theirs.keys()):
            lines += [f"{name} of {key}: {line}" for line in _between(ours.get(key, []), theirs.get(key, []))]
    return lines


def _between(ours, theirs):
    if len(ours) != len(theirs):
        yield f"{len(ours)} instead of {len(theirs)}"
    for place, (one, other) in enumerate(zip(ours, theirs)):
        if one != other:
            yield f"at {place}: {_shown(one)} instead of {_shown(other)}"
            return


def _shown(value):
    text = repr(value)
    return text if len(text) < 600 else text[:600] + "..."
