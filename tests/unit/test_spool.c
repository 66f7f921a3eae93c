// SPDX-License-Identifier: MIT
// upload: a member's own folder, and what a dead one has left.
#include "unit.h"

#include "base/memory.h"
#include "upload/spool.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_NOTES = 4 };

// What was asked to be aborted.
struct aborts {
    int result;
    int n;
    char text[MAX_NOTES][200];
};

static int abort_upload(void *arg, const struct fw_upload_note *note)
{
    struct aborts *aborts = arg;
    assert_true(aborts->n < MAX_NOTES);
    snprintf(aborts->text[aborts->n++], sizeof(aborts->text[0]), "%s %s %s", note->bucket,
             note->key, note->upload_id);
    return aborts->result;
}

static int make_folder(void **state)
{
    char *folder = fw_xstrdup("/tmp/firewatch-spool-XXXXXX");
    assert_non_null(mkdtemp(folder));
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    char *command = fw_xasprintf("rm -rf '%s'", (char *)*state);
    int result = system(command);
    free(command);
    free(*state);
    return result;
}

static struct fw_spool *open_spool(const char *folder, struct aborts *aborts, int *ret_n_cleared)
{
    struct fw_spool *spool = NULL;
    struct fw_error err = { 0 };
    int rc = fw_spool_open(folder, abort_upload, aborts, &spool, ret_n_cleared, &err);
    if (rc < 0) {
        fail_msg("%s", err.text);
    }
    return spool;
}

static void touch(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("film", file);
    assert_int_equal(fclose(file), 0);
}

static int n_members(const char *folder)
{
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    int n = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        n += strncmp(entry->d_name, ".upload-", 8) == 0;
    }
    closedir(directory);
    return n;
}

// A member that notes an upload, begins a file, and is killed.
static void die_with(const char *folder, const char *video_id)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct aborts aborts = { 0 };
        struct fw_spool *spool = open_spool(folder, &aborts, NULL);
        const struct fw_upload_note note = { "bucket", "videos/key of it", "id-1" };
        if (fw_spool_note(spool, video_id, &note, NULL) < 0) {
            _exit(1);
        }
        touch(fw_spool_path(spool, video_id));
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static void a_member_that_ends_leaves_nothing(void **state)
{
    struct aborts aborts = { 0 };
    struct fw_spool *spool = open_spool(*state, &aborts, NULL);
    char *path = fw_spool_path(spool, "a");
    touch(path);
    assert_int_equal(n_members(*state), 1);
    fw_spool_close(spool);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(n_members(*state), 0);
    free(path);
}

static void a_dead_members_upload_is_aborted_and_its_folder_goes(void **state)
{
    die_with(*state, "a");
    assert_int_equal(n_members(*state), 1);
    struct aborts aborts = { 0 };
    int n = 0;
    struct fw_spool *spool = open_spool(*state, &aborts, &n);
    assert_int_equal(n, 1);
    assert_int_equal(aborts.n, 1);
    assert_string_equal(aborts.text[0], "bucket videos/key of it id-1");
    assert_int_equal(n_members(*state), 1); // its own
    fw_spool_close(spool);
}

static void what_cannot_be_aborted_stays_for_the_next(void **state)
{
    die_with(*state, "a");
    struct aborts aborts = { .result = -EAGAIN };
    int n = -1;
    fw_spool_close(open_spool(*state, &aborts, &n));
    assert_int_equal(n, 0);
    assert_int_equal(n_members(*state), 1);
    aborts = (struct aborts){ 0 };
    fw_spool_close(open_spool(*state, &aborts, &n));
    assert_int_equal(n, 1);
    assert_int_equal(aborts.n, 1);
    assert_int_equal(n_members(*state), 0);
}

static void a_living_members_folder_is_left_alone(void **state)
{
    struct aborts aborts = { 0 };
    struct fw_spool *first = open_spool(*state, &aborts, NULL);
    const struct fw_upload_note note = { "bucket", "key", "id-2" };
    assert_int_equal(fw_spool_note(first, "a", &note, NULL), 0);
    char *path = fw_spool_path(first, "a");
    touch(path);
    int n = -1;
    struct fw_spool *second = open_spool(*state, &aborts, &n);
    assert_int_equal(n, 0);
    assert_int_equal(aborts.n, 0);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(n_members(*state), 2);
    fw_spool_strike(first, "a");
    fw_spool_close(first);
    fw_spool_close(second);
    assert_int_equal(n_members(*state), 0);
    free(path);
}

static void a_file_that_is_kept_has_its_place_in_the_folder(void **state)
{
    struct aborts aborts = { 0 };
    struct fw_spool *spool = open_spool(*state, &aborts, NULL);
    char *path = fw_spool_path(spool, "a");
    touch(path);
    assert_int_equal(fw_spool_keep(spool, "a", NULL), 0);
    fw_spool_close(spool);
    char *kept = fw_xasprintf("%s/a_with_heatmaps.mp4", (char *)*state);
    assert_int_equal(access(kept, F_OK), 0);
    free(kept);
    free(path);
}

static void a_disk_that_takes_files_is_good(void **state)
{
    struct aborts aborts = { 0 };
    struct fw_error err = { 0 };
    struct fw_spool *spool = open_spool(*state, &aborts, NULL);
    assert_int_equal(fw_spool_check(spool, &err), 0);
    assert_true(fw_spool_disk_bytes(spool) > 0);
    char *command = fw_xasprintf("rm -rf '%s'/.upload-*", (char *)*state);
    assert_int_equal(system(command), 0);
    assert_int_equal(fw_spool_check(spool, &err), -ENOENT);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    free(command);
    fw_spool_close(spool);
}

static void a_folder_that_cannot_be_made_is_named(void **unused)
{
    (void)unused;
    struct aborts aborts = { 0 };
    struct fw_spool *spool = NULL;
    struct fw_error err = { 0 };
    assert_true(fw_spool_open("/dev/null/x", abort_upload, &aborts, &spool, NULL, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(err.text, "/dev/null"));
    assert_null(spool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, make_folder, remove_folder)
        WITH_FOLDER(a_member_that_ends_leaves_nothing),
        WITH_FOLDER(a_dead_members_upload_is_aborted_and_its_folder_goes),
        WITH_FOLDER(what_cannot_be_aborted_stays_for_the_next),
        WITH_FOLDER(a_living_members_folder_is_left_alone),
        WITH_FOLDER(a_file_that_is_kept_has_its_place_in_the_folder),
        WITH_FOLDER(a_disk_that_takes_files_is_good),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_named),
    };
    return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
