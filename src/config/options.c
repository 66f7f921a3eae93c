// SPDX-License-Identifier: MIT
// The table of all options. A new option is an entry here and a field of struct fw_config.
#include "config/config.h"

#include "base/macros.h"
#include "config/check.h"

#include <stddef.h>

// The offset of a field, checked against the C type that the option's type stores.
#define FIELD(NAME, C_TYPE)                                                                        \
    (offsetof(struct fw_config, NAME) +                                                            \
     0 * sizeof(char[_Generic(((struct fw_config *)0)->NAME, C_TYPE: 1)]))
#define BOOL(NAME)         .type = FW_OPTION_BOOL, .offset = FIELD(NAME, bool)
#define INT(NAME)          .type = FW_OPTION_INT, .offset = FIELD(NAME, int)
#define FLOAT(NAME)        .type = FW_OPTION_FLOAT, .offset = FIELD(NAME, double)
#define TEXT(NAME)         .type = FW_OPTION_TEXT, .offset = FIELD(NAME, char *)
#define DURATION(NAME)     .type = FW_OPTION_DURATION, .offset = FIELD(NAME, double)
#define CHOICE(NAME, ENUM) .type = FW_OPTION_CHOICE, .offset = FIELD(NAME, enum ENUM)
#define LIST(NAME)         .type = FW_OPTION_LIST, .offset = FIELD(NAME, struct fw_texts)

#define RUN     FW_COMMAND_RUN
#define PRODUCE FW_COMMAND_PRODUCE
#define PROCESS FW_COMMAND_PROCESS
#define FETCH   FW_COMMAND_FETCH
#define DLQ     FW_COMMAND_DLQ
#define TOPICS  FW_COMMAND_TOPICS

#define DETECTS (RUN | PROCESS)                            // look for fire
#define KAFKA   (PRODUCE | PROCESS | FETCH | DLQ | TOPICS) // talk to a broker
#define ALL     (RUN | KAFKA)                              // but for help and version
#define KEEPS   RUN                                        // finished videos in a folder
#define SERVES  (RUN | PRODUCE | PROCESS)                  // /metrics and health, with --http

static const char results[] = "Results";
static const char kafka[] = "Kafka";
static const char topics[] = "Topics";
static const char frames[] = "Frames";
static const char processing[] = "Processing";
static const char store[] = "S3";
static const char dead_letters[] = "Dead letters";
static const char detection[] = "Detection";
static const char events[] = "Events";
static const char overlay[] = "Overlay";
static const char encoding[] = "Encoding";
static const char serving[] = "Serving";
static const char general[] = "General";
static const char original[] = "Of the Python original";

static const char *const presets[] = { "fast-cabac", "ultrafast", "superfast", "veryfast",
                                       "faster",     "fast",      "medium",    "slow",
                                       "slower",     "veryslow",  "placebo",   NULL };
static const char *const model_types[] = { "auto",           "classifier", "yolo", "ultralytics",
                                           "fire-detect-nn", "firewatch",  NULL };
static const char *const transports[] = { "packets", "msgpack", "base64-json", NULL };
static const char *const guarantees[] = { "exactly_once", "at_least_once", NULL };
static const char *const progresses[] = { "auto", "always", "never", NULL };
static const char *const log_levels[] = { "error", "warning", "info", "debug", "trace", NULL };
static const char *const log_formats[] = { "text", "json", NULL };
static const char *const help_formats[] = { "text", "man", "markdown", NULL };

