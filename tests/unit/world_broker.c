// SPDX-License-Identifier: MIT
// The world's broker: log, readers, store and way out, and its clock.
#include "base/error.h"
#include "base/memory.h"
#include "media/gop.h"
#include "pipeline/engine.h"
#include "wire/segment.h"
#include "world_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- the clock ---

int64_t __wrap_fw_clock_monotonic_us(void);
int64_t __wrap_fw_clock_monotonic_us(void)
{
    return world.now_us;
}

// --- messages ---

const struct fw_model_info *fw_engine_model(const struct fw_engine *engine)
{
    static const struct fw_model_info model = { .id = "model@0" };
    (void)engine;
    return &model;
}

bool fw_gop_is_closed(const char *codec, const uint8_t *data, size_t size)
{
    (void)codec;
    return size > 0 && (data[0] != 'o' || !world.rules.tells_open_groups);
}

void fw_message_free(struct fw_message *message)
{
    free(message);
}

bool fw_message_header(const struct fw_message *message, const char *name, struct fw_header *ret)
{
    (void)name;
    return fw_message_header_at(message, 0, ret);
}

bool fw_message_header_at(const struct fw_message *message, size_t idx, struct fw_header *ret)
{
    (void)message;
    (void)idx;
    (void)ret;
    return false;
}

static void encode_frame(const struct world_frame *one, struct fw_buffer *out)
{
    struct fw_frame frame = fw_frame_init();
    frame.video_id[0] = one->video;
    frame.run_id[0] = one->run;
    frame.frame_number = one->number;
    snprintf(frame.timestamp, sizeof(frame.timestamp), "2026-01-01T00:00:00.000000");
    snprintf(frame.codec, sizeof(frame.codec), "h264");
    frame.fps = 25;
    frame.key = one->key;
    frame.last = one->last;
    frame.total_frames = one->last ? one->number : 0;
    frame.time_base = (struct fw_rational){ 1, 25 };
    frame.sample_aspect = (struct fw_rational){ 1, 1 };
    if (!one->last) {
        frame.data = (const uint8_t *)(one->open ? "open" : "picture");
        frame.data_size = 4;
        frame.width = 64;
        frame.height = 64;
        frame.pts = one->number;
        frame.dts = one->number;
    }
    int result = fw_frame_encode_msgpack(&frame, out, NULL);
    assert(result == 0);
}

static struct fw_message *new_message(const char *topic, int64_t offset, const void *key,
                                      const void *value, size_t size)
{
    struct fw_message *message = fw_xmalloc(sizeof(*message) + size);
    memcpy(message + 1, value, size);
    *message = (struct fw_message){ .topic = topic,
                                    .offset = offset,
                                    .timestamp_ms = 1,
                                    .key = key,
                                    .key_size = 1,
                                    .value = message + 1,
                                    .value_size = size };
    return message;
}

// The log's bytes are made once: they are the same in every world.
struct fw_message *world_frame_at(int64_t offset)
{
    static const struct world_log *log;
    static struct fw_buffer values[WORLD_LOG];
    for (int i = 0; log != world.log && i < world.log->n_frames; i++) {
        fw_buffer_done(&values[i]);
        fw_buffer_init(&values[i], 4096);
        encode_frame(&world.log->frames[i], &values[i]);
    }
    log = world.log;
    return new_message("frames", offset, &log->frames[offset].video, values[offset].data,
                       values[offset].size);
}

// --- readers ---

int fw_reader_open(const struct fw_client *client, struct fw_reader **ret, struct fw_error *err)
{
    (void)client;
    (void)err;
    *ret = fw_xcalloc(1, sizeof(**ret));
    return 0;
}

void fw_reader_close(struct fw_reader *reader)
{
    free(reader);
}

static int refuse(struct fw_error *err, int code)
{
    return fw_error_set(err, FW_ERROR_RETRY, code, "refused");
}

