// SPDX-License-Identifier: MIT
// assemble: segments on a real broker become one file.
#include "segments.h"

#include "video.h"

#include "assemble/assemble.h"
#include "base/memory.h"
#include "media/demux.h"
#include "media/fragment.h"
#include "media/mp4.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_PICTURES = 30, SHORT_MS = 300 };

struct stage {
    struct fw_client *client;
    struct fw_reader *reader;
    struct fw_producer *producer;
    char topic[NAME_SIZE];
    struct video_clip clip;
    char *reference; // the file as it is written from the packets
    char *path;      // to assemble
    struct segment_sender sender;
    struct fw_error err;
};

static int set_up(void **state)
{
    struct stage *stage = fw_xcalloc(1, sizeof(*stage));
    stage->client = new_client();
    new_topic(stage->client, 2, NULL, 0, stage->topic);
    succeed(fw_reader_open(stage->client, &stage->reader, &stage->err), &stage->err);
    succeed(fw_producer_open(stage->client, &stage->producer, &stage->err), &stage->err);
    stage->clip = video_clip_make(N_PICTURES);
    stage->reference = fw_xasprintf("%s/reference.mp4", stage->clip.folder);
    stage->path = fw_xasprintf("%s/assembled.mp4", stage->clip.folder);
    video_clip_write(&stage->clip, stage->reference);
    segment_sender_begin(&stage->sender, stage->producer, stage->topic, 1, "yard");
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    fw_producer_close(stage->producer);
    fw_reader_close(stage->reader);
    fw_client_free(stage->client);
    free(stage->reference);
    free(stage->path);
    video_clip_destroy(&stage->clip);
    free(stage);
    return 0;
}

static void send_packets(struct stage *stage, int from, int n)
{
    send_segment(&stage->sender, &stage->clip.stream, &stage->clip.packet[from], (size_t)n, NULL);
}

static void send_all(struct stage *stage)
{
    for (int i = 0; i < N_PICTURES; i += 10) {
        send_packets(stage, i, 10);
    }
}

static int assemble(struct stage *stage, int timeout_ms, struct fw_assembled *ret)
{
    return fw_assemble(stage->reader, &stage->sender.completion, stage->path, timeout_ms, ret,
                       &stage->err);
}

static void expect_whole(struct stage *stage)
{
    struct fw_assembled assembled = { 0 };
    succeed(assemble(stage, WAIT_MS, &assembled), &stage->err);
    assert_int_equal(assembled.n_segments, stage->sender.completion.segments.count);
    assert_int_equal(assembled.n_pictures, N_PICTURES);
    assert_int_equal(assembled.segment_bytes, stage->sender.completion.segments.bytes);
    video_same_files(stage->path, stage->reference);
}

// Also: nothing is left behind.
static void expect_error(struct stage *stage, int timeout_ms, enum fw_error_kind kind, int code,
                         const char *says)
{
    struct fw_assembled assembled = { .n_segments = -1 };
    assert_int_equal(assemble(stage, timeout_ms, &assembled), -code);
    assert_int_equal(assembled.n_segments, -1);
    assert_string_equal(fw_error_kind_name(stage->err.kind), fw_error_kind_name(kind));
    if (strstr(stage->err.text, says) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", stage->err.text, says);
    }
    assert_int_equal(video_n_files(stage->clip.folder), 1); // the reference
}

// ---- whole ----

static void the_segments_become_the_file(void **state)
{
    struct stage *stage = *state;
    send_all(stage);
    expect_whole(stage);
    expect_whole(stage); // again, over the one that is there
}

static void the_records_of_others_are_passed_over(void **state)
{
    struct stage *stage = *state;
    struct segment_sender other;
    struct segment_sender other_run;
    segment_sender_begin(&other, stage->producer, stage->topic, 1, "gate");
    segment_sender_begin(&other_run, stage->producer, stage->topic, 1, "yard");
    other_run.run_id = "run-0";
    other_run.run_offset = 3;
    const struct video_clip *clip = &stage->clip;
    for (int i = 0; i < N_PICTURES; i += 10) {
        send_segment(&other, &clip->stream, &stage->clip.packet[i], 5, NULL);
        send_packets(stage, i, 10);
        send_segment(&other_run, &clip->stream, &stage->clip.packet[i], 7, NULL);
    }
    send_text(stage->producer, stage->topic, 1, "no key and no header", NULL);
    stage->sender.completion.segments.first_offset = 0;
    stage->sender.completion.segments.last_offset = 9;
    expect_whole(stage);
}

