// SPDX-License-Identifier: MIT
// Which FFmpeg this process runs with.
#ifndef FW_MEDIA_VERSION_H
#define FW_MEDIA_VERSION_H

// The version of the libraries that were loaded: "5.1.6-0+deb12u1". Static.
const char *fw_media_version(void);

// The licence that these were built under: "GPL version 2 or later". A binary linked with them is
// under it too. Static.
const char *fw_media_license(void);

#endif
