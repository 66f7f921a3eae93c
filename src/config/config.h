// SPDX-License-Identifier: MIT
// The configuration of one process, as the options table (config/options.c) fills it.
//
// Loaded once, at the start, and read-only after; any thread may read it then. An option is a field
// here and an entry there.
#ifndef FW_CONFIG_CONFIG_H
#define FW_CONFIG_CONFIG_H

#include "base/error.h"
#include "base/log.h"
#include "config/load.h"
#include "config/option.h"

#include <stdbool.h>

// The commands that options belong to: a bit each.
enum fw_command_bit {
    FW_COMMAND_RUN = 1U << 0,
    FW_COMMAND_VERSION = 1U << 1,
    FW_COMMAND_HELP = 1U << 2,
    FW_COMMAND_PRODUCE = 1U << 3,
    FW_COMMAND_PROCESS = 1U << 4,
    FW_COMMAND_FETCH = 1U << 5,
    FW_COMMAND_DLQ = 1U << 6,
    FW_COMMAND_TOPICS = 1U << 7,
    FW_COMMAND_EVAL = 1U << 8,
    FW_COMMAND_GET = 1U << 16,
    FW_COMMAND_LS = 1U << 17,
    FW_COMMAND_PRESIGN = 1U << 18,
    FW_COMMAND_UPLOAD = 1U << 19,
    FW_COMMAND_LAG = 1U << 20,
    FW_COMMAND_STATUS = 1U << 21,
    FW_COMMAND_INSPECT = 1U << 22,
    FW_COMMAND_SERVE = 1U << 23,
    FW_COMMAND_ALERT = 1U << 24,
    FW_COMMAND_DOCTOR = 1U << 25,
};

enum fw_progress_mode {
    FW_PROGRESS_AUTO, // a display when standard error is a terminal
    FW_PROGRESS_ALWAYS,
    FW_PROGRESS_NEVER,
};

enum fw_help_format {
    FW_HELP_TEXT,
    FW_HELP_MAN,
    FW_HELP_MARKDOWN,
};

// What frames travel as on video-frames.
enum fw_frame_transport {
    FW_FRAME_PACKETS,     // each packet as it came
    FW_FRAME_MSGPACK,     // JPEG pictures that the Python original reads
    FW_FRAME_BASE64_JSON, // the same in its older form
};

// How an object is named in a URL: as enum fw_store_addressing.
enum fw_s3_addressing {
    FW_S3_ADDRESSING_AUTO,
    FW_S3_ADDRESSING_PATH,
    FW_S3_ADDRESSING_VIRTUAL,
};

// The last ones are the Python original's; config/original.c turns them into the others.
enum fw_model_choice {
    FW_MODEL_TYPE_AUTO,
    FW_MODEL_TYPE_CLASSIFIER,
    FW_MODEL_TYPE_YOLO,
    FW_MODEL_TYPE_ULTRALYTICS,
    FW_MODEL_TYPE_FIRE_DETECT_NN,
    FW_MODEL_TYPE_FIREWATCH,
};

enum fw_guarantee {
    FW_GUARANTEE_EXACTLY_ONCE,
    FW_GUARANTEE_AT_LEAST_ONCE,
};

struct fw_config {
    // results
    char *output_dir;
    char *output_file; // NULL: the command's own choice
    char *video_id;    // NULL: the file's stem
    bool json;         // results on standard output as JSON
    bool quiet;        // nothing but errors
    bool cpu_times;    // of each step, at the end
    enum fw_progress_mode progress;

    // how long results stay; 0: no bound
    double retention_hours;
    int storage_max_mb;
    int storage_min_free_mb;
    bool retention_uploaded_only;

    // Kafka
    char *bootstrap_servers; // host:port, separated by commas
    // Each "name=value" in librdkafka's names, or "KAFKA_PROPERTY_NAME=value" from a variable; of
    // one property given twice the later counts.
    struct fw_texts properties;
    double startup_timeout_s;

    // topics
    char *video_topic;
    char *detections_topic;
    char *events_topic;
    char *completions_topic;
    char *segments_topic;
    char *progress_topic;
    char *dlq_suffix;           // a topic's dead letters are in the topic of its name and this
    int video_topic_partitions; // also of segments and progress
    int detections_topic_partitions;
    int completions_topic_partitions;
    int replication_factor; // 0: the broker's default
    bool grow;

    // producing
    struct fw_texts inputs; // each "ID=FILE", the id checked
    enum fw_frame_transport frame_transport;
    int frame_width; // of pictures sent as JPEG; 0 here or in the height: as they are
    int frame_height;
    int frame_extraction_interval; // every Nth picture, at least 1
    bool realtime;

