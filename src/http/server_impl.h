// SPDX-License-Identifier: MIT
// What the files of the server share. Private to http/.
#ifndef FW_HTTP_SERVER_IMPL_H
#define FW_HTTP_SERVER_IMPL_H

#include "http/server.h"

#include <microhttpd.h>
#include <pthread.h>

enum fw_http_phase {
    FW_HTTP_WAITS,   // for a request's last header
    FW_HTTP_ANSWERS, // a request is there
    FW_HTTP_STREAMS, // its answer goes on
};

struct fw_http_connection {
    // set before it is in the list
    struct fw_http_server *server;
    struct MHD_Connection *native;
    int fd;

    // under the server's lock
    struct fw_http_connection *next;
    struct fw_http_connection *previous;
    enum fw_http_phase phase;
    int64_t since_us;
    bool asleep; // suspended: its stream had nothing

    // the server's thread only
    struct fw_buffer body; // of the request
};

struct fw_http_server {
    // set before start
    struct fw_http_address address;
    const char *token;
    struct fw_http_route *routes;
    size_t n_routes;
    bool (*admits)(void *arg, const struct fw_http_request *request);
    void *admits_arg;
    struct MHD_Daemon *daemon;
    pthread_t watch;

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct fw_http_connection *connections;
    size_t n_streams;
    bool stopping;
};

// --- connections.c ---

// Called by the library when a connection begins and ends.
void fw_http_on_connection(void *arg, struct MHD_Connection *native, void **context,
                           enum MHD_ConnectionNotificationCode code);

// Called by the library when an answer is out, or will never be.
void fw_http_on_completed(void *arg, struct MHD_Connection *native, void **request,
                          enum MHD_RequestTerminationCode code);

void fw_http_set_phase(struct fw_http_connection *connection, enum fw_http_phase phase);

// The thread that closes what takes too long and wakes streams: runs until `stopping`.
void *fw_http_watch(void *arg);

// --- answer.c ---

// Called by the library with a request's headers, then its body.
enum MHD_Result fw_http_on_request(void *arg, struct MHD_Connection *native, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *data_size, void **request);

// --- stream.c ---

// A response whose body is the stream's, which it then owns. NULL: too many, or no memory; the
// stream is closed.
struct MHD_Response *fw_http_stream_response(struct fw_http_connection *connection,
                                             const struct fw_http_stream *stream);

#endif
