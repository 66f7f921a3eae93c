// SPDX-License-Identifier: MIT
// The camera that a video is of.
#include "alert/camera.h"

#include <stdbool.h>
#include <string.h>

static const char digits[] = "0123456789";

enum { DATE_DIGITS = 8, TIME_DIGITS = 6 };

// "YYYYMMDDTHHMMSS", then digits, "." and "Z" to the end.
static bool is_time(const char *text)
{
    if (strspn(text, digits) != DATE_DIGITS || text[DATE_DIGITS] != 'T') {
        return false;
    }
    const char *time = text + DATE_DIGITS + 1;
    return strspn(time, digits) >= TIME_DIGITS && time[strspn(time, "0123456789.Z")] == '\0';
}

size_t fw_alert_camera_size(const char *video_id)
{
    const char *dash = strrchr(video_id, '-');
    return dash != NULL && dash > video_id && is_time(dash + 1) ? (size_t)(dash - video_id)
                                                                : strlen(video_id);
}
