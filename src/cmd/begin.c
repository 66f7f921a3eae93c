// SPDX-License-Identifier: MIT
// What every command begins and ends with.
#include "base/clock.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/metric.h"
#include "base/stop.h"
#include "cmd/commands.h"
#include "config/suggest.h"
#include "http/role.h"
#include "topic/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN_SIZE = 100 };

void fw_command_guard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        // Opened the wrong way round: a read or write fails as it would on the closed one.
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) {
            _exit(FW_EXIT_FAILED); // nowhere to say it
        }
    }
}

int fw_command_missing(const char *name)
{
    if (name == NULL) {
        fw_help_all(stderr);
        return FW_EXIT_MISUSE;
    }
    struct fw_suggestion suggestion = fw_suggest(name, strlen(name));
    for (size_t i = 0; i < fw_n_commands; i++) {
        fw_suggest_offer(&suggestion, fw_commands[i].name);
    }
    char shown[SHOWN_SIZE];
    fw_escape(name, strlen(name), shown, sizeof(shown));
    fprintf(stderr, "firewatch: there is no command \"%s\"", shown);
    if (suggestion.best != NULL) {
        fprintf(stderr, "; did you mean \"%s\"?", suggestion.best);
    }
    fputs("\n\"firewatch help\" lists them.\n", stderr);
    return FW_EXIT_MISUSE;
}

static int misuse(const struct fw_command *command, const char *text)
{
    fprintf(stderr, "firewatch %s: %s\n\"firewatch %s --help\" shows how it is used.\n",
            command->name, text, command->name);
    return FW_EXIT_MISUSE;
}

static int check_arguments(const struct fw_command *command, const struct fw_arguments *arguments)
{
    char text[2 * SHOWN_SIZE];
    if (arguments->n_rest < command->min_arguments) {
        snprintf(text, sizeof(text), "%s is missing", command->usage);
        return misuse(command, text);
    }
    if (arguments->n_rest > command->max_arguments) {
        const char *extra = arguments->rest[command->max_arguments];
        char shown[SHOWN_SIZE];
        snprintf(text, sizeof(text), "\"%s\" is one argument too many",
                 fw_escape(extra, strlen(extra), shown, sizeof(shown)));
        return misuse(command, text);
    }
    return FW_COMMAND_GOES_ON;
}

// Properties are the library's to judge, so the table of options can't; a wrong one is misuse like
// any other option.
static int check_properties(const struct fw_command *command, const struct fw_config *config)
{
    struct fw_client *client = NULL;
    struct fw_error err = { 0 };
    if (config->properties.n > 0 && fw_client_from_config(config, &client, &err) < 0) {
        return misuse(command, err.text);
    }
    fw_client_free(client);
    return FW_COMMAND_GOES_ON;
}

static void log_notes(const struct fw_request *request)
{
    for (size_t i = 0; i < request->n_notes; i++) {
        fw_log(request->notes[i].level, "%s", request->notes[i].text);
    }
}

int fw_command_begin(const struct fw_command *command, int argc, char *argv[],
                     struct fw_config *ret_config, struct fw_request *ret_request)
{
    fw_memory_init();
    fw_metric_set(FW_METRIC_START_TIME, (double)fw_clock_utc_us() / 1e6);
    struct fw_error err = { 0 };
    if (fw_config_load(command->bit, argc, argv, environ, ret_config, ret_request, &err) < 0) {
        return misuse(command, err.text);
    }
    int code = FW_COMMAND_GOES_ON;
    if (ret_request->arguments.wants_help) {
        fw_help_command(stdout, command);
        code = fw_command_end(FW_EXIT_GOOD);
    } else {
        code = check_arguments(command, &ret_request->arguments);
        code = code != FW_COMMAND_GOES_ON ? code : check_properties(command, ret_config);
    }
    if (code != FW_COMMAND_GOES_ON) {
        fw_config_done(ret_config);
        fw_request_done(ret_request);
        return code;
    }
    fw_log_set_format(ret_config->log_format);
    fw_log_set_level(ret_config->quiet ? FW_LOG_ERROR : ret_config->log_level);
    log_notes(ret_request);
    return FW_COMMAND_GOES_ON;
}

int fw_command_end(int code)
{
    fw_log_flush();
    bool failed = ferror(stdout) != 0; // of an earlier write, whose errno is gone
    int error = 0;
    if (fflush(stdout) != 0) {
        failed = true;
        error = errno;
    }
    if (failed && error != EPIPE) {
        fprintf(stderr, "firewatch: cannot write to standard output%s%s\n", error != 0 ? ": " : "",
                error != 0 ? strerrordesc_np(error) : "");
    }
    return failed ? FW_EXIT_FAILED : code;
}

// --- serving ---

enum { ASK_MS = 2000 };

static int ask_broker(void *arg, struct fw_error *err)
{
    return fw_admin_ask(arg, ASK_MS, err);
}

// Serves what every role serves while it works, when that is wished.
struct service {
    struct fw_client *client;
    struct fw_admin *admin;
    struct fw_role *role;
};

static int open_service(struct service *service, const struct fw_command *command,
                        const struct fw_config *config, struct fw_error *err)
{
    // The page's server has these routes too.
    if (config->http_listen == NULL || command->bit == FW_COMMAND_SERVE) {
        return 0;
    }
    struct fw_role_options options = { .listen = config->http_listen, .token = config->http_token };
    int result = 0;
    if ((command->bit & fw_config_kafka_commands) != 0) {
        result = fw_client_from_config(config, &service->client, err);
        result = result == 0 ? fw_admin_open(service->client, &service->admin, err) : result;
        options.ask_broker = ask_broker;
        options.arg = service->admin;
    }
    return result == 0 ? fw_role_start(&options, &service->role, err) : result;
}

static void close_service(struct service *service)
{
    fw_role_stop(service->role);
    fw_admin_close(service->admin);
    fw_client_free(service->client);
}

static int serve_and_work(const struct fw_command *command, const struct fw_config *config,
                          const struct fw_arguments *arguments,
                          int (*work)(const struct fw_config *config,
                                      const struct fw_arguments *arguments))
{
    struct service service = { 0 };
    struct fw_error err = { 0 };
    int code = FW_EXIT_FAILED;
    if (fw_stop_init(&err) < 0) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
    } else if (open_service(&service, command, config, &err) < 0) {
        code = misuse(command, err.text);
    } else {
        code = work(config, arguments);
    }
    close_service(&service);
    return code;
}

int fw_command_work(const struct fw_command *command, int argc, char *argv[],
                    int (*work)(const struct fw_config *config,
                                const struct fw_arguments *arguments))
{
    struct fw_config config;
    struct fw_request request;
    int code = fw_command_begin(command, argc, argv, &config, &request);
    if (code != FW_COMMAND_GOES_ON) {
        return code;
    }
    code = serve_and_work(command, &config, &request.arguments, work);
    fw_config_done(&config);
    fw_request_done(&request);
    return fw_command_end(code);
}