int fw_reader_start(struct fw_reader *reader, const char *topic, int32_t partition, int64_t from,
                    int64_t to, struct fw_error *err)
{
    (void)partition;
    (void)to;
    reader->of_records = strcmp(topic, "progress") == 0;
    reader->position = from < 0 ? 0 : from;
    reader->n_given = 0;
    if (reader->of_records) {
        world_wait(WORLD_READ);
    }
    return world_ending ? refuse(err, ESTALE) : 0;
}

static struct fw_message *record_message(const struct world_output *record, int64_t offset)
{
    struct fw_progress progress;
    uint8_t bytes[WORLD_RECORD_BYTES];
    struct fw_buffer encoded = { .data = bytes, .capacity = sizeof(bytes), .limit = sizeof(bytes) };
    int result = fw_progress_decode(record->bytes, record->size, &progress, NULL);
    assert(result == 0);
    if (!world.rules.tells_last_offset) {
        progress.last_offset = FW_PROGRESS_NONE;
    }
    result = fw_progress_encode(&progress, &encoded, NULL);
    assert(result == 0);
    return new_message("progress", offset, &record->video, encoded.data, encoded.size);
}

static int next_record(struct fw_reader *reader, struct fw_message **ret)
{
    while (world.rules.restores_records && reader->position < WORLD_VIDEOS) {
        const struct world_output *record = &world.records[reader->position++];
        if (record->size > 0) {
            *ret = record_message(record, reader->position - 1);
            return FW_READER_MESSAGE;
        }
    }
    return FW_READER_END;
}

int fw_reader_next(struct fw_reader *reader, int timeout_ms, struct fw_message **ret,
                   struct fw_error *err)
{
    (void)timeout_ms;
    if (world_ending) {
        return refuse(err, ESTALE);
    }
    if (reader->of_records) {
        return next_record(reader, ret);
    }
    if (reader->position >= world.n_visible) {
        return FW_READER_END;
    }
    if (reader->n_given == 2) { // a pass is a matter of several steps
        reader->n_given = 0;
        return FW_READER_NOTHING;
    }
    reader->n_given++;
    *ret = world_frame_at(reader->position++);
    return FW_READER_MESSAGE;
}

int64_t fw_reader_position(const struct fw_reader *reader)
{
    return reader->position;
}

// --- the consumer ---

int fw_consumer_committed(struct fw_consumer *consumer, const char *topic, int32_t partition,
                          int timeout_ms, int64_t *ret_offset, char **ret_metadata,
                          struct fw_error *err)
{
    (void)consumer;
    (void)topic;
    (void)partition;
    (void)timeout_ms;
    world_wait(WORLD_ASK);
    if (world_ending) {
        return refuse(err, ESTALE);
    }
    *ret_offset = world.offset;
    *ret_metadata = fw_xstrdup(world.rules.keeps_pos ? world.metadata : "");
    return 0;
}

int fw_consumer_start(struct fw_consumer *consumer, const char *topic, int32_t partition,
                      int64_t offset, struct fw_error *err)
{
    (void)consumer;
    (void)topic;
    (void)partition;
    (void)offset;
    (void)err;
    return 0;
}

int fw_consumer_probe(struct fw_consumer *consumer, const char *topic, int32_t partition,
                      struct fw_error *err)
{
    return fw_consumer_start(consumer, topic, partition, 0, err);
}

void fw_consumer_pause(struct fw_consumer *consumer, const char *topic, int32_t partition)
{
    (void)consumer;
    (void)topic;
    (void)partition;
}

void fw_consumer_watermarks(struct fw_consumer *consumer, const char *topic, int32_t partition,
                            int64_t *ret_low, int64_t *ret_high)
{
    fw_consumer_pause(consumer, topic, partition);
    *ret_low = 0;
    *ret_high = world.n_visible;
}

void fw_consumer_resume(struct fw_consumer *consumer, const char *topic, int32_t partition)
{
    fw_consumer_pause(consumer, topic, partition);
}

// --- the store ---

static int64_t run_offset_of(char video, char run)
{
    int64_t offset = 0;
    while (world.log->frames[offset].video != video || world.log->frames[offset].run != run) {
        offset++;
    }
    return offset;
}

