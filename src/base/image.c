// SPDX-License-Identifier: MIT
// A picture in 8-bit planar YUV 4:2:0, reference-counted.
#include "base/image.h"

#include "base/image_memory.h"
#include "base/memory.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static int aligned(int size)
{
    return (size + FW_IMAGE_ALIGNMENT - 1) / FW_IMAGE_ALIGNMENT * FW_IMAGE_ALIGNMENT;
}

struct fw_image *fw_image_wrap(void (*release)(void *owner), void *owner)
{
    struct fw_image *image = fw_xcalloc(1, sizeof(*image));
    image->release = release;
    image->owner = owner;
    atomic_init(&image->n_refs, 1);
    return image;
}

struct fw_image *fw_image_new(int width, int height)
{
    assert(width > 0 && height > 0 && width % 2 == 0 && height % 2 == 0);
    int luma_stride = aligned(width);
    int chroma_stride = aligned(width / 2);
    size_t luma_bytes = (size_t)luma_stride * (size_t)height;
    size_t chroma_bytes = (size_t)chroma_stride * (size_t)(height / 2);
    uint8_t *memory = fw_image_memory_take(luma_bytes + 2 * chroma_bytes);
    if (memory == NULL) {
        return NULL;
    }
    struct fw_image *image = fw_image_wrap(fw_image_memory_give, memory);
    image->plane[0] = memory;
    image->plane[1] = memory + luma_bytes;
    image->plane[2] = memory + luma_bytes + chroma_bytes;
    image->stride[0] = luma_stride;
    image->stride[1] = chroma_stride;
    image->stride[2] = chroma_stride;
    image->width = width;
    image->height = height;
    return image;
}

static void copy_plane(struct fw_image *to, const struct fw_image *from, int plane)
{
    int shift = plane == 0 ? 0 : 1;
    for (int y = 0; y < from->height >> shift; y++) {
        memcpy(to->plane[plane] + (ptrdiff_t)y * to->stride[plane],
               from->plane[plane] + (ptrdiff_t)y * from->stride[plane],
               (size_t)(from->width >> shift));
    }
}

struct fw_image *fw_image_copy(const struct fw_image *source)
{
    struct fw_image *image = fw_image_new(source->width, source->height);
    if (image == NULL) {
        return NULL;
    }
    image->matrix = source->matrix;
    image->full_range = source->full_range;
    for (int plane = 0; plane < 3; plane++) {
        copy_plane(image, source, plane);
    }
    return image;
}

struct fw_image *fw_image_ref(struct fw_image *image)
{
    int before = atomic_fetch_add_explicit(&image->n_refs, 1, memory_order_relaxed);
    assert(before > 0);
    return image;
}

void fw_image_unref(struct fw_image *image)
{
    if (image == NULL) {
        return;
    }
    int before = atomic_fetch_sub_explicit(&image->n_refs, 1, memory_order_acq_rel);
    assert(before > 0);
    if (before == 1) {
        if (image->release != NULL) {
            image->release(image->owner);
        }
        free(image);
    }
}
