// SPDX-License-Identifier: MIT
// The topics of FireWatch: looks at what is there, creates and grows.
#include "base/memory.h"
#include "topic/layout_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// One application of a layout.
struct applying {
    const struct fw_layout *layout;
    struct fw_admin *admin;
    enum fw_layout_mode mode;
    int timeout_ms;
    void (*tell)(const struct fw_layout_finding *finding, void *arg);
    void *arg;
    int n_frames; // partitions of the frames' topic as it is, or will be
    bool usable;
    char reason[FW_ERROR_TEXT_SIZE]; // of the first thing that is not usable
};

static void FW_PRINTF(6, 7)
    report(struct applying *applying, enum fw_layout_news news, const struct fw_layout_topic *topic,
           int n_partitions, int n_wanted, const char *format, ...)
{
    char text[FW_ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    const struct fw_layout_finding finding = { .news = news,
                                               .topic = topic->name,
                                               .n_partitions = n_partitions,
                                               .n_wanted = n_wanted,
                                               .text = text };
    if (applying->usable && (news == FW_LAYOUT_MISSING || news == FW_LAYOUT_OUT_OF_STEP)) {
        applying->usable = false;
        snprintf(applying->reason, sizeof(applying->reason), "%s", text);
    }
    applying->tell(&finding, applying->arg);
}

static bool is_frames(const struct applying *applying, const struct fw_layout_topic *topic)
{
    return topic == &applying->layout->topics[FW_TOPIC_FRAMES];
}

static int wanted_count(const struct applying *applying, const struct fw_layout_topic *topic)
{
    return topic->in_step ? applying->n_frames : topic->n_partitions;
}

static const char *plural(int n)
{
    return n == 1 ? "" : "s";
}

static int look_at(struct applying *applying, const struct fw_layout_topic *topic,
                   struct fw_error *err);

// ---- a topic that is not there ----

static int create(struct applying *applying, const struct fw_layout_topic *topic,
                  struct fw_error *err)
{
    int n = wanted_count(applying, topic);
    if (applying->mode == FW_LAYOUT_LOOK) {
        report(applying, FW_LAYOUT_MISSING, topic, 0, n,
               "topic %s is missing: \"firewatch topics create\" makes it", topic->name);
        return 0;
    }
    if (applying->mode == FW_LAYOUT_COMPLETE && is_frames(applying, topic)) {
        return fw_error_set(err, FW_ERROR_CONFIG, ENOENT,
                            "topic %s is missing: \"firewatch topics create\" makes it",
                            topic->name);
    }
    struct fw_topic_spec spec =
        fw_layout_spec(applying->layout, (enum fw_topic_use)(topic - applying->layout->topics));
    spec.n_partitions = n;
    bool created = false;
    int rc = fw_admin_create(applying->admin, &spec, applying->timeout_ms, &created, err);
    if (rc < 0) {
        return rc;
    }
    if (!created) {
        return look_at(applying, topic, err); // someone else was faster: it is as they made it
    }
    report(applying, FW_LAYOUT_CREATED, topic, n, n, "topic %s created, %d partition%s",
           topic->name, n, plural(n));
    return 0;
}

// ---- a topic that is there ----

static int grow(struct applying *applying, const struct fw_layout_topic *topic, int n_wanted,
                int *n_partitions, struct fw_error *err)
{
    if (applying->mode != FW_LAYOUT_GROW || *n_partitions >= n_wanted) {
        return 0;
    }
    int rc = fw_admin_grow(applying->admin, topic->name, n_wanted, applying->timeout_ms, err);
    if (rc == 0) {
        report(applying, FW_LAYOUT_GREW, topic, n_wanted, n_wanted,
               "topic %s grew from %d to %d partition%s", topic->name, *n_partitions, n_wanted,
               plural(n_wanted));
        *n_partitions = n_wanted;
    }
    return rc;
}

static void judge_count(struct applying *applying, const struct fw_layout_topic *topic, int n,
                        int n_wanted)
{
    const char *frames = applying->layout->topics[FW_TOPIC_FRAMES].name;
    if (topic->in_step && n != n_wanted) {
        report(applying, FW_LAYOUT_OUT_OF_STEP, topic, n, n_wanted,
               "topic %s has %d partition%s, but %s has %d: they must be equal; %s", topic->name, n,
               plural(n), frames, n_wanted,
               n < n_wanted
                   ? "when the topics are drained, \"firewatch topics create --grow\" helps"
                   : "topics do not shrink: choose other names for a new set");
    } else if (n != n_wanted) {
        report(applying, FW_LAYOUT_COUNT_DIFFERS, topic, n, n_wanted,
               "topic %s has %d partition%s, %d are configured: it is left as it is%s", topic->name,
               n, plural(n), n_wanted,
               n < n_wanted ? "; when the topics are drained, --grow adds the missing ones" : "");
    } else {
        report(applying, FW_LAYOUT_FOUND, topic, n, n_wanted, "topic %s is there, %d partition%s",
               topic->name, n, plural(n));
    }
}

static int judge_settings(struct applying *applying, const struct fw_layout_topic *topic, int n,
                          int n_wanted, struct fw_error *err)
{
    for (size_t i = 0; i < topic->n_settings; i++) {
        const struct fw_topic_setting *wanted = &topic->settings[i];
        FW_SCOPE(fw_free_cleanup) char *value = NULL;
        int rc = fw_admin_setting(applying->admin, topic->name, wanted->name, applying->timeout_ms,
                                  &value, err);
        if (rc < 0) {
            return rc;
        }
        const char *fault = fw_layout_fault(wanted, value);
        if (fault != NULL) {
            report(applying, FW_LAYOUT_SETTING_DIFFERS, topic, n, n_wanted,
                   "topic %s has %s=%s, should be %s: %s", topic->name, wanted->name, value,
                   wanted->value, fault);
        }
    }
    return 0;
}

static int look_at(struct applying *applying, const struct fw_layout_topic *topic,
                   struct fw_error *err)
{
    struct fw_topic_state state = { 0 };
    int rc = fw_admin_describe(applying->admin, topic->name, applying->timeout_ms, &state, err);
    if (rc < 0) {
        return rc;
    }
    int n = state.n_partitions;
    bool exists = state.exists;
    fw_topic_state_done(&state);
    if (!exists) {
        return create(applying, topic, err);
    }
    int n_wanted = wanted_count(applying, topic);
    bool had_news = applying->mode == FW_LAYOUT_GROW && n < n_wanted;
    rc = grow(applying, topic, n_wanted, &n, err);
    if (rc < 0) {
        return rc;
    }
    if (is_frames(applying, topic)) {
        applying->n_frames = n;
    }
    if (!had_news) {
        judge_count(applying, topic, n, n_wanted);
    }
    return judge_settings(applying, topic, n, n_wanted, err);
}

static void tell_nobody(const struct fw_layout_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

int fw_layout_apply(const struct fw_layout *layout, struct fw_admin *admin,
                    enum fw_layout_mode mode, int timeout_ms,
                    void (*tell)(const struct fw_layout_finding *finding, void *arg), void *arg,
                    bool *ret_usable, struct fw_error *err)
{
    struct applying applying = { .layout = layout,
                                 .admin = admin,
                                 .mode = mode,
                                 .timeout_ms = timeout_ms,
                                 .tell = tell != NULL ? tell : tell_nobody,
                                 .arg = arg,
                                 .n_frames = layout->topics[FW_TOPIC_FRAMES].n_partitions,
                                 .usable = true };
    static_assert(FW_TOPIC_FRAMES == 0, "the others follow the frames' count");
    for (size_t i = 0; i < FW_N_TOPICS; i++) {
        int rc = look_at(&applying, &layout->topics[i], err);
        if (rc < 0) {
            return rc;
        }
    }
    if (mode == FW_LAYOUT_COMPLETE && !applying.usable) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s", applying.reason);
    }
    if (ret_usable != NULL) {
        *ret_usable = applying.usable;
    }
    return 0;
}
