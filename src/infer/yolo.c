// SPDX-License-Identifier: MIT
// What a YOLO detector's one output means: its layout, and the objects in it.
#include "infer/yolo.h"

#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
    COORDINATES = 4,
    // Corners, confidence, class: what is left of a box when the export suppresses by itself. Boxes
    // in rows of two classes have as many values: nobody exports those, so it is the former.
    SUPPRESSED_VALUES = 6,
};

// Rounding in a sigmoid, or in a network of 16 bits, passes the border by less than this.
static const float SLACK = 1e-3F;

// Coordinates up to this are shares: a box of an export in pixels reaches further on any picture.
static const float NORMALISED = 2.0F;

// --- layout -------------------------------------------------------------------------------------

static int wrong_shape(int64_t rows, int64_t columns, int n_classes, struct fw_error *err)
{
    long long shown_rows = (long long)rows;
    long long shown_columns = (long long)columns;
    if (columns == SUPPRESSED_VALUES) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "output is [N,%lld,%lld]: it looks like an export with the suppression "
                            "inside (corners, confidence, class), or a YOLOv5 of one class; "
                            "export with nms=False and end2end=False",
                            shown_rows, shown_columns);
    }
    if (n_classes > 0 &&
        (columns == n_classes + COORDINATES + 1 || rows == n_classes + COORDINATES + 1)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "output is [N,%lld,%lld] for %d classes: it looks like a YOLOv5 with a "
                            "value for objectness; YOLOv8 and later are read",
                            shown_rows, shown_columns, n_classes);
    }
    if (n_classes == 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "output is [N,%lld,%lld]: without the metadata 'names' it must be "
                            "[N,4+classes,boxes] or [N,boxes,4+classes] with more boxes than "
                            "values of a box",
                            shown_rows, shown_columns);
    }
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                        "output is [N,%lld,%lld], must be [N,%d,boxes] or [N,boxes,%d] for the %d "
                        "classes that the file names",
                        shown_rows, shown_columns, n_classes + COORDINATES, n_classes + COORDINATES,
                        n_classes);
}

static bool fits(int64_t values, int64_t boxes, int n_classes)
{
    return n_classes > 0 ? values == n_classes + COORDINATES
                         : values > COORDINATES && values < boxes;
}

static struct fw_yolo_layout layout_of(int64_t values, int64_t boxes, bool transposed)
{
    return (struct fw_yolo_layout){
        .n_classes = (int)(values - COORDINATES),
        .n_boxes = (int)boxes,
        .row_stride = transposed ? 1 : (size_t)boxes,
        .box_stride = transposed ? (size_t)values : 1,
    };
}

int fw_yolo_layout_find(int64_t rows, int64_t columns, int n_classes, struct fw_yolo_layout *ret,
                        struct fw_error *err)
{
    if (rows < 1 || columns < 1 || rows > FW_LIMIT_MODEL_VALUES / columns) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "output is [N,%lld,%lld], must hold 1 to %d values", (long long)rows,
                            (long long)columns, FW_LIMIT_MODEL_VALUES);
    }
    bool upright = fits(rows, columns, n_classes);
    bool transposed = !upright && columns != SUPPRESSED_VALUES && fits(columns, rows, n_classes);
    if (!upright && !transposed) {
        return wrong_shape(rows, columns, n_classes, err);
    }
    struct fw_yolo_layout layout =
        layout_of(upright ? rows : columns, upright ? columns : rows, transposed);
    if (layout.n_classes > FW_LIMIT_MODEL_CLASSES) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%d classes, must be at most %d",
                            layout.n_classes, FW_LIMIT_MODEL_CLASSES);
    }
    *ret = layout;
    return 0;
}

// --- values -------------------------------------------------------------------------------------

static float value_of(const struct fw_yolo_layout *layout, const float *values, int row, int box)
{
    return values[(size_t)row * layout->row_stride + (size_t)box * layout->box_stride];
}

int fw_yolo_check(const struct fw_yolo_layout *layout, const float *values, struct fw_error *err)
{
    static const char *const names[COORDINATES] = { "x", "y", "width", "height" };
    for (int row = 0; row < COORDINATES + layout->n_classes; row++) {
        for (int box = 0; box < layout->n_boxes; box++) {
            float value = value_of(layout, values, row, box);
            if (row < COORDINATES && !isfinite(value)) {
                return fw_error_set(err, FW_ERROR_FATAL, EDOM, "%s of box %d is %g", names[row],
                                    box, (double)value);
            }
            // Written so that NaN is out of range too.
            if (row >= COORDINATES && !(value >= -SLACK && value <= 1 + SLACK)) {
                return fw_error_set(err, FW_ERROR_FATAL, EDOM,
                                    "probability of class %d in box %d is %g, not in 0..1",
                                    row - COORDINATES, box, (double)value);
            }
        }
    }
    return 0;
}

bool fw_yolo_is_normalised(const struct fw_yolo_layout *layout, const float *values)
{
    for (int row = 0; row < COORDINATES; row++) {
        for (int box = 0; box < layout->n_boxes; box++) {
            if (value_of(layout, values, row, box) > NORMALISED) {
                return false;
            }
        }
    }
    return true;
}

