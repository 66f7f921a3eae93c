// SPDX-License-Identifier: MIT
// A small HTTP/1.1 server for metrics, health, an API and event streams.
//
// It is built so that no client can slow the process: one thread for all connections, with a lower
// priority than those that work; bounds on connections, of all and of one address, on the size of
// headers and bodies; and deadlines for a whole request, so that a byte now and then keeps nothing
// open. Everything is on the server's thread, so a handler answers from memory and never blocks.
//
// Life cycle: fw_http_start, then any thread may fw_http_wake, fw_http_stop once.
#ifndef FW_HTTP_SERVER_H
#define FW_HTTP_SERVER_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/macros.h"
#include "http/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    FW_HTTP_MAX_CONNECTIONS = 128,
    FW_HTTP_MAX_PER_ADDRESS = 32,
    FW_HTTP_MAX_STREAMS = 24,         // of those
    FW_HTTP_MEMORY_BYTES = 16 * 1024, // of one connection: its headers must fit
    FW_HTTP_MAX_BODY_BYTES = 64 * 1024,
    FW_HTTP_MAX_ANSWER_BYTES = 64 * 1024 * 1024,
    FW_HTTP_HEADER_S = 10, // from the connection, or the last answer, to a request's last header
    FW_HTTP_ANSWER_S = 30, // from there to the answer's last byte; not of streams
    FW_HTTP_IDLE_S = 15,   // without a byte in either direction; of streams that have some to send
    FW_HTTP_MIN_TOKEN_BYTES = 16,
};

struct fw_http_server;
struct fw_http_connection;

// What is asked. All borrowed for the call.
struct fw_http_request {
    const char *method; // "GET" for HEAD too
    const char *path;   // decoded, begins with "/"
    const char *rest;   // of a route that ends with "*": what stood there; else ""
    const uint8_t *body;
    size_t body_size;
    struct fw_http_connection *connection;
};

// The first query parameter, request header, or cookie, of that name; NULL when there is none.
// Borrowed.
const char *fw_http_query(const struct fw_http_request *request, const char *name);
const char *fw_http_header(const struct fw_http_request *request, const char *name);
const char *fw_http_cookie(const struct fw_http_request *request, const char *name);

// A body that goes on: an event stream, a large file.
struct fw_http_stream {
    // Fills up to `size` bytes. Returns how many; 0: none now, ask again after a wake (and once a
    // second); negative: the end. On the server's thread, without blocking. A client that has
    // left is noticed when something is sent: an event stream sends a comment now and then.
    ssize_t (*read)(void *arg, uint8_t *data, size_t size);
    // Called once, when the client is gone or has everything. May be NULL.
    void (*close)(void *arg);
    void *arg;
};

// What is answered. The handler fills it; zero means 200, text/plain and no body.
struct fw_http_answer {
    int status;
    const char *content_type; // static
    const char *cache;        // Cache-Control; "no-store" when NULL; static
    const char *etag;         // copied when the handler returns, as the next four are; NULL: none
    const char *disposition;  // Content-Disposition; copied; NULL: none
    const char *policy;       // Content-Security-Policy; copied; NULL: nothing may be loaded
    const char *set_cookie;   // Set-Cookie; copied; NULL: none
    const char *location;     // of a redirection; copied; NULL: none
    struct fw_buffer body;    // ready to be appended to; the server's
    bool streams;
    struct fw_http_stream stream; // when `streams`; the server closes it, also when it can't begin
};

struct fw_http_route {
    const char *method; // "GET", "POST", "PUT", "DELETE"
    const char *path;   // "/metrics"; with "*" at its end all that begin so
    bool open;          // needs no token
    void (*handle)(void *arg, const struct fw_http_request *request, struct fw_http_answer *answer);
    void *arg;
};

struct fw_http_options {
    struct fw_http_address address;
    const char *token;                  // NULL: none, which only a loopback address may have
    const struct fw_http_route *routes; // the first that fits is taken
    size_t n_routes;
    // Whether a request without the token may pass for another reason: a cookie that was given for
    // the token. NULL: none does. With it, browsers are not told to ask for a password themselves.
    bool (*admits)(void *arg, const struct fw_http_request *request);
    void *arg; // of admits
};

// Listens and serves. `options` and the routes are copied, but not what they point to. On success
// *ret is the caller's. Errors: CONFIG (the address is in use or not this machine's; no token where
// others can connect, or one shorter than FW_HTTP_MIN_TOKEN_BYTES).
int fw_http_start(const struct fw_http_options *options, struct fw_http_server **ret,
                  struct fw_error *err);

// Ends all connections, closes all streams. NULL is allowed.
void fw_http_stop(struct fw_http_server *server);

// Where it listens, with the port that port 0 became. Borrowed.
const struct fw_http_address *fw_http_server_address(const struct fw_http_server *server);

// Streams that had nothing are asked again. Any thread; costs little when there are none.
void fw_http_wake(struct fw_http_server *server);

// Fills an answer with a line of text and a status.
void fw_http_say(struct fw_http_answer *answer, int status, const char *format, ...)
    FW_PRINTF(3, 4);

#endif
