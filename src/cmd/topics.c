// SPDX-License-Identifier: MIT
// firewatch topics create|describe: the topics in Kafka.
#include "base/buffer.h"
#include "base/json_writer.h"
#include "cmd/commands.h"
#include "topic/setup.h"

#include <stdlib.h>
#include <string.h>

enum { JSON_BYTES = 16 * 1024 * 1024, REQUEST_TIMEOUT_MS = 30000 };

// One run of the command.
struct topics {
    const struct fw_config *config;
    struct fw_layout *layout;
    struct fw_client *client;
    struct fw_admin *admin;
    struct fw_buffer buffer;
    struct fw_json json;
};

static void on_wait(const struct fw_error *reason, void *arg)
{
    const struct topics *topics = arg;
    fw_log(FW_LOG_WARNING, "waiting for Kafka at %s: %s", topics->config->bootstrap_servers,
           reason->text);
}

static int begin(struct topics *topics, struct fw_error *err)
{
    int rc = fw_admin_open(topics->client, &topics->admin, err);
    rc = rc < 0 ? rc : fw_admin_await(topics->admin, topics->config, on_wait, topics, err);
    if (rc == 0) {
        topics->layout = fw_layout_from_config(topics->config);
        topics->json = fw_json_begin(&topics->buffer);
        fw_json_open_array(&topics->json);
    }
    return rc;
}

// Prints what was collected as JSON.
static int end(struct topics *topics, struct fw_error *err)
{
    fw_json_close_array(&topics->json);
    int rc = fw_json_end(&topics->json, err);
    if (rc == 0 && topics->config->json) {
        printf("%.*s\n", (int)topics->buffer.size, (const char *)topics->buffer.data);
    }
    return rc;
}

// ---- findings ----

static bool is_fault(enum fw_layout_news news)
{
    return news == FW_LAYOUT_MISSING || news == FW_LAYOUT_OUT_OF_STEP;
}

static bool is_warning(enum fw_layout_news news)
{
    return news == FW_LAYOUT_COUNT_DIFFERS || news == FW_LAYOUT_SETTING_DIFFERS;
}

static const char *word_of(enum fw_layout_news news)
{
    static const char *const words[] = {
        [FW_LAYOUT_FOUND] = "found",
        [FW_LAYOUT_MISSING] = "missing",
        [FW_LAYOUT_CREATED] = "created",
        [FW_LAYOUT_GREW] = "grew",
        [FW_LAYOUT_COUNT_DIFFERS] = "count-differs",
        [FW_LAYOUT_OUT_OF_STEP] = "out-of-step",
        [FW_LAYOUT_SETTING_DIFFERS] = "setting-differs",
    };
    return words[news];
}

static void log_finding(const struct fw_layout_finding *finding)
{
    if (is_fault(finding->news)) {
        fw_log(FW_LOG_ERROR, "%s", finding->text);
    } else if (is_warning(finding->news)) {
        fw_log(FW_LOG_WARNING, "%s", finding->text);
    }
}

// ---- create ----

static void tell_created(const struct fw_layout_finding *finding, void *arg)
{
    struct topics *topics = arg;
    log_finding(finding);
    fw_json_open_object(&topics->json);
    fw_json_key(&topics->json, "topic");
    fw_json_text(&topics->json, finding->topic);
    fw_json_key(&topics->json, "news");
    fw_json_text(&topics->json, word_of(finding->news));
    fw_json_key(&topics->json, "partitions");
    fw_json_int(&topics->json, finding->n_partitions);
    fw_json_key(&topics->json, "wanted");
    fw_json_int(&topics->json, finding->n_wanted);
    fw_json_key(&topics->json, "text");
    fw_json_text(&topics->json, finding->text);
    fw_json_close_object(&topics->json);
    if (!topics->config->json && !topics->config->quiet && !is_fault(finding->news) &&
        !is_warning(finding->news)) {
        printf("%s\n", finding->text);
    }
}

static int create(struct topics *topics, bool *ret_usable, struct fw_error *err)
{
    return fw_layout_apply(topics->layout, topics->admin,
                           topics->config->grow ? FW_LAYOUT_GROW : FW_LAYOUT_CREATE,
                           REQUEST_TIMEOUT_MS, tell_created, topics, ret_usable, err);
}

// ---- describe ----

// The state of a topic in one line: the worst of its partitions.
static void print_state(const char *name, const struct fw_topic_state *state)
{
    int n_replicas = state->n_partitions > 0 ? state->partitions[0].n_replicas : 0;
    int n_in_sync = n_replicas;
    int n_leaderless = 0;
    for (int i = 0; i < state->n_partitions; i++) {
        const struct fw_partition_state *partition = &state->partitions[i];
        n_replicas = partition->n_replicas < n_replicas ? partition->n_replicas : n_replicas;
        n_in_sync = partition->n_in_sync < n_in_sync ? partition->n_in_sync : n_in_sync;
        n_leaderless += partition->leader < 0 ? 1 : 0;
    }
    printf("%-28s partitions=%d replicas=%d in_sync=%d leaderless=%d", name, state->n_partitions,
           n_replicas, n_in_sync, n_leaderless);
}

