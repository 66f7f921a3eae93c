// SPDX-License-Identifier: MIT
// store: what servers and files say: XML, errors, profiles, keys as JSON, keys of videos.
#include "unit.h"

#include "base/macros.h"
#include "base/memory.h"
#include "config/object_key.h"
#include "store/error.h"
#include "store/keys.h"
#include "store/profile.h"
#include "store/video.h"
#include "store/xml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// ---- XML ----

static enum fw_xml_event read_all(const char *text, struct fw_xml *xml, int *ret_n_closed)
{
    fw_xml_begin(xml, text, strlen(text));
    enum fw_xml_event event;
    *ret_n_closed = 0;
    while ((event = fw_xml_next(xml)) != FW_XML_END && event != FW_XML_BAD) {
        *ret_n_closed += event == FW_XML_CLOSE;
    }
    return event;
}

static void xml_gives_elements_and_text(void **unused)
{
    (void)unused;
    static const char text[] =
        "\n<?xml version=\"1.0\"?>\n<!-- > --><a:List xmlns=\"x>y\"><Key>a&amp;b"
        "&#x20AC;&#65;&lt;</Key><Empty/><Raw><![CDATA[<&>]]>!</Raw></a:List>";
    struct fw_xml xml;
    fw_xml_begin(&xml, text, strlen(text));
    assert_int_equal(fw_xml_next(&xml), FW_XML_OPEN);
    assert_true(fw_xml_is(&xml, 1, "List"));
    assert_int_equal(fw_xml_next(&xml), FW_XML_OPEN);
    assert_int_equal(fw_xml_next(&xml), FW_XML_CLOSE);
    assert_true(fw_xml_is(&xml, 2, "Key"));
    assert_string_equal(xml.text, "a&b\xe2\x82\xac"
                                  "A<");
    assert_int_equal(fw_xml_next(&xml), FW_XML_OPEN);
    assert_int_equal(fw_xml_next(&xml), FW_XML_CLOSE);
    assert_true(fw_xml_is(&xml, 2, "Empty"));
    assert_string_equal(xml.text, "");
    assert_int_equal(fw_xml_next(&xml), FW_XML_OPEN);
    assert_int_equal(fw_xml_next(&xml), FW_XML_CLOSE);
    assert_string_equal(xml.text, "<&>!");
    assert_int_equal(fw_xml_next(&xml), FW_XML_CLOSE);
    assert_true(fw_xml_is(&xml, 1, "List"));
    assert_int_equal(fw_xml_next(&xml), FW_XML_END);
}

static void xml_that_is_broken_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "",
        "text",
        "<a>",
        "<a></b>",
        "<a",
        "<a>&nope;</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>&amp</a>",
        "</a>",
        "<a><!-- </a>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a/>",
        "<a b=\">",
        "<></>",
        "<a><![CDATA[x</a>",
        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
        "<a23456789012345678901234567890123456789012345678901234567890123456789/>",
    };
    struct fw_xml xml;
    int n = 0;
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        assert_int_equal(read_all(bad[i], &xml, &n), FW_XML_BAD);
    }
    FW_SCOPE(fw_free_cleanup) char *long_text = fw_xmalloc(FW_XML_TEXT_SIZE + 10);
    memset(long_text, 'x', FW_XML_TEXT_SIZE + 9);
    memcpy(long_text, "<a>", 3);
    long_text[FW_XML_TEXT_SIZE + 9] = '\0';
    assert_int_equal(read_all(long_text, &xml, &n), FW_XML_BAD);
}

// ---- errors ----

static void assert_error(long status, const char *body, enum fw_error_kind kind, int code,
                         const char *says)
{
    struct fw_s3_failure failure = { .status = status };
    fw_s3_failure_read(body, strlen(body), &failure);
    struct fw_error err = { 0 };
    assert_int_equal(fw_s3_error(&failure, "s3://b/k", &err), -code);
    assert_int_equal(err.kind, kind);
    assert_non_null(strstr(err.text, "s3://b/k: "));
    assert_non_null(strstr(err.text, says));
}

