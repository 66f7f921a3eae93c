// SPDX-License-Identifier: MIT
// media/demux: what comes out of good, odd and bad files, against what ffprobe says.
#include "unit.h"

#include "base/macros.h"
#include "clips.h"
#include "media/demux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fw_demuxer *must_open(const char *path)
{
    struct fw_demuxer *demuxer = NULL;
    struct fw_error err = { 0 };
    if (fw_demux_open(path, &demuxer, &err) != 0) {
        fail_msg("%s", err.text);
    }
    return demuxer;
}

// Reads to the end; returns how many packets, and errors where asked for.
static int count_packets(struct fw_demuxer *demuxer, int *ret_errors)
{
    int n = 0;
    int n_errors = 0;
    for (;;) {
        struct fw_packet *packet = NULL;
        struct fw_error err = { 0 };
        int rc = fw_demux_read(demuxer, &packet, &err);
        if (rc == 0) {
            break;
        }
        if (rc < 0) {
            assert_int_equal(err.kind, FW_ERROR_DATA);
            n_errors++;
            continue;
        }
        assert_int_equal(packet->number, n);
        n++;
        fw_packet_free(packet);
    }
    struct fw_packet *none = NULL;
    assert_int_equal(fw_demux_read(demuxer, &none, NULL), 0); // the end stays the end
    assert_null(none);
    if (ret_errors != NULL) {
        *ret_errors = n_errors;
    } else {
        assert_int_equal(n_errors, 0);
    }
    return n;
}

// ffprobe's number, or "N/A".
static int64_t time_of(const char *text)
{
    return strcmp(text, "N/A") == 0 ? FW_NO_TIME : strtoll(text, NULL, 10);
}

static int64_t relative(int64_t time, int64_t start)
{
    return time == FW_NO_TIME ? FW_NO_TIME : time - start;
}

static void assert_packets_as_ffprobe_says(const char *name)
{
    FILE *probe = clips_ask("ffprobe -v error -select_streams v -show_entries "
                            "packet=pts,dts,size,flags -of compact=p=0:nk=1 \"$CLIP\"",
                            name);
    struct fw_demuxer *demuxer = must_open(clip(name));
    int64_t first_pts = 0;
    char line[256];
    int64_t n = 0;
    while (fgets(line, sizeof(line), probe) != NULL) {
        char pts[32];
        char dts[32];
        size_t size = 0;
        char key = 0;
        if (sscanf(line, "%31[^|]|%31[^|]|%zu|%c", pts, dts, &size, &key) != 4) {
            continue; // an empty line, or side data
        }
        first_pts = n == 0 ? time_of(pts) : first_pts;
        struct fw_packet *packet = NULL;
        assert_int_equal(fw_demux_read(demuxer, &packet, NULL), 1);
        assert_int_equal(packet->number, n);
        assert_int_equal(packet->pts, relative(time_of(pts), first_pts));
        assert_int_equal(packet->dts, relative(time_of(dts), first_pts));
        assert_int_equal(packet->size, size);
        assert_int_equal(packet->key, key == 'K');
        fw_packet_free(packet);
        n++;
    }
    assert_true(n >= 10);
    assert_int_equal(pclose(probe), 0);
    struct fw_packet *none = NULL;
    assert_int_equal(fw_demux_read(demuxer, &none, NULL), 0);
    fw_demux_close(demuxer);
}

static void packets_are_those_of_ffprobe(void **unused)
{
    (void)unused;
    static const char *const names[] = { "plain.mp4",         "plain.ts",      "hevc.mkv",
                                         "vp9.webm",          "camera.flv",    "motion.avi",
                                         "variable_rate.mp4", "starts_late.ts" };
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        assert_packets_as_ffprobe_says(names[i]);
    }
}

struct description {
    const char *name;
    const char *codec;
    int width;
    int height;
    struct fw_rational rate;
    struct fw_rational aspect;
    int rotation;
    int64_t n_frames;
    int n_packets;
};

