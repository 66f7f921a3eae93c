// SPDX-License-Identifier: MIT
// Which events become alerts.
#include "alert/judge.h"

#include "alert/camera.h"
#include "config/check.h"

#include <string.h>

// Salts of hashes: an event, a camera and its type.
enum { OF_EVENT, OF_TYPE };

const char *const fw_alert_verdict_words[FW_N_ALERT_VERDICTS] = {
    [FW_ALERT_SEND] = "sent",           [FW_ALERT_NOT_TYPE] = "type",
    [FW_ALERT_NOT_PHASE] = "phase",     [FW_ALERT_LOW_SCORE] = "score",
    [FW_ALERT_COOLS_DOWN] = "cooldown", [FW_ALERT_NOT_TOLD] = "not_told",
    [FW_ALERT_REPEATED] = "repeated",   [FW_ALERT_REFUSED_AGAIN] = "refused",
};

struct fw_alert_policy fw_alert_policy_of(const struct fw_config *config)
{
    struct fw_alert_policy policy = { .min_score = (float)config->alert_min_score,
                                      .cooldown_ms = (int64_t)(config->alert_cooldown_s * 1000) };
    // They were checked when they were given.
    (void)fw_event_types_parse(config->alert_types, &policy.types, NULL);
    (void)fw_event_phases_parse(config->alert_phases, &policy.phases, NULL);
    return policy;
}

// ---- judging ----

static bool wishes(const struct fw_alert_policy *policy, enum fw_event_phase phase)
{
    return (policy->phases & 1U << phase) != 0;
}

// Whether a message of that phase may be the first word of its event.
static bool may_tell(const struct fw_alert_policy *policy, const struct fw_event_message *message)
{
    switch (message->phase) {
    case FW_EVENT_STARTS:
        return wishes(policy, FW_EVENT_STARTS);
    case FW_EVENT_GOES_ON:
        return wishes(policy, FW_EVENT_GOES_ON) || wishes(policy, FW_EVENT_STARTS);
    default:
        return wishes(policy, FW_EVENT_ENDS) &&
               (!wishes(policy, FW_EVENT_STARTS) ||
                (message->type == FW_EVENT_FIRE && policy->min_score > 0));
    }
}

static bool is_near(int64_t at_ms, int64_t utc_ms, int64_t cooldown_ms)
{
    int64_t apart_ms = utc_ms > at_ms ? utc_ms - at_ms : at_ms - utc_ms;
    return at_ms >= 0 && apart_ms < cooldown_ms;
}

static enum fw_alert_verdict judge_told(const struct fw_alert_policy *policy,
                                        const struct fw_event_message *message)
{
    switch (message->phase) {
    case FW_EVENT_STARTS:
        return FW_ALERT_REPEATED;
    case FW_EVENT_GOES_ON:
        return wishes(policy, FW_EVENT_GOES_ON) ? FW_ALERT_SEND : FW_ALERT_NOT_PHASE;
    default:
        return FW_ALERT_SEND;
    }
}

static enum fw_alert_verdict judge_untold(const struct fw_alert_policy *policy,
                                          const struct fw_alert_memory *memory,
                                          const struct fw_alert_memory *others,
                                          const struct fw_event_message *message, uint64_t camera,
                                          int64_t utc_ms)
{
    if (!may_tell(policy, message)) {
        return message->phase == FW_EVENT_ENDS ? FW_ALERT_NOT_TOLD : FW_ALERT_NOT_PHASE;
    }
    if (message->type == FW_EVENT_FIRE && message->peak_score < policy->min_score) {
        return FW_ALERT_LOW_SCORE;
    }
    int64_t here_ms = fw_alert_memory_find(memory, FW_ALERT_WARNED, camera);
    int64_t there_ms = fw_alert_memory_find(others, FW_ALERT_WARNED, camera);
    return is_near(here_ms, utc_ms, policy->cooldown_ms) ||
                   is_near(there_ms, utc_ms, policy->cooldown_ms)
               ? FW_ALERT_COOLS_DOWN
               : FW_ALERT_SEND;
}

void fw_alert_judge(const struct fw_alert_policy *policy, const struct fw_alert_memory *memory,
                    const struct fw_alert_memory *others, const struct fw_event_message *message,
                    int64_t utc_ms, struct fw_alert_case *ret)
{
    char id[FW_EVENT_ID_SIZE];
    fw_event_message_id(message, id);
    *ret = (struct fw_alert_case){
        .verdict = FW_ALERT_NOT_TYPE,
        .event = fw_alert_hash(id, strlen(id), OF_EVENT),
        .camera = fw_alert_hash(message->video_id, fw_alert_camera_size(message->video_id),
                                (uint8_t)(OF_TYPE + (unsigned)message->type)),
    };
    if ((policy->types & 1U << message->type) == 0) {
        return;
    }
    bool told = fw_alert_memory_find(memory, FW_ALERT_TOLD, ret->event) >= 0 ||
                (memory->has_forgotten && message->phase == FW_EVENT_ENDS);
    if (told) {
        ret->verdict = judge_told(policy, message);
        return;
    }
    ret->verdict = judge_untold(policy, memory, others, message, ret->camera, utc_ms);
    ret->tells = ret->verdict == FW_ALERT_SEND;
}

void fw_alert_note_sent(const struct fw_alert_policy *policy, struct fw_alert_memory *memory,
                        const struct fw_alert_case *judged, const struct fw_event_message *message,
                        int64_t utc_ms)
{
    fw_alert_memory_drop(memory, FW_ALERT_REFUSED, judged->event);
    if (judged->tells) {
        fw_alert_memory_expire(memory, utc_ms - policy->cooldown_ms);
        if (policy->cooldown_ms > 0) {
            fw_alert_memory_put(memory, FW_ALERT_WARNED, judged->camera, utc_ms);
        }
    }
    if (message->phase == FW_EVENT_ENDS) {
        fw_alert_memory_drop(memory, FW_ALERT_TOLD, judged->event);
    } else {
        fw_alert_memory_put(memory, FW_ALERT_TOLD, judged->event, utc_ms);
    }
}