static void errors_have_kinds_and_remedies(void **unused)
{
    (void)unused;
    assert_error(404, "<Error><Code>NoSuchBucket</Code></Error>", FW_ERROR_CONFIG, ENOENT,
                 "S3_BUCKET");
    assert_error(404, "<Error><Code>NoSuchKey</Code></Error>", FW_ERROR_DATA, ENOENT, "NoSuchKey");
    assert_error(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", FW_ERROR_CONFIG, EACCES,
                 "AWS_SECRET_ACCESS_KEY");
    assert_error(404, "<Error><Code>InvalidAccessKeyId</Code></Error>", FW_ERROR_CONFIG, EACCES,
                 "AWS_ACCESS_KEY_ID");
    assert_error(301, "<Error><Code>PermanentRedirect</Code><Region>eu-west-1</Region></Error>",
                 FW_ERROR_CONFIG, EINVAL, "(eu-west-1)");
    assert_error(412, "", FW_ERROR_RETRY, ESTALE, "precondition");
    assert_error(409, "<Error><Code>ConditionalRequestConflict</Code></Error>", FW_ERROR_RETRY,
                 ESTALE, "Conflict");
    assert_error(503, "", FW_ERROR_RETRY, EBUSY, "slow down");
    assert_error(500, "<html>gone", FW_ERROR_RETRY, EIO, "HTTP 500");
    assert_error(501, "", FW_ERROR_CONFIG, ENOTSUP, "HTTP 501");
    assert_error(400, "<Error><Code>RequestTimeout</Code></Error>", FW_ERROR_RETRY, ETIMEDOUT, "");
    assert_error(400, "<Error><Code>New\x1b[2J</Code></Error>", FW_ERROR_DATA, EPROTO,
                 "New\\x1b[2J");
}

static void an_error_may_come_with_200(void **unused)
{
    (void)unused;
    static const char error[] =
        "<?xml version=\"1.0\"?>\n  <Error><Code>InternalError</Code></Error>";
    static const char good[] = "<CompleteMultipartUploadResult><ETag>x</ETag></Complete";
    assert_true(fw_s3_is_error(error, strlen(error)));
    assert_false(fw_s3_is_error(good, strlen(good)));
    assert_false(fw_s3_is_error("", 0));
}

// ---- profiles ----

static const char profiles[] = "# comment\n"
                               "[default]\n"
                               "aws_access_key_id = AKIA1 ; mine\n"
                               "aws_secret_access_key=se#cret/+=\r\n"
                               "s3 =\n"
                               "    region = nested\n"
                               "region=eu-west-1\n"
                               "[ profile   a b ]\n"
                               "region = us-west-2\n"
                               "empty =\n"
                               "[default]\n"
                               "aws_access_key_id = AKIA2";

static void assert_profile(const char *section, const char *name, const char *expected)
{
    FW_SCOPE(fw_free_cleanup)
    char *value = fw_profile_value(profiles, strlen(profiles), section, name);
    if (expected == NULL) {
        assert_null(value);
    } else {
        assert_non_null(value);
        assert_string_equal(value, expected);
    }
}

static void profiles_are_read(void **unused)
{
    (void)unused;
    assert_profile("default", "aws_access_key_id", "AKIA2");
    assert_profile("default", "aws_secret_access_key", "se#cret/+=");
    assert_profile("default", "region", "eu-west-1");
    assert_profile("profile a b", "region", "us-west-2");
    assert_profile("profile a b", "empty", NULL);
    assert_profile("profile a", "region", NULL);
    assert_profile("other", "region", NULL);
    assert_true(fw_profile_exists(profiles, strlen(profiles), "profile a b"));
    assert_false(fw_profile_exists(profiles, strlen(profiles), "profile"));
}

