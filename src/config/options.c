// SPDX-License-Identifier: MIT
// The table of all options. A new option is an entry here and a field of struct fw_config.
#include "config/config.h"

#include "base/macros.h"
#include "wire/video_id.h"

#include <stddef.h>
#include <string.h>

// The offset of a field, checked against the C type that the option's type stores.
#define FIELD(NAME, C_TYPE)                                                                        \
    (offsetof(struct fw_config, NAME) +                                                            \
     0 * sizeof(char[_Generic(((struct fw_config *)0)->NAME, C_TYPE: 1)]))
#define BOOL(NAME)         .type = FW_OPTION_BOOL, .offset = FIELD(NAME, bool)
#define INT(NAME)          .type = FW_OPTION_INT, .offset = FIELD(NAME, int)
#define FLOAT(NAME)        .type = FW_OPTION_FLOAT, .offset = FIELD(NAME, double)
#define TEXT(NAME)         .type = FW_OPTION_TEXT, .offset = FIELD(NAME, char *)
#define CHOICE(NAME, ENUM) .type = FW_OPTION_CHOICE, .offset = FIELD(NAME, enum ENUM)

#define RUN FW_COMMAND_RUN

static const char results[] = "Results";
static const char detection[] = "Detection";
static const char overlay[] = "Overlay";
static const char encoding[] = "Encoding";
static const char general[] = "General";
static const char original[] = "Of the Python original";

static const char *const presets[] = { "fast-cabac", "ultrafast", "superfast", "veryfast",
                                       "faster",     "fast",      "medium",    "slow",
                                       "slower",     "veryslow",  "placebo",   NULL };
static const char *const progresses[] = { "auto", "always", "never", NULL };
static const char *const log_levels[] = { "error", "warning", "info", "debug", "trace", NULL };
static const char *const help_formats[] = { "text", "man", "markdown", NULL };

static int check_video_id(const char *text, struct fw_error *err)
{
    return fw_video_id_check(text, strlen(text), err);
}