static bool same_output(const struct world_output *a, const struct world_output *b)
{
    bool same = a->topic == b->topic && a->video == b->video && a->run_offset == b->run_offset;
    return same && (a->topic == WORLD_COMPLETION ? a->state == b->state : a->number == b->number);
}

static void check_new(const struct world_output *output, int owner)
{
    for (int i = 0; i < world.n_outputs && !world_is_loose(); i++) {
        if (same_output(&world.outputs[i], output)) {
            world_break(output->topic == WORLD_COMPLETION ? "a run was completed twice"
                                                          : "an output came twice");
        }
    }
    bool silent = world_owners[owner].silent_run[output->video - 'a'] == output->run_offset + 1;
    if (output->topic == WORLD_COMPLETION && output->state == FW_VIDEO_TRUNCATED && !silent) {
        world_break("a run was cut short that had not fallen silent");
    }
}

static void make_visible(const struct world_output *output, int owner)
{
    if (output->topic == WORLD_PROGRESS) {
        world.records[output->video - 'a'] = *output;
        return;
    }
    check_new(output, owner);
    if (world.n_outputs == WORLD_OUTPUTS) {
        world_break("there are far too many outputs");
        return;
    }
    world.outputs[world.n_outputs++] = *output;
}

static struct fw_progress decode(const struct world_output *record)
{
    struct fw_progress progress;
    int result = fw_progress_decode(record->bytes, record->size, &progress, NULL);
    assert(result == 0);
    return progress;
}

static void check_need(void)
{
    for (int i = 0; i < WORLD_VIDEOS; i++) {
        if (world.records[i].size == 0) {
            continue;
        }
        struct fw_progress record = decode(&world.records[i]);
        if (record.state == FW_VIDEO_OPEN && record.needed_offset < world.offset) {
            world_break("the offset lies beyond what an open video needs");
        }
    }
}

// --- the way out ---

int fw_outlet_open(const struct fw_outlet_options *options, int timeout_ms, struct fw_outlet **ret,
                   struct fw_error *err)
{
    (void)options;
    (void)timeout_ms;
    world_wait(WORLD_OPEN);
    if (world_ending) {
        return refuse(err, ESTALE);
    }
    *ret = fw_xcalloc(1, sizeof(**ret));
    (*ret)->epoch = ++world.epoch;
    return 0;
}

void fw_outlet_close(struct fw_outlet *outlet)
{
    free(outlet);
}

int fw_outlet_begin(struct fw_outlet *outlet, struct fw_error *err)
{
    outlet->n_staged = 0;
    outlet->n_seen = 0;
    return world_ending ? refuse(err, ESTALE) : 0;
}

static void read_detection(const struct fw_record *record, struct world_output *output)
{
    FW_SCOPE(fw_free_cleanup)
    char *text = fw_xasprintf("%.*s", (int)record->value_size, (const char *)record->value);
    const char *number = strstr(text, "\"frame_number\": ");
    const char *run = strstr(text, "\"run_id\": \"");
    assert(number != NULL && run != NULL);
    output->number = strtoll(number + strlen("\"frame_number\": "), NULL, 10);
    output->run_offset = run_offset_of(output->video, run[strlen("\"run_id\": \"")]);
}

static void read_segment(const struct fw_outlet *outlet, const struct fw_record *record,
                         struct world_output *output)
{
    struct fw_segment segment;
    int result = fw_segment_decode(record->headers[0].value, record->headers[0].size,
                                   record->value_size, &segment, NULL);
    assert(result == 0);
    output->run_offset = segment.run_offset;
    output->number = segment.number;
    output->first = segment.first_picture;
    output->count = segment.n_pictures;
    // Rising within a run; the same in whatever order the videos come; another one for an heir.
    output->offset = outlet->epoch * 1000 + segment.run_offset * 20 + segment.number;
}

static void read_completion(const struct fw_record *record, struct world_output *output)
{
    static struct fw_completion completion;
    int result = fw_completion_decode(record->value, record->value_size, &completion, NULL);
    assert(result == 0);
    output->run_offset = completion.run_offset;
    output->state = completion.status;
    output->first = completion.segments.first_offset;
    output->offset = completion.segments.last_offset;
    output->count = completion.segments.count;
}

