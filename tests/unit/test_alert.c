// SPDX-License-Identifier: MIT
// alert: cameras, what a partition remembers, what is sent, signatures.
#include "unit.h"

#include "alert/camera.h"
#include "alert/judge.h"
#include "alert/memory.h"
#include "alert/sign.h"
#include "alert/webhook.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE = 60000 };

// ---- cameras ----

static void assert_camera(const char *video_id, const char *camera)
{
    assert_int_equal(fw_alert_camera_size(video_id), strlen(camera));
    assert_memory_equal(video_id, camera, strlen(camera));
}

static void a_camera_is_the_id_without_its_time(void **unused)
{
    (void)unused;
    assert_camera("yard-20260511T193316", "yard");
    assert_camera("yard-20260511T193316Z", "yard");
    assert_camera("yard-20260511T193316.123456Z", "yard");
    assert_camera("north-gate-2-20260511T193316", "north-gate-2");
    assert_camera("yard", "yard");
    assert_camera("yard-7", "yard-7");
    assert_camera("yard-20260511", "yard-20260511");
    assert_camera("yard-20260511T19331", "yard-20260511T19331");
    assert_camera("yard-20260511T193316-x", "yard-20260511T193316-x");
    assert_camera("yard-20260511T193316x", "yard-20260511T193316x");
    assert_camera("-20260511T193316", "-20260511T193316");
    assert_camera("", "");
}

// ---- memory ----

static void assert_same(const struct fw_alert_memory *one, const struct fw_alert_memory *other)
{
    assert_int_equal(one->n, other->n);
    assert_int_equal(one->has_forgotten, other->has_forgotten);
    for (size_t i = 0; i < one->n; i++) {
        assert_int_equal(one->notes[i].kind, other->notes[i].kind);
        assert_int_equal(one->notes[i].hash, other->notes[i].hash);
        assert_int_equal(one->notes[i].utc_ms, other->notes[i].utc_ms);
    }
}

static void assert_written_and_read(const struct fw_alert_memory *memory)
{
    char text[FW_ALERT_MEMORY_TEXT_SIZE];
    struct fw_alert_memory read;
    memset(text, 'x', sizeof(text));
    fw_alert_memory_write(memory, text);
    assert_non_null(memchr(text, '\0', sizeof(text)));
    assert_int_equal(fw_alert_memory_read(text, &read, NULL), 0);
    assert_same(memory, &read);
}

static void a_memory_is_read_as_it_was_written(void **unused)
{
    (void)unused;
    struct fw_alert_memory memory = { 0 };
    assert_written_and_read(&memory);
    fw_alert_memory_put(&memory, FW_ALERT_WARNED, UINT64_MAX, INT64_C(1778527996123));
    fw_alert_memory_put(&memory, FW_ALERT_TOLD, 1, INT64_C(1778527996122));
    assert_int_equal(memory.notes[0].kind, FW_ALERT_TOLD); // oldest first
    assert_written_and_read(&memory);
    for (uint64_t i = 0; i < 2 * FW_ALERT_NOTES; i++) {
        fw_alert_memory_put(&memory, FW_ALERT_TOLD, 100 + i, INT64_C(1778527997000) + (int64_t)i);
    }
    assert_int_equal(memory.n, FW_ALERT_NOTES);
    assert_true(memory.has_forgotten);
    assert_written_and_read(&memory);
}

static void what_is_no_memory_is_an_empty_one(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "fw1 pos=12", "fwa1 ", "fwa1 2", "fwa1 0AAAA", "fwa1 0!", "fwa1 0AwAAAAAAAAAAAAAAAAAA"
    }; // kind 3
    struct fw_alert_memory memory;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct fw_error err = { 0 };
        assert_true(fw_alert_memory_read(bad[i], &memory, &err) < 0);
        assert_int_equal(err.kind, FW_ERROR_DATA);
        assert_int_equal(memory.n, 0);
    }
    assert_int_equal(fw_alert_memory_read("", &memory, NULL), 0);
    assert_int_equal(memory.n, 0);
}

static void warnings_go_before_told_events(void **unused)
{
    (void)unused;
    struct fw_alert_memory memory = { 0 };
    fw_alert_memory_put(&memory, FW_ALERT_TOLD, 1, 1);
    fw_alert_memory_put(&memory, FW_ALERT_WARNED, 2, 2);
    for (uint64_t i = 0; i < FW_ALERT_NOTES - 1; i++) {
        fw_alert_memory_put(&memory, FW_ALERT_TOLD, 10 + i, 10 + (int64_t)i);
    }
    assert_int_equal(fw_alert_memory_find(&memory, FW_ALERT_WARNED, 2), -1);
    assert_int_equal(fw_alert_memory_find(&memory, FW_ALERT_TOLD, 1), 1);
    assert_false(memory.has_forgotten);
    fw_alert_memory_drop(&memory, FW_ALERT_TOLD, 1);
    assert_int_equal(fw_alert_memory_find(&memory, FW_ALERT_TOLD, 1), -1);
}

