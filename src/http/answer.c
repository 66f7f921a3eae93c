// SPDX-License-Identifier: MIT
// From a request to its answer.
#include "http/server_impl.h"

#include "base/memory.h"
#include "base/metric.h"
#include "http/guard.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fw_http_say(struct fw_http_answer *answer, int status, const char *format, ...)
{
    char text[FW_ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    size_t size = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    answer->status = status;
    fw_buffer_append(&answer->body, text, size);
    fw_buffer_append(&answer->body, "\n", 1);
}

const char *fw_http_query(const struct fw_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection->native, MHD_GET_ARGUMENT_KIND, name);
}

const char *fw_http_header(const struct fw_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection->native, MHD_HEADER_KIND, name);
}

const char *fw_http_cookie(const struct fw_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection->native, MHD_COOKIE_KIND, name);
}

// --- choosing ---

static bool fits(const struct fw_http_route *route, const char *path)
{
    size_t size = strlen(route->path);
    bool prefix = route->path[size - 1] == '*';
    return prefix ? strncmp(route->path, path, size - 1) == 0 : strcmp(route->path, path) == 0;
}

// The route; NULL with *ret_known when only the method does not fit.
static const struct fw_http_route *choose(const struct fw_http_server *server,
                                          const struct fw_http_request *request, bool *ret_known)
{
    for (size_t i = 0; i < server->n_routes; i++) {
        const struct fw_http_route *route = &server->routes[i];
        if (fits(route, request->path)) {
            *ret_known = true;
            if (strcmp(route->method, request->method) == 0) {
                return route;
            }
        }
    }
    return NULL;
}

static bool is_admitted(const struct fw_http_server *server, const struct fw_http_request *request)
{
    return fw_http_may_pass(fw_http_header(request, MHD_HTTP_HEADER_AUTHORIZATION),
                            server->token) ||
           (server->admits != NULL && server->admits(server->admits_arg, request));
}

static bool may_ask(const struct fw_http_server *server, const struct fw_http_request *request,
                    struct fw_http_answer *answer)
{
    if (server->token != NULL) {
        if (!is_admitted(server, request)) {
            fw_http_say(answer, MHD_HTTP_UNAUTHORIZED, "a token is needed");
            return false;
        }
    } else if (!fw_http_host_is_local(fw_http_header(request, MHD_HTTP_HEADER_HOST))) {
        fw_http_say(answer, MHD_HTTP_FORBIDDEN, "this server answers to localhost only");
        return false;
    }
    return true;
}

static void handle(struct fw_http_connection *connection, struct fw_http_request *request,
                   struct fw_http_answer *answer)
{
    const struct fw_http_server *server = connection->server;
    bool known = false;
    const struct fw_http_route *route = choose(server, request, &known);
    if ((route == NULL || !route->open) && !may_ask(server, request, answer)) {
        return; // said; also for what is not there: nobody finds out what is
    }
    if (route == NULL) {
        fw_http_say(answer, known ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND, "%s",
                    known ? "not this method" : "not found");
        return;
    }
    size_t size = strlen(route->path);
    request->rest = route->path[size - 1] == '*' ? request->path + size - 1 : "";
    route->handle(route->arg, request, answer);
}

// --- answering ---

// The page asks for the token itself; elsewhere a browser may do it.
static const char *challenge(const struct fw_http_server *server,
                             const struct fw_http_answer *answer)
{
    return answer->status == MHD_HTTP_UNAUTHORIZED && server->admits == NULL
               ? "Basic realm=\"firewatch\", charset=\"UTF-8\""
               : NULL;
}

