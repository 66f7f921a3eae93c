// SPDX-License-Identifier: MIT
// From the segments that a completion names to one fast-start mp4 file.
//
// DESIGN: segments are written as they come, in one pass. Only when one of them comes again and is
// not the same (two processors without transactions, whose results may differ by a bit) is the file
// given up, the stretch read to its end to learn which records count, and read once more.
#include "assemble/assemble.h"

#include "assemble/segments.h"
#include "base/health.h"
#include "base/stop.h"
#include "media/fragment.h"
#include "media/mp4.h"
#include "wire/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct assembly {
    // set before start; borrowed
    struct fw_reader *reader;
    const struct fw_completion *completion;
    const char *path;
    int timeout_ms;

    // What this pass does with each of the video's records; the first one fills the table.
    int (*take)(struct assembly *assembly, const struct fw_segment *segment,
                const struct fw_message *message, struct fw_error *err);

    struct fw_segment_table table; // what was found
    struct fw_mp4_writer *writer;  // NULL before the first segment, and when it was given up
    struct fw_segment last;        // that was written
    int64_t n_written;
};

// ---- one segment ----

static int check_media(const struct fw_segment *segment, const struct fw_fragment *fragment,
                       struct fw_error *err)
{
    const struct fw_fragment_facts *facts = &fragment->facts;
    if (segment->n_pictures != (int64_t)fragment->n_packets ||
        segment->first_dts != facts->first_dts || segment->time_base.num != facts->time_base.num ||
        segment->time_base.den != facts->time_base.den) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "its media are not what its header says");
    }
    return 0;
}

static int begin_or_compare(struct assembly *assembly, const struct fw_segment *segment,
                            const struct fw_fragment *fragment, struct fw_error *err)
{
    if (assembly->writer == NULL) {
        return fw_mp4_create(assembly->path, &fragment->stream, &assembly->writer, err);
    }
    if (segment->time_base.num != assembly->last.time_base.num ||
        segment->time_base.den != assembly->last.time_base.den) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "its time base is not that of the others");
    }
    return 0;
}

static int write_fragment(struct assembly *assembly, const struct fw_segment *segment,
                          const struct fw_fragment *fragment, struct fw_error *err)
{
    bool first = assembly->writer == NULL;
    int rc = check_media(segment, fragment, err);
    rc = rc < 0 ? rc : begin_or_compare(assembly, segment, fragment, err);
    bool new_sets = !first && memcmp(segment->parameter_sets, assembly->last.parameter_sets,
                                     sizeof(segment->parameter_sets)) != 0;
    for (size_t i = 0; rc == 0 && i < fragment->n_packets; i++) {
        rc = fw_mp4_write(assembly->writer, fragment->packets[i],
                          new_sets && i == 0 ? &fragment->stream : NULL, err);
    }
    return rc;
}

static int write_segment(struct assembly *assembly, const struct fw_segment *segment,
                         const struct fw_message *message, struct fw_error *err)
{
    struct fw_fragment fragment = { 0 };
    int rc = fw_fragment_read(message->value, message->value_size, &fragment, err);
    if (rc == 0) {
        rc = write_fragment(assembly, segment, &fragment, err);
        fw_fragment_done(&fragment);
    }
    if (rc < 0) {
        return fw_error_prefix(err, "segment %lld (%s[%d], offset %lld)",
                               (long long)segment->number, message->topic, message->partition,
                               (long long)message->offset);
    }
    assembly->last = *segment;
    assembly->n_written++;
    return 0;
}

// ---- the stretch ----

static int take_as_it_comes(struct assembly *assembly, const struct fw_segment *segment,
                            const struct fw_message *message, struct fw_error *err)
{
    int rc = fw_segment_table_add(&assembly->table, segment, message->offset, err);
    if (assembly->table.ambiguous) {
        fw_mp4_abandon(assembly->writer);
        assembly->writer = NULL;
        return rc < 0 ? rc : 0;
    }
    return rc == FW_SEGMENT_NEXT ? write_segment(assembly, segment, message, err) : rc;
}

static int take_what_counts(struct assembly *assembly, const struct fw_segment *segment,
                            const struct fw_message *message, struct fw_error *err)
{
    bool counts = segment->number == assembly->n_written &&
                  assembly->table.places[segment->number].offset == message->offset;
    return counts ? write_segment(assembly, segment, message, err) : 0;
}