static void refusals_go_after_warnings_and_before_told_events(void **unused)
{
    (void)unused;
    struct fw_alert_memory memory = { 0 };
    fw_alert_memory_put(&memory, FW_ALERT_TOLD, 1, 1);
    fw_alert_memory_put(&memory, FW_ALERT_REFUSED, 2, 2);
    fw_alert_memory_put(&memory, FW_ALERT_WARNED, 3, 3);
    fw_alert_memory_expire(&memory, 1000); // warnings only
    assert_int_equal(fw_alert_memory_find(&memory, FW_ALERT_REFUSED, 2), 2);
    for (uint64_t i = 0; i < FW_ALERT_NOTES - 2; i++) {
        fw_alert_memory_put(&memory, FW_ALERT_TOLD, 10 + i, 10 + (int64_t)i);
    }
    assert_written_and_read(&memory);
    fw_alert_memory_put(&memory, FW_ALERT_TOLD, 1000, 1000);
    assert_int_equal(fw_alert_memory_find(&memory, FW_ALERT_REFUSED, 2), -1);
    assert_int_equal(fw_alert_memory_find(&memory, FW_ALERT_TOLD, 1), 1);
    assert_false(memory.has_forgotten);
}

// ---- judging ----

static const struct fw_alert_policy policy = { .types = 1U << FW_EVENT_FIRE | 1U << FW_EVENT_BLACK,
                                               .phases =
                                                   1U << FW_EVENT_STARTS | 1U << FW_EVENT_ENDS,
                                               .min_score = 0.8F,
                                               .cooldown_ms = MINUTE };
static const struct fw_alert_memory nothing = { 0 };

static struct fw_event_message message_of(const char *video_id, enum fw_event_type type,
                                          enum fw_event_phase phase, int64_t number, float peak)
{
    struct fw_event_message message = {
        .type = type, .phase = phase, .run_offset = 5, .number = number, .peak_score = peak
    };
    snprintf(message.video_id, sizeof(message.video_id), "%s", video_id);
    return message;
}

// Judges a fire's message, and notes it when it is sent.
static enum fw_alert_verdict go(struct fw_alert_memory *memory, enum fw_event_phase phase,
                                int64_t number, float peak, int64_t utc_ms)
{
    const struct fw_event_message message =
        message_of("yard-20260511T193316", FW_EVENT_FIRE, phase, number, peak);
    struct fw_alert_case judged;
    fw_alert_judge(&policy, memory, &nothing, &message, utc_ms, &judged);
    if (judged.verdict == FW_ALERT_SEND) {
        fw_alert_note_sent(&policy, memory, &judged, &message, utc_ms);
    }
    return judged.verdict;
}

static void an_event_is_told_once_and_its_end_always(void **unused)
{
    (void)unused;
    struct fw_alert_memory memory = { 0 };
    assert_int_equal(go(&memory, FW_EVENT_STARTS, 1, 0.9F, 1000), FW_ALERT_SEND);
    assert_int_equal(go(&memory, FW_EVENT_STARTS, 1, 0.9F, 1001), FW_ALERT_REPEATED);
    assert_int_equal(go(&memory, FW_EVENT_GOES_ON, 1, 0.9F, 1002), FW_ALERT_NOT_PHASE);
    assert_int_equal(go(&memory, FW_EVENT_ENDS, 1, 0.9F, 1003), FW_ALERT_SEND);
    assert_int_equal(fw_alert_memory_find(&memory, FW_ALERT_TOLD, memory.notes[0].hash), -1);
    assert_int_equal(memory.n, 1); // the warning
}

static void the_cooldown_is_of_records_times(void **unused)
{
    (void)unused;
    struct fw_alert_memory memory = { 0 };
    assert_int_equal(go(&memory, FW_EVENT_STARTS, 1, 0.9F, 1000), FW_ALERT_SEND);
    assert_int_equal(go(&memory, FW_EVENT_ENDS, 1, 0.9F, 2000), FW_ALERT_SEND);
    assert_int_equal(go(&memory, FW_EVENT_STARTS, 2, 0.9F, 999 + MINUTE), FW_ALERT_COOLS_DOWN);
    assert_int_equal(go(&memory, FW_EVENT_GOES_ON, 2, 0.9F, 1000 + MINUTE), FW_ALERT_SEND);
    assert_int_equal(go(&memory, FW_EVENT_STARTS, 3, 0.9F, 999 + MINUTE), FW_ALERT_COOLS_DOWN);
    assert_int_equal(go(&memory, FW_EVENT_ENDS, 2, 0.9F, 1001 + MINUTE), FW_ALERT_SEND);
    assert_int_equal(go(&memory, FW_EVENT_ENDS, 4, 0.9F, 1002 + MINUTE), FW_ALERT_COOLS_DOWN);
}

