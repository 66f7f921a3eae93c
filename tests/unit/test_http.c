// SPDX-License-Identifier: MIT
// http/: addresses, the token, the Host header, and a server at work on a free port of loopback.
#include "unit.h"

#include "http/guard.h"
#include "http/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOKEN "correct-horse-battery"

// --- pure parts ---

static void assert_address(const char *text, const char *expected, bool loopback)
{
    struct fw_http_address address;
    struct fw_error err = { 0 };
    char written[FW_HTTP_ADDRESS_TEXT_SIZE];
    assert_int_equal(fw_http_address_parse(text, &address, &err), 0);
    fw_http_address_write(&address, written);
    assert_string_equal(written, expected);
    assert_int_equal(address.loopback, loopback);
}

static void addresses_are_read(void **unused)
{
    (void)unused;
    assert_address("9100", "127.0.0.1:9100", true);
    assert_address(":9100", "127.0.0.1:9100", true);
    assert_address("localhost:0", "127.0.0.1:0", true);
    assert_address("127.8.9.1:1", "127.8.9.1:1", true);
    assert_address("0.0.0.0:65535", "0.0.0.0:65535", false);
    assert_address("[::1]:80", "[::1]:80", true);
    assert_address("[::]:80", "[::]:80", false);
    assert_address("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80", true);
    assert_address("[2001:db8::7]:80", "[2001:db8::7]:80", false);
}

static void wrong_addresses_are_refused(void **unused)
{
    (void)unused;
    const char *const wrong[] = { "",
                                  ":",
                                  "127.0.0.1",
                                  "127.0.0.1:",
                                  "127.0.0.1:65536",
                                  "1.2.3:80",
                                  "::1:80",
                                  "[::1]",
                                  "[::1]80",
                                  "[127.0.0.1]:80",
                                  "example.com:80",
                                  "127.0.0.1:-1",
                                  "127.0.0.1:8 ",
                                  "[]:80",
                                  "[::1]:x",
                                  "11111111111111111111111111111111111111111111111111111:80" };
    for (size_t i = 0; i < FW_ARRAY_LEN(wrong); i++) {
        struct fw_http_address address;
        struct fw_error err = { 0 };
        assert_int_equal(fw_http_address_parse(wrong[i], &address, &err), -EINVAL);
        assert_int_equal(err.kind, FW_ERROR_CONFIG);
    }
}

static void only_the_token_passes(void **unused)
{
    (void)unused;
    assert_true(fw_http_may_pass("Bearer " TOKEN, TOKEN));
    assert_true(fw_http_may_pass("bearer " TOKEN, TOKEN));
    assert_true(fw_http_may_pass("Basic YW55OmNvcnJlY3QtaG9yc2UtYmF0dGVyeQ==", TOKEN));
    const char *const wrong[] = { NULL,
                                  "",
                                  "Bearer ",
                                  "Bearer correct-horse-batterz",
                                  "Bearer x" TOKEN,
                                  "Bearer " TOKEN "x",
                                  "Bearer correct",
                                  TOKEN,
                                  "Basic " TOKEN,
                                  "Basic YW55Ondyb25n",
                                  "Basic Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5",
                                  "Basic " };
    for (size_t i = 0; i < FW_ARRAY_LEN(wrong); i++) {
        assert_false(fw_http_may_pass(wrong[i], TOKEN));
    }
    assert_false(fw_http_may_pass("Bearer ", ""));
}

static void only_this_machine_is_local(void **unused)
{
    (void)unused;
    const char *const local[] = { NULL,           "localhost", "LOCALHOST:9100", "127.0.0.1",
                                  "127.1.2.3:80", "[::1]",     "[::1]:9100" };
    const char *const foreign[] = {
        "",         "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80",
        "[::2]:80", "10.0.0.1",     "[::1].evil:80"
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(local); i++) {
        assert_true(fw_http_host_is_local(local[i]));
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(foreign); i++) {
        assert_false(fw_http_host_is_local(foreign[i]));
    }
}

// --- a server ---

struct ticks {
    atomic_int left;
    atomic_int n_closed;
};

