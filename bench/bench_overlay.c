// SPDX-License-Identifier: MIT
// Prints what drawing costs: CPU ms per picture, the best of several rounds.
#include "base/memory.h"
#include "overlay/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MAP_SIDE = 7, ROUNDS = 15, MAX_BOXES = 16 };

struct subject {
    struct fw_overlay *overlay;
    struct fw_image *source;
    float map[MAP_SIDE * MAP_SIDE];
};

static void draw_heat(struct subject *subject)
{
    fw_image_unref(
        fw_overlay_heat(subject->overlay, subject->source, subject->map, MAP_SIDE, MAP_SIDE));
}

static void draw_boxes(struct subject *subject)
{
    int width = subject->source->width;
    int height = subject->source->height;
    struct fw_box boxes[MAX_BOXES];
    size_t n = fw_regions_find(subject->map, MAP_SIDE, MAP_SIDE, width, height, boxes, MAX_BOXES);
    fw_overlay_boxes(subject->overlay, subject->source, boxes, n);
}

static void draw_caption(struct subject *subject)
{
    fw_overlay_caption(subject->overlay, subject->source, "00:01:23.456  fire 97 %");
}

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static double measure(void (*draw)(struct subject *), struct subject *subject, int n_pictures)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_ms();
        for (int i = 0; i < n_pictures; i++) {
            draw(subject);
        }
        double ms = (cpu_ms() - start) / n_pictures;
        best = ms < best ? ms : best;
    }
    return best;
}

static void fill(struct subject *subject)
{
    srand(1);
    struct fw_image *image = subject->source;
    for (int p = 0; p < 3; p++) {
        int rows = p == 0 ? image->height : image->height / 2;
        for (long i = 0; i < (long)image->stride[p] * rows; i++) {
            image->plane[p][i] = (uint8_t)(16 + rand() % 220);
        }
    }
    for (int i = 0; i < MAP_SIDE * MAP_SIDE; i++) {
        subject->map[i] = (float)rand() / (float)RAND_MAX;
    }
}

static int bench_size(int width, int height)
{
    FW_SCOPE(fw_image_unref_cleanup) struct fw_image *source = fw_image_new(width, height);
    FW_SCOPE(fw_overlay_free_cleanup)
    struct fw_overlay *overlay = fw_overlay_new(width, height, FW_MATRIX_BT601, false, 0.4F);
    if (source == NULL) {
        return 1;
    }
    source->matrix = FW_MATRIX_BT601;
    source->full_range = false;
    struct subject subject = { .overlay = overlay, .source = source };
    fill(&subject);
    int n_pictures = 1 + (int)(30L * 640 * 480 / ((long)width * height));
    printf("%dx%d: heat %.3f", width, height, measure(draw_heat, &subject, n_pictures));
    printf(", regions and boxes %.3f", measure(draw_boxes, &subject, n_pictures));
    printf(", caption %.3f CPU ms per picture\n", measure(draw_caption, &subject, n_pictures));
    return 0;
}

int main(void)
{
    return bench_size(640, 480) + bench_size(1280, 720) + bench_size(1920, 1080) +
           bench_size(3840, 2160);
}
