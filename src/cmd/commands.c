// SPDX-License-Identifier: MIT
// The table of subcommands, sorted by name.
#include "cmd/commands.h"

#include "base/macros.h"

#include <stdint.h>
#include <string.h>

const struct fw_command fw_commands[] = {
    {
        .name = "alert",
        .bit = FW_COMMAND_ALERT,
        .group = FW_GROUP_SCALE,
        .summary = "sends fires and blind cameras to a webhook, as one of many",
        .usage = "",
        .help = "Joins the consumer group and posts each event that is worth it as JSON, signed, "
                "again and again until the receiver has it.",
        .run = fw_cmd_alert,
    },
    {
        .name = "dlq",
        .bit = FW_COMMAND_DLQ,
        .group = FW_GROUP_SCALE,
        .summary = "lists, shows and replays what could not be processed",
        .usage = "list|show|replay [LETTER]...",
        .min_arguments = 1,
        .max_arguments = SIZE_MAX,
        .help = "list shows the messages that were set aside, and why; show all about one of them; "
                "replay sends them to where they came from. LETTER is an offset, PARTITION/OFFSET "
                "or TOPIC/PARTITION/OFFSET.",
        .run = fw_cmd_dlq,
    },
    {
        .name = "doctor",
        .bit = FW_COMMAND_DOCTOR,
        .group = FW_GROUP_SCALE,
        .summary = "checks what all the rest needs, and says what to do",
        .usage = "",
        .help = "Checks the brokers, the topics, the partitions of the frames, the consumer "
                "groups, S3, the clocks, the model and the disk: a line each, with what to do. "
                "Changes nothing but for a small object that it puts into S3 and deletes.",
        .run = fw_cmd_doctor,
    },
    {
        .name = "eval",
        .bit = FW_COMMAND_EVAL,
        .group = FW_GROUP_FIND,
        .summary = "measures how well fires are found, on a labelled set",
        .usage = "SET",
        .min_arguments = 1,
        .max_arguments = 1,
        .help = "Looks at every picture and video of SET, a folder with fire/ and nofire/ inside "
                "or a list of labels, and compares the scores with the labels.",
        .run = fw_cmd_eval,
    },
    {
        .name = "fetch",
        .bit = FW_COMMAND_FETCH,
        .group = FW_GROUP_SCALE,
        .summary = "puts a finished video together from Kafka",
        .usage = "VIDEO_ID",
        .min_arguments = 1,
        .max_arguments = 1,
        .help = "Finds the newest completion of the video and joins the segments that it names to "
                "one mp4 file. Changes nothing in Kafka.",
        .run = fw_cmd_fetch,
    },
    {
        .name = "get",
        .bit = FW_COMMAND_GET,
        .group = FW_GROUP_SCALE,
        .summary = "fetches a finished video from S3",
        .usage = "VIDEO_ID",
        .min_arguments = 1,
        .max_arguments = 1,
        .help = "Fetches the annotated video of that id from the bucket into a file, which appears "
                "under its name only when it is whole. A connection that breaks is resumed where "
                "it broke.",
        .run = fw_cmd_get,
    },
    {
        .name = "help",
        .bit = FW_COMMAND_HELP,
        .group = FW_GROUP_ABOUT,
        .summary = "shows the commands, or how one of them is used",
        .usage = "[COMMAND|metrics]",
        .max_arguments = 1,
        .help = "Shows the commands, how one of them is used, or the table of metrics.",
        .run = fw_cmd_help,
    },
    {
        .name = "inspect",
        .bit = FW_COMMAND_INSPECT,
        .group = FW_GROUP_SCALE,
        .summary = "shows the records of a topic",
        .usage = "TOPIC",
        .min_arguments = 1,
        .max_arguments = 1,
        .help = "Shows a line for each record of TOPIC: frames, detections, events, completions, "
                "segments, "
                "progress, dead-letters, or the name of any topic. With --output, saves the first "
                "record instead: a segment is a video that players open. Joins no group.",
        .run = fw_cmd_inspect,
    },
    {
        .name = "lag",
        .bit = FW_COMMAND_LAG,
        .group = FW_GROUP_SCALE,
        .summary = "shows how far processors and uploaders are behind",
        .usage = "[GROUP]",
        .max_arguments = 1,
        .help =
            "Shows of each partition what kafka-consumer-groups shows, how old the next message "
            "is and how fast it goes, and of each group a verdict: OK, WARNING, STALLED or "
            "STOPPED, with what holds it up. Without GROUP, of all groups that read the topics. "
            "Joins no group and changes nothing.",
        .run = fw_cmd_lag,
    },
    {
        .name = "ls",
        .bit = FW_COMMAND_LS,
        .group = FW_GROUP_SCALE,
        .summary = "lists the finished videos in S3",
        .usage = "",
        .help = "Lists the finished videos in the bucket: when each was put there (UTC), its size "
                "in bytes, its id.",
        .run = fw_cmd_ls,
    },
    {
        .name = "presign",
        .bit = FW_COMMAND_PRESIGN,
        .group = FW_GROUP_SCALE,
        .summary = "makes a URL for a finished video in S3",
        .usage = "VIDEO_ID",
        .min_arguments = 1,
        .max_arguments = 1,
        .help = "Prints a URL that fetches the annotated video of that id without credentials, "
                "until it expires. Does not ask whether the video is there.",
        .run = fw_cmd_presign,
    },
    {
        .name = "process",
        .bit = FW_COMMAND_PROCESS,
        .group = FW_GROUP_SCALE,
        .summary = "finds fire in the frames on Kafka, as one of many",
        .usage = "",
        .help = "Joins the group, takes its share of the partitions of video-frames, and writes "
                "detections, annotated segments and completions, each exactly once. Start as many "
                "as there are partitions, on as many machines as you like; any of them may die at "
                "any moment.",
        .run = fw_cmd_process,
    },
    {
        .name = "produce",
        .bit = FW_COMMAND_PRODUCE,
        .group = FW_GROUP_SCALE,
        .summary = "sends videos to Kafka, frame by frame",
        .usage = "[FILE [VIDEO_ID]]",
        .max_arguments = 2,
        .help = "Sends each frame of FILE to video-frames under VIDEO_ID (the file's name without "
                "its extension when there is none); several with --input ID=FILE. Ends with 0 "
                "when every message was delivered.",
        .run = fw_cmd_produce,
    },
    {
        .name = "run",
        .bit = FW_COMMAND_RUN,
        .group = FW_GROUP_FIND,
        .summary = "finds fire in videos, with nothing but this program",
        .usage = "INPUT...",
        .min_arguments = 1,
        .max_arguments = SIZE_MAX,
        .help =
            "Looks for fire in each INPUT, anything that FFmpeg reads, and writes to the "
            "folder of --output: the video with the fire marked (ID_with_heatmaps.mp4), and a "
            "line of JSON for each frame (ID.detections.jsonl) and each fire (ID.events.jsonl).",
        .run = fw_cmd_run,
    },
    {
        .name = "serve",
        .bit = FW_COMMAND_SERVE,
        .group = FW_GROUP_SCALE,
        .summary = "shows it all on a web page, live",
        .usage = "",
        .help = "Serves a web page and its JSON API: videos while they are processed, events with "
                "their pictures, scores, finished videos, lag, and the health of every member. "
                "At 127.0.0.1:8080 unless --http says otherwise. Joins no group and changes "
                "nothing.",
        .run = fw_cmd_serve,
    },
    {
        .name = "status",
        .bit = FW_COMMAND_STATUS,
        .group = FW_GROUP_SCALE,
        .summary = "shows the videos: how far each is, where, and what was found",
        .usage = "[VIDEO_ID]",
        .max_arguments = 1,
        .help = "Shows the videos that are processed or done, uploads and dead letters; on a "
                "terminal again and again. With VIDEO_ID, only that video.",
        .run = fw_cmd_status,
    },
    {
        .name = "topics",
        .bit = FW_COMMAND_TOPICS,
        .group = FW_GROUP_SCALE,
        .summary = "creates the topics in Kafka, or describes them",
        .usage = "create|describe",
        .min_arguments = 1,
        .max_arguments = 1,
        .help = "create makes the topics that are missing, says what differs in those that are "
                "there, and changes nothing of them but, with --grow, the number of partitions. "
                "describe shows them. Topics never shrink.",
        .run = fw_cmd_topics,
    },
    {
        .name = "upload",
        .bit = FW_COMMAND_UPLOAD,
        .group = FW_GROUP_SCALE,
        .summary = "puts finished videos into S3, as one of many",
        .usage = "",
        .help = "Joins the group, takes its share of the partitions of video-completions, and "
                "makes each completed video one verified object in S3, which no older run ever "
                "replaces. Start as many as there are partitions; any of them may die at any "
                "moment.",
        .run = fw_cmd_upload,
    },
    {
        .name = "version",
        .bit = FW_COMMAND_VERSION,
        .group = FW_GROUP_ABOUT,
        .summary = "shows the versions of the program and of what it runs with",
        .usage = "",
        .help = "Shows the versions of the program and of the libraries that it runs with, and "
                "where the shipped model lies.",
        .run = fw_cmd_version,
    },
};

const size_t fw_n_commands = FW_ARRAY_LEN(fw_commands);

const struct fw_command *fw_command_find(const char *name)
{
    if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0) {
        name = "help";
    } else if (strcmp(name, "--version") == 0) {
        name = "version";
    }
    for (size_t i = 0; i < fw_n_commands; i++) {
        if (strcmp(fw_commands[i].name, name) == 0) {
            return &fw_commands[i];
        }
    }
    return NULL;
}