static const struct fw_option options[] = {
    {
        .name = "output",
        .letter = 'o',
        .variable = "CLIP_STORAGE_PATH",
        TEXT(output_dir),
        .fallback = "clips",
        .placeholder = "DIR",
        .group = results,
        .help = "The folder for the results. It is made when it is missing. A processor writes "
                "no files: it only names the folder in its completions, as the original does.",
        .commands = DETECTS,
    },
    {
        .name = "output",
        .letter = 'o',
        TEXT(output_file),
        .unset = "ID_with_heatmaps.mp4 for a video; the value of a dead letter is not saved",
        .placeholder = "FILE",
        .group = results,
        .help = "The file to write. It appears under its name only when it is whole.",
        .commands = FETCH | DLQ,
    },
    {
        .name = "retention-hours",
        .variable = "CLIP_RETENTION_HOURS",
        FLOAT(retention_hours),
        .fallback = "0",
        .min = 0,
        .max = 24 * 3660,
        .unit = "hours",
        .placeholder = "HOURS",
        .group = results,
        .help = "Deletes videos of the results' folder that are older, with all their files. 0 "
                "keeps them. Only files whose names are those of results are ever deleted.",
        .commands = KEEPS,
    },
    {
        .name = "storage-max",
        .variable = "CLIP_STORAGE_MAX_MB",
        INT(storage_max_mb),
        .fallback = "0",
        .min = 0,
        .max = 2000000000,
        .unit = "MB",
        .placeholder = "MB",
        .group = results,
        .help = "Deletes videos of the results' folder when all together are larger: those that "
                "are uploaded first, then the oldest. 0 is no bound.",
        .commands = KEEPS,
    },
    {
        .name = "storage-min-free",
        .variable = "CLIP_STORAGE_MIN_FREE_MB",
        INT(storage_min_free_mb),
        .fallback = "0",
        .min = 0,
        .max = 2000000000,
        .unit = "MB",
        .placeholder = "MB",
        .group = results,
        .help = "Deletes videos of the results' folder, in the same order, when its disk has less "
                "free space. 0 is no bound.",
        .commands = KEEPS,
    },
    {
        .name = "retention-uploaded-only",
        .variable = "CLIP_RETENTION_UPLOADED_ONLY",
        BOOL(retention_uploaded_only),
        .fallback = "false",
        .group = results,
        .help = "Only deletes videos that are uploaded, whatever the bounds say.",
        .commands = KEEPS,
    },
    {
        .name = "id",
        TEXT(video_id),
        .unset = "the file's name without its extension",
        .check = fw_check_video_id,
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
        .commands = RUN | FETCH | DLQ | TOPICS | FW_COMMAND_VERSION,
    },
    {
        .name = "quiet",
        .letter = 'q',
        BOOL(quiet),
        .fallback = "false",
        .group = results,
        .help = "Prints nothing but errors.",
        .commands = ALL & ~DLQ,
    },
    {
        .name = "cpu-times",
        BOOL(cpu_times),
        .fallback = "false",
        .group = results,
        .help = "Adds what each step has cost, in CPU ms a frame, at the end.",
        .commands = RUN,
    },
    {
        .name = "progress",
        CHOICE(progress, fw_progress_mode),
        .fallback = "auto",
        .choices = progresses,
        .placeholder = "WHEN",
        .group = results,
        .help = "Shows progress bars: auto is on a terminal only.",
        .commands = RUN | PRODUCE,
    },
    {
        .name = "wait",
        DURATION(wait_s),
        .fallback = "0",
        .max = 7 * 24 * 3600,
        .placeholder = "SECONDS",
        .group = results,
        .help = "Waits so long for a video that is not complete yet.",
        .commands = FETCH,
    },

    {
        .name = "bootstrap-server",
        .letter = 'b',
        .variable = "KAFKA_BOOTSTRAP_SERVERS",
        TEXT(bootstrap_servers),
        .fallback = "localhost:9092",
        .check = fw_check_servers,
        .placeholder = "HOST:PORT,...",
        .group = kafka,
        .help = "Brokers to ask for all others.",
        .commands = KAFKA,
    },
    {
        .name = "property",
        .letter = 'X',
        .variable = "KAFKA_PROPERTY_*",
        LIST(properties),
        .secret = true,
        .unset = "none",
        .check = fw_check_property,
        .placeholder = "NAME=VALUE",
        .group = kafka,
        .help = "A property of librdkafka, by its own name; may be given again and again. "
                "KAFKA_PROPERTY_SSL_CA_LOCATION is ssl.ca.location. Instead of the Python client's "
                "max_poll_records: queued.max.messages.kbytes says how far a partition is read "
                "ahead, fetch.max.bytes and fetch.wait.max.ms what one request brings.",
        .commands = KAFKA,
    },
    {
        .name = "startup-timeout",
        .variable = "STARTUP_TIMEOUT_SECONDS",
        DURATION(startup_timeout_s),
        .fallback = "60",
        .min = 0.1,
        .max = 24 * 3600,
        .placeholder = "SECONDS",
        .group = kafka,
        .help = "Gives up when no broker has answered for so long after the start.",
        .commands = KAFKA,
    },

    {
        .name = "video-topic",
        .variable = "KAFKA_VIDEO_TOPIC",
        TEXT(video_topic),
        .fallback = "video-frames",
        .check = fw_check_topic,
        .placeholder = "TOPIC",
        .group = topics,
        .help = "Frames.",
        .commands = PRODUCE | PROCESS | DLQ | TOPICS,
    },
    {
        .name = "detections-topic",
        .variable = "KAFKA_DETECTIONS_TOPIC",
        TEXT(detections_topic),
        .fallback = "fire-detections",
        .check = fw_check_topic,
        .placeholder = "TOPIC",
        .group = topics,
        .help = "What was found in each frame.",
        .commands = PROCESS | TOPICS,
    },
    {
        .name = "events-topic",
        .variable = "KAFKA_EVENTS_TOPIC",
        TEXT(events_topic),
        .fallback = "fire-events",
        .check = fw_check_topic,
        .placeholder = "TOPIC",
        .group = topics,
        .help = "Fires and blind cameras: when they began, go on, are over.",
        .commands = PROCESS | TOPICS,
    },
    {
        .name = "completions-topic",
        .variable = "KAFKA_VIDEO_COMPLETIONS_TOPIC",
        TEXT(completions_topic),
        .fallback = "video-completions",
        .check = fw_check_topic,
        .placeholder = "TOPIC",
        .group = topics,
        .help = "Videos that have ended, and where their segments are.",
        .commands = PROCESS | FETCH | TOPICS,
    },
    {
        .name = "segments-topic",
        .variable = "KAFKA_SEGMENTS_TOPIC",
        TEXT(segments_topic),
        .fallback = "video-segments",
        .check = fw_check_topic,
        .placeholder = "TOPIC",
        .group = topics,
        .help = "Pieces of annotated video.",
        .commands = PROCESS | TOPICS,
    },
    {
        .name = "progress-topic",
        .variable = "KAFKA_PROGRESS_TOPIC",
        TEXT(progress_topic),
        .fallback = "video-progress",
        .check = fw_check_topic,
        .placeholder = "TOPIC",
        .group = topics,
        .help = "How far each video is.",
        .commands = PROCESS | FETCH | TOPICS,
    },
    {
        .name = "dlq-suffix",
        .variable = "KAFKA_DLQ_SUFFIX",
        TEXT(dlq_suffix),
        .fallback = ".dlq",
        .check = fw_check_topic_suffix,
        .placeholder = "TEXT",
        .group = topics,
        .help = "The dead letters of a topic are in the topic of its name and this.",
        .commands = PROCESS | DLQ | TOPICS,
    },
    {
        .name = "video-topic-partitions",
        .variable = "KAFKA_VIDEO_TOPIC_PARTITIONS",
        INT(video_topic_partitions),
        .fallback = "6",
        .min = 1,
        .max = 10000,
        .unit = "partitions",
        .placeholder = "N",
        .group = topics,
        .help = "Of the topics for frames, segments and progress, when they are made: the most "
                "processors that work at once.",
        .commands = PROCESS | TOPICS,
    },
    {
        .name = "detections-topic-partitions",
        .variable = "KAFKA_DETECTIONS_TOPIC_PARTITIONS",
        INT(detections_topic_partitions),
        .fallback = "6",
        .min = 1,
        .max = 10000,
        .unit = "partitions",
        .placeholder = "N",
        .group = topics,
        .help = "Of the topic for detections, when it is made.",
        .commands = PROCESS | TOPICS,
    },
    {
        .name = "completions-topic-partitions",
        .variable = "KAFKA_VIDEO_COMPLETIONS_TOPIC_PARTITIONS",
        INT(completions_topic_partitions),
        .fallback = "3",
        .min = 1,
        .max = 10000,
        .unit = "partitions",
        .placeholder = "N",
        .group = topics,
        .help = "Of the topic for completions, when it is made: the most uploaders that work at "
                "once.",
        .commands = PROCESS | TOPICS,
    },
    {
        .name = "replication-factor",
        .variable = "KAFKA_REPLICATION_FACTOR",
        INT(replication_factor),
        .fallback = "1",
        .min = 0,
        .max = 100,
        .unit = "replicas",
        .placeholder = "N",
        .group = topics,
        .help = "On how many brokers each topic lies, when it is made. 0 means the broker's "
                "default.",
        .commands = PROCESS | TOPICS,
    },
    {
        .name = "grow",
        BOOL(grow),
        .fallback = "false",
        .group = topics,
        .help = "Gives topics that are there partitions up to the configured counts. Only when "
                "all is processed: a video that is under way would go on in another partition.",
        .commands = TOPICS,
    },

    {
        .name = "input",
        .letter = 'i',
        LIST(inputs),
        .unset = "the FILE among the arguments",
        .check = fw_check_input,
        .placeholder = "ID=FILE",
        .group = frames,
        .help = "A video and its id; may be given again and again. All are sent side by side.",
        .commands = PRODUCE,
    },
    {
        .name = "transport",
        .variable = "FRAME_TRANSPORT",
        CHOICE(frame_transport, fw_frame_transport),
        .fallback = "packets",
        .choices = transports,
        .placeholder = "FORM",
        .group = frames,
        .help = "How frames travel: packets as they come from the camera or file, or as JPEG "
                "pictures for readers of the Python original, msgpack or its older base64-json. "
                "Processors take all of them, always.",
        .commands = PRODUCE,
    },
    {
        .name = "frame-width",
        .variable = "FRAME_WIDTH",
        INT(frame_width),
        .fallback = "640",
        .max = FW_LIMIT_PICTURE_MAX_SIDE,
        .check = fw_check_side,
        .unit = "pixels",
        .placeholder = "N",
        .group = frames,
        .help = "Of JPEG pictures, which are squashed to it. 0 leaves them as they are.",
        .commands = PRODUCE,
    },
    {
        .name = "frame-height",
        .variable = "FRAME_HEIGHT",
        INT(frame_height),
        .fallback = "480",
        .max = FW_LIMIT_PICTURE_MAX_SIDE,
        .check = fw_check_side,
        .unit = "pixels",
        .placeholder = "N",
        .group = frames,
        .help = "Of JPEG pictures, which are squashed to it. 0 leaves them as they are.",
        .commands = PRODUCE,
    },
    {
        .name = "frame-interval",
        .variable = "FRAME_EXTRACTION_INTERVAL",
        INT(frame_extraction_interval),
        .fallback = "1",
        .min = 1,
        .max = 10000,
        .unit = "frames",
        .placeholder = "N",
        .group = frames,
        .help = "Sends every Nth picture. JPEG pictures only.",
        .commands = PRODUCE,
    },
    {
        .name = "realtime",
        BOOL(realtime),
        .fallback = "false",
        .group = frames,
        .help = "Sends each frame when its time has come, as a camera does.",
        .commands = PRODUCE,
    },

    {
        .name = "group",
        .letter = 'g',
        .variable = "KAFKA_GROUP_ID",
        TEXT(group_id),
        .fallback = "fire-detection-stream",
        .check = fw_check_group,
        .placeholder = "NAME",
        .group = processing,
        .help = "The consumer group of the processors that share the work.",
        .commands = PROCESS,
    },
    {
        .name = "guarantee",
        .variable = "PROCESSING_GUARANTEE",
        CHOICE(guarantee, fw_guarantee),
        .fallback = "exactly_once",
        .choices = guarantees,
        .placeholder = "WHICH",
        .group = processing,
        .help = "exactly_once: results are written in transactions. at_least_once: without, for "
                "readers that stumble over transactions (kafka-python before 2.1); some results "
                "come twice after a processor died.",
        .commands = PROCESS,
    },
    {
        .name = "commit-interval",
        .variable = "COMMIT_INTERVAL_SECONDS",
        DURATION(commit_interval_s),
        .fallback = "0.2",
        .min = 0.02,
        .max = 60,
        .placeholder = "SECONDS",
        .group = processing,
        .help = "Results become visible at least so often.",
        .commands = PROCESS,
    },
    {
        .name = "idle-timeout",
        .variable = "VIDEO_IDLE_TIMEOUT_SECONDS",
        DURATION(video_idle_timeout_s),
        .fallback = "10",
        .min = 0.1,
        .max = 24 * 3600,
        .placeholder = "SECONDS",
        .group = processing,
        .help = "A video whose frames stop for so long, without a word that it has ended, is "
                "completed as truncated.",
        .commands = PROCESS,
    },
    {
        .name = "max-active-videos",
        .variable = "MAX_ACTIVE_VIDEOS",
        INT(max_active_videos),
        .fallback = "32",
        .min = 1,
        .max = 10000,
        .unit = "videos",
        .placeholder = "N",
        .group = processing,
        .help = "Keeps decoders and encoders for so many videos at once. Of more, those that were "
                "not fed for the longest time are put aside, and rebuilt when they go on.",
        .commands = PROCESS,
    },
    {
        .name = "ready-file",
        .variable = "READY_FILE",
        TEXT(ready_file),
        .unset = "none",
        .placeholder = "FILE",
        .group = processing,
        .help = "A file that is there while the processor is ready to work.",
        .commands = PROCESS,
    },

    {
        .name = "model",
        .variable = "ML_MODEL_PATH",
        TEXT(model_path),
        .unset = "the shipped model",
        .placeholder = "FILE",
        .group = detection,
        .help =
            "An ONNX file to use instead of the shipped model: a classifier with a heat map, or "
            "a YOLO detector as Ultralytics exports it.",
        .commands = DETECTS,
    },
    {
        .name = "model-type",
        .variable = "ML_MODEL_TYPE",
        CHOICE(model_type, fw_model_choice),
        .fallback = "auto",
        .choices = model_types,
        .placeholder = "TYPE",
        .group = detection,
        .help = "What the model must be: classifier or yolo, for which ultralytics is another "
                "name; auto takes what the file says. The Python original's fire-detect-nn and "
                "firewatch mean auto, with a warning.",
        .commands = DETECTS,
    },
    {
        .name = "classes",
        .variable = "ML_MODEL_CLASSES",
        TEXT(model_classes),
        .unset = "by their names: fire, smoke, flame, burn and wildfire, but no hydrant, truck, "
                 "extinguisher, alarm, station or engine",
        .placeholder = "LIST",
        .group = detection,
        .help = "The classes of a detector that count as fire: names or numbers, separated by "
                "commas.",
        .commands = DETECTS,
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
        .help = "A frame with at least this probability is a fire frame. Of a detector: a box with "
                "at least this confidence counts.",
        .commands = DETECTS,
    },
    {
        .name = "iou",
        .variable = "IOU_THRESHOLD",
        FLOAT(iou_threshold),
        .fallback = "0.45",
        .min = 0,
        .max = 1,
        .placeholder = "SHARE",
        .group = detection,
        .help = "Of two boxes of one class that overlap by more than this (common area over joint "
                "area), a detector's less sure one is dropped.",
        .commands = DETECTS,
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
        .commands = DETECTS,
    },

    {
        .name = "event-window",
        .variable = "EVENT_WINDOW_SECONDS",
        FLOAT(event_window_s),
        .fallback = "1",
        .min = 0.1,
        .max = 60,
        .placeholder = "SECONDS",
        .group = events,
        .help = "The time whose frames vote on whether a fire has begun.",
        .commands = DETECTS,
    },
    {
        .name = "event-start-part",
        .variable = "EVENT_START_PART",
        FLOAT(event_start_part),
        .fallback = "0.5",
        .min = 0.01,
        .max = 1,
        .placeholder = "SHARE",
        .group = events,
        .help = "The part of them that must be fire frames for a fire to begin.",
        .commands = DETECTS,
    },
    {
        .name = "event-end-window",
        .variable = "EVENT_END_WINDOW_SECONDS",
        FLOAT(event_end_window_s),
        .fallback = "2",
        .min = 0.1,
        .max = 60,
        .placeholder = "SECONDS",
        .group = events,
        .help = "The time whose frames vote on whether a fire is over.",
        .commands = DETECTS,
    },
    {
        .name = "event-end-part",
        .variable = "EVENT_END_PART",
        FLOAT(event_end_part),
        .fallback = "0.1",
        .min = 0,
        .max = 1,
        .placeholder = "SHARE",
        .group = events,
        .help =
            "A fire is over when at most this part of them still reaches half of the threshold.",
        .commands = DETECTS,
    },
    {
        .name = "event-update",
        .variable = "EVENT_UPDATE_SECONDS",
        FLOAT(event_update_s),
        .fallback = "5",
        .min = 0,
        .max = 3600,
        .placeholder = "SECONDS",
        .group = events,
        .help = "How often an event that lasts is told again. 0 means never.",
        .commands = DETECTS,
    },
    {
        .name = "black-after",
        .variable = "BLIND_BLACK_SECONDS",
        FLOAT(black_s),
        .fallback = "2",
        .min = 0,
        .max = 86400,
        .placeholder = "SECONDS",
        .group = events,
        .help = "A picture that is black for so long is an event. 0 means never.",
        .commands = DETECTS,
    },
    {
        .name = "frozen-after",
        .variable = "BLIND_FROZEN_SECONDS",
        FLOAT(frozen_s),
        .fallback = "10",
        .min = 0,
        .max = 86400,
        .placeholder = "SECONDS",
        .group = events,
        .help = "A picture that does not change for so long is an event. 0 means never.",
        .commands = DETECTS,
    },
    {
        .name = "silent-after",
        .variable = "BLIND_SILENT_SECONDS",
        FLOAT(silent_s),
        .fallback = "5",
        .min = 0,
        .max = 86400,
        .placeholder = "SECONDS",
        .group = events,
        .help = "A video whose frames stop for so long, without a word that it has ended, is an "
                "event, which ends when they come again or VIDEO_IDLE_TIMEOUT_SECONDS complete "
                "the video. 0 means never.",
        .commands = PROCESS,
    },
    {
        .name = "heatmap",
        .variable = "CLIP_HEATMAP",
        BOOL(heatmap),
        .fallback = "true",
        .group = overlay,
        .help = "Draws the heat map into fire frames.",
        .commands = DETECTS,
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
        .commands = DETECTS,
    },
    {
        .name = "boxes",
        .variable = "CLIP_BOXES",
        BOOL(boxes),
        .fallback = "true",
        .group = overlay,
        .help =
            "Draws boxes around the hot regions of fire frames, or around what a detector found.",
        .commands = DETECTS,
    },
    {
        .name = "caption",
        .variable = "CLIP_CAPTION",
        BOOL(caption),
        .fallback = "false",
        .group = overlay,
        .help = "Writes time and score into fire frames.",
        .commands = DETECTS,
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
        .commands = DETECTS,
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
        .commands = DETECTS,
    },

    {
        .name = "bucket",
        .variable = "S3_BUCKET",
        TEXT(s3_bucket),
        .unset = "none: it must be given",
        .check = fw_check_bucket,
        .placeholder = "NAME",
        .group = store,
        .help = "The bucket of the finished videos. A processor only names it in the links of "
                "events.",
        .commands = PROCESS,
    },
    {
        .name = "key-prefix",
        .variable = "S3_KEY_PREFIX",
        TEXT(s3_key_prefix),
        .fallback = "videos/",
        .check = fw_check_key_prefix,
        .placeholder = "TEXT",
        .group = store,
        .help = "What the keys of all videos begin with. / alone means nothing.",
        .commands = PROCESS,
    },
    {
        .name = "key-template",
        .variable = "S3_KEY_TEMPLATE",
        TEXT(s3_key_template),
        .fallback = "{video_id}_with_heatmaps.mp4",
        .check = fw_check_key_template,
        .placeholder = "TEXT",
        .group = store,
        .help = "The rest of a video's key, with {video_id} in it once.",
        .commands = PROCESS,
    },
    {
        .name = "topic",
        TEXT(dlq_topic),
        .unset = "all topics for list, else the one for frames",
        .check = fw_check_topic,
        .placeholder = "TOPIC",
        .group = dead_letters,
        .help = "Only dead letters of this topic.",
        .commands = DLQ,
    },
    {
        .name = "all",
        BOOL(all),
        .fallback = "false",
        .group = dead_letters,
        .help = "Replays all that are there now.",
        .commands = DLQ,
    },
    {
        .name = "dry-run",
        BOOL(dry_run),
        .fallback = "false",
        .group = dead_letters,
        .help = "Only says what would be sent.",
        .commands = DLQ,
    },

    {
        .name = "http",
        .variable = "FIREWATCH_HTTP",
        TEXT(http_listen),
        .unset = "no server",
        .placeholder = "ADDRESS:PORT",
        .group = serving,
        .help = "Serves /metrics for Prometheus, /healthz and /readyz there. A port alone is that "
                "of 127.0.0.1. Any other address than this machine's own needs "
                "FIREWATCH_HTTP_TOKEN.",
        .commands = SERVES,
    },
    {
        .variable = "FIREWATCH_HTTP_TOKEN",
        TEXT(http_token),
        .secret = true,
        .unset = "none",
        .placeholder = "TOKEN",
        .group = serving,
        .help = "What a request must bring, as \"Authorization: Bearer TOKEN\" or as the password "
                "of any user; at least 16 characters. /healthz and /readyz need none.",
        .commands = SERVES,
    },
    {
        .name = "public-url",
        .variable = "FIREWATCH_PUBLIC_URL",
        TEXT(public_url),
        .unset = "links begin with their path",
        .check = fw_check_site,
        .placeholder = "URL",
        .group = serving,
        .help =
            "Where those who are alerted reach the page of firewatch serve: the links of events "
            "begin so. The same for all processors and all servers.",
        .commands = PROCESS,
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
        .commands = DETECTS,
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
        .commands = ALL,
    },
    {
        .name = "log-format",
        .variable = "FIREWATCH_LOG_FORMAT",
        CHOICE(log_format, fw_log_format),
        .fallback = "text",
        .choices = log_formats,
        .placeholder = "FORM",
        .group = general,
        .help = "The form of the log: text is a line an entry with key=value in it; json an object "
                "a line with these as members.",
        .commands = ALL,
    },
    {
        .name = "env-file",
        TEXT(env_file),
        .unset = ".env in the working directory, where there is one",
        .placeholder = "FILE",
        .group = general,
        .help = "The file with variables to read instead of .env.",
        .commands = ALL,
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
        .variable = "ML_MODEL_SOURCE",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored with a warning: models are not downloaded.",
        .commands = DETECTS,
    },
    {
        .variable = "ML_MODEL_NAME",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored with a warning: models are not downloaded.",
        .commands = DETECTS,
    },
    {
        .variable = "FIREWATCH_MODEL_PATH",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored with a warning: it names a PyTorch file.",
        .commands = DETECTS,
    },
    {
        .variable = "GRADCAM_EVERY_N_FIRE_FRAMES",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored: a heat map costs nothing here, and every frame has its own.",
        .commands = DETECTS,
    },
    {
        .variable = "COMMIT_EVERY_N_MESSAGES",
        .type = FW_OPTION_OBSOLETE,
        .group = original,
        .help = "Ignored: results are committed by time, see COMMIT_INTERVAL_SECONDS.",
        .commands = PROCESS,
    },
};

const struct fw_option_table fw_config_options = { options, FW_ARRAY_LEN(options) };

const unsigned fw_config_kafka_commands = KAFKA;