static const struct description descriptions[] = {
    { "plain.mp4", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 0, 30, 30 },
    { "plain.ts", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 30 },
    { "raw.h264", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 30 },
    { "hevc.mkv", "hevc", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 30 },
    { "vp9.webm", "vp9", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 30 },
    { "av1.mp4", "av1", 160, 120, { 25, 1 }, { 1, 1 }, 0, 10, 10 },
    { "bframes.avi", "mpeg4", 160, 120, { 25, 1 }, { 1, 1 }, 0, 30, 30 },
    { "program.mpg", "mpeg2video", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 30 },
    { "camera.flv", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 30 },
    { "motion.avi", "mjpeg", 160, 120, { 25, 1 }, { 1, 1 }, 0, 30, 30 },
    { "raw.y4m", "rawvideo", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 30 },
    { "still.png", "png", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 1 },
    { "still.jpg", "mjpeg", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 1 },
    { "one_frame.mp4", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 0, 1, 1 },
    { "8k.mp4", "h264", 7680, 4320, { 25, 1 }, { 1, 1 }, 0, 1, 1 },
    { "anamorphic.mp4", "h264", 160, 120, { 25, 1 }, { 4, 3 }, 0, 10, 10 },
    { "rotated_90.mp4", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 270, 10, 10 },
    { "rotated_180.mp4", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 180, 10, 10 },
    { "rotated_270.mp4", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 90, 10, 10 },
    { "rotated_anamorphic.mp4", "h264", 160, 120, { 25, 1 }, { 4, 3 }, 270, 10, 10 },
    { "90000_fps.mp4", "h264", 160, 120, { 0, 1 }, { 1, 1 }, 0, 10, 10 },
    { "zero_rate.avi", "mjpeg", 160, 120, { 25, 1 }, { 1, 1 }, 0, 30, 30 },
    { "resolution_changes.ts", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 40 },
    { "parameters_change.flv", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 0, 0, 40 },
    { "trimmed.mp4", "h264", 160, 120, { 25, 1 }, { 1, 1 }, 0, 60, 60 },
};

static void streams_are_described(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < FW_ARRAY_LEN(descriptions); i++) {
        const struct description *expected = &descriptions[i];
        struct fw_demuxer *demuxer = must_open(clip(expected->name));
        const struct fw_stream *stream = fw_demux_stream(demuxer);
        assert_string_equal(stream->codec, expected->codec);
        assert_int_equal(stream->width, expected->width);
        assert_int_equal(stream->height, expected->height);
        assert_int_equal(stream->frame_rate.num, expected->rate.num);
        assert_int_equal(stream->frame_rate.den, expected->rate.den);
        assert_int_equal(stream->sample_aspect.num, expected->aspect.num);
        assert_int_equal(stream->sample_aspect.den, expected->aspect.den);
        assert_int_equal(stream->rotation, expected->rotation);
        assert_int_equal(stream->n_frames, expected->n_frames);
        assert_true(stream->time_base.num > 0 && stream->time_base.den > 0);
        assert_int_equal(count_packets(demuxer, NULL), expected->n_packets);
        fw_demux_close(demuxer);
    }
}

static void joined_files_keep_rising_times(void **unused)
{
    (void)unused;
    struct fw_demuxer *demuxer = must_open(clip("resolution_changes.ts"));
    struct fw_packet *packet = NULL;
    int64_t last_dts = INT64_MIN;
    int64_t latest_pts = INT64_MIN;
    while (fw_demux_read(demuxer, &packet, NULL) == 1) {
        assert_true(packet->dts > last_dts);
        last_dts = packet->dts;
        latest_pts = packet->pts > latest_pts ? packet->pts : latest_pts;
        fw_packet_free(packet);
    }
    assert_int_equal(latest_pts, 39 * 3600); // 40 pictures, 3600 ticks each
    fw_demux_close(demuxer);
}