static const struct fw_option options[] = {
    {
        .name = "output",
        .letter = 'o',
        .variable = "CLIP_STORAGE_PATH",
        TEXT(output_dir),
        .fallback = "clips",
        .placeholder = "DIR",
        .group = results,
        .help = "The folder for the results. It is made when it is missing.",
        .commands = RUN,
    },
    {
        .name = "id",
        TEXT(video_id),
        .unset = "the file's name without its extension",
        .check = check_video_id,
        .placeholder = "ID",
        .group = results,
        .help = "The id of the video, which names its results. Only with one input.",
        .commands = RUN,
    },
    {
        .name = "json",
        BOOL(json),
        .fallback = "false",
        .group = results,
        .help = "Prints results as JSON, for programs.",
        .commands = RUN | FW_COMMAND_VERSION,
    },
    {
        .name = "quiet",
        .letter = 'q',
        BOOL(quiet),
        .fallback = "false",
        .group = results,
        .help = "Prints nothing but errors.",
        .commands = RUN,
    },
    {
        .name = "progress",
        CHOICE(progress, fw_progress),
        .fallback = "auto",
        .choices = progresses,
        .placeholder = "WHEN",
        .group = results,
        .help = "Shows progress bars: auto is on a terminal only.",
        .commands = RUN,
    },

    {
        .name = "model",
        .variable = "ML_MODEL_PATH",
        TEXT(model_path),
        .unset = "the shipped model",
        .placeholder = "FILE",
        .group = detection,
        .help = "An ONNX file to use instead of the shipped model.",
        .commands = RUN,
    },
    {
        .name = "threshold",
        .variable = "CONFIDENCE_THRESHOLD",
        FLOAT(threshold),
        .unset = "the model's own",
        .min = 0,
        .max = 1,
        .placeholder = "P",
        .group = detection,
        .help = "A frame with at least this probability is a fire frame.",
        .commands = RUN,
    },
    {
        .name = "inference-every",
        .variable = "INFERENCE_EVERY_N_FRAMES",
        INT(inference_every_n_frames),
        .fallback = "1",
        .min = 1,
        .max = 10000,
        .placeholder = "N",
        .group = detection,
        .help = "Looks at every Nth frame; the frames between take over its result.",
        .commands = RUN,
    },

    {
        .name = "heatmap",
        .variable = "CLIP_HEATMAP",
        BOOL(heatmap),
        .fallback = "true",
        .group = overlay,
        .help = "Draws the heat map into fire frames.",
        .commands = RUN,
    },
    {
        .name = "alpha",
        .variable = "CLIP_HEATMAP_OVERLAY_ALPHA",
        FLOAT(heatmap_alpha),
        .fallback = "0.4",
        .min = 0,
        .max = 1,
        .placeholder = "A",
        .group = overlay,
        .help = "The heat map's share of the picture.",
        .commands = RUN,
    },
    {
        .name = "boxes",
        .variable = "CLIP_BOXES",
        BOOL(boxes),
        .fallback = "true",
        .group = overlay,
        .help = "Draws boxes around the hot regions of fire frames.",
        .commands = RUN,
    },
    {
        .name = "caption",
        .variable = "CLIP_CAPTION",
        BOOL(caption),
        .fallback = "false",
        .group = overlay,
        .help = "Writes time and score into fire frames.",
        .commands = RUN,
    },

    {
        .name = "preset",
        .variable = "CLIP_PRESET",
        TEXT(preset),
        .fallback = "fast-cabac",
        .choices = presets,
        .placeholder = "NAME",
        .group = encoding,
        .help = "What the encoder does for quality: fast-cabac is x264's ultrafast with CABAC, "
                "deblocking and half-pixel search, the others are x264's own.",
        .commands = RUN,
    },
    {
        .name = "crf",
        .variable = "CLIP_CRF",
        INT(crf),
        .fallback = "23",
        .min = 0,
        .max = 51,
        .placeholder = "N",
        .group = encoding,
        .help = "Constant rate factor: 0 is lossless, 51 the smallest file.",
        .commands = RUN,
    },

    {
        .name = "workers",
        .variable = "FIREWATCH_WORKERS",
        INT(n_workers),
        .fallback = "0",
        .min = 0,
        .max = 256,
        .unit = "threads",
        .placeholder = "N",
        .group = general,
        .help = "Threads that decode, analyse and encode. 0 means as many as this process has "
                "cores.",
        .commands = RUN,
    },
    {
        .name = "log-level",
        .variable = "FIREWATCH_LOG_LEVEL",
        CHOICE(log_level, fw_log_level),
        .fallback = "info",
        .choices = log_levels,
        .placeholder = "LEVEL",
        .group = general,
        .help = "Logs this and what is graver, on standard error.",
        .commands = RUN,
    },
    {
        .name = "env-file",
        TEXT(env_file),
        .unset = ".env in the working directory, where there is one",
        .placeholder = "FILE",
        .group = general,
        .help = "The file with variables to read instead of .env.",
        .commands = RUN,
    },
    {
        .name = "format",
        CHOICE(help_format, fw_help_format),
        .fallback = "text",
        .choices = help_formats,
        .placeholder = "FORM",
        .group = general,
        .help = "The form of the help: text; man for a manual page's list of options, in scdoc; "
                "markdown for the tables of docs/CONFIGURATION.md.",
        .commands = FW_COMMAND_HELP,
    },

    {
        .variable = "ML_MODEL_TYPE",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored with a warning: an ONNX file says itself what it is.",
        .commands = RUN,
    },
    {
        .variable = "ML_MODEL_SOURCE",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored with a warning: models are not downloaded.",
        .commands = RUN,
    },
    {
        .variable = "ML_MODEL_NAME",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored with a warning: models are not downloaded.",
        .commands = RUN,
    },
    {
        .variable = "FIREWATCH_MODEL_PATH",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored with a warning: it names a PyTorch file.",
        .commands = RUN,
    },
    {
        .variable = "GRADCAM_EVERY_N_FIRE_FRAMES",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored: a heat map costs nothing here, and every frame has its own.",
        .commands = RUN,
    },
};

const struct fw_option_table fw_config_options = { options, FW_ARRAY_LEN(options) };