// The end of a transaction lies behind the last segment, and has an offset.
static void segments_of_transactions_are_read(void **state)
{
    struct stage *stage = *state;
    char id[NAME_SIZE];
    new_name("id", id);
    const struct fw_transaction_options options = { .transactional_id = id };
    struct fw_transaction *transaction = NULL;
    succeed(fw_transaction_open(stage->client, &options, WAIT_MS, &transaction, &stage->err),
            &stage->err);
    stage->sender.producer = fw_transaction_producer(transaction);
    for (int i = 0; i < N_PICTURES; i += 10) {
        succeed(fw_transaction_begin(transaction, &stage->err), &stage->err);
        send_packets(stage, i, 10);
        succeed(fw_transaction_commit(transaction, NULL, NULL, 0, WAIT_MS, &stage->err),
                &stage->err);
    }
    fw_transaction_close(transaction);
    assert_true(stage->sender.completion.segments.last_offset > 2);
    expect_whole(stage);
}

struct later {
    struct stage *stage;
    struct fw_assembled assembled;
    int rc;
};

static void *assemble_later(void *arg)
{
    struct later *later = arg;
    later->rc = assemble(later->stage, WAIT_MS, &later->assembled);
    return NULL;
}

static void what_is_not_there_yet_is_waited_for(void **state)
{
    struct stage *stage = *state;
    send_packets(stage, 0, 10);
    send_packets(stage, 10, 10);
    // What the completion will say when the last one is there.
    struct segment_sender before = stage->sender;
    struct fw_buffer last;
    fw_buffer_init(&last, FW_LIMIT_MESSAGE_BYTES);
    succeed(fw_fragment_write(&stage->clip.stream, &stage->clip.packet[20], 10, &last, NULL,
                              &stage->err),
            &stage->err);
    struct fw_segment_range *range = &stage->sender.completion.segments;
    range->count++;
    range->last_offset++;
    range->bytes += (int64_t)last.size;
    fw_buffer_done(&last);

    struct later later = { .stage = stage };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, assemble_later, &later), 0);
    send_segment(&before, &stage->clip.stream, &stage->clip.packet[20], 10, NULL);
    assert_int_equal(pthread_join(thread, NULL), 0);
    succeed(later.rc, &stage->err);
    video_same_files(stage->path, stage->reference);
}

// ---- more than once ----

static void a_segment_that_comes_again_is_taken_once(void **state)
{
    struct stage *stage = *state;
    send_packets(stage, 0, 10);
    send_packets(stage, 10, 10);
    struct fw_completion said = stage->sender.completion;
    stage->sender.number = 1;
    stage->sender.first_picture = 10;
    send_packets(stage, 10, 10);
    send_packets(stage, 20, 10);
    said.segments.last_offset = stage->sender.completion.segments.last_offset;
    said.segments.count = 3;
    said.segments.bytes = stage->sender.completion.segments.bytes - said.segments.bytes;
    struct fw_buffer first;
    fw_buffer_init(&first, FW_LIMIT_MESSAGE_BYTES);
    succeed(
        fw_fragment_write(&stage->clip.stream, stage->clip.packet, 10, &first, NULL, &stage->err),
        &stage->err);
    said.segments.bytes += (int64_t)first.size;
    fw_buffer_done(&first);
    stage->sender.completion = said;
    expect_whole(stage);
}

// An heir that cuts elsewhere: only all of its own segments fit together.
static void of_two_that_differ_the_last_counts(void **state)
{
    struct stage *stage = *state;
    send_packets(stage, 0, 10);
    struct fw_segment_range mine = stage->sender.completion.segments;
    send_packets(stage, 10, 10);
    send_packets(stage, 20, 10);
    int64_t discarded = stage->sender.completion.segments.bytes - mine.bytes;
    stage->sender.number = 1;
    stage->sender.first_picture = 10;
    send_packets(stage, 10, 5);
    send_packets(stage, 15, 15);
    stage->sender.completion.segments.count = 3;
    stage->sender.completion.segments.bytes -= discarded;
    expect_whole(stage);
}

