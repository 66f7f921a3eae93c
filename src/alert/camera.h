// SPDX-License-Identifier: MIT
// The camera that a video is of. Pure.
#ifndef FW_ALERT_CAMERA_H
#define FW_ALERT_CAMERA_H

#include <stddef.h>

// How many bytes of `video_id` name its camera. A live source's videos are called CAMERA-UTC with
// UTC as YYYYMMDDTHHMMSS, a fraction and "Z" behind it where they are; of any other video, all of
// its id.
size_t fw_alert_camera_size(const char *video_id);

#endif