static void a_score_is_the_peaks_and_of_fires(void **unused)
{
    (void)unused;
    struct fw_alert_memory memory = { 0 };
    assert_int_equal(go(&memory, FW_EVENT_STARTS, 1, 0.7F, 1000), FW_ALERT_LOW_SCORE);
    assert_int_equal(go(&memory, FW_EVENT_ENDS, 1, 0.7F, 1001), FW_ALERT_LOW_SCORE);
    assert_int_equal(go(&memory, FW_EVENT_STARTS, 2, 0.7F, 1002), FW_ALERT_LOW_SCORE);
    assert_int_equal(go(&memory, FW_EVENT_ENDS, 2, 0.85F, 1003), FW_ALERT_SEND);
    struct fw_event_message black = message_of("yard", FW_EVENT_BLACK, FW_EVENT_STARTS, 1, 0);
    struct fw_alert_case judged;
    fw_alert_judge(&policy, &memory, &nothing, &black, 1004, &judged);
    assert_int_equal(judged.verdict, FW_ALERT_SEND); // another type has its own cool-down
    black.phase = FW_EVENT_ENDS;
    fw_alert_judge(&policy, &memory, &nothing, &black, 1005, &judged);
    assert_int_equal(judged.verdict, FW_ALERT_NOT_TOLD);
    black.type = FW_EVENT_LAG;
    fw_alert_judge(&policy, &memory, &nothing, &black, 1005, &judged);
    assert_int_equal(judged.verdict, FW_ALERT_NOT_TYPE);
}

static void other_partitions_warnings_count(void **unused)
{
    (void)unused;
    struct fw_alert_memory memory = { 0 };
    struct fw_alert_memory others = { 0 };
    struct fw_alert_case judged;
    assert_int_equal(go(&memory, FW_EVENT_STARTS, 1, 0.9F, 1000), FW_ALERT_SEND);
    fw_alert_memory_learn(&others, &memory);
    assert_int_equal(others.n, 1);
    const struct fw_event_message next =
        message_of("yard-20260511T194316", FW_EVENT_FIRE, FW_EVENT_STARTS, 1, 0.9F);
    fw_alert_judge(&policy, &nothing, &others, &next, 2000, &judged);
    assert_int_equal(judged.verdict, FW_ALERT_COOLS_DOWN);
    fw_alert_memory_expire(&others, 1001);
    fw_alert_judge(&policy, &nothing, &others, &next, 2000, &judged);
    assert_int_equal(judged.verdict, FW_ALERT_SEND);
}

static void an_end_that_may_be_of_a_forgotten_alert_is_sent(void **unused)
{
    (void)unused;
    struct fw_alert_memory memory = { .has_forgotten = true };
    assert_int_equal(go(&memory, FW_EVENT_ENDS, 1, 0.1F, 1000), FW_ALERT_SEND);
}

// ---- signatures ----

// From: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of sixteen'
static void a_signature_is_openssls(void **unused)
{
    (void)unused;
    char signature[FW_ALERT_SIGNATURE_SIZE];
    fw_alert_sign("a secret of sixteen", 1700000000, "{\"a\":1}", 7, signature);
    assert_string_equal(signature,
                        "sha256=fbd8ce753f0c0643c2d4fef4959c30b175367059e6f5453bddeb7b24a3d1ae24");
}

static void an_id_is_fit_for_a_header(void **unused)
{
    (void)unused;
    char id[FW_ALERT_ID_SIZE];
    struct fw_event_message message =
        message_of("Hof \"3\"\xC3\xA4", FW_EVENT_FIRE, FW_EVENT_STARTS, 2, 0.9F);
    fw_alert_id(&message, id);
    assert_string_equal(id, "Hof%20%223%22%C3%A4/5/fire/2/start");
    message.phase = FW_EVENT_GOES_ON;
    message.frame = 77;
    fw_alert_id(&message, id);
    assert_string_equal(id, "Hof%20%223%22%C3%A4/5/fire/2/update/77");
}

static void a_host_has_no_secret(void **unused)
{
    (void)unused;
    char host[64];
    fw_webhook_host("https://user:pass@word@hooks.example.com:8443/T0/B0?token=x", host, 64);
    assert_string_equal(host, "https://hooks.example.com:8443");
    fw_webhook_host("http://[::1]?token=x", host, 64);
    assert_string_equal(host, "http://[::1]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_camera_is_the_id_without_its_time),
        cmocka_unit_test(a_memory_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_memory_is_an_empty_one),
        cmocka_unit_test(warnings_go_before_told_events),
        cmocka_unit_test(refusals_go_after_warnings_and_before_told_events),
        cmocka_unit_test(an_event_is_told_once_and_its_end_always),
        cmocka_unit_test(the_cooldown_is_of_records_times),
        cmocka_unit_test(a_score_is_the_peaks_and_of_fires),
        cmocka_unit_test(other_partitions_warnings_count),
        cmocka_unit_test(an_end_that_may_be_of_a_forgotten_alert_is_sent),
        cmocka_unit_test(a_signature_is_openssls),
        cmocka_unit_test(an_id_is_fit_for_a_header),
        cmocka_unit_test(a_host_has_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
