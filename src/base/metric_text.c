// SPDX-License-Identifier: MIT
// Writes the metrics as Prometheus reads them, and the table as the documents have it.
#include "base/metric_impl.h"

#include "base/clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = { "counter", "gauge", "histogram", "gauge" };

// --- pieces of text ---

static void put(struct fw_buffer *out, const char *text)
{
    fw_buffer_append(out, text, strlen(text));
}

FW_PRINTF(2, 3) static void put_format(struct fw_buffer *out, const char *format, ...)
{
    char text[128];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    put(out, text);
}

// Label values are UTF-8 with three characters escaped; a group's name may be any bytes.
static void put_value(struct fw_buffer *out, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"') {
            put_format(out, "\\%c", *value);
        } else if (*value == '\n') {
            put(out, "\\n");
        } else {
            fw_buffer_append(out, (unsigned char)*value < 0x80 ? value : "?", 1);
        }
    }
}

static void put_labels(struct fw_buffer *out, const struct fw_metric_info *info,
                       const struct fw_series *series, const char *bound)
{
    const char *before = "{";
    for (size_t i = 0; i < FW_METRIC_MAX_LABELS && info->labels[i] != NULL; i++) {
        put(out, before);
        put_format(out, "%s=\"", info->labels[i]);
        put_value(out, series->values[i]);
        put(out, "\"");
        before = ",";
    }
    if (bound != NULL) {
        put_format(out, "%sle=\"%s\"", before, bound);
        before = ",";
    }
    put(out, before[0] == ',' ? "} " : " ");
}

static void put_seconds(struct fw_buffer *out, int64_t us)
{
    put_format(out, "%" PRId64 ".%06" PRId64 "\n", us / 1000000, us % 1000000);
}

static void put_double(struct fw_buffer *out, double value)
{
    if (isnan(value)) {
        put(out, "NaN\n");
    } else {
        put_format(out, "%.17g\n", value);
    }
}

// --- series ---

static void put_histogram(struct fw_buffer *out, const struct fw_metric_info *info,
                          const struct fw_series *series)
{
    int64_t n = 0;
    for (size_t i = 0; i <= FW_METRIC_N_BOUNDS; i++) {
        char bound[32] = "+Inf";
        if (i < FW_METRIC_N_BOUNDS) {
            snprintf(bound, sizeof(bound), "%g", (double)fw_metric_bounds_us[i] / 1e6);
        }
        n += atomic_load_explicit(&series->buckets[i], memory_order_relaxed);
        put_format(out, "%s_bucket", info->name);
        put_labels(out, info, series, bound);
        put_format(out, "%" PRId64 "\n", n);
    }
    put_format(out, "%s_sum", info->name);
    put_labels(out, info, series, NULL);
    put_seconds(out, atomic_load_explicit(&series->sum_us, memory_order_relaxed));
    put_format(out, "%s_count", info->name);
    put_labels(out, info, series, NULL);
    put_format(out, "%" PRId64 "\n", n);
}

static double ratio(const struct fw_metric_info *info)
{
    double n = (double)fw_series_count(fw_metric_first(info->numerator));
    double of = (double)fw_series_count(fw_metric_first(info->denominator));
    return of > 0 ? n / of : (double)NAN;
}

static void put_series(struct fw_buffer *out, const struct fw_metric_info *info,
                       const struct fw_series *series)
{
    int64_t count = atomic_load_explicit(&series->count, memory_order_relaxed);
    if (info->kind == FW_METRIC_HISTOGRAM) {
        put_histogram(out, info, series);
        return;
    }
    put(out, info->name);
    put_labels(out, info, series, NULL);
    if (info->kind == FW_METRIC_RATIO) {
        put_double(out, ratio(info));
    } else if (info->kind == FW_METRIC_GAUGE) {
        double value = 0;
        memcpy(&value, &count, sizeof(value));
        put_double(out, value);
    } else if (info->microseconds) {
        put_seconds(out, count);
    } else {
        put_format(out, "%" PRId64 "\n", count);
    }
}

// --- the process itself ---

static void note_process(void)
{
    long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file != NULL) {
        if (fscanf(file, "%*d %lld", &pages) != 1) {
            pages = 0;
        }
        (void)fclose(file); // was only read
    }
    fw_series_set(fw_metric_series_of(FW_METRIC_BUILD_INFO, FW_VERSION), 1);
    struct fw_series *cpu = fw_metric_series(FW_METRIC_CPU_SECONDS, NULL);
    atomic_store_explicit(&cpu->count, fw_clock_process_cpu_us(), memory_order_relaxed);
    fw_metric_set(FW_METRIC_RESIDENT_BYTES, (double)(pages * sysconf(_SC_PAGESIZE)));
}

int fw_metric_write(struct fw_buffer *out, struct fw_error *err)
{
    note_process();
    for (int id = 0; id < FW_N_METRICS; id++) {
        const struct fw_metric_info *info = &fw_metric_table[id];
        const struct fw_series *series = fw_metric_first((enum fw_metric_id)id);
        if (series != NULL) {
            put_format(out, "# HELP %s ", info->name);
            put(out, info->help);
            put_format(out, ".\n# TYPE %s %s\n", info->name, kinds[info->kind]);
        }
        for (; series != NULL; series = series->next) {
            if (!atomic_load_explicit(&series->hidden, memory_order_relaxed)) {
                put_series(out, info, series);
            }
        }
    }
    return fw_buffer_check(out, err);
}

void fw_metric_document(FILE *out)
{
    fputs("| metric | kind | labels | what |\n| --- | --- | --- | --- |\n", out);
    for (int id = 0; id < FW_N_METRICS; id++) {
        const struct fw_metric_info *info = &fw_metric_table[id];
        fprintf(out, "| `%s` | %s |", info->name, kinds[info->kind]);
        for (size_t i = 0; i < FW_METRIC_MAX_LABELS && info->labels[i] != NULL; i++) {
            fprintf(out, "%s `%s`", i > 0 ? "," : "", info->labels[i]);
        }
        fprintf(out, " | %s. |\n", info->help);
    }
}
