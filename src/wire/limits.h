// SPDX-License-Identifier: MIT
// The limits of everything that comes from outside: ids, sizes, counts.
#ifndef FW_WIRE_LIMITS_H
#define FW_WIRE_LIMITS_H

#include <stdint.h>

enum {
    // A video id names a file, an object key and a topic key. Kafka has no limit, S3 has 1,024
    // bytes for the whole key, a file name has 255 with our suffix and ".part" in it.
    FW_LIMIT_VIDEO_ID_BYTES = 200,

    // Pictures: a network sees nothing in less, and 8K (7680x4320, turned or not) is the largest
    // that cameras give. The side bounds strides, the area bounds memory.
    FW_LIMIT_PICTURE_MIN_SIDE = 16,
    FW_LIMIT_PICTURE_MAX_SIDE = 8192,
    FW_LIMIT_PICTURE_MAX_PIXELS = 8192 * 4608,

    // Boxes reported for one picture; more regions than this are noise.
    FW_LIMIT_BOXES = 16,

    // One encoded frame and one annotated segment, on the wire.
    FW_LIMIT_MESSAGE_BYTES = 16 * 1024 * 1024,

    // Codec parameters (SPS, PPS, hvcC ...): real ones are below 4 KiB.
    FW_LIMIT_EXTRADATA_BYTES = 256 * 1024,

    // Values in one structured message, all levels together. Unknown fields of a later version are
    // read past; a list of gaps is the longest that we write.
    FW_LIMIT_MESSAGE_VALUES = 4096,
    FW_LIMIT_JSON_DEPTH = 16,

    // Short texts: the name of a run, a codec, a time as text, name@digest of a model, a topic
    // (Kafka's own limit), the path of a file.
    FW_LIMIT_RUN_ID_BYTES = 64,
    FW_LIMIT_CODEC_BYTES = 15,
    FW_LIMIT_PIXEL_FORMAT_BYTES = 15,
    FW_LIMIT_TIMESTAMP_BYTES = 63,
    FW_LIMIT_MODEL_ID_BYTES = 127,
    FW_LIMIT_TOPIC_BYTES = 249,
    FW_LIMIT_PATH_BYTES = 4095,

    // Gaps of one video that are named one by one; the frames missing in all are counted on.
    FW_LIMIT_GAPS = 256,

    // What event voting keeps in a progress record, and the JSON of a detection and a completion.
    FW_LIMIT_EVENT_STATE_BYTES = 64 * 1024,
    FW_LIMIT_DETECTION_BYTES = 32 * 1024,
    FW_LIMIT_COMPLETION_BYTES = 256 * 1024,
    FW_LIMIT_PROGRESS_BYTES = 128 * 1024,

    // The picture in an event's message, a JPEG of at most 640 pixels a side, and the message.
    FW_LIMIT_SNAPSHOT_BYTES = 192 * 1024,
    FW_LIMIT_EVENT_BYTES = 320 * 1024,

    // The site's address that links begin with.
    FW_LIMIT_SITE_BYTES = 200,

    // Frames per second beyond which a rate is taken for unknown.
    FW_LIMIT_FRAME_RATE = 1000,

    // A classifier's input and map.
    FW_LIMIT_MODEL_SIDE = 2048,
    FW_LIMIT_HEATMAP_SIDE = 256,
    FW_LIMIT_MODEL_FILE_BYTES = 512 * 1024 * 1024,

    // A labelled set that is evaluated: its files, the pictures of one, and how far back a list may
    // come back to a file.
    FW_LIMIT_EVAL_FILES = 1000000,
    FW_LIMIT_EVAL_PICTURES = 10000000,
    FW_LIMIT_EVAL_MIXED = 1000,

    // A detector's classes (the largest public sets have 601 and 1203), one name, and the floats of
    // its output: 80 classes at an input of 2048x2048 are 7 million.
    FW_LIMIT_MODEL_CLASSES = 2048,
    FW_LIMIT_CLASS_NAME_BYTES = 63,
    FW_LIMIT_MODEL_VALUES = 16 * 1024 * 1024,
};

// Numbers of frames, packets, segments and bytes: more than a thousand years at 30 a second, and
// far from where sums overflow.
#define FW_LIMIT_COUNT (INT64_C(1) << 40)

// Ticks of a time base, either way.
#define FW_LIMIT_TICKS (INT64_C(1) << 53)

// Offsets of a partition.
#define FW_LIMIT_OFFSET (INT64_MAX - 1)

#endif
