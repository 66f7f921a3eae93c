// SPDX-License-Identifier: MIT
// How many cores this process may use.
#ifndef FW_BASE_CORES_H
#define FW_BASE_CORES_H

// The cores in the calling thread's affinity, fewer where the control group (a container's or a
// service's limit) grants less CPU time than that many can use. At least 1.
unsigned fw_cores_available(void);

// The whole cores that a control group's cpu.max grants ("200000 100000" is 2, half a core counts
// as one), at most `n`; `n` when the text says "max" or can't be read. Pure.
unsigned fw_cores_of_quota(const char *cpu_max, unsigned n);

#endif
