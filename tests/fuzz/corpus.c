// SPDX-License-Identifier: MIT
// Runs a fuzz target over a folder of inputs, each whole and cut off at every length: the plain
// test of each target. Argument: the folder.
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_BYTES = 1024 * 1024, CUT_BYTES = 4096 };

// A copy of exactly that size, so that the sanitizers see a read behind the end.
static void run_cut(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(MAX_BYTES);
    if (file == NULL || data == NULL) {
        printf("Bail out! %s: %s\n", path, strerror(errno));
        exit(1);
    }
    size_t size = fread(data, 1, MAX_BYTES, file);
    if (ferror(file) || !feof(file)) {
        printf("Bail out! %s: cannot be read whole\n", path);
        exit(1);
    }
    run_cut(data, size);
    for (size_t cut = 0; cut < size && cut < CUT_BYTES; cut++) {
        run_cut(data, cut);
    }
    free(data);
    fclose(file);
}

int main(int argc, char **argv)
{
    struct dirent **names = NULL;
    int n = argc == 2 ? scandir(argv[1], &names, NULL, alphasort) : -1;
    if (n < 0) {
        printf("Bail out! the folder of inputs: %s\n", strerror(errno));
        return 1;
    }
    int n_files = 0;
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", argv[1], names[i]->d_name);
        struct stat status;
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            run_file(path);
            printf("ok %d - %s\n", ++n_files, names[i]->d_name);
            fflush(stdout);
        }
        free(names[i]);
    }
    free(names);
    printf("1..%d\n", n_files);
    return n_files > 0 ? 0 : 1;
}