    // processing
    char *group_id;
    enum fw_guarantee guarantee;
    double commit_interval_s;
    double video_idle_timeout_s;
    int max_active_videos;
    char *ready_file; // NULL: none

    // fetching
    double wait_s; // for a completion that is still to come

    // watching
    char *upload_group_id; // of the uploaders
    bool watch;
    double interval_s; // between two looks
    int max_lag;       // INT_MIN: any
    bool once;

    // inspecting
    char *from;
    int count; // INT_MIN: all
    bool follow;
    char *inspect_video; // NULL: all

    // alerting; texts are NULL when unset
    char *alert_group_id;
    char *alert_webhook_url; // may hold a secret
    char *alert_webhook_secret;
    char *alert_ca_bundle;
    char *alert_types;  // as fw_event_types_parse reads them
    char *alert_phases; // as fw_event_phases_parse does
    bool alert_snapshot;
    double alert_min_score;
    double alert_cooldown_s;
    double alert_timeout_s;
    double alert_retry_max_s;
    int alert_give_up_tries;
    double alert_give_up_s;

    // dead letters
    char *dlq_topic; // only those of this topic; NULL: the command's own choice
    bool all;
    bool dry_run;

    // the store; texts are NULL when unset
    bool upload;
    bool probe_write;
    double expires_s;
    char *s3_bucket;
    char *s3_key_prefix;
    char *s3_key_template;
    bool s3_delete_local;
    char *s3_server_side_encryption;
    char *s3_kms_key_id;
    enum fw_s3_addressing s3_addressing;
    int s3_part_size_bytes;
    int s3_max_tries; // of one request
    double s3_timeout_s;

    // uploading: when what is refused is a dead letter, whichever comes first
    int upload_give_up_tries;
    double upload_give_up_s;

    // AWS's own variables; texts are NULL when unset
    char *aws_access_key_id;
    char *aws_secret_access_key;
    char *aws_session_token;
    char *aws_region;
    char *aws_default_region;
    char *aws_endpoint_url_s3;
    char *aws_endpoint_url;
    char *aws_endpoint_url_sts;
    char *aws_ca_bundle;
    char *aws_profile;
    char *aws_credentials_file;
    char *aws_config_file;
    char *aws_web_identity_token_file;
    char *aws_role_arn;
    char *aws_role_session_name;
    char *aws_container_relative_uri;
    char *aws_container_full_uri;
    char *aws_container_token;
    char *aws_container_token_file;
    char *aws_metadata_endpoint;
    bool aws_metadata_disabled;

    // detection
    char *model_path;                // NULL: the shipped one (config/shipped.h)
    enum fw_model_choice model_type; // once loaded, one of the first three
    char *model_classes;             // NULL: those with a fire's name
    double threshold;                // 0..1; NaN: the model's own
    double iou_threshold;            // 0..1
    int inference_every_n_frames;

    // events
    double event_window_s;
    double event_start_part;  // 0..1
    double event_start_score; // 0..1; NaN: the model's own
    double event_end_window_s;
    double event_end_part; // 0..1
    double event_update_s;
    double black_s; // 0: never
    double frozen_s;
    double silent_s;
    double stalled_s;
    double lag_s;

    // evaluation
    char *split;       // of a list of labels; NULL: all
    char *scores_file; // NULL: none
    char *plot_file;   // NULL: none

    // overlay
    bool heatmap;
    double heatmap_alpha; // 0..1
    bool boxes;
    bool caption;

    // encoding
    char *preset; // a name that media/encode.h takes
    int crf;

    // serving
    char *http_listen; // as http/address.h reads it; NULL: no server
    char *http_token;  // NULL: none
    char *public_url;  // where others see the page; NULL: not known
    double history_hours;

    // process
    int n_workers; // 0: as many as there are cores (base/cores.h)
    enum fw_log_level log_level;
    enum fw_log_format log_format;
    char *env_file;
    enum fw_help_format help_format;
};

extern const struct fw_option_table fw_config_options;

// The commands that talk to a broker, as bits.
extern const unsigned fw_config_kafka_commands;

// Loads *ret for a command (one fw_command_bit) from its arguments, the environment and .env. On
// success the caller owns what *ret and *ret_request hold; the request's notes are to be logged. On
// failure neither holds anything. Errors: CONFIG, ready to be shown.
int fw_config_load(unsigned command, int argc, char *const argv[], char *const environ_[],
                   struct fw_config *ret, struct fw_request *ret_request, struct fw_error *err);

// Frees what it owns and zeroes it. The struct itself is the caller's.
void fw_config_done(struct fw_config *config);

#endif