static void changed_parameters_come_with_their_packet(void **unused)
{
    (void)unused;
    struct fw_demuxer *demuxer = must_open(clip("parameters_change.flv"));
    struct fw_packet *packet = NULL;
    int64_t last_dts = INT64_MIN;
    while (fw_demux_read(demuxer, &packet, NULL) == 1) {
        assert_int_equal(packet->new_extradata_size > 0, packet->number == 30);
        assert_int_equal(packet->new_extradata != NULL, packet->number == 30);
        assert_true(packet->dts > last_dts);
        last_dts = packet->dts;
        fw_packet_free(packet);
    }
    fw_demux_close(demuxer);
}

static void an_edit_list_hides_packets(void **unused)
{
    (void)unused;
    struct fw_demuxer *demuxer = must_open(clip("trimmed.mp4"));
    struct fw_packet *packet = NULL;
    int n_hidden = 0;
    int64_t first_shown = INT64_MAX;
    while (fw_demux_read(demuxer, &packet, NULL) == 1) {
        n_hidden += packet->hidden;
        if (!packet->hidden && packet->pts < first_shown) {
            first_shown = packet->pts;
        }
        fw_packet_free(packet);
    }
    assert_int_equal(n_hidden, 25); // one second of the 60 frames
    assert_int_equal(first_shown, 0);
    fw_demux_close(demuxer);
}

static void assert_refused(const char *path, enum fw_error_kind kind, const char *reason)
{
    struct fw_demuxer *demuxer = NULL;
    struct fw_error err = { 0 };
    int rc = fw_demux_open(path, &demuxer, &err);
    if (rc == 0) {
        fail_msg("%s was opened", path);
    }
    assert_null(demuxer);
    assert_int_equal(rc, -err.code);
    if (err.kind != kind || strstr(err.text, path) == NULL || strstr(err.text, reason) == NULL) {
        fail_msg("%s: %s", fw_error_kind_name(err.kind), err.text);
    }
}

static void bad_files_are_refused_with_path_and_reason(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        enum fw_error_kind kind;
        const char *reason;
    } refusals[] = {
        { "missing.mp4", FW_ERROR_CONFIG, "no such file" },
        { "plain.mp4/x", FW_ERROR_CONFIG, "Not a directory" },
        { "folder.mp4", FW_ERROR_CONFIG, "is a directory" },
        { "empty.mp4", FW_ERROR_CONFIG, "the file is empty" },
        { "noise.mp4", FW_ERROR_DATA, "no video file, or damaged" },
        { "no_index.mp4", FW_ERROR_DATA, "moov atom not found" },
        { "audio_only.mp4", FW_ERROR_DATA, "no video stream (audio only)" },
        { "sound.mp3", FW_ERROR_DATA, "no video stream (audio only)" },
        { "cover.mp3", FW_ERROR_DATA, "no video stream (audio with a cover picture)" },
        { "1x1.mkv", FW_ERROR_DATA, "1x1 pixels are too small" },
        { "8x8.png", FW_ERROR_DATA, "8x8 pixels are too small" },
        { "huge.png", FW_ERROR_DATA, "20000x20000" },
        { "playlist.m3u8", FW_ERROR_DATA, "a playlist" },
        { "list.ffconcat", FW_ERROR_DATA, "a playlist" },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(refusals); i++) {
        assert_refused(clip(refusals[i].name), refusals[i].kind, refusals[i].reason);
    }
    assert_refused("/dev/zero", FW_ERROR_CONFIG, "neither a file nor a pipe");
}

static void names_are_paths_whatever_they_hold(void **unused)
{
    (void)unused;
    static const char *const names[] = { "a:b.mp4", "frame%d %s.mp4", "-x" };
    int here = open(".", O_RDONLY | O_DIRECTORY);
    assert_int_equal(chdir(getenv("FW_TEST_CLIPS")), 0);
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        struct fw_demuxer *demuxer = must_open(names[i]);
        assert_int_equal(count_packets(demuxer, NULL), 1);
        fw_demux_close(demuxer);
    }
    assert_refused("concat:plain.ts|plain.ts", FW_ERROR_CONFIG, "no such file");
    assert_refused("subfile,,start,0,end,0,,:plain.ts", FW_ERROR_CONFIG, "no such file");
    assert_refused("file:plain.ts", FW_ERROR_CONFIG, "no such file");
    assert_int_equal(fchdir(here), 0);
    close(here);
}

