// SPDX-License-Identifier: MIT
// One video that `firewatch produce` sends: the lines that show how far it is.
#include "produce/item.h"

#include "base/clock.h"

#include <stdio.h>

double fw_item_seconds(const struct fw_item *item)
{
    int64_t begin_us = atomic_load(&item->begin_us);
    int state = atomic_load(&item->state);
    if (state == FW_ITEM_WAITING || begin_us == 0) {
        return 0;
    }
    int64_t end_us = state == FW_ITEM_RUNNING ? fw_clock_monotonic_us() : item->end_us;
    return (double)(end_us - begin_us) / 1e6;
}

static double rate_of(const struct fw_item *item)
{
    double seconds = fw_item_seconds(item);
    return seconds > 0 ? (double)atomic_load(&item->n_frames) / seconds : 0;
}

static void write_figures(const struct fw_item *item, char *text, size_t size)
{
    int64_t n_expected = atomic_load(&item->n_expected);
    int64_t n_frames = atomic_load(&item->n_frames);
    char left[32];
    fw_display_write_time_left(n_expected > 0 ? n_expected - n_frames : -1, rate_of(item), left,
                               sizeof(left));
    snprintf(text, size, "%lld/%lld frames  %.0f fps  %.1f MB  %s left", (long long)n_frames,
             (long long)n_expected, rate_of(item), (double)atomic_load(&item->n_bytes) / 1e6, left);
}

bool fw_item_write_bar(void *items, size_t idx, int columns, char line[FW_DISPLAY_LINE_SIZE])
{
    const struct fw_item *item = (struct fw_item *)items + idx;
    if (atomic_load(&item->state) != FW_ITEM_RUNNING) {
        return false;
    }
    char figures[160];
    write_figures(item, figures, sizeof(figures));
    fw_display_lay_out(item->id, atomic_load(&item->n_frames), atomic_load(&item->n_expected),
                       figures, columns, line);
    return true;
}

bool fw_item_write_line(void *items, size_t idx, char line[FW_DISPLAY_LINE_SIZE])
{
    const struct fw_item *item = (struct fw_item *)items + idx;
    if (atomic_load(&item->state) != FW_ITEM_RUNNING) {
        return false;
    }
    char figures[160];
    write_figures(item, figures, sizeof(figures));
    snprintf(line, FW_DISPLAY_LINE_SIZE, "%s: %s", item->id, figures);
    return true;
}
