# SPDX-License-Identifier: MIT
"""The wire formats, judged from outside: JSON Schema, Python's json and msgpack, and the tables of docs/WIRE.md."""

import base64
import json
import os
import pathlib
import random
import re
import struct
import subprocess

import jsonschema
import msgpack
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("FIREWATCH_BIN", ROOT / "build" / "firewatch")).resolve().parent

JPEG = b"\xff\xd8\xff\xd9"


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """One message of each kind, written by our writers: name to bytes."""
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run([BUILD / "wire_samples", "write", folder], check=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def read_again(kind, message):
    """What our reader makes of a message, written again by our writer."""
    result = subprocess.run([BUILD / "wire_samples", "read", kind], input=message, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


def refusal(kind, message):
    result = subprocess.run([BUILD / "wire_samples", "read", kind], input=message, capture_output=True, check=False)
    assert result.returncode == 1
    return result.stderr.decode().strip().split(": ", 1)[1]


def strict(schema):
    """The schema without room for properties that it does not describe: what we write is described."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(value) for key, value in schema.items()}
    if "properties" in schema and "type" in schema:
        result["additionalProperties"] = False
    return result


def validator(topic):
    schema = json.loads((ROOT / "docs" / "schema" / f"{topic}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(strict(schema))


TOPICS = {"detection": "fire-detections", "event": "fire-events", "completion": "video-completions"}


@pytest.mark.parametrize("kind", TOPICS)
def test_what_we_write_is_valid(samples, kind):
    messages = [json.loads(text) for name, text in samples.items() if name.startswith(kind)]
    assert len(messages) >= 2
    for message in messages:
        validator(TOPICS[kind]).validate(message)


@pytest.mark.parametrize("kind", TOPICS)
def test_the_schema_refuses_what_we_never_write(samples, kind):
    check = validator(TOPICS[kind])
    message = next(json.loads(text) for name, text in samples.items() if name.startswith(kind))
    for field in check.schema["required"]:
        assert not check.is_valid({key: value for key, value in message.items() if key != field}), field
        assert not check.is_valid({**message, field: ["of another kind"]}), field
    assert not check.is_valid({**message, "unheard_of": 1})


def test_the_document_names_the_schemas():
    text = (ROOT / "docs" / "WIRE.md").read_text(encoding="utf-8")
    for topic in TOPICS.values():
        assert f"(schema/{topic}.json)" in text


def test_json_is_what_python_writes(samples):
    texts = [text for name, text in samples.items() if name.endswith(".json")]
    assert len(texts) >= 8
    for text in texts:
        assert json.dumps(json.loads(text)).encode() == text


def test_doubles_are_what_python_writes():
    seed = random.randrange(1 << 32)
    print("seed", seed)
    draw = random.Random(seed)
    values = [0.0, -0.0, 30.0, 29.97, 30000 / 1001, 1e-7, 1e15, 1e16, 123456789.125, 0.1 + 0.2, 5e-324, 1.7976931348623157e308]
    while len(values) < 20000:
        value = struct.unpack("<d", draw.randbytes(8))[0]
        # Of a power of two, Python's text may be one digit shorter than ours, which tries 15, 16 and 17.
        if value == value and abs(value) != float("inf") and struct.pack("<d", value)[:6] != bytes(6):
            values.append(value)
    values += [draw.random() for _ in range(20000)]
    text = read_again("doubles", struct.pack(f"<{len(values)}d", *values)).decode()
    assert text == json.dumps(values)


def original_frame(**changes):
    """A frame as the Python original makes it, in its order."""
    frame = {
        "video_id": "video1",
        "frame_number": 0,
        "timestamp": "2026-05-11T19:33:16.123456",
        "fps": 29.97,
        "frame_data": JPEG,
        "width": 640,
        "height": 480,
    }
    return {**frame, **changes}


def as_base64_json(frame, **options):
    return json.dumps({**frame, "frame_data": base64.b64encode(frame["frame_data"]).decode()}, **options).encode()


def test_the_originals_messages_are_ours(samples):
    assert samples["frame-original.msgpack"] == msgpack.packb(original_frame())
    assert samples["frame-original.json"] == as_base64_json(original_frame())


@pytest.mark.parametrize("options", [{}, {"indent": 3}, {"separators": (",", ":")}, {"ensure_ascii": False}])
@pytest.mark.parametrize("video_id", ["video1", "caméra🔥"])
def test_both_forms_of_the_originals_are_read(options, video_id):
    frame = original_frame(video_id=video_id, frame_number=123456, frame_data=bytes(range(256)) * 100)
    assert msgpack.unpackb(read_again("frame", msgpack.packb(frame))) == frame
    assert msgpack.unpackb(read_again("frame", as_base64_json(frame, **options))) == frame


@pytest.mark.parametrize("fps", [float("nan"), 0.0, float("inf"), -25.0])
def test_a_rate_that_is_none_is_unknown(fps):
    frame = original_frame(fps=fps)
    for message in (msgpack.packb(frame), as_base64_json(frame)):
        assert msgpack.unpackb(read_again("frame", message))["fps"] == 0.0


def test_a_message_in_the_other_order_with_other_fields_is_read():
    frame = dict(reversed(original_frame().items()))
    for message in ({**frame, "later": {"deep": [1, {"x": None}]}}, {"later": -1.5, **frame}):
        assert msgpack.unpackb(read_again("frame", msgpack.packb(message))) == original_frame()
        assert msgpack.unpackb(read_again("frame", as_base64_json(message))) == original_frame()


@pytest.mark.parametrize("field", ["video_id", "frame_number", "timestamp", "frame_data"])
def test_a_message_that_lacks_a_field_is_refused(field):
    frame = original_frame()
    del frame[field]
    assert refusal("frame", msgpack.packb(frame)) == f"{field} is missing"


def test_other_messages_are_refused():
    assert "neither msgpack nor JSON" in refusal("frame", JPEG)
    assert "video id holds a slash" in refusal("frame", msgpack.packb(original_frame(video_id="a/../../escape")))
    assert "begins with a full stop" in refusal("frame", as_base64_json(original_frame(video_id="../escape")))
    assert "schema version 2 is newer" in refusal("frame", msgpack.packb(original_frame(schema=2)))
    assert "no segments, only the file clips/vA" in refusal(
        "completion", json.dumps({"video_id": "vA", "local_filepath": "clips/vA_with_heatmaps.mp4"}).encode()
    )


def test_what_we_write_reads_back(samples):
    names = [name for name in samples if not name.startswith("detection")]
    for name in names:
        again = read_again(re.match(r"[a-z]+", name).group(), samples[name])
        if name.startswith("frame") and name.endswith(".json"):
            written = json.loads(samples[name])
            if "frame_data" in written:
                written["frame_data"] = base64.b64decode(written["frame_data"], validate=True)
            assert msgpack.unpackb(again) == written, name
        else:
            assert again == samples[name], name


# ---- the tables of docs/WIRE.md ----

FORMS = {"text": str, "integer": int, "number": float, "bytes": bytes, "boolean": bool, "fraction": list, "array": list}


def documented(section):
    """The fields of a section's tables: name to the Python type that msgpack gives."""
    text = (ROOT / "docs" / "WIRE.md").read_text(encoding="utf-8")
    body = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", text, flags=re.M | re.S).group(1)
    fields = {}
    for names, forms in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([a-z, ]+) \|", body, flags=re.M):
        names, forms = re.findall(r"`(\w+)`", names), forms.split(", ")
        fields.update(zip(names, forms if len(forms) == len(names) else forms * len(names)))
    return {name: FORMS[form] for name, form in fields.items()}


@pytest.mark.parametrize("section, prefix", [("video-frames", "frame"), ("video-segments", "segment"), ("video-progress", "progress")])
def test_the_tables_are_what_we_write(samples, section, prefix):
    fields = documented(section)
    seen = set()
    for name, message in samples.items():
        if name.startswith(prefix) and name.endswith(".msgpack"):
            record = msgpack.unpackb(message)
            assert {key: type(value) for key, value in record.items()} == {key: fields.get(key) for key in record}, name
            seen |= set(record)
    assert set(fields) == seen