static void a_cut_file_gives_what_is_there(void **unused)
{
    (void)unused;
    FILE *probe = clips_ask("ffprobe -v quiet -select_streams v -count_packets -show_entries "
                            "stream=nb_read_packets -of csv=p=0 \"$CLIP\"",
                            "cut_off.mp4");
    int expected = 0;
    assert_int_equal(fscanf(probe, "%d", &expected), 1);
    pclose(probe);
    assert_in_range(expected, 5, 29);
    struct fw_demuxer *demuxer = must_open(clip("cut_off.mp4"));
    int n_errors = 0;
    assert_int_equal(fw_demux_stream(demuxer)->n_frames, 30);
    assert_int_equal(count_packets(demuxer, &n_errors), expected);
    assert_in_range(n_errors, 0, 1);
    fw_demux_close(demuxer);
}

static void what_lies_behind_a_hole_is_read(void **unused)
{
    (void)unused;
    struct fw_demuxer *demuxer = must_open(clip("hole.mp4"));
    int n_errors = 0;
    int n_packets = count_packets(demuxer, &n_errors);
    assert_int_equal(n_errors, 1);
    assert_in_range(n_packets, 20, 29);
    fw_demux_close(demuxer);
}

static void a_packet_above_the_limit_is_left_out(void **unused)
{
    (void)unused;
    struct fw_demuxer *demuxer = must_open(clip("large_frame.y4m"));
    int n_errors = 0;
    assert_int_equal(count_packets(demuxer, &n_errors), 0);
    assert_int_equal(n_errors, 1);
    fw_demux_close(demuxer);
}

// --- pipes --------------------------------------------------------------------------------------

static char *read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct stat status;
    assert_int_equal(fstat(fileno(file), &status), 0);
    *ret_size = (size_t)status.st_size;
    char *bytes = malloc(*ret_size);
    assert_int_equal(fread(bytes, 1, *ret_size, file), *ret_size);
    fclose(file);
    return bytes;
}

// A pipe that holds `size` bytes, as a path for the demuxer. The writing end is *ret_fd.
static void fill_pipe(const char *bytes, size_t size, int *ret_read_fd, int *ret_write_fd,
                      char path[64])
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_true(fcntl(fds[1], F_SETPIPE_SZ, 1024 * 1024) >= (int)size);
    assert_int_equal(write(fds[1], bytes, size), size);
    snprintf(path, 64, "/proc/self/fd/%d", fds[0]);
    *ret_read_fd = fds[0];
    *ret_write_fd = fds[1];
}

static void a_pipe_is_read_to_its_end(void **unused)
{
    (void)unused;
    size_t size = 0;
    char *bytes = read_file(clip("plain.ts"), &size);
    int read_fd = -1;
    int write_fd = -1;
    char path[64];
    fill_pipe(bytes, size, &read_fd, &write_fd, path);
    close(write_fd); // before anybody reads: a writer that is quick and gone
    struct fw_demuxer *demuxer = must_open(path);
    assert_int_equal(count_packets(demuxer, NULL), 30);
    fw_demux_close(demuxer);
    close(read_fd);
    free(bytes);
}

static void *read_until_error(void *arg)
{
    struct fw_demuxer *demuxer = arg;
    static struct fw_error err;
    struct fw_packet *packet = NULL;
    while (fw_demux_read(demuxer, &packet, &err) == 1) {
        fw_packet_free(packet);
    }
    return &err;
}

