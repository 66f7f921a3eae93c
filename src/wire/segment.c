// SPDX-License-Identifier: MIT
// What describes a record of `video-segments`.
#include "wire/segment.h"

#include "wire/fields.h"
#include "wire/msgpack_reader.h"
#include "wire/msgpack_writer.h"
#include "wire/video_id.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum field {
    SCHEMA,
    VIDEO_ID,
    RUN_ID,
    RUN_OFFSET,
    NUMBER,
    KIND,
    STARTS_WITH_IDR,
    TIME_BASE,
    FIRST_DTS,
    LAST_DURATION,
    FIRST_PICTURE,
    N_PICTURES,
    N_FIRE,
    MAX_SCORE,
    PARAMETER_SETS,
    SIZE,
    N_FIELDS,
};

static const char *const names[N_FIELDS] = {
    [SCHEMA] = "schema",
    [VIDEO_ID] = "video_id",
    [RUN_ID] = "run_id",
    [RUN_OFFSET] = "run_offset",
    [NUMBER] = "segment",
    [KIND] = "kind",
    [STARTS_WITH_IDR] = "starts_with_idr",
    [TIME_BASE] = "time_base",
    [FIRST_DTS] = "first_dts",
    [LAST_DURATION] = "last_duration",
    [FIRST_PICTURE] = "first_picture",
    [N_PICTURES] = "pictures",
    [N_FIRE] = "fire_pictures",
    [MAX_SCORE] = "max_score",
    [PARAMETER_SETS] = "parameter_sets",
    [SIZE] = "bytes",
};

static const char *const kinds[FW_SEGMENT_N_KINDS] = {
    [FW_SEGMENT_ENCODED] = "encoded",
    [FW_SEGMENT_COPY] = "copy",
};

static void pack_segment(struct fw_msgpack *map, const void *message)
{
    const struct fw_segment *segment = message;
    fw_msgpack_int(map, names[SCHEMA], FW_SEGMENT_SCHEMA);
    fw_msgpack_text(map, names[VIDEO_ID], segment->video_id);
    if (segment->run_id[0] != '\0') {
        fw_msgpack_text(map, names[RUN_ID], segment->run_id);
    }
    fw_msgpack_int(map, names[RUN_OFFSET], segment->run_offset);
    fw_msgpack_int(map, names[NUMBER], segment->number);
    fw_msgpack_text(map, names[KIND], kinds[segment->kind]);
    fw_msgpack_bool(map, names[STARTS_WITH_IDR], segment->starts_with_idr);
    fw_msgpack_rational(map, names[TIME_BASE], segment->time_base);
    fw_msgpack_int(map, names[FIRST_DTS], segment->first_dts);
    fw_msgpack_int(map, names[LAST_DURATION], segment->last_duration);
    fw_msgpack_int(map, names[FIRST_PICTURE], segment->first_picture);
    fw_msgpack_int(map, names[N_PICTURES], segment->n_pictures);
    fw_msgpack_int(map, names[N_FIRE], segment->n_fire);
    fw_msgpack_float(map, names[MAX_SCORE], segment->max_score);
    fw_msgpack_bytes(map, names[PARAMETER_SETS], segment->parameter_sets, FW_DIGEST_SIZE);
    fw_msgpack_int(map, names[SIZE], segment->size_bytes);
}

int fw_segment_encode(const struct fw_segment *segment, struct fw_buffer *out, struct fw_error *err)
{
    fw_msgpack_map(out, pack_segment, segment);
    return fw_buffer_check(out, err);
}

static void take_digest(struct fw_fields *fields, uint8_t digest[FW_DIGEST_SIZE])
{
    size_t size = 0;
    const uint8_t *bytes = fw_fields_bytes_or_null(fields, PARAMETER_SETS, FW_DIGEST_SIZE, &size);
    if (size == FW_DIGEST_SIZE) {
        memcpy(digest, bytes, FW_DIGEST_SIZE);
    } else {
        fw_fields_fail(fields, PARAMETER_SETS, "is no SHA-256 digest");
    }
}

static void take_identity(struct fw_fields *fields, struct fw_segment *segment)
{
    fw_fields_text(fields, VIDEO_ID, segment->video_id, sizeof(segment->video_id));
    fw_fields_text_or_empty(fields, RUN_ID, segment->run_id, sizeof(segment->run_id));
    segment->run_offset = fw_fields_int(fields, RUN_OFFSET, 0, FW_LIMIT_OFFSET);
    segment->number = fw_fields_int(fields, NUMBER, 0, FW_LIMIT_COUNT);
    segment->kind = (enum fw_segment_kind)fw_fields_word(fields, KIND, kinds, FW_SEGMENT_N_KINDS);
}

static void take_times(struct fw_fields *fields, struct fw_segment *segment)
{
    segment->time_base =
        fw_fields_rational_or(fields, TIME_BASE, (struct fw_rational){ .num = 0, .den = 1 });
    if (segment->time_base.num == 0) {
        fw_fields_fail(fields, TIME_BASE, "is missing");
    }
    segment->first_dts = fw_fields_int(fields, FIRST_DTS, -FW_LIMIT_TICKS, FW_LIMIT_TICKS);
    segment->last_duration = fw_fields_int(fields, LAST_DURATION, 1, FW_LIMIT_TICKS);
}

static void take_contents(struct fw_fields *fields, struct fw_segment *segment)
{
    segment->starts_with_idr = fw_fields_bool_or(fields, STARTS_WITH_IDR, true);
    segment->first_picture = fw_fields_int(fields, FIRST_PICTURE, 0, FW_LIMIT_COUNT);
    segment->n_pictures = fw_fields_int(fields, N_PICTURES, 1, FW_LIMIT_COUNT);
    segment->n_fire = fw_fields_int(fields, N_FIRE, 0, segment->n_pictures);
    segment->max_score = fw_fields_share(fields, MAX_SCORE);
    take_digest(fields, segment->parameter_sets);
    segment->size_bytes = fw_fields_int(fields, SIZE, 1, FW_LIMIT_MESSAGE_BYTES);
}

static int read_fields(const struct fw_value *map, struct fw_segment *segment, struct fw_error *err)
{
    struct fw_value values[N_FIELDS];
    struct fw_fields fields = fw_fields_begin(map, names, N_FIELDS, values, err);
    fw_fields_schema(&fields, SCHEMA, FW_SEGMENT_SCHEMA);
    take_identity(&fields, segment);
    take_times(&fields, segment);
    take_contents(&fields, segment);
    return fields.ret < 0 ? fields.ret
                          : fw_video_id_check(segment->video_id, strlen(segment->video_id), err);
}

int fw_segment_decode(const void *header, size_t header_size, size_t value_size,
                      struct fw_segment *ret, struct fw_error *err)
{
    if (header == NULL) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "the record has no header %s",
                            FW_SEGMENT_HEADER);
    }
    struct fw_value map;
    struct fw_segment segment = { 0 };
    int result = fw_msgpack_parse(header, header_size, &map, err);
    if (result == 0) {
        result = read_fields(&map, &segment, err);
    }
    if (result < 0) {
        return result;
    }
    if ((uint64_t)segment.size_bytes != value_size) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "the segment has %zu bytes, not the %" PRId64 " that its header says",
                            value_size, segment.size_bytes);
    }
    *ret = segment;
    return 0;
}
