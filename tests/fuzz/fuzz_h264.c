// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as an access unit and as parameter sets. The first byte chooses the form.
#include "fuzz.h"
#include "media/h264.h"

#include <stdlib.h>
#include <string.h>

static void check(int holds)
{
    if (!holds) {
        abort();
    }
}

static void check_walk(const uint8_t *data, size_t size, int length_size)
{
    struct fw_h264_walk walk = fw_h264_walk_begin(data, size, length_size);
    struct fw_h264_nal nal;
    const uint8_t *end = data;
    while (fw_h264_walk_next(&walk, &nal) == 1) {
        check(nal.size > 0 && nal.data >= end && nal.data + nal.size <= data + size);
        check(nal.type == (nal.data[0] & 0x1fu));
        end = nal.data + nal.size;
    }
}

// A sample made of the unit is a unit of its own that holds the same.
static void check_sample(const uint8_t *data, size_t size, int length_size)
{
    struct fw_h264_content content;
    if (fw_h264_inspect(data, size, length_size, &content) < 0) {
        return;
    }
    uint8_t *sample = malloc(content.sample_size > 0 ? content.sample_size : 1);
    check(sample != NULL);
    fw_h264_write_sample(data, size, length_size, sample);
    struct fw_h264_content again;
    check(fw_h264_inspect(sample, content.sample_size, 4, &again) == 0);
    check(again.sample_size == content.sample_size);
    check(again.has_picture == content.has_picture && again.has_idr == content.has_idr);
    free(sample);
}

// The record made of the sets reads as the same sets.
static void check_sets(const uint8_t *data, size_t size)
{
    struct fw_h264_sets sets = { 0 };
    struct fw_error err = { 0 };
    if (fw_h264_sets_add(&sets, data, size, NULL, &err) < 0) {
        check(err.kind == FW_ERROR_DATA && sets.n == 0);
        return;
    }
    size_t n = sets.n;
    check(n > 0 && fw_h264_sets_add(&sets, data, size, NULL, &err) == 0 && sets.n == n);
    uint8_t *record = NULL;
    size_t record_size = 0;
    if (fw_h264_sets_to_avcc(&sets, &record, &record_size, &err) == 0) {
        struct fw_h264_sets again = { 0 };
        int length_size = 0;
        uint8_t *second = NULL;
        size_t second_size = 0;
        // A record may be larger than what it was made of.
        if (fw_h264_sets_add(&again, record, record_size, &length_size, &err) == 0) {
            check(length_size == 4 && again.n == n);
            check(fw_h264_sets_to_avcc(&again, &second, &second_size, &err) == 0);
            check(second_size == record_size && memcmp(second, record, record_size) == 0);
        }
        free(second);
        fw_h264_sets_done(&again);
    }
    free(record);
    fw_h264_sets_done(&sets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    int length_size = data[0] % 5;
    check_walk(data + 1, size - 1, length_size);
    check_sample(data + 1, size - 1, length_size);
    check_sets(data + 1, size - 1);
    return 0;
}
