// SPDX-License-Identifier: MIT
// The two files of one clip.
#include "run/output.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "media/mp4.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_LIMIT_BYTES = 64 * 1024 };

struct fw_output {
    // set before start
    const struct fw_clip *clip;
    const char *model_id;
    double fps;

    // whoever brings findings
    FILE *detections;
    struct fw_buffer line;

    // whoever brings segments
    struct fw_mp4_writer *video; // made with the first segment, which says what is in it
};

static void free_output(struct fw_output *output)
{
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
    int result = fw_part_create(clip->detections_path, &output->detections, err);
    if (result != 0) {
        free_output(output);
        return result;
    }
    *ret = output;
    return 0;
}

int fw_output_finding(struct fw_output *output, const struct fw_finding *finding,
                      struct fw_error *err)
{
    struct fw_finding_message message;
    fw_finding_message(finding, output->clip->id, output->model_id, output->fps, &message);
    fw_buffer_clear(&output->line);
    int result = fw_detection_encode(&message.detection, &output->line, err);
    if (result != 0) {
        return result;
    }
    fw_buffer_append(&output->line, "\n", 1);
    if (fwrite(output->line.data, 1, output->line.size, output->detections) != output->line.size) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: can't write: %s",
                            output->clip->detections_path, strerror(errno));
    }
    return 0;
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

int fw_output_finish(struct fw_output *output, struct fw_error *err)
{
    const struct fw_clip *clip = output->clip;
    FILE *detections = FW_TAKE(output->detections);
    struct fw_mp4_writer *video = FW_TAKE(output->video);
    free_output(output);
    int result = video != NULL
                     ? fw_mp4_finish(video, err)
                     : fw_error_set(err, FW_ERROR_DATA, ENODATA, "no picture could be decoded");
    if (result != 0) {
        fw_part_abandon(clip->detections_path, detections);
        return result;
    }
    return fw_part_finish(clip->detections_path, detections, err);
}

void fw_output_abandon(struct fw_output *output)
{
    if (output == NULL) {
        return;
    }
    fw_mp4_abandon(output->video);
    fw_part_abandon(output->clip->detections_path, output->detections);
    free_output(output);
}
