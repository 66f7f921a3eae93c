// SPDX-License-Identifier: MIT
// media: mp4 files on disks that are missing, full, or written by another.
#include "unit.h"

#include "video.h"

#include "base/memory.h"
#include "media/mp4.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void no_file_there(const char *path, const struct fw_stream *stream, int code)
{
    struct fw_mp4_writer *writer = NULL;
    struct fw_error err = { 0 };
    assert_int_equal(fw_mp4_create(path, stream, &writer, &err), -code);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, strerror(code)));
    assert_null(writer);
}

static void where_no_file_can_be_made_says_so(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(0);
    char *missing = fw_xasprintf("%s/missing/clip.mp4", clip.folder);
    char *longest = fw_xasprintf("%s/%0255d", clip.folder, 7); // .part is too long
    no_file_there(missing, &clip.stream, ENOENT);
    no_file_there(longest, &clip.stream, ENAMETOOLONG);
    no_file_there(clip.folder, &clip.stream, EISDIR);
    video_write_file(clip.path, (const uint8_t *)"x", 1);
    char *below = fw_xasprintf("%s/clip.mp4", clip.path);
    no_file_there(below, &clip.stream, ENOTDIR);
    assert_int_equal(video_n_files(clip.folder), 1);
    free(below);
    free(missing);
    free(longest);
    video_clip_destroy(&clip);
}

static void any_name_will_do(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(3);
    char *path = fw_xasprintf("%s/http:a %%03d?*\\.xyz", clip.folder);
    video_clip_write(&clip, path);
    video_clip_write(&clip, clip.path);
    assert_int_equal(video_n_files(clip.folder), 2);
    video_same_files(path, clip.path);
    free(path);
    video_clip_destroy(&clip);
}

static void an_old_file_stays_until_the_new_is_whole(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(5);
    char *other = fw_xasprintf("%s/other.mp4", clip.folder);
    video_clip_write(&clip, other);
    video_write_file(clip.path, (const uint8_t *)"old", 3);
    for (int finished = 0; finished < 2; finished++) {
        struct fw_mp4_writer *writer = video_create(clip.path, &clip.stream);
        for (int i = 0; i < clip.n; i++) {
            video_write_packet(writer, clip.packet[i]);
            size_t size = 0;
            uint8_t *old = video_read_file(clip.path, &size);
            assert_int_equal(size, 3);
            free(old);
        }
        assert_int_equal(video_n_files(clip.folder), 3);
        if (finished) {
            video_finish(writer);
        } else {
            fw_mp4_abandon(writer);
        }
        assert_int_equal(video_n_files(clip.folder), 2);
    }
    video_same_files(other, clip.path);
    fw_mp4_abandon(NULL);
    free(other);
    video_clip_destroy(&clip);
}

static void two_writers_of_one_file_are_kept_apart(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(3);
    struct fw_mp4_writer *writer = video_create(clip.path, &clip.stream);
    video_write_packet(writer, clip.packet[0]);
    struct fw_mp4_writer *second = NULL;
    struct fw_error err = { 0 };
    assert_int_equal(fw_mp4_create(clip.path, &clip.stream, &second, &err), -EWOULDBLOCK);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    video_write_packet(writer, clip.packet[1]);
    video_finish(writer);
    video_probe_says(clip.path, "nb_read_frames", "2\n");
    // What a crash has left is no obstacle.
    char *part = fw_xasprintf("%s.part", clip.path);
    video_write_file(part, (const uint8_t *)"left over", 9);
    video_clip_write(&clip, clip.path);
    video_probe_says(clip.path, "nb_read_frames", "3\n");
    assert_int_equal(video_n_files(clip.folder), 1);
    free(part);
    video_clip_destroy(&clip);
}

// ---- a full disk ----

// Writes the whole file and returns the code of the first call that fails, or 0.
static int try_to_write(const struct video_clip *clip, const char *path, struct fw_error *err)
{
    struct fw_mp4_writer *writer = NULL;
    int rc = fw_mp4_create(path, &clip->stream, &writer, err);
    if (rc < 0) {
        return rc;
    }
    for (int i = 0; i < clip->n; i++) {
        rc = fw_mp4_write(writer, clip->packet[i], NULL, err);
        if (rc < 0) {
            fw_mp4_abandon(writer);
            return rc;
        }
    }
    return fw_mp4_finish(writer, err);
}

static void check_full(const struct video_clip *clip, const char *path, int code, int rc,
                       const struct fw_error *err)
{
    if (rc != -code || err->kind != FW_ERROR_CONFIG || strstr(err->text, path) == NULL ||
        strstr(err->text, strerror(code)) == NULL) {
        fail_msg("code %d, kind %d: %s", rc, err->kind, err->text);
    }
    assert_int_equal(access(path, F_OK), -1);
    (void)clip;
}