static ssize_t read_tick(void *arg, uint8_t *data, size_t size)
{
    struct ticks *ticks = arg;
    (void)size;
    int left = atomic_load(&ticks->left);
    if (left == 0) {
        return 0;
    }
    if (left < 0) {
        return -1;
    }
    atomic_fetch_sub(&ticks->left, 1);
    memcpy(data, "tick\n", 5);
    return 5;
}

static void close_ticks(void *arg)
{
    atomic_fetch_add(&((struct ticks *)arg)->n_closed, 1);
}

static void get_ticks(void *arg, const struct fw_http_request *request,
                      struct fw_http_answer *answer)
{
    (void)request;
    answer->content_type = "text/event-stream";
    answer->streams = true;
    answer->stream = (struct fw_http_stream){ .read = read_tick, .close = close_ticks, .arg = arg };
}

static void echo(void *arg, const struct fw_http_request *request, struct fw_http_answer *answer)
{
    (void)arg;
    const char *query = fw_http_query(request, "q");
    fw_http_say(answer, 0, "%s rest=%s q=%s body=%.*s", request->method, request->rest,
                query != NULL ? query : "none", (int)request->body_size,
                request->body != NULL ? (const char *)request->body : "");
}

static struct ticks ticks;
static const struct fw_http_route routes[] = {
    { .method = "GET", .path = "/open", .open = true, .handle = echo },
    { .method = "GET", .path = "/items/*", .handle = echo },
    { .method = "POST", .path = "/items/*", .handle = echo },
    { .method = "GET", .path = "/ticks", .handle = get_ticks, .arg = &ticks },
};

static struct fw_http_server *start(const char *listen, const char *token)
{
    struct fw_http_options options = { .token = token,
                                       .routes = routes,
                                       .n_routes = FW_ARRAY_LEN(routes) };
    struct fw_http_server *server = NULL;
    struct fw_error err = { 0 };
    assert_int_equal(fw_http_address_parse(listen, &options.address, &err), 0);
    if (fw_http_start(&options, &server, &err) != 0) {
        fail_msg("%s", err.text);
    }
    return server;
}

static int dial(const struct fw_http_server *server, const char *request)
{
    const struct fw_http_address *address = fw_http_server_address(server);
    int fd = socket(address->socket.ss_family, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address->socket, address->size), 0);
    assert_int_equal(write(fd, request, strlen(request)), (ssize_t)strlen(request));
    return fd;
}

// Everything until the server closes, or until `enough` has come.
static char *listen_to(int fd, const char *enough)
{
    static char text[65536];
    size_t n = 0;
    ssize_t got = 0;
    text[0] = '\0';
    while ((enough == NULL || strstr(text, enough) == NULL) &&
           (got = read(fd, text + n, sizeof(text) - n - 1)) > 0) {
        n += (size_t)got;
        text[n] = '\0';
    }
    return text;
}

static char *ask(const struct fw_http_server *server, const char *request)
{
    int fd = dial(server, request);
    char *text = listen_to(fd, NULL);
    close(fd);
    return text;
}

#define HEAD "Host: localhost\r\nConnection: close\r\n"

