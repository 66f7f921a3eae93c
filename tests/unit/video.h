// SPDX-License-Identifier: MIT
// What the media tests share: pictures that move, packets of them, and other programs' opinions.
#ifndef FW_TESTS_VIDEO_H
#define FW_TESTS_VIDEO_H

#include "base/image.h"
#include "base/packet.h"
#include "media/encode.h"
#include "media/mp4.h"

#include <stddef.h>
#include <stdint.h>

// A picture of a coloured scene with a bright square and some noise; both move with `idx`.
struct fw_image *video_picture(int width, int height, int idx);

// Settings for pictures of that size: 1/12800, 25 per second, square pixels, BT.601, the default
// preset at crf 23.
struct fw_encoder_settings video_settings(int width, int height);

// Encodes picture `idx` with times in the encoder's time base. Fails the test when that fails.
struct fw_packet *video_encode(struct fw_encoder *encoder, int idx, int64_t pts, int64_t duration);

// An empty folder of this test's own under TMPDIR. The caller frees the name and removes the folder
// with video_remove_folder.
char *video_make_folder(void);
void video_remove_folder(char *folder);

// Runs a shell command made like printf's text; the caller frees what it writes to standard output.
// Fails the test when the command fails.
char *video_run(const char *format, ...) FW_PRINTF(1, 2);

// Reads a whole file. The caller frees it. NULL when there is none.
uint8_t *video_read_file(const char *path, size_t *ret_size);
void video_write_file(const char *path, const uint8_t *data, size_t size);

enum { VIDEO_MAX_PACKETS = 64 };

// A folder, a path in it, and an encoded video.
struct video_clip {
    char *folder;
    char *path;
    struct fw_stream stream;
    struct fw_packet *packet[VIDEO_MAX_PACKETS];
    int n;
};

// Encodes `n` pictures, one every 1/25 s, in groups of ten.
void video_clip_encode(struct video_clip *clip, const struct fw_encoder_settings *settings, int n);
void video_clip_drop(struct video_clip *clip); // forgets the video, keeps the folder

// A folder and `n` pictures of 64x48 with the settings above.
struct video_clip video_clip_make(int n);
void video_clip_destroy(struct video_clip *clip);

// Writes the video to an mp4 file. These, too, fail the test when they fail.
void video_clip_write(const struct video_clip *clip, const char *path);
struct fw_mp4_writer *video_create(const char *path, const struct fw_stream *stream);
void video_write_packet(struct fw_mp4_writer *writer, const struct fw_packet *packet);
void video_finish(struct fw_mp4_writer *writer);

int video_n_files(const char *folder);
void video_same_files(const char *a, const char *b);

// Fails the test unless ffprobe says `expected` of the values `what` of the file's stream, one a
// line in ffprobe's own order.
void video_probe_says(const char *path, const char *what, const char *expected);

#endif