static void keys_are_read_from_json(void **unused)
{
    (void)unused;
    struct fw_keys keys = { 0 };
    assert_int_equal(fw_keys_read_json("{\"Code\": \"Success\", \"AccessKeyId\": \"A\", "
                                       "\"SecretAccessKey\": \"S\", \"Token\": \"T\", "
                                       "\"Expiration\": \"1970-01-01T00:00:10Z\"}",
                                       "x", &keys, NULL),
                     1);
    assert_string_equal(keys.access_key_id, "A");
    assert_string_equal(keys.session_token, "T");
    assert_int_equal(keys.expires_us, 10000000);
    fw_keys_done(&keys);
    static const char *const bad[] = { "", "[]", "{}", "{\"AccessKeyId\": \"A\"}",
                                       "{\"AccessKeyId\": 1, \"SecretAccessKey\": \"S\"}" };
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        assert_true(fw_keys_read_json(bad[i], "x", &keys, NULL) < 0);
    }
}

// ---- videos ----

static void a_videos_key_and_back(void **unused)
{
    (void)unused;
    static const struct {
        const char *prefix;
        const char *template;
        const char *key;
    } cases[] = {
        { "videos/", "{video_id}_with_heatmaps.mp4", "videos/a b_with_heatmaps.mp4" },
        { "/", "{video_id}.mp4", "a b.mp4" },
        { "x/y-", "z/{video_id}/v", "x/y-z/a b/v" },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        const struct fw_config config = { .s3_key_prefix = (char *)cases[i].prefix,
                                          .s3_key_template = (char *)cases[i].template };
        FW_SCOPE(fw_free_cleanup) char *key = NULL;
        assert_int_equal(fw_video_key(&config, "a b", &key, NULL), 0);
        assert_string_equal(key, cases[i].key);
        FW_SCOPE(fw_free_cleanup) char *id = fw_video_id_of_key(&config, key);
        assert_string_equal(id, "a b");
        FW_SCOPE(fw_free_cleanup) char *prefix = fw_object_key_prefix(&config);
        assert_int_equal(strncmp(key, prefix, strlen(prefix)), 0);
        assert_null(fw_video_id_of_key(&config, "videos/_with_heatmaps.mp4"));
        assert_null(fw_video_id_of_key(&config, "videos/a/b_with_heatmaps.mp4"));
    }
}

static void metadata_say_the_facts(void **unused)
{
    (void)unused;
    const struct fw_video_facts facts = { .video_id = "\xc3\xa4 b",
                                          .run_id = "",
                                          .run_offset = 7,
                                          .n_frames = 12,
                                          .model_id = "m@1",
                                          .sha256 = "00" };
    struct fw_video_metadata metadata;
    fw_video_metadata_init(&metadata, &facts);
    const struct fw_object object = { .n_metadata = metadata.n, .metadata = metadata.items };
    assert_string_equal(fw_object_metadata(&object, "video-id"), "%C3%A4%20b");
    assert_string_equal(fw_object_metadata(&object, "model"), "m@1");
    assert_null(fw_object_metadata(&object, "run-id"));
    int64_t run_offset = 0;
    int64_t n_frames = 0;
    fw_video_order_of(&object, &run_offset, &n_frames);
    assert_int_equal(run_offset, 7);
    assert_int_equal(n_frames, 12);
    fw_video_metadata_done(&metadata);
    fw_video_order_of(&(struct fw_object){ 0 }, &run_offset, &n_frames);
    assert_int_equal(run_offset, -1);
    assert_int_equal(n_frames, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_gives_elements_and_text),
        cmocka_unit_test(xml_that_is_broken_is_refused),
        cmocka_unit_test(errors_have_kinds_and_remedies),
        cmocka_unit_test(an_error_may_come_with_200),
        cmocka_unit_test(profiles_are_read),
        cmocka_unit_test(keys_are_read_from_json),
        cmocka_unit_test(a_videos_key_and_back),
        cmocka_unit_test(metadata_say_the_facts),
    };
    return cmocka_run_group_tests_name("store_answers", tests, NULL, NULL);
}