static void requests_find_their_routes(void **unused)
{
    (void)unused;
    struct fw_http_server *server = start("127.0.0.1:0", NULL);
    assert_non_null(strstr(ask(server, "GET /items/a%20b?q=1%2B1 HTTP/1.1\r\n" HEAD "\r\n"),
                           "GET rest=a b q=1+1 body="));
    assert_non_null(
        strstr(ask(server, "POST /items/ HTTP/1.1\r\n" HEAD "Content-Length: 3\r\n\r\nxyz"),
               "POST rest= q=none body=xyz"));
    assert_non_null(strstr(ask(server, "GET /nothing HTTP/1.1\r\n" HEAD "\r\n"), " 404 "));
    assert_non_null(strstr(ask(server, "DELETE /open HTTP/1.1\r\n" HEAD "\r\n"), " 405 "));
    assert_non_null(strstr(
        ask(server, "GET /items/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        " 403 "));
    char *head = ask(server, "HEAD /open HTTP/1.1\r\n" HEAD "\r\n");
    assert_non_null(strstr(head, " 200 "));
    assert_null(strstr(head, "rest="));
    assert_non_null(strstr(head, "Content-Security-Policy: default-src 'none'"));
    fw_http_stop(server);
}

static void a_token_is_asked_for(void **unused)
{
    (void)unused;
    struct fw_http_server *server = start("[::1]:0", TOKEN);
    assert_non_null(strstr(ask(server, "GET /open HTTP/1.1\r\n" HEAD "\r\n"), " 200 "));
    char *refused = ask(server, "GET /items/ HTTP/1.1\r\n" HEAD "\r\n");
    assert_non_null(strstr(refused, " 401 "));
    assert_non_null(strstr(refused, "WWW-Authenticate: Basic"));
    assert_non_null(strstr(ask(server, "GET /nothing HTTP/1.1\r\n" HEAD "\r\n"), " 401 "));
    assert_non_null(strstr(
        ask(server, "GET /items/ HTTP/1.1\r\n" HEAD "Authorization: Bearer " TOKEN "\r\n\r\n"),
        " 200 "));
    fw_http_stop(server);
}

static void what_is_too_large_is_refused(void **unused)
{
    (void)unused;
    struct fw_http_server *server = start("127.0.0.1:0", NULL);
    static char request[40000];
    int n = snprintf(request, sizeof(request), "GET /open HTTP/1.1\r\n" HEAD "X: ");
    memset(request + n, 'x', 30000);
    memcpy(request + n + 30000, "\r\n\r\n", 5);
    assert_non_null(strstr(ask(server, request), " 431 "));
    static char body[FW_HTTP_MAX_BODY_BYTES + 1000];
    n = snprintf(body, sizeof(body), "POST /items/ HTTP/1.1\r\n" HEAD "Content-Length: %d\r\n\r\n",
                 FW_HTTP_MAX_BODY_BYTES + 1);
    memset(body + n, 'b', FW_HTTP_MAX_BODY_BYTES + 1);
    assert_non_null(strstr(ask(server, body), " 413 "));
    fw_http_stop(server);
}

static void a_stream_sleeps_wakes_and_ends(void **unused)
{
    (void)unused;
    struct fw_http_server *server = start("127.0.0.1:0", NULL);
    atomic_store(&ticks.left, 1);
    int fd = dial(server, "GET /ticks HTTP/1.1\r\n" HEAD "\r\n");
    assert_non_null(strstr(listen_to(fd, "tick\n"), "text/event-stream"));
    atomic_store(&ticks.left, 2);
    fw_http_wake(server);
    assert_non_null(strstr(listen_to(fd, "tick\n"), "tick\n"));
    atomic_store(&ticks.left, -1);
    fw_http_wake(server);
    (void)listen_to(fd, NULL); // to the end
    close(fd);
    atomic_store(&ticks.left, 0);
    fd = dial(server, "GET /ticks HTTP/1.1\r\n" HEAD "\r\n");
    (void)listen_to(fd, "\r\n\r\n");
    fw_http_stop(server); // with a sleeper
    close(fd);
    assert_int_equal(atomic_load(&ticks.n_closed), 2);
}

static void it_does_not_listen_elsewhere_without_a_token(void **unused)
{
    (void)unused;
    struct fw_http_server *server = NULL;
    struct fw_http_options options = { 0 };
    struct fw_error err = { 0 };
    assert_int_equal(fw_http_address_parse("0.0.0.0:0", &options.address, &err), 0);
    assert_int_equal(fw_http_start(&options, &server, &err), -EACCES);
    options.token = "short";
    assert_int_equal(fw_http_start(&options, &server, &err), -EINVAL);
    assert_null(server);
}

static void an_address_in_use_is_named(void **unused)
{
    (void)unused;
    struct fw_http_server *server = start("127.0.0.1:0", NULL);
    struct fw_http_options options = { .address = *fw_http_server_address(server) };
    struct fw_http_server *second = NULL;
    struct fw_error err = { 0 };
    assert_int_equal(fw_http_start(&options, &second, &err), -EADDRINUSE);
    assert_non_null(strstr(err.text, "127.0.0.1:"));
    fw_http_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(wrong_addresses_are_refused),
        cmocka_unit_test(only_the_token_passes),
        cmocka_unit_test(only_this_machine_is_local),
        cmocka_unit_test(requests_find_their_routes),
        cmocka_unit_test(a_token_is_asked_for),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(a_stream_sleeps_wakes_and_ends),
        cmocka_unit_test(it_does_not_listen_elsewhere_without_a_token),
        cmocka_unit_test(an_address_in_use_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