// --- candidates ---------------------------------------------------------------------------------

struct candidate {
    struct fw_corner_box box; // in the input, where overlaps are measured
    struct fw_object object;
    int number;
};

static int best_class(const struct fw_yolo_layout *layout, const float *values, int box,
                      float *ret_confidence)
{
    int best = 0;
    float confidence = -1;
    for (int i = 0; i < layout->n_classes; i++) {
        float value = value_of(layout, values, COORDINATES + i, box);
        if (value > confidence) {
            best = i;
            confidence = value;
        }
    }
    *ret_confidence = fminf(fmaxf(confidence, 0), 1);
    return best;
}

static struct fw_corner_box corners_of(const struct fw_yolo_layout *layout, const float *values,
                                       int box)
{
    double x = (double)value_of(layout, values, 0, box);
    double y = (double)value_of(layout, values, 1, box);
    double half_width = (double)value_of(layout, values, 2, box) / 2;
    double half_height = (double)value_of(layout, values, 3, box) / 2;
    return (struct fw_corner_box){ x - half_width, y - half_height, x + half_width,
                                   y + half_height };
}

// Whole pixels, at least one of them. False when nothing is inside.
static bool to_pixels(double low, double high, int limit, int *ret_low, int *ret_high)
{
    if (!(high > low)) {
        return false;
    }
    int first = (int)lround(low);
    int end = (int)lround(high);
    first = first < limit ? first : limit - 1;
    *ret_low = first;
    *ret_high = end > first ? end : first + 1;
    return true;
}

static bool place(const struct fw_letterbox *letterbox, const struct fw_corner_box *box,
                  struct fw_object *object)
{
    struct fw_corner_box in = fw_letterbox_unmap(letterbox, *box);
    return to_pixels(in.x1, in.x2, letterbox->picture_width, &object->x1, &object->x2) &&
           to_pixels(in.y1, in.y2, letterbox->picture_height, &object->y1, &object->y2);
}

// Collects what reaches the threshold, and the best confidence of all. Returns how many.
static size_t collect(const struct fw_yolo_layout *layout, const float *values,
                      const struct fw_yolo_search *search, struct candidate **ret, float *ret_best)
{
    struct candidate *candidates = NULL;
    size_t n = 0;
    size_t room = 0;
    float best = 0;
    for (int i = 0; i < layout->n_boxes; i++) {
        struct candidate at = { .number = i };
        at.object.class_id = best_class(layout, values, i, &at.object.confidence);
        float confidence = at.object.confidence;
        bool is_kept = confidence > 0 && confidence >= search->threshold;
        if (!search->wanted[at.object.class_id] || (!is_kept && confidence <= best)) {
            continue;
        }
        at.box = corners_of(layout, values, i);
        if (!place(search->letterbox, &at.box, &at.object)) {
            continue;
        }
        best = fmaxf(best, confidence);
        if (is_kept && n == room) {
            room = room * 2 + 64;
            candidates = fw_xrealloc(candidates, room * sizeof(*candidates));
        }
        if (is_kept) {
            candidates[n++] = at;
        }
    }
    *ret = candidates;
    *ret_best = best;
    return n;
}

static int by_confidence(const void *one, const void *other)
{
    const struct candidate *a = one;
    const struct candidate *b = other;
    if (a->object.confidence != b->object.confidence) {
        return a->object.confidence > b->object.confidence ? -1 : 1;
    }
    return a->number - b->number;
}

// --- suppression --------------------------------------------------------------------------------

static double area(const struct fw_corner_box *box)
{
    return fmax(box->x2 - box->x1, 0) * fmax(box->y2 - box->y1, 0);
}

// The common area over the area of both together.
static double overlap(const struct fw_corner_box *a, const struct fw_corner_box *b)
{
    struct fw_corner_box common = { fmax(a->x1, b->x1), fmax(a->y1, b->y1), fmin(a->x2, b->x2),
                                    fmin(a->y2, b->y2) };
    double both = area(&common);
    double all = area(a) + area(b) - both;
    return all > 0 ? both / all : 0;
}

static bool is_suppressed(const struct candidate *candidate, const struct candidate *kept,
                          size_t n_kept, float iou)
{
    for (size_t i = 0; i < n_kept; i++) {
        if (kept[i].object.class_id == candidate->object.class_id &&
            overlap(&kept[i].box, &candidate->box) > (double)iou) {
            return true;
        }
    }
    return false;
}

void fw_yolo_find(const struct fw_yolo_layout *layout, const float *values,
                  const struct fw_yolo_search *search, struct fw_objects *ret)
{
    FW_SCOPE(fw_free_cleanup) struct candidate *candidates = NULL;
    size_t n = collect(layout, values, search, &candidates, &ret->best);
    ret->n = 0;
    if (n == 0) {
        return;
    }
    qsort(candidates, n, sizeof(*candidates), by_confidence);
    // What is kept moves to the front of the list, where nobody looks any more.
    for (size_t i = 0; i < n && ret->n < FW_LIMIT_BOXES; i++) {
        if (!is_suppressed(&candidates[i], candidates, ret->n, search->iou)) {
            candidates[ret->n] = candidates[i];
            ret->objects[ret->n++] = candidates[i].object;
        }
    }
}
