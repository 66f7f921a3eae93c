// SPDX-License-Identifier: MIT
// One video's way: packets in, findings and annotated segments out.
//
//     fw_video_feed ─► decode ─► analyse ─► annotate + encode ─► sink
//
// The three steps are lanes on the engine's workers (base/pool.h): they overlap, each keeps its
// order. Whoever feeds a video and whoever takes its results knows neither files nor topics: `run`
// wires it between a demuxer and an mp4 file, the processor between topics.
//
// What comes out depends on the packets and the settings alone, not on timing, and a video that is
// begun again at a segment's border (struct fw_video_start) gives the same from there on.
//
// Life cycle: fw_video_open, fw_video_feed ..., then fw_video_finish or fw_video_cancel once; the
// sink's on_end is the last call, after which the video is gone.
#ifndef FW_PIPELINE_VIDEO_H
#define FW_PIPELINE_VIDEO_H

#include "base/error.h"
#include "base/packet.h"
#include "base/stream.h"
#include "media/picture.h"
#include "pipeline/engine.h"
#include "pipeline/events.h"
#include "pipeline/finding.h"
#include "pipeline/segment.h"

#include <stdbool.h>
#include <stdint.h>

struct fw_video;

struct fw_video_settings {
    float threshold; // a score that reaches it is fire
    float iou;       // of a detector: see fw_session_detect
    float alpha;     // of the heat, 0..1
    bool heatmap;
    bool boxes;
    bool caption;
    struct fw_event_settings events;
    // A picture at which the network fails gives a finding that says so; else it ends the video.
    bool tells_model_errors;
    int inference_every; // 1: each picture; n: each nth, the others show its result
    const char *preset;  // see media/encode.h
    int crf;
    int64_t segment_us;         // a segment ends after this time ...
    size_t segment_bytes;       // ... or after the picture that brings it to this size
    size_t max_in_flight;       // packets between feeding and the sink
    size_t max_in_flight_bytes; // of them and their pictures
};

// Where a video begins that has been worked on before: everything up to and including one picture,
// the last of a segment, is out. When only findings are out, it is fed from its beginning.
struct fw_video_start {
    int64_t segment_number; // of the next segment
    int64_t last_picture;   // number of the last picture that is in a segment; -1: none is
    int64_t last_finding;   // number of the last finding that is out; >= last_picture
    const struct fw_event_state *events; // after that one; NULL: as at the beginning; copied
    struct fw_anchor anchor; // of last_picture; feeding begins at or before its packet's keyframe
    struct fw_picture_format format; // both of no meaning without a last_picture
};

// Where the results go. Calls of one kind come one at a time and in order; findings and segments
// may come at the same time on two threads. A negative result of a call (with *err filled in) ends
// the video: it becomes on_end's error.
struct fw_video_sink {
    void *arg;
    int (*on_finding)(void *arg, const struct fw_finding *finding,
                      const struct fw_picture_events *events, struct fw_error *err);
    // The segment is borrowed; the call may FW_TAKE packets out of it. NULL: nothing is encoded.
    int (*on_segment)(void *arg, struct fw_encoded_segment *segment, struct fw_error *err);
    // A packet that the decoder refused; decoding goes on.
    void (*on_bad_packet)(void *arg, int64_t packet_number, const struct fw_error *err);
    // The last call. `err` is NULL when everything that was fed has come out; its kind is STOP
    // after fw_video_cancel.
    void (*on_end)(void *arg, const struct fw_error *err);
};

// Opens a video. `stream`, `settings`, `start` (NULL: from the beginning) and `sink` are copied. On
// success *ret is the caller's until it has called finish or cancel. Errors: those of
// fw_decoder_open; the sink is not called then.
int fw_video_open(struct fw_engine *engine, const struct fw_stream *stream,
                  const struct fw_video_settings *settings, const struct fw_video_start *start,
                  const struct fw_video_sink *sink, struct fw_video **ret, struct fw_error *err);

// Feeds the next packet in decoding order and takes it over; waits while too much is in flight.
// `received_utc_us` goes into its picture's finding. False when the video has failed or was
// cancelled: nothing more need be fed.
bool fw_video_feed(struct fw_video *video, struct fw_packet *packet, int64_t received_utc_us);

// The same without waiting. *packet is taken over and set to NULL, or left alone when there is no
// room now; then `on_room(room_arg)` of fw_video_on_room is called when there is.
bool fw_video_try_feed(struct fw_video *video, struct fw_packet **packet, int64_t received_utc_us);

// Sets what to call when a refused fw_video_try_feed may succeed. Before the first feed.
void fw_video_on_room(struct fw_video *video, void (*on_room)(void *arg), void *room_arg);

// Whether it has failed or was cancelled: nothing more need be fed. Any thread.
bool fw_video_has_failed(const struct fw_video *video);

// Packets fed whose pictures have not come out yet, but for those that the decoder holds. Any
// thread.
size_t fw_video_n_in_flight(const struct fw_video *video);

// Nothing more comes: what is in flight comes out, then on_end. The video is not the caller's any
// more.
void fw_video_finish(struct fw_video *video);

// Drops what is in flight and ends soon with STOP. The video is not the caller's any more.
void fw_video_cancel(struct fw_video *video);

#endif