static void a_file_that_may_not_grow_leaves_nothing(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(60);
    video_clip_write(&clip, clip.path);
    struct stat status;
    assert_int_equal(stat(clip.path, &status), 0);
    assert_int_equal(unlink(clip.path), 0);
    signal(SIGXFSZ, SIG_IGN); // then the writer sees EFBIG
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    // In the header, among the samples, in the index, and (one byte short) in the second pass.
    off_t step = status.st_size / 23;
    for (off_t limit = 0; limit < status.st_size; limit += step) {
        off_t room = limit + step < status.st_size ? limit : status.st_size - 1;
        struct rlimit less = { (rlim_t)room, before.rlim_max };
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
        struct fw_error err = { 0 };
        int rc = try_to_write(&clip, clip.path, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        check_full(&clip, clip.path, EFBIG, rc, &err);
        assert_int_equal(video_n_files(clip.folder), 0);
    }
    struct rlimit enough = { (rlim_t)status.st_size, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &enough), 0);
    struct fw_error err = { 0 };
    assert_int_equal(try_to_write(&clip, clip.path, &err), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(video_n_files(clip.folder), 1);
    video_clip_destroy(&clip);
}

// In a child, whose mount nobody else sees. Exit code 0: good, 77: mounts are not permitted.
static void fill_small_disks(const struct video_clip *clip, const char *folder, off_t file_size)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
        _exit(77);
    }
    char *path = fw_xasprintf("%s/clip.mp4", folder);
    int n_full = 0;
    long page = sysconf(_SC_PAGESIZE);
    for (long pages = 1;; pages++) {
        char *size = fw_xasprintf("size=%ld", pages * page);
        if (mount("none", folder, "tmpfs", 0, size) < 0) {
            _exit(errno == EPERM ? 77 : 1);
        }
        free(size);
        struct fw_error err = { 0 };
        int rc = try_to_write(clip, path, &err);
        if (rc == 0) {
            _exit(n_full >= 3 && pages * page >= file_size ? 0 : 2);
        }
        if (rc != -ENOSPC || err.kind != FW_ERROR_CONFIG || strstr(err.text, path) == NULL ||
            video_n_files(folder) != 0) {
            print_error("%ld pages, code %d: %s\n", pages, rc, err.text);
            _exit(3);
        }
        n_full++;
        umount(folder);
    }
}

static void a_full_disk_leaves_nothing(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(60);
    video_clip_write(&clip, clip.path);
    struct stat status;
    assert_int_equal(stat(clip.path, &status), 0);
    char *disk = fw_xasprintf("%s/disk", clip.folder);
    assert_int_equal(mkdir(disk, 0777), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fill_small_disks(&clip, disk, status.st_size);
    }
    int result = 0;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    free(disk);
    video_clip_destroy(&clip);
    if (WEXITSTATUS(result) == 77) {
        print_message("# skipped: a small file system can't be mounted here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(result), 0);
}

// ---- memory ----

// AddressSanitizer keeps what is freed for a while.
#if defined(__SANITIZE_ADDRESS__)
#define FREED_MEMORY_STAYS true
#elif defined(__has_feature)
#define FREED_MEMORY_STAYS __has_feature(address_sanitizer)
#else
#define FREED_MEMORY_STAYS false
#endif

// The most memory that a child takes to write `n` packets of 64 KiB, in KiB.
static long peak_kib(const struct video_clip *clip, int n)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct fw_packet *packet = fw_packet_new(65536);
        memset(packet->data, 0x55, packet->size);
        memcpy(packet->data, "\0\0\1\x41", 4);
        struct fw_mp4_writer *writer = NULL;
        int rc = fw_mp4_create(clip->path, &clip->stream, &writer, NULL);
        for (int i = 0; rc == 0 && i < n; i++) {
            packet->pts = packet->dts = 512 * i;
            rc = fw_mp4_write(writer, packet, NULL, NULL);
        }
        _exit(rc == 0 && fw_mp4_finish(writer, NULL) == 0 ? 0 : 1);
    }
    int result = 0;
    struct rusage usage;
    assert_int_equal(wait4(child, &result, 0, &usage), child);
    assert_int_equal(result, 0);
    return usage.ru_maxrss;
}

static void memory_grows_by_the_index_alone(void **unused)
{
    (void)unused;
    if (FREED_MEMORY_STAYS) {
        skip();
    }
    struct video_clip clip = video_clip_make(1);
    long small = peak_kib(&clip, 10);
    long large = peak_kib(&clip, 1500); // 94 MiB
    print_message("# peak %ld KiB, %ld KiB\n", small, large);
    assert_true(large - small < 2048);
    video_clip_destroy(&clip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_no_file_can_be_made_says_so),
        cmocka_unit_test(any_name_will_do),
        cmocka_unit_test(an_old_file_stays_until_the_new_is_whole),
        cmocka_unit_test(two_writers_of_one_file_are_kept_apart),
        cmocka_unit_test(a_file_that_may_not_grow_leaves_nothing),
        cmocka_unit_test(a_full_disk_leaves_nothing),
        cmocka_unit_test(memory_grows_by_the_index_alone),
    };
    return cmocka_run_group_tests_name("mp4_file", tests, NULL, NULL);
}
