// SPDX-License-Identifier: MIT
// Bodies that go on.
//
// A stream that has nothing suspends its connection, which then costs nothing until it is woken.
#include "http/server_impl.h"

#include "base/memory.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct open_stream {
    struct fw_http_connection *connection;
    struct fw_http_stream stream;
};

// A wake may come between the empty read and the sleep; so both are under the lock, and the stream
// is asked once more before it sleeps by whoever wakes: at the latest a second later.
static bool fall_asleep(struct fw_http_connection *connection)
{
    struct fw_http_server *server = connection->server;
    pthread_mutex_lock(&server->lock);
    bool sleeps = !server->stopping;
    if (sleeps) {
        connection->asleep = true;
        MHD_suspend_connection(connection->native);
    }
    pthread_mutex_unlock(&server->lock);
    return sleeps;
}

static ssize_t read_stream(void *arg, uint64_t at, char *data, size_t size)
{
    (void)at; // streams only go forward
    struct open_stream *open = arg;
    ssize_t n = open->stream.read(open->stream.arg, (uint8_t *)data, size);
    if (n < 0 || (n == 0 && !fall_asleep(open->connection))) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    return n;
}

static void close_stream(void *arg)
{
    struct open_stream *open = arg;
    struct fw_http_server *server = open->connection->server;
    pthread_mutex_lock(&server->lock);
    server->n_streams--;
    pthread_mutex_unlock(&server->lock);
    if (open->stream.close != NULL) {
        open->stream.close(open->stream.arg);
    }
    free(open);
}

struct MHD_Response *fw_http_stream_response(struct fw_http_connection *connection,
                                             const struct fw_http_stream *stream)
{
    struct fw_http_server *server = connection->server;
    struct MHD_Response *response = NULL;
    struct open_stream *open = fw_xmalloc(sizeof(*open));
    *open = (struct open_stream){ .connection = connection, .stream = *stream };
    pthread_mutex_lock(&server->lock);
    bool room = server->n_streams < FW_HTTP_MAX_STREAMS;
    server->n_streams++; // close_stream takes it back
    pthread_mutex_unlock(&server->lock);
    if (room) {
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream,
                                                     open, close_stream);
    }
    if (response == NULL) {
        close_stream(open);
    }
    return response;
}
