// SPDX-License-Identifier: MIT
// The rendered clips of tests/clips/make.sh, and what the ffmpeg programs say about them.
#ifndef FW_TESTS_CLIPS_H
#define FW_TESTS_CLIPS_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

// The group's setup: renders the clips where they aren't there yet.
static inline int clips_render(void **unused)
{
    (void)unused;
    return system("\"$FW_SOURCE_ROOT/tests/clips/make.sh\" \"$FW_TEST_CLIPS\" >&2") == 0 ? 0 : -1;
}

// The path of a clip; valid until the second call after this one.
static inline const char *clip(const char *name)
{
    static char paths[2][4096];
    static unsigned turn;
    char *path = paths[turn++ % 2];
    snprintf(path, sizeof(paths[0]), "%s/%s", getenv("FW_TEST_CLIPS"), name);
    return path;
}

// Starts a shell command in which $CLIP is the clip's path; pclose it.
static inline FILE *clips_ask(const char *command, const char *name)
{
    assert_int_equal(setenv("CLIP", clip(name), 1), 0);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    return pipe;
}

#endif