static void an_interrupt_ends_a_read_that_waits(void **unused)
{
    (void)unused;
    size_t size = 0;
    char *bytes = read_file(clip("raw.y4m"), &size);
    int read_fd = -1;
    int write_fd = -1;
    char path[64];
    fill_pipe(bytes, size - 1000, &read_fd, &write_fd, path); // the rest never comes
    struct fw_demuxer *demuxer = must_open(path);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_until_error, demuxer), 0);
    fw_demux_interrupt(demuxer);
    void *result = NULL;
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_int_equal(((struct fw_error *)result)->kind, FW_ERROR_STOP);
    struct fw_error err = { 0 };
    struct fw_packet *packet = NULL;
    assert_true(fw_demux_read(demuxer, &packet, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_STOP);
    fw_demux_close(demuxer);
    close(read_fd);
    close(write_fd);
    free(bytes);
}

// --- a server on loopback -----------------------------------------------------------------------

struct server {
    int fd;
    int port;
    const char *head; // of the answer to the one request
    char *body;
    size_t size;
    pthread_t thread;
};

static void *serve_once(void *arg)
{
    struct server *server = arg;
    int fd = accept(server->fd, NULL, NULL);
    if (fd < 0) {
        return NULL;
    }
    char request[4096];
    size_t n = 0;
    while (n < sizeof(request) - 1) {
        ssize_t got = read(fd, request + n, sizeof(request) - 1 - n);
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
        request[n] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL) {
            break;
        }
    }
    FILE *answer = fdopen(fd, "w");
    fprintf(answer, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", server->head,
            server->size);
    if (server->size > 0) {
        fwrite(server->body, 1, server->size, answer);
    }
    fclose(answer);
    return NULL;
}

static void start_server(struct server *server)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(server->fd, 1), 0);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &length), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, serve_once, server), 0);
}

static void end_server(struct server *server)
{
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    close(server->fd);
    free(server->body);
}

static void a_url_is_read(void **unused)
{
    (void)unused;
    struct server server = { .head = "200 OK" };
    server.body = read_file(clip("plain.mp4"), &server.size);
    start_server(&server);
    char url[128];
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/plain.mp4", server.port);
    struct fw_demuxer *demuxer = must_open(url);
    assert_int_equal(count_packets(demuxer, NULL), 30);
    fw_demux_close(demuxer);
    end_server(&server);
}

static void a_servers_refusal_names_the_url_without_password(void **unused)
{
    (void)unused;
    struct server server = { .head = "404 Not Found" };
    start_server(&server);
    char url[128];
    snprintf(url, sizeof(url), "http://me:secret@127.0.0.1:%d/x", server.port);
    struct fw_demuxer *demuxer = NULL;
    struct fw_error err = { 0 };
    assert_true(fw_demux_open(url, &demuxer, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_null(strstr(err.text, "secret"));
    assert_non_null(strstr(err.text, "http://127.0.0.1"));
    end_server(&server);

    // Nobody listens there any more.
    assert_true(fw_demux_open(url, &demuxer, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_RETRY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_those_of_ffprobe),
        cmocka_unit_test(streams_are_described),
        cmocka_unit_test(joined_files_keep_rising_times),
        cmocka_unit_test(changed_parameters_come_with_their_packet),
        cmocka_unit_test(an_edit_list_hides_packets),
        cmocka_unit_test(bad_files_are_refused_with_path_and_reason),
        cmocka_unit_test(names_are_paths_whatever_they_hold),
        cmocka_unit_test(a_cut_file_gives_what_is_there),
        cmocka_unit_test(what_lies_behind_a_hole_is_read),
        cmocka_unit_test(a_packet_above_the_limit_is_left_out),
        cmocka_unit_test(a_pipe_is_read_to_its_end),
        cmocka_unit_test(an_interrupt_ends_a_read_that_waits),
        cmocka_unit_test(a_url_is_read),
        cmocka_unit_test(a_servers_refusal_names_the_url_without_password),
    };
    return cmocka_run_group_tests_name("demux", tests, clips_render, NULL);
}
