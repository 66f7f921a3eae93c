// SPDX-License-Identifier: MIT
// One input of `firewatch run`: its figures, and the lines that show how far it is.
#include "run/clip.h"

#include "base/clock.h"

#include <stdio.h>

int64_t fw_clip_n_lost(const struct fw_clip *clip)
{
    // The index counts packets, those that an edit list hides too.
    int64_t n_expected = atomic_load(&clip->n_expected);
    int64_t n_missing = n_expected > clip->n_packets ? n_expected - clip->n_packets : 0;
    return n_missing + clip->n_bad_packets;
}

double fw_clip_seconds(const struct fw_clip *clip)
{
    int64_t begin_us = atomic_load(&clip->begin_us);
    int state = atomic_load(&clip->state);
    if (state == FW_CLIP_WAITING || begin_us == 0) {
        return 0;
    }
    int64_t end_us = state == FW_CLIP_RUNNING ? fw_clock_monotonic_us() : clip->end_us;
    return (double)(end_us - begin_us) / 1e6;
}

double fw_clip_rate(const struct fw_clip *clip)
{
    double seconds = fw_clip_seconds(clip);
    return seconds > 0 ? (double)atomic_load(&clip->n_pictures) / seconds : 0;
}

static void write_frames(const struct fw_clip *clip, char *text, size_t size)
{
    long long n_expected = atomic_load(&clip->n_expected);
    long long n_pictures = atomic_load(&clip->n_pictures);
    if (n_expected > 0) {
        snprintf(text, size, "%lld/%lld", n_pictures, n_expected);
    } else {
        snprintf(text, size, "%lld", n_pictures);
    }
}

static void write_time_left(const struct fw_clip *clip, char *text, size_t size)
{
    int64_t n_expected = atomic_load(&clip->n_expected);
    int64_t n_left = n_expected > 0 ? n_expected - atomic_load(&clip->n_pictures) : -1;
    fw_display_write_time_left(n_left, fw_clip_rate(clip), text, size);
}

bool fw_clip_write_bar(void *clips, size_t idx, int columns, char line[FW_DISPLAY_LINE_SIZE])
{
    const struct fw_clip *clip = (struct fw_clip *)clips + idx;
    if (atomic_load(&clip->state) != FW_CLIP_RUNNING) {
        return false;
    }
    char frames[48];
    char left[32];
    char figures[160];
    write_frames(clip, frames, sizeof(frames));
    write_time_left(clip, left, sizeof(left));
    snprintf(figures, sizeof(figures), "%s frames  %.0f fps  fire %lld  %s left", frames,
             fw_clip_rate(clip), (long long)atomic_load(&clip->n_fire), left);
    fw_display_lay_out(clip->id, atomic_load(&clip->n_pictures), atomic_load(&clip->n_expected),
                       figures, columns, line);
    return true;
}

bool fw_clip_write_line(void *clips, size_t idx, char line[FW_DISPLAY_LINE_SIZE])
{
    const struct fw_clip *clip = (struct fw_clip *)clips + idx;
    if (atomic_load(&clip->state) != FW_CLIP_RUNNING) {
        return false;
    }
    char frames[48];
    write_frames(clip, frames, sizeof(frames));
    snprintf(line, FW_DISPLAY_LINE_SIZE, "%s: %s frames, %.0f fps, fire so far %lld", clip->id,
             frames, fw_clip_rate(clip), (long long)atomic_load(&clip->n_fire));
    return true;
}
