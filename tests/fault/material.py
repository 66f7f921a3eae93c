# SPDX-License-Identifier: MIT
"""What the fault tests feed: a pool of small videos, each particular in one point, as the messages of a producer."""

import msgpack
from clips import X264, render
from topics import Topics

SECONDS = 6
FPS = 25
SMALL = f"testsrc2=size=192x144:rate={FPS}:duration={SECONDS}"
FIRE = "drawbox=x=0:y=0:w=iw/2:h=ih:color=red:t=fill:enable='between(mod(t,3),1,2.2)'"

# Extension and options of a clip.
KINDS = {
    "fire": ("mp4", ("-vf", FIRE, *X264, "-g", "25")),
    "open_gops": ("mp4", ("-vf", FIRE, *X264, "-bf", "3", "-g", "12", "-x264-params", "open-gop=1:b-pyramid=2")),
    "long_gops": ("mp4", (*X264, "-g", "40", "-bf", "2")),
    "mjpeg": ("avi", ("-vf", FIRE, "-c:v", "mjpeg", "-q:v", "6", "-pix_fmt", "yuvj420p")),
    "variable_rate": ("mp4", ("-vf", "select='not(mod(n,4))+gt(n,40)'", "-fps_mode", "vfr", *X264, "-g", "10")),
    "hevc": ("mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=20:open-gop=1:pools=none")),
    "intra_refresh": ("mp4", (*X264, "-bf", "0", "-x264-params", "intra-refresh=1:keyint=20")),
    "damaged": ("mp4", ("-vf", FIRE, *X264, "-g", "15", "-bf", "0")),
}

# Neither a picture of its codec; the stage "decode" sets it aside.
BROKEN_FRAME = b"\xff\xd8 not a picture \xff\xd9"
BROKEN_AT = 70
# No message at all; the stage "receive" sets it aside.
BROKEN_MESSAGE = b"\xff neither msgpack nor JSON "
BAD = tuple(f"bad-{n}" for n in range(6))  # their keys


class Material:
    """`messages[video_id]` are the values of a video's messages in order. Ids are KIND-0, KIND-1 and so on."""

    def __init__(self, kafka, folder, copies=2):
        clips = {kind: render(folder / f"{kind}.{ending}", *options, source=SMALL) for kind, (ending, options) in KINDS.items()}
        frames = _recorded(kafka, folder, clips)
        for kind in ("damaged", "mjpeg"):
            frames[kind][BROKEN_AT]["frame_data"] = BROKEN_FRAME
        self.messages = {
            f"{kind}-{n}": _renamed(recorded, f"{kind}-{n}") for kind, recorded in frames.items() for n in range(copies)
        }

    def keys(self, video_id):
        """The places of a video's messages from which decoding may begin."""
        return [n for n, value in enumerate(self.messages[video_id]) if msgpack.unpackb(value).get("key")]


def _recorded(kafka, folder, clips):
    topics = Topics(kafka, folder, f"material-{folder.name}")
    kafka.create_topic(topics.frames, 1, {"max.message.bytes": "16777216"})
    done = topics.produce(*[f"--input={kind}={clip}" for kind, clip in clips.items()])
    assert done.returncode == 0, done.stderr
    frames = {kind: [] for kind in clips}
    for frame in topics.sent():
        frames[frame["video_id"]].append(frame)
    return frames


def _renamed(frames, video_id):
    return [msgpack.packb({**frame, "video_id": video_id, "run_id": f"{video_id}-run"}) for frame in frames]


def interleaved(material, videos, choose, bad=()):
    """(video_id, value) of all messages of the videos in one order: `choose` picks the next video of a list.

    Behind half of all messages stands one that is none for each key of `bad`."""
    left = {video_id: list(material.messages[video_id]) for video_id in videos}
    order = []
    while left:
        video_id = choose(list(left))
        order.append((video_id, left[video_id].pop(0)))
        if not left[video_id]:
            del left[video_id]
    middle = len(order) // 2
    order[middle:middle] = [(key, BROKEN_MESSAGE + key.encode()) for key in bad]
    return order


def in_turn():
    """A choice for `interleaved`: one of each."""
    last = [None]

    def choose(names):
        later = [name for name in names if last[0] is None or name > last[0]]
        last[0] = min(later or names)
        return last[0]

    return choose
