// SPDX-License-Identifier: MIT
// The files of one clip.
#include "run/output.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "event/message.h"
#include "media/mp4.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_LIMIT_BYTES = FW_LIMIT_EVENT_BYTES };

struct fw_output {
    // set before start
    const struct fw_clip *clip;
    const char *model_id;
    double fps;

    // whoever brings findings
    FILE *detections;
    FILE *events;
    struct fw_buffer line;
    struct fw_event_state state; // after the last picture
    int width;                   // of the last picture
    int height;
    char **snapshots; // paths of those written
    size_t n_snapshots;

    // whoever brings segments
    struct fw_mp4_writer *video; // made with the first segment, which says what is in it
};

static void free_output(struct fw_output *output)
{
    for (size_t i = 0; i < output->n_snapshots; i++) {
        free(output->snapshots[i]);
    }
    free(output->snapshots);
    fw_buffer_done(&output->line);
    free(output);
}

int fw_output_begin(const struct fw_clip *clip, const char *model_id, struct fw_rational frame_rate,
                    struct fw_output **ret, struct fw_error *err)
{
    struct fw_output *output = fw_xcalloc(1, sizeof(*output));
    output->clip = clip;
    output->model_id = model_id;
    output->fps = frame_rate.den > 0 ? (double)frame_rate.num / frame_rate.den : 0;
    fw_buffer_init(&output->line, LINE_LIMIT_BYTES);
    output->state = fw_event_state_init();
    int result = fw_part_create(clip->detections_path, &output->detections, err);
    if (result == 0) {
        result = fw_part_create(clip->events_path, &output->events, err);
    }
    if (result != 0) {
        fw_part_abandon(clip->detections_path, output->detections);
        free_output(output);
        return result;
    }
    *ret = output;
    return 0;
}

// Ends the line in the buffer and appends it to a file.
static int put_line(struct fw_output *output, FILE *file, const char *path, struct fw_error *err)
{
    fw_buffer_append(&output->line, "\n", 1);
    if (fwrite(output->line.data, 1, output->line.size, file) != output->line.size) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: can't write: %s", path,
                            strerror(errno));
    }
    return 0;
}

static int put_event(struct fw_output *output, const struct fw_event_step *step,
                     const char *timestamp, struct fw_error *err)
{
    const struct fw_clip *clip = output->clip;
    struct fw_event_message message = fw_event_message_from(step, output->width, output->height);
    snprintf(message.video_id, sizeof(message.video_id), "%s", clip->id);
    snprintf(message.timestamp, sizeof(message.timestamp), "%s", timestamp);
    snprintf(message.model, sizeof(message.model), "%s", output->model_id);
    fw_buffer_clear(&output->line);
    int result = fw_event_message_encode(&message, &output->line, err);
    return result == 0 ? put_line(output, output->events, clip->events_path, err) : result;
}

// The picture of an event as it was last told: ID.event-fire-1.jpg.
static int put_snapshot(struct fw_output *output, const struct fw_event_step *step,
                        const struct fw_picture_events *events, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup)
    char *path = fw_xasprintf("%s-%s-%lld.jpg", output->clip->snapshot_stem,
                              fw_event_type_words[step->type], (long long)step->number);
    FILE *file = NULL;
    int result = fw_part_create(path, &file, err);
    if (result != 0) {
        return result;
    }
    fwrite(events->snapshot, 1, events->snapshot_size, file); // finish looks at the file's error
    result = fw_part_finish(path, file, err);
    if (result == 0) {
        size_t n = output->n_snapshots++;
        output->snapshots = fw_xrealloc(output->snapshots, (n + 1) * sizeof(char *));
        output->snapshots[n] = FW_TAKE(path);
    }
    return result;
}

static int put_events(struct fw_output *output, const struct fw_picture_events *events,
                      const char *timestamp, struct fw_error *err)
{
    int result = 0;
    for (size_t i = 0; i < events->n_steps && result == 0; i++) {
        const struct fw_event_step *step = &events->steps[i];
        result = put_event(output, step, timestamp, err);
        if (result == 0 && events->snapshot != NULL && step->phase == FW_EVENT_STARTS) {
            result = put_snapshot(output, step, events, err);
        }
    }
    return result;
}

int fw_output_finding(struct fw_output *output, const struct fw_finding *finding,
                      const struct fw_picture_events *events, struct fw_error *err)
{
    struct fw_finding_message message;
    fw_finding_message(finding, output->clip->id, output->model_id, output->fps, &message);
    fw_buffer_clear(&output->line);
    int result = fw_detection_encode(&message.detection, &output->line, err);
    if (result == 0) {
        result = put_line(output, output->detections, output->clip->detections_path, err);
    }
    output->state = *events->state;
    output->width = finding->width;
    output->height = finding->height;
    return result == 0 ? put_events(output, events, message.received, err) : result;
}

int fw_output_segment(struct fw_output *output, const struct fw_encoded_segment *segment,
                      struct fw_error *err)
{
    int result = 0;
    if (output->video == NULL) {
        result = fw_mp4_create(output->clip->video_path, segment->stream, &output->video, err);
    }
    for (size_t i = 0; result == 0 && i < segment->n_packets; i++) {
        result = fw_mp4_write(output->video, segment->packets[i], NULL, err);
    }
    return result;
}

// Tells the end of what was still going on when the video ended.
static int end_events(struct fw_output *output, struct fw_error *err)
{
    struct fw_event_step steps[FW_N_VIDEO_EVENTS];
    size_t n = fw_event_finish(&output->state, FW_EVENT_COMPLETE, steps);
    int result = 0;
    for (size_t i = 0; i < n && result == 0; i++) {
        result = put_event(output, &steps[i], "", err);
    }
    return result;
}

static int finish_lines(struct fw_output *output, struct fw_error *err)
{
    const struct fw_clip *clip = output->clip;
    int result = fw_part_finish(clip->detections_path, FW_TAKE(output->detections), err);
    return result == 0 ? fw_part_finish(clip->events_path, FW_TAKE(output->events), err) : result;
}

int fw_output_finish(struct fw_output *output, struct fw_error *err)
{
    int result = end_events(output, err);
    struct fw_mp4_writer *video = result == 0 ? FW_TAKE(output->video) : NULL;
    if (result == 0) {
        result = video != NULL
                     ? fw_mp4_finish(video, err)
                     : fw_error_set(err, FW_ERROR_DATA, ENODATA, "no picture could be decoded");
    }
    if (result == 0) {
        result = finish_lines(output, err);
    }
    if (result == 0) {
        free_output(output);
    } else {
        fw_output_abandon(output);
    }
    return result;
}

void fw_output_abandon(struct fw_output *output)
{
    if (output == NULL) {
        return;
    }
    fw_mp4_abandon(output->video);
    fw_part_abandon(output->clip->detections_path, output->detections);
    fw_part_abandon(output->clip->events_path, output->events);
    for (size_t i = 0; i < output->n_snapshots; i++) {
        (void)unlink(output->snapshots[i]); // a video that failed leaves nothing
    }
    free_output(output);
}
