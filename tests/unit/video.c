// SPDX-License-Identifier: MIT
// What the media tests share.
#include "unit.h"

#include "video.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A pseudo-random byte that depends on its place alone.
static unsigned noise(int x, int y, int idx)
{
    unsigned value = (unsigned)x * 73856093 ^ (unsigned)y * 19349663 ^ (unsigned)idx * 83492791;
    value ^= value >> 13;
    value *= 0x5bd1e995;
    return value >> 24;
}

struct fw_image *video_picture(int width, int height, int idx)
{
    struct fw_image *image = fw_image_new(width, height);
    assert_non_null(image);
    int left = width / 8 + 3 * idx;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            bool square = (unsigned)(x - left) < (unsigned)width / 4 && y > height / 3;
            unsigned value = square ? 200 : 40 + (unsigned)(x * 90 / width);
            image->plane[0][y * image->stride[0] + x] = (uint8_t)(value + noise(x, y, idx) / 32);
        }
    }
    for (int y = 0; y < height / 2; y++) {
        for (int x = 0; x < width / 2; x++) {
            image->plane[1][y * image->stride[1] + x] = (uint8_t)(90 + y * 60 / height);
            image->plane[2][y * image->stride[2] + x] = (uint8_t)(140 + x * 60 / width);
        }
    }
    return image;
}

struct fw_encoder_settings video_settings(int width, int height)
{
    return (struct fw_encoder_settings){
        .format = { .width = width, .height = height, .sample_aspect = { 1, 1 } },
        .time_base = { 1, 12800 },
        .frame_rate = { 25, 1 },
        .preset = "fast-cabac",
        .crf = 23,
    };
}

struct fw_packet *video_encode(struct fw_encoder *encoder, int idx, int64_t pts, int64_t duration)
{
    const struct fw_stream *stream = fw_encoder_stream(encoder);
    struct fw_image *image = video_picture(stream->width, stream->height, idx);
    struct fw_packet *packet = NULL;
    struct fw_error err = { 0 };
    int rc = fw_encoder_encode(encoder, image, pts, duration, &packet, &err);
    fw_image_unref(image);
    if (rc < 0) {
        fail_msg("encoding: %s", err.text);
    }
    return packet;
}

char *video_make_folder(void)
{
    const char *tmp = getenv("TMPDIR");
    char *folder = fw_xasprintf("%s/firewatch-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(folder));
    return folder;
}

void video_remove_folder(char *folder)
{
    free(video_run("rm -rf '%s'", folder));
    free(folder);
}

static char *read_all(FILE *file, size_t *ret_size)
{
    char *text = NULL;
    size_t size = 0;
    size_t got = 0;
    do {
        text = fw_xrealloc(text, size + 65536 + 1);
        got = fread(text + size, 1, 65536, file);
        size += got;
    } while (got > 0);
    text[size] = '\0';
    *ret_size = size;
    return text;
}

char *video_run(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *command = NULL;
    assert_true(vasprintf(&command, format, args) > 0);
    va_end(args);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = 0;
    char *output = read_all(pipe, &size);
    int status = pclose(pipe);
    if (status != 0) {
        fail_msg("status %d of: %s", status, command);
    }
    free(command);
    return output;
}

uint8_t *video_read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *bytes = read_all(file, ret_size);
    fclose(file);
    return (uint8_t *)bytes;
}

void video_write_file(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void video_clip_encode(struct video_clip *clip, const struct fw_encoder_settings *settings, int n)
{
    struct fw_encoder *encoder = NULL;
    assert_int_equal(fw_encoder_open(settings, &encoder, NULL), 0);
    fw_stream_copy(&clip->stream, fw_encoder_stream(encoder));
    clip->n = n;
    for (int i = 0; i < n; i++) {
        if (i > 0 && i % 10 == 0) {
            assert_int_equal(fw_encoder_restart(encoder, NULL), 0);
        }
        clip->packet[i] = video_encode(encoder, i, 512 * i, 512);
    }
    fw_encoder_close(encoder);
}

struct video_clip video_clip_make(int n)
{
    struct video_clip clip = { .folder = video_make_folder() };
    clip.path = fw_xasprintf("%s/clip.mp4", clip.folder);
    struct fw_encoder_settings settings = video_settings(64, 48);
    video_clip_encode(&clip, &settings, n);
    return clip;
}

void video_clip_drop(struct video_clip *clip)
{
    for (int i = 0; i < clip->n; i++) {
        fw_packet_free(clip->packet[i]);
    }
    clip->n = 0;
    fw_stream_done(&clip->stream);
}

void video_clip_destroy(struct video_clip *clip)
{
    video_clip_drop(clip);
    free(clip->path);
    video_remove_folder(clip->folder);
}

struct fw_mp4_writer *video_create(const char *path, const struct fw_stream *stream)
{
    struct fw_mp4_writer *writer = NULL;
    struct fw_error err = { 0 };
    if (fw_mp4_create(path, stream, &writer, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return writer;
}

void video_write_packet(struct fw_mp4_writer *writer, const struct fw_packet *packet)
{
    struct fw_error err = { 0 };
    if (fw_mp4_write(writer, packet, NULL, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

void video_finish(struct fw_mp4_writer *writer)
{
    struct fw_error err = { 0 };
    if (fw_mp4_finish(writer, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

void video_clip_write(const struct video_clip *clip, const char *path)
{
    struct fw_mp4_writer *writer = video_create(path, &clip->stream);
    for (int i = 0; i < clip->n; i++) {
        video_write_packet(writer, clip->packet[i]);
    }
    video_finish(writer);
}

int video_n_files(const char *folder)
{
    char *text = video_run("ls -A '%s' | wc -l", folder);
    int n = atoi(text);
    free(text);
    return n;
}

void video_same_files(const char *a, const char *b)
{
    free(video_run("cmp '%s' '%s'", a, b));
}

void video_probe_says(const char *path, const char *what, const char *expected)
{
    char *text = video_run("ffprobe -v error -count_frames -select_streams v -show_entries "
                           "stream=%s -of default=nokey=1:noprint_wrappers=1 '%s'",
                           what, path);
    assert_string_equal(text, expected);
    free(text);
}
