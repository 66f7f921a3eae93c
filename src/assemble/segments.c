// SPDX-License-Identifier: MIT
// Which records of a stretch are the segments of a video.
#include "assemble/segments.h"

#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int missing(int64_t number, struct fw_error *err)
{
    return fw_error_set(err, FW_ERROR_DATA, ENODATA, "segment %lld is missing", (long long)number);
}

static void append(struct fw_segment_table *table, const struct fw_segment_place *place)
{
    if (table->n == table->capacity) {
        table->capacity = table->capacity > 0 ? 2 * table->capacity : 64;
        table->places = fw_xrealloc(table->places, table->capacity * sizeof(table->places[0]));
    }
    table->places[table->n++] = *place;
}

int fw_segment_table_add(struct fw_segment_table *table, const struct fw_segment *segment,
                         int64_t offset, struct fw_error *err)
{
    const struct fw_segment_place place = { .offset = offset,
                                            .first_picture = segment->first_picture,
                                            .n_pictures = segment->n_pictures,
                                            .size_bytes = segment->size_bytes };
    if (segment->number > (int64_t)table->n) {
        return missing((int64_t)table->n, err);
    }
    if (segment->number == (int64_t)table->n) {
        append(table, &place);
        return FW_SEGMENT_NEXT;
    }
    struct fw_segment_place *before = &table->places[segment->number];
    table->ambiguous = table->ambiguous || before->first_picture != place.first_picture ||
                       before->n_pictures != place.n_pictures ||
                       before->size_bytes != place.size_bytes;
    *before = place;
    return FW_SEGMENT_AGAIN;
}

int fw_segment_table_check(struct fw_segment_table *table, const struct fw_completion *completion,
                           struct fw_error *err)
{
    if ((int64_t)table->n < completion->segments.count) {
        return missing((int64_t)table->n, err);
    }
    int64_t next_picture = 0;
    table->n_pictures = 0;
    table->n_bytes = 0;
    for (size_t i = 0; i < table->n; i++) {
        const struct fw_segment_place *place = &table->places[i];
        if (place->first_picture < next_picture) {
            return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                                "segment %zu begins with picture %lld, which the one before has", i,
                                (long long)place->first_picture);
        }
        next_picture = place->first_picture + place->n_pictures;
        table->n_pictures += place->n_pictures;
        table->n_bytes += place->size_bytes;
    }
    if (table->n_bytes != completion->segments.bytes) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "the segments have %lld bytes together, the completion says %lld",
                            (long long)table->n_bytes, (long long)completion->segments.bytes);
    }
    return 0;
}

void fw_segment_table_done(struct fw_segment_table *table)
{
    free(table->places);
    *table = (struct fw_segment_table){ 0 };
}
