// SPDX-License-Identifier: MIT
// The limits of everything that comes from outside: ids, sizes, counts.
#ifndef FW_WIRE_LIMITS_H
#define FW_WIRE_LIMITS_H

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

    // A classifier's input and map.
    FW_LIMIT_MODEL_SIDE = 2048,
    FW_LIMIT_HEATMAP_SIDE = 256,
    FW_LIMIT_MODEL_FILE_BYTES = 512 * 1024 * 1024,
};

#endif