static void read_record(const struct fw_outlet *outlet, const struct fw_record *record,
                        struct world_output *output)
{
    output->video = *(const char *)record->key;
    if (strcmp(record->topic, "detections") == 0) {
        output->topic = WORLD_DETECTION;
        read_detection(record, output);
    } else if (strcmp(record->topic, "segments") == 0) {
        output->topic = WORLD_SEGMENT;
        read_segment(outlet, record, output);
    } else if (strcmp(record->topic, "completions") == 0) {
        output->topic = WORLD_COMPLETION;
        read_completion(record, output);
    } else {
        assert(strcmp(record->topic, "progress") == 0);
        assert(record->value_size <= sizeof(output->bytes));
        output->topic = WORLD_PROGRESS;
        output->size = (uint16_t)record->value_size;
        memcpy(output->bytes, record->value, record->value_size);
    }
}

int fw_outlet_send(struct fw_outlet *outlet, const struct fw_record *record,
                   struct fw_delivery *delivery, struct fw_error *err)
{
    if (world_ending) {
        return refuse(err, ESTALE);
    }
    assert(outlet->n_staged < WORLD_STAGED);
    struct world_output *output = &outlet->staged[outlet->n_staged++];
    *output = (struct world_output){ 0 };
    read_record(outlet, record, output);
    if (delivery != NULL) {
        *delivery = (struct fw_delivery){ .state = FW_DELIVERY_DONE, .offset = output->offset };
    }
    return 0;
}

// Without transactions brokers take records of different topics in any order: here what tells of
// others comes first. After each the owner may die.
static void let_see(struct fw_outlet *outlet)
{
    static const enum world_topic order[] = { WORLD_PROGRESS, WORLD_COMPLETION, WORLD_SEGMENT,
                                              WORLD_DETECTION };
    int first = outlet->n_seen;
    for (size_t i = 0; i < FW_ARRAY_LEN(order); i++) {
        for (int n = first; n < outlet->n_staged && !world_ending; n++) {
            if (outlet->staged[n].topic != order[i]) {
                continue;
            }
            world_wait(WORLD_SEEN);
            if (!world_ending) {
                make_visible(&outlet->staged[n], world_self);
                outlet->n_seen++;
            }
        }
    }
}

static bool is_fenced(const struct fw_outlet *outlet)
{
    return world.rules.fences && outlet->epoch != world.epoch;
}

int fw_outlet_await(struct fw_outlet *outlet, struct fw_error *err)
{
    if (!world.rules.is_atomic) {
        let_see(outlet);
    }
    return world_ending || is_fenced(outlet) ? refuse(err, ESTALE) : 0;
}

static void commit(const struct fw_outlet *outlet, int64_t offset, const char *metadata)
{
    for (int i = 0; world.rules.is_atomic && i < outlet->n_staged; i++) {
        make_visible(&outlet->staged[i], world_self);
    }
    if (world.rules.offset_goes_along) {
        const struct fw_ledger *ledger = world_owners[world_self].actor->ledger;
        world.offset = world.rules.offset_is_need ? offset : fw_ledger_pos(ledger);
        snprintf(world.metadata, sizeof(world.metadata), "%s", metadata);
    }
    check_need();
}

int fw_outlet_commit(struct fw_outlet *outlet, int64_t offset, const char *metadata,
                     struct fw_error *err)
{
    if (!world.rules.is_atomic) {
        let_see(outlet);
    }
    world_wait(WORLD_OFFSETS);
    bool given_up = world.rules.offset_goes_along && world.owner != world_self;
    if (world_ending || given_up || is_fenced(outlet)) {
        return refuse(err, ESTALE);
    }
    int outcome = world_wait(WORLD_END);
    if (world_ending || is_fenced(outlet)) {
        return refuse(err, ESTALE);
    }
    if (outcome == WORLD_ABORTED) {
        return refuse(err, ECANCELED);
    }
    commit(outlet, offset, metadata);
    return outcome == WORLD_UNKNOWN ? refuse(err, ETIMEDOUT) : 0;
}
