// SPDX-License-Identifier: MIT
// The header `traceparent` (W3C Trace Context, https://www.w3.org/TR/trace-context/), which ties
// what became of a video together, from its frames to the stored object. Pure.
//
// Nothing here is random: the trace of a run follows from its names, and the span of a step from
// the trace and the step's name. So an heir writes the same bytes.
#ifndef FW_WIRE_TRACE_H
#define FW_WIRE_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#define FW_TRACE_HEADER "traceparent"

enum { FW_TRACE_BYTES = 55, FW_TRACE_SIZE = FW_TRACE_BYTES + 1 };

// The trace of a run that brings none of its own: "00-TRACE-SPAN-01". `salt` tells runs apart that
// have no run_id: where they begin.
void fw_trace_begin(const char *video_id, const char *run_id, long long salt,
                    char ret[FW_TRACE_SIZE]);

// Takes a header's value over, when it is one: version 00, or a later one, of which what is known
// is taken. False: it is none; `ret` is untouched.
bool fw_trace_parse(const void *value, size_t size, char ret[FW_TRACE_SIZE]);

// The same trace, with the span of a step ("process", "upload").
void fw_trace_step(const char parent[FW_TRACE_SIZE], const char *step, char ret[FW_TRACE_SIZE]);

#endif
