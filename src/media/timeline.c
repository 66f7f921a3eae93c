// SPDX-License-Identifier: MIT
// Sets the times of packets.
#include "media/timeline.h"

#include <libavutil/mathematics.h>

enum { FALLBACK_RATE = 25, RESTART_SECONDS = 1 };

void fw_timeline_init(struct fw_timeline *timeline, const struct fw_stream *stream, int64_t start,
                      bool can_restart)
{
    AVRational time_base = { stream->time_base.num, stream->time_base.den };
    AVRational frame = { stream->frame_rate.den, stream->frame_rate.num };
    if (frame.den == 0) {
        frame = (AVRational){ 1, FALLBACK_RATE };
    }
    int64_t ticks = av_rescale_q(1, frame, time_base);
    int64_t restart = av_rescale_q(RESTART_SECONDS, (AVRational){ 1, 1 }, time_base);
    *timeline = (struct fw_timeline){ .frame_ticks = ticks > 0 ? ticks : 1,
                                      .restart_ticks = can_restart ? restart : 0,
                                      .start = start };
}

static bool is_known(int64_t time)
{
    return time >= -FW_TIMELINE_MAX && time <= FW_TIMELINE_MAX;
}

static int64_t first_known(int64_t a, int64_t b)
{
    return is_known(a) ? a : is_known(b) ? b : 0;
}

static void begin(struct fw_timeline *timeline, const struct fw_packet *packet)
{
    int64_t first = first_known(packet->pts, packet->dts);
    if (packet->hidden) {
        first = first_known(timeline->start, first);
    }
    int64_t first_dts = first_known(packet->dts, packet->pts);
    // After packets without times (their count stands in next_dts) the times go on from there.
    timeline->shift = timeline->next_dts > 0 ? timeline->next_dts - first_dts : -first;
    timeline->next_dts = first_dts + timeline->shift;
    timeline->has_times = true;
}

static int64_t shifted(const struct fw_timeline *timeline, int64_t time)
{
    int64_t result = is_known(time) ? time + timeline->shift : FW_NO_TIME;
    return is_known(result) ? result : FW_NO_TIME;
}

static bool restarts(const struct fw_timeline *timeline, int64_t dts)
{
    return timeline->restart_ticks > 0 && is_known(dts) &&
           dts + timeline->shift < timeline->next_dts - timeline->restart_ticks;
}

// Both times go on rising from where they were.
static void restart(struct fw_timeline *timeline, const struct fw_packet *packet)
{
    int64_t by_dts = is_known(packet->dts) ? timeline->next_dts - packet->dts : INT64_MIN;
    int64_t by_pts = is_known(packet->pts) ? timeline->end_pts - packet->pts : INT64_MIN;
    timeline->shift = by_dts > by_pts ? by_dts : by_pts;
}

// A packet of a container without timestamps.
static void count(struct fw_timeline *timeline, struct fw_packet *packet)
{
    packet->duration = packet->duration > 0 ? packet->duration : timeline->frame_ticks;
    packet->pts = FW_NO_TIME;
    packet->dts = timeline->next_dts;
    timeline->next_dts += packet->duration;
    if (timeline->next_dts > FW_TIMELINE_MAX) {
        timeline->next_dts = FW_TIMELINE_MAX;
    }
}

static void go_on(struct fw_timeline *timeline, struct fw_packet *packet)
{
    if (restarts(timeline, first_known(packet->dts, packet->pts))) {
        restart(timeline, packet);
    }
    packet->pts = shifted(timeline, packet->pts);
    packet->dts = shifted(timeline, packet->dts);
    int64_t length = packet->duration > 0 ? packet->duration : timeline->frame_ticks;
    if (is_known(packet->dts)) {
        timeline->next_dts = packet->dts + length;
    }
    if (is_known(packet->pts) && packet->pts + length > timeline->end_pts) {
        timeline->end_pts = packet->pts + length;
    }
}

void fw_timeline_apply(struct fw_timeline *timeline, struct fw_packet *packet)
{
    if (packet->duration < 0 || packet->duration > FW_TIMELINE_MAX) {
        packet->duration = 0;
    }
    bool timed = is_known(packet->pts) || is_known(packet->dts);
    if (!timed && timeline->has_times) {
        packet->pts = FW_NO_TIME;
        packet->dts = FW_NO_TIME;
    } else if (!timed) {
        count(timeline, packet);
    } else {
        if (!timeline->has_times) {
            begin(timeline, packet);
        }
        go_on(timeline, packet);
    }
}
