// SPDX-License-Identifier: MIT
// How many cores this process may use.
#include "base/cores.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CORES = 16384, PATH_SIZE = 4096 };

static unsigned cores_of_affinity(void)
{
    unsigned n_found = 0;
    // The kernel refuses a set smaller than its own, and that may be larger than cpu_set_t.
    for (int n = CPU_SETSIZE; n <= MAX_CORES && n_found == 0; n *= 2) {
        cpu_set_t *set = CPU_ALLOC(n);
        if (set == NULL) {
            break;
        }
        if (sched_getaffinity(0, CPU_ALLOC_SIZE(n), set) == 0) {
            n_found = (unsigned)CPU_COUNT_S(CPU_ALLOC_SIZE(n), set);
        }
        CPU_FREE(set);
    }
    return n_found > 0 ? n_found : 1;
}

unsigned fw_cores_of_quota(const char *cpu_max, unsigned n)
{
    char *end = NULL;
    errno = 0;
    long long quota = strtoll(cpu_max, &end, 10);
    if (errno != 0 || end == cpu_max || *end != ' ') {
        return n;
    }
    const char *second = end;
    long long period = strtoll(second, &end, 10);
    if (errno != 0 || end == second || quota <= 0 || period <= 0) {
        return n;
    }
    long long cores = quota / period + (quota % period > 0 ? 1 : 0);
    return cores < (long long)n ? (unsigned)cores : n;
}

// Reads the first line of a small file. Returns whether there is one.
static int read_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    int found = fgets(line, size, file) != NULL;
    fclose(file); // only read; nothing can be lost
    return found;
}

// The groups from the process's own up to the root may each have a limit. Without the unified
// hierarchy there is no file, and no limit.
static unsigned cores_of_groups(unsigned n)
{
    char group[PATH_SIZE];
    if (!read_line("/proc/self/cgroup", group, sizeof(group)) || strncmp(group, "0::/", 4) != 0) {
        return n;
    }
    group[strcspn(group, "\n")] = '\0';
    for (char *path = group + 3; path != NULL;) {
        char file[PATH_SIZE + 64];
        char line[64];
        snprintf(file, sizeof(file), "/sys/fs/cgroup%s/cpu.max", path);
        if (read_line(file, line, sizeof(line))) {
            n = fw_cores_of_quota(line, n);
        }
        char *slash = strrchr(path, '/');
        if (slash == NULL) {
            break;
        }
        *slash = '\0';
    }
    return n;
}

unsigned fw_cores_available(void)
{
    return cores_of_groups(cores_of_affinity());
}
