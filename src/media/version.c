// SPDX-License-Identifier: MIT
// Which FFmpeg this process runs with.
#include "media/version.h"

#include <libavcodec/avcodec.h>
#include <libavutil/avutil.h>

const char *fw_media_version(void)
{
    return av_version_info();
}

const char *fw_media_license(void)
{
    return avcodec_license();
}