// ---- parameter sets that change ----

// Another program's video, whose parameter sets have an id of their own.
static void read_foreign(struct video_clip *clip, const char *folder)
{
    char *path = fw_xasprintf("%s/foreign.mp4", folder);
    struct fw_error err = { 0 };
    struct fw_demuxer *demuxer = NULL;
    free(video_run("ffmpeg -v error -y -f lavfi -i testsrc=size=64x48:rate=25 -frames:v 10 "
                   "-pix_fmt yuv420p -c:v libx264 -preset veryfast -bf 0 -x264-params "
                   "sps-id=1:threads=1 -video_track_timescale 12800 '%s'",
                   path));
    succeed(fw_demux_open(path, &demuxer, &err), &err);
    fw_stream_copy(&clip->stream, fw_demux_stream(demuxer));
    struct fw_packet *packet = NULL;
    while (fw_demux_read(demuxer, &packet, &err) > 0) {
        packet->pts += 10 * 512;
        packet->dts += 10 * 512;
        clip->packet[clip->n++] = packet;
    }
    assert_int_equal(clip->n, 10);
    fw_demux_close(demuxer);
    unlink(path);
    free(path);
}

static void new_parameter_sets_join_the_old_ones(void **state)
{
    struct stage *stage = *state;
    struct video_clip foreign = { 0 };
    read_foreign(&foreign, stage->clip.folder);
    struct fw_mp4_writer *writer = video_create(stage->reference, &stage->clip.stream);
    for (int i = 0; i < 10; i++) {
        video_write_packet(writer, stage->clip.packet[i]);
    }
    for (int i = 0; i < 10; i++) {
        succeed(
            fw_mp4_write(writer, foreign.packet[i], i == 0 ? &foreign.stream : NULL, &stage->err),
            &stage->err);
    }
    for (int i = 20; i < 30; i++) {
        succeed(fw_mp4_write(writer, stage->clip.packet[i], i == 20 ? &stage->clip.stream : NULL,
                             &stage->err),
                &stage->err);
    }
    video_finish(writer);
    send_packets(stage, 0, 10);
    send_segment(&stage->sender, &foreign.stream, foreign.packet, 10, NULL);
    send_packets(stage, 20, 10);
    expect_whole(stage);
    video_clip_drop(&foreign);
}

// ---- what can't be assembled ----

static void a_missing_segment_is_named(void **state)
{
    struct stage *stage = *state;
    send_packets(stage, 0, 10);
    stage->sender.number = 2;
    send_packets(stage, 20, 10);
    stage->sender.completion.segments.count = 3;
    expect_error(stage, WAIT_MS, FW_ERROR_DATA, ENODATA, "video 'yard': segment 1 is missing");
}

static void a_missing_last_segment_is_named(void **state)
{
    struct stage *stage = *state;
    send_packets(stage, 0, 10);
    send_packets(stage, 10, 10);
    send_text(stage->producer, stage->topic, 1, "not it", NULL);
    succeed(fw_producer_await(stage->producer, WAIT_MS, &stage->err), &stage->err);
    stage->sender.completion.segments.count = 3;
    stage->sender.completion.segments.last_offset++;
    expect_error(stage, WAIT_MS, FW_ERROR_DATA, ENODATA, "segment 2 is missing");
}

static void other_bytes_than_were_said_are_refused(void **state)
{
    struct stage *stage = *state;
    send_all(stage);
    stage->sender.completion.segments.bytes++;
    expect_error(stage, WAIT_MS, FW_ERROR_DATA, EBADMSG, "bytes together, the completion says ");
}

static void pictures_that_overlap_are_refused(void **state)
{
    struct stage *stage = *state;
    send_packets(stage, 0, 10);
    stage->sender.first_picture = 9;
    send_packets(stage, 10, 10);
    expect_error(stage, WAIT_MS, FW_ERROR_DATA, EBADMSG, "segment 1 begins with picture 9");
}