static void write_state(struct fw_json *json, const char *name, const struct fw_topic_state *state)
{
    fw_json_key(json, "topic");
    fw_json_text(json, name);
    fw_json_key(json, "exists");
    fw_json_bool(json, state->exists);
    fw_json_key(json, "partitions");
    fw_json_open_array(json);
    for (int i = 0; i < state->n_partitions; i++) {
        const struct fw_partition_state *partition = &state->partitions[i];
        fw_json_open_object(json);
        fw_json_key(json, "leader");
        if (partition->leader >= 0) {
            fw_json_int(json, partition->leader);
        } else {
            fw_json_null(json);
        }
        fw_json_key(json, "replicas");
        fw_json_int(json, partition->n_replicas);
        fw_json_key(json, "in_sync");
        fw_json_int(json, partition->n_in_sync);
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
}

static int describe_settings(struct topics *topics, const struct fw_topic_spec *spec,
                             struct fw_error *err)
{
    for (size_t i = 0; i < spec->n_settings; i++) {
        char *value = NULL;
        int rc = fw_admin_setting(topics->admin, spec->name, spec->settings[i].name,
                                  REQUEST_TIMEOUT_MS, &value, err);
        if (rc < 0) {
            return rc;
        }
        fw_json_key(&topics->json, spec->settings[i].name);
        fw_json_text(&topics->json, value);
        if (!topics->config->json) {
            printf(" %s=%s", spec->settings[i].name, value);
        }
        free(value);
    }
    return 0;
}

static int describe_topic(struct topics *topics, const struct fw_topic_spec *spec,
                          struct fw_error *err)
{
    struct fw_topic_state state = { 0 };
    int rc = fw_admin_describe(topics->admin, spec->name, REQUEST_TIMEOUT_MS, &state, err);
    if (rc < 0) {
        return rc;
    }
    bool prints = state.exists && !topics->config->json;
    fw_json_open_object(&topics->json);
    write_state(&topics->json, spec->name, &state);
    fw_json_key(&topics->json, "settings");
    fw_json_open_object(&topics->json);
    if (prints) {
        print_state(spec->name, &state);
    }
    rc = state.exists ? describe_settings(topics, spec, err) : 0;
    if (prints) {
        printf("\n");
    }
    fw_json_close_object(&topics->json);
    fw_json_close_object(&topics->json);
    fw_topic_state_done(&state);
    return rc;
}

static void tell_found(const struct fw_layout_finding *finding, void *arg)
{
    (void)arg;
    log_finding(finding);
}

static int describe(struct topics *topics, bool *ret_usable, struct fw_error *err)
{
    for (size_t i = 0; i < FW_N_TOPICS; i++) {
        const struct fw_topic_spec spec = fw_layout_spec(topics->layout, (enum fw_topic_use)i);
        int rc = describe_topic(topics, &spec, err);
        if (rc < 0) {
            return rc;
        }
    }
    return fw_layout_apply(topics->layout, topics->admin, FW_LAYOUT_LOOK, REQUEST_TIMEOUT_MS,
                           tell_found, topics, ret_usable, err);
}

// ---- the command ----

static int (*find_action(const char *word))(struct topics *, bool *, struct fw_error *)
{
    if (strcmp(word, "create") == 0) {
        return create;
    }
    return strcmp(word, "describe") == 0 ? describe : NULL;
}

static int misuse(const char *text)
{
    fprintf(stderr, "firewatch topics: %s\n", text);
    return FW_EXIT_MISUSE;
}

static int run(const struct fw_config *config, const char *word)
{
    int (*action)(struct topics *, bool *, struct fw_error *) = find_action(word);
    if (action == NULL) {
        return misuse("say \"create\" or \"describe\"");
    }
    struct fw_error err = { 0 };
    struct topics topics = { .config = config };
    bool usable = false;
    if (fw_client_from_config(config, &topics.client, &err) < 0) {
        return misuse(err.text);
    }
    fw_buffer_init(&topics.buffer, JSON_BYTES);
    int rc = begin(&topics, &err);
    rc = rc < 0 ? rc : action(&topics, &usable, &err);
    rc = rc < 0 ? rc : end(&topics, &err);
    if (rc < 0) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
    }
    fw_layout_free(topics.layout);
    fw_admin_close(topics.admin);
    fw_client_free(topics.client);
    fw_buffer_done(&topics.buffer);
    return rc == 0 && usable ? FW_EXIT_GOOD : FW_EXIT_FAILED;
}

int fw_cmd_topics(const struct fw_command *command, int argc, char *argv[])
{
    struct fw_config config;
    struct fw_request request;
    int code = fw_command_begin(command, argc, argv, &config, &request);
    if (code != FW_COMMAND_GOES_ON) {
        return code;
    }
    code = run(&config, request.arguments.rest[0]);
    fw_config_done(&config);
    fw_request_done(&request);
    return fw_command_end(code);
}