static void add_headers(const struct fw_http_server *server, struct MHD_Response *response,
                        const struct fw_http_answer *answer)
{
    const struct {
        const char *name;
        const char *value;
    } headers[] = {
        { MHD_HTTP_HEADER_CONTENT_TYPE,
          answer->content_type != NULL ? answer->content_type : "text/plain; charset=utf-8" },
        { MHD_HTTP_HEADER_CACHE_CONTROL, answer->cache != NULL ? answer->cache : "no-store" },
        { MHD_HTTP_HEADER_ETAG, answer->etag },
        { MHD_HTTP_HEADER_CONTENT_DISPOSITION, answer->disposition },
        { "Content-Security-Policy",
          answer->policy != NULL ? answer->policy : "default-src 'none'" },
        { "X-Content-Type-Options", "nosniff" },
        { "X-Frame-Options", "DENY" },
        { "Referrer-Policy", "no-referrer" },
        { MHD_HTTP_HEADER_SET_COOKIE, answer->set_cookie },
        { MHD_HTTP_HEADER_LOCATION, answer->location },
        { MHD_HTTP_HEADER_WWW_AUTHENTICATE, challenge(server, answer) },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(headers); i++) {
        if (headers[i].value != NULL) {
            // Refused is a value with a line break only: then the answer goes without it.
            (void)MHD_add_response_header(response, headers[i].name, headers[i].value);
        }
    }
}

static struct MHD_Response *response_of(struct fw_http_connection *connection,
                                        struct fw_http_answer *answer)
{
    if (answer->streams) {
        struct MHD_Response *response = fw_http_stream_response(connection, &answer->stream);
        if (response != NULL) {
            fw_http_set_phase(connection, FW_HTTP_STREAMS);
            return response;
        }
        fw_buffer_clear(&answer->body);
        answer->content_type = NULL;
        fw_http_say(answer, MHD_HTTP_SERVICE_UNAVAILABLE, "too many streams");
    }
    if (fw_buffer_check(&answer->body, NULL) != 0) {
        fw_buffer_clear(&answer->body);
        answer->content_type = NULL;
        fw_http_say(answer, MHD_HTTP_INTERNAL_SERVER_ERROR, "the answer is too large");
    }
    size_t size = 0;
    uint8_t *data = fw_buffer_take(&answer->body, &size);
    return MHD_create_response_from_buffer(size, data, MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result respond(struct fw_http_connection *connection, struct fw_http_answer *answer)
{
    answer->status = answer->status != 0 ? answer->status : MHD_HTTP_OK;
    struct MHD_Response *response = response_of(connection, answer);
    fw_buffer_done(&answer->body);
    if (response == NULL) {
        return MHD_NO; // no memory: the connection ends
    }
    char code[8];
    snprintf(code, sizeof(code), "%d", answer->status % 1000);
    fw_series_add(fw_metric_series_of(FW_METRIC_HTTP_REQUESTS, code), 1);
    add_headers(connection->server, response, answer);
    enum MHD_Result result =
        MHD_queue_response(connection->native, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static struct fw_http_connection *connection_of(struct MHD_Connection *native)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(native, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

enum MHD_Result fw_http_on_request(void *arg, struct MHD_Connection *native, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *data_size, void **request)
{
    (void)arg;
    (void)version;
    struct fw_http_connection *connection = connection_of(native);
    if (connection == NULL) {
        return MHD_NO;
    }
    if (*request == NULL) {
        *request = connection;
        fw_http_set_phase(connection, FW_HTTP_ANSWERS);
        return MHD_YES; // the body comes next
    }
    if (*data_size > 0) {
        fw_buffer_append(&connection->body, data, *data_size); // what is too much, is remembered
        *data_size = 0;
        return MHD_YES;
    }
    struct fw_http_answer answer = { 0 };
    fw_buffer_init(&answer.body, FW_HTTP_MAX_ANSWER_BYTES);
    struct fw_http_request asked = { .method = strcmp(method, "HEAD") == 0 ? "GET" : method,
                                     .path = url,
                                     .rest = "",
                                     .body = connection->body.data,
                                     .body_size = connection->body.size,
                                     .connection = connection };
    if (fw_buffer_check(&connection->body, NULL) != 0) {
        fw_http_say(&answer, MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than %d bytes",
                    FW_HTTP_MAX_BODY_BYTES);
    } else {
        handle(connection, &asked, &answer);
    }
    return respond(connection, &answer);
}
