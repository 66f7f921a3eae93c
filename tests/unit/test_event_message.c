// SPDX-License-Identifier: MIT
// Messages of fire-events: what is written is read, and what makes no sense is refused by name.
#include "unit.h"
#include "wire/event_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fw_event_message a_message(void)
{
    static const uint8_t picture[] = { 0xff, 0xd8, 0xff, 0, 1, 2 };
    return (struct fw_event_message){ .type = FW_EVENT_FIRE,
                                      .phase = FW_EVENT_ENDS,
                                      .reason = FW_EVENT_CLEARED,
                                      .video_id = "gate \"1\"",
                                      .run_id = "r1",
                                      .run_offset = 77,
                                      .number = 3,
                                      .first_frame = 10,
                                      .first_pts_us = 400000,
                                      .frame = 99,
                                      .pts_us = 3960000,
                                      .timestamp = "2026-01-02T03:04:05.000006",
                                      .score = 0.25f,
                                      .peak_score = 0.875f,
                                      .peak_frame = 50,
                                      .peak_pts_us = 2000001,
                                      .has_box = true,
                                      .box = { 1, 2, 300, 400 },
                                      .width = 640,
                                      .height = 480,
                                      .model = "fire-1@0123",
                                      .snapshot = picture,
                                      .snapshot_size = sizeof(picture) };
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    struct fw_event_message message = a_message();
    struct fw_buffer out;
    struct fw_buffer snapshot;
    fw_buffer_init(&out, FW_LIMIT_EVENT_BYTES);
    fw_buffer_init(&snapshot, FW_LIMIT_SNAPSHOT_BYTES + 3);
    struct fw_error err = { 0 };
    assert_int_equal(fw_event_message_encode(&message, &out, &err), 0);
    struct fw_event_message read;
    assert_int_equal(fw_event_message_decode(out.data, out.size, &snapshot, &read, &err), 0);
    assert_string_equal(read.video_id, message.video_id);
    assert_string_equal(read.run_id, message.run_id);
    assert_string_equal(read.timestamp, message.timestamp);
    assert_string_equal(read.model, message.model);
    assert_int_equal(read.type, message.type);
    assert_int_equal(read.phase, message.phase);
    assert_int_equal(read.reason, message.reason);
    assert_int_equal(read.run_offset, 77);
    assert_int_equal(read.number, 3);
    assert_int_equal(read.first_pts_us, 400000);
    assert_int_equal(read.pts_us, 3960000);
    assert_int_equal(read.peak_pts_us, 2000001);
    assert_true(read.score == 0.25f && read.peak_score == 0.875f && read.has_box);
    assert_memory_equal(read.box, message.box, sizeof(read.box));
    assert_int_equal(read.snapshot_size, message.snapshot_size);
    assert_memory_equal(read.snapshot, message.snapshot, read.snapshot_size);
    fw_buffer_done(&out);
    fw_buffer_done(&snapshot);
}

static void test_the_id(void **state)
{
    (void)state;
    struct fw_event_message message = a_message();
    char id[FW_EVENT_ID_SIZE];
    fw_event_message_id(&message, id);
    assert_string_equal(id, "gate \"1\"/77/fire/3");
    message.run_offset = -1;
    fw_event_message_id(&message, id);
    assert_string_equal(id, "gate \"1\"/alone/fire/3");
}

// --- links ---

static void expect_links(const struct fw_event_message *message, const char *page,
                         const char *snapshot, const char *video, const char *object)
{
    assert_string_equal(message->links.page, page);
    assert_string_equal(message->links.snapshot, snapshot);
    assert_string_equal(message->links.video, video);
    assert_string_equal(message->links.object, object);
}

static void test_links_are_of_names_and_places(void **state)
{
    (void)state;
    struct fw_event_message message = a_message();
    struct fw_event_places places = { 0 };
    fw_event_message_link(&message, &places);
    expect_links(&message, "/#video=gate%20%221%22&t=0.400",
                 "/api/events/gate%20%221%22/77/fire/3/snapshot.jpg",
                 "/api/videos/gate%20%221%22/play", "");
    places =
        (struct fw_event_places){ "https://fire.example:8443/watch/", "s3://b/videos/", ".mp4" };
    message.snapshot = NULL;
    message.first_pts_us = 61001234;
    fw_event_message_link(&message, &places);
    expect_links(&message, "https://fire.example:8443/watch/#video=gate%20%221%22&t=61.001", "",
                 "https://fire.example:8443/watch/api/videos/gate%20%221%22/play",
                 "s3://b/videos/gate \"1\".mp4");
    message.type = FW_EVENT_STALLED;
    fw_event_message_link(&message, &places);
    expect_links(&message, "https://fire.example:8443/watch/", "", "", "");
}