static void damaged_media_are_refused_with_their_place(void **state)
{
    struct stage *stage = *state;
    struct fw_buffer rubbish;
    fw_buffer_init(&rubbish, 1024);
    fw_buffer_append(&rubbish, "not media at all", 16);
    send_packets(stage, 0, 10);
    send_segment(&stage->sender, &stage->clip.stream, &stage->clip.packet[10], 10, &rubbish);
    fw_buffer_done(&rubbish);
    char *says = fw_xasprintf("video 'yard': segment 1 (%s[1], offset 1): ", stage->topic);
    assert_true(assemble(stage, WAIT_MS, NULL) < 0);
    expect_error(stage, WAIT_MS, FW_ERROR_DATA, stage->err.code, says);
    free(says);
}

static void media_of_another_segment_are_refused(void **state)
{
    struct stage *stage = *state;
    struct fw_buffer others;
    fw_buffer_init(&others, FW_LIMIT_MESSAGE_BYTES);
    succeed(fw_fragment_write(&stage->clip.stream, &stage->clip.packet[20], 10, &others, NULL,
                              &stage->err),
            &stage->err);
    send_packets(stage, 0, 10);
    send_segment(&stage->sender, &stage->clip.stream, &stage->clip.packet[10], 10, &others);
    fw_buffer_done(&others);
    expect_error(stage, WAIT_MS, FW_ERROR_DATA, EBADMSG, "media are not what its header says");
}

static void a_record_of_ours_without_its_header_is_refused(void **state)
{
    struct stage *stage = *state;
    send_packets(stage, 0, 10);
    const struct fw_record record = { .topic = stage->topic,
                                      .partition = 1,
                                      .key = "yard",
                                      .key_size = 4,
                                      .value = "x",
                                      .value_size = 1 };
    succeed(fw_producer_send(stage->producer, &record, NULL, WAIT_MS, &stage->err), &stage->err);
    send_packets(stage, 10, 10);
    assert_true(assemble(stage, WAIT_MS, NULL) < 0);
    expect_error(stage, WAIT_MS, FW_ERROR_DATA, stage->err.code, "[1], offset 1: ");
}

static void deleted_segments_are_an_error_of_the_data(void **state)
{
    struct stage *stage = *state;
    send_all(stage);
    delete_below(stage->topic, 1, 1);
    expect_error(stage, WAIT_MS, FW_ERROR_DATA, ERANGE, "video 'yard': ");
}

static void what_does_not_come_is_an_error_to_retry(void **state)
{
    struct stage *stage = *state;
    send_all(stage);
    stage->sender.completion.segments.count++;
    stage->sender.completion.segments.last_offset++;
    expect_error(stage, SHORT_MS, FW_ERROR_RETRY, ETIMEDOUT, "offset 3 is not read yet");
}

static void a_video_without_a_picture_has_no_file(void **state)
{
    struct stage *stage = *state;
    stage->sender.completion.status = FW_VIDEO_EMPTY;
    expect_error(stage, WAIT_MS, FW_ERROR_DATA, ENODATA, "video 'yard' had no picture");
}

static void a_path_that_cannot_be_written_is_the_users(void **state)
{
    struct stage *stage = *state;
    send_all(stage);
    free(stage->path);
    stage->path = fw_xasprintf("%s/none/assembled.mp4", stage->clip.folder);
    expect_error(stage, WAIT_MS, FW_ERROR_CONFIG, ENOENT, "none/assembled.mp4");
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_segments_become_the_file),
        TEST(the_records_of_others_are_passed_over),
        TEST(segments_of_transactions_are_read),
        TEST(what_is_not_there_yet_is_waited_for),
        TEST(a_segment_that_comes_again_is_taken_once),
        TEST(of_two_that_differ_the_last_counts),
        TEST(new_parameter_sets_join_the_old_ones),
        TEST(a_missing_segment_is_named),
        TEST(a_missing_last_segment_is_named),
        TEST(other_bytes_than_were_said_are_refused),
        TEST(pictures_that_overlap_are_refused),
        TEST(damaged_media_are_refused_with_their_place),
        TEST(media_of_another_segment_are_refused),
        TEST(a_record_of_ours_without_its_header_is_refused),
        TEST(deleted_segments_are_an_error_of_the_data),
        TEST(what_does_not_come_is_an_error_to_retry),
        TEST(a_video_without_a_picture_has_no_file),
        TEST(a_path_that_cannot_be_written_is_the_users),
    };
    return RUN_WITH_BROKER("assemble", tests);
}