// Whether a record is of this video and run. Negative when it can't be told.
static int is_ours(const struct assembly *assembly, const struct fw_message *message,
                   struct fw_segment *ret, struct fw_error *err)
{
    const struct fw_completion *completion = assembly->completion;
    size_t id_size = strlen(completion->video_id);
    if (message->key_size != id_size || memcmp(message->key, completion->video_id, id_size) != 0) {
        return 0;
    }
    struct fw_header header = { 0 };
    (void)fw_message_header(message, FW_SEGMENT_HEADER, &header); // none is told by decode
    int rc = fw_segment_decode(header.value, header.size, message->value_size, ret, err);
    if (rc < 0) {
        return fw_error_prefix(err, "%s[%d], offset %lld", message->topic, message->partition,
                               (long long)message->offset);
    }
    return strcmp(ret->video_id, completion->video_id) == 0 &&
           ret->run_offset == completion->run_offset &&
           strcmp(ret->run_id, completion->run_id) == 0 && ret->number < completion->segments.count;
}

static int take_message(struct assembly *assembly, struct fw_message *message, struct fw_error *err)
{
    struct fw_segment segment;
    int rc = is_ours(assembly, message, &segment, err);
    rc = rc > 0 ? assembly->take(assembly, &segment, message, err) : rc;
    fw_message_free(message);
    return rc;
}

// Reads one record of the stretch. 1: there may be more; 0: it is read to its end.
static int read_one(struct assembly *assembly, struct fw_error *err)
{
    const struct fw_segment_range *range = &assembly->completion->segments;
    struct fw_message *message = NULL;
    int rc = fw_reader_next(assembly->reader, assembly->timeout_ms, &message, err);
    if (rc == FW_READER_MESSAGE) {
        rc = take_message(assembly, message, err);
        return rc < 0 ? rc : 1;
    }
    if (rc == FW_READER_END && fw_reader_position(assembly->reader) > range->last_offset) {
        return 0;
    }
    if (fw_stop_requested()) {
        return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
    }
    if (rc == FW_READER_NOTHING) {
        return fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT,
                            "%s[%d]: nothing came for %d ms; the segments end at offset %lld, and "
                            "offset %lld is not read yet",
                            range->topic, range->partition, assembly->timeout_ms,
                            (long long)range->last_offset,
                            (long long)fw_reader_position(assembly->reader));
    }
    return rc < 0 ? rc : 1; // the partition's present end: what follows is waited for
}

static int read_stretch(struct assembly *assembly, struct fw_error *err)
{
    const struct fw_segment_range *range = &assembly->completion->segments;
    int rc = fw_reader_start(assembly->reader, range->topic, range->partition, range->first_offset,
                             range->last_offset + 1, err);
    if (rc < 0) {
        return rc;
    }
    while ((rc = read_one(assembly, err)) > 0) {
        fw_heartbeat_turn();
    }
    return rc;
}

// ---- all ----

static int write_all(struct assembly *assembly, struct fw_error *err)
{
    assembly->take = take_as_it_comes;
    int rc = read_stretch(assembly, err);
    rc = rc < 0 ? rc : fw_segment_table_check(&assembly->table, assembly->completion, err);
    if (rc == 0 && assembly->table.ambiguous) {
        assembly->n_written = 0;
        assembly->take = take_what_counts;
        rc = read_stretch(assembly, err);
    }
    if (rc == 0 && assembly->n_written != assembly->completion->segments.count) {
        // Retention came in between the two passes, or the last of each are in no order.
        rc = fw_error_set(err, FW_ERROR_DATA, ENODATA, "segment %lld is gone or not in its place",
                          (long long)assembly->n_written);
    }
    return rc;
}

int fw_assemble(struct fw_reader *reader, const struct fw_completion *completion, const char *path,
                int timeout_ms, struct fw_assembled *ret, struct fw_error *err)
{
    if (completion->segments.count == 0) {
        return fw_error_set(err, FW_ERROR_DATA, ENODATA, "video '%s' had no picture",
                            completion->video_id);
    }
    struct assembly assembly = {
        .reader = reader, .completion = completion, .path = path, .timeout_ms = timeout_ms
    };
    int rc = write_all(&assembly, err);
    if (rc == 0) {
        rc = fw_mp4_finish(assembly.writer, err);
    } else {
        fw_mp4_abandon(assembly.writer);
    }
    if (rc == 0) {
        *ret = (struct fw_assembled){ .n_segments = assembly.n_written,
                                      .n_pictures = assembly.table.n_pictures,
                                      .segment_bytes = assembly.table.n_bytes };
    }
    fw_segment_table_done(&assembly.table);
    return rc < 0 ? fw_error_prefix(err, "video '%s'", completion->video_id) : 0;
}