static void test_links_of_the_longest_names_are_whole(void **state)
{
    (void)state;
    struct fw_event_message message = a_message();
    memset(message.video_id, '%', FW_LIMIT_VIDEO_ID_BYTES);
    message.run_offset = INT64_MAX;
    message.number = INT64_MAX;
    char site[FW_LIMIT_SITE_BYTES + 1] = "https://";
    memset(site + 8, 's', sizeof(site) - 9);
    char before[6 + 63 + 1 + 400 + 1];
    memset(before, 'b', sizeof(before) - 1);
    before[sizeof(before) - 1] = '\0';
    struct fw_event_places places = { site, before, before };
    fw_event_message_link(&message, &places);
    size_t n_encoded = (size_t)FW_LIMIT_VIDEO_ID_BYTES * 3;
    assert_int_equal(strlen(message.links.page), FW_LIMIT_SITE_BYTES + 8 + n_encoded + 8);
    assert_true(strlen(message.links.snapshot) > FW_LIMIT_SITE_BYTES + n_encoded + 40);
    assert_int_equal(strlen(message.links.object),
                     2 * (sizeof(before) - 1) + FW_LIMIT_VIDEO_ID_BYTES);
}

static void test_links_are_written_and_read(void **state)
{
    (void)state;
    struct fw_event_message message = a_message();
    struct fw_event_message read;
    struct fw_buffer out;
    fw_buffer_init(&out, FW_LIMIT_EVENT_BYTES);
    fw_event_message_link(&message, &(struct fw_event_places){ "http://h", NULL, NULL });
    assert_int_equal(fw_event_message_encode(&message, &out, NULL), 0);
    assert_int_equal(fw_event_message_decode(out.data, out.size, NULL, &read, NULL), 0);
    expect_links(&read, message.links.page, message.links.snapshot, message.links.video, "");
    fw_buffer_done(&out);
}

static void refuse(const char *text, const char *said)
{
    struct fw_event_message read;
    struct fw_error err = { 0 };
    assert_true(fw_event_message_decode(text, strlen(text), NULL, &read, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    if (strstr(err.text, said) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, said);
    }
}

static void test_bad_messages_are_named(void **state)
{
    (void)state;
    refuse("", "empty");
    refuse("{", "");
    refuse("{\"schema\": 2}", "schema");
    refuse("{\"type\": \"flood\"}", "type");
    refuse("{\"type\": \"fire\", \"phase\": \"start\"}", "video_id");
    refuse("{\"type\": \"fire\", \"phase\": \"start\", \"video_id\": \"../x\", \"number\": 1, "
           "\"first_frame\": 0, \"frame_number\": 0, \"score\": 0, \"peak_score\": 0, "
           "\"peak_frame\": 0}",
           "");
    refuse("{\"type\": \"fire\", \"phase\": \"start\", \"video_id\": \"x\", \"number\": 1, "
           "\"first_frame\": 0, \"frame_number\": 0, \"score\": NaN, \"peak_score\": 0, "
           "\"peak_frame\": 0}",
           "score");
    const char *const begin = "{\"type\": \"fire\", \"phase\": \"start\", \"video_id\": \"x\", "
                              "\"number\": 1, \"first_frame\": 0, \"frame_number\": 0, "
                              "\"score\": 0, \"peak_score\": 0, \"peak_frame\": 0, \"links\": ";
    char text[FW_LINK_SIZE + 400];
    snprintf(text, sizeof(text), "%s7}", begin);
    refuse(text, "links");
    snprintf(text, sizeof(text), "%s{\"page\": 7}}", begin);
    refuse(text, "links.page");
    snprintf(text, sizeof(text), "%s{\"object\": \"%0*d\"}}", begin, FW_LINK_SIZE, 0);
    refuse(text, "links.object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_the_id),
        cmocka_unit_test(test_links_are_of_names_and_places),
        cmocka_unit_test(test_links_of_the_longest_names_are_whole),
        cmocka_unit_test(test_links_are_written_and_read),
        cmocka_unit_test(test_bad_messages_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
