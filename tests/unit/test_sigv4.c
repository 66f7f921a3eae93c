// SPDX-License-Identifier: MIT
// store: AWS's published vectors for signatures, and percent-encoding.
#include "unit.h"

#include "base/macros.h"
#include "base/memory.h"
#include "base/uri.h"
#include "store/digest.h"
#include "store/sigv4.h"
#include "store/uri.h"

#include <stdlib.h>
#include <string.h>

// The signature test suite:
// https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html
static const struct fw_sigv4_key suite_key = { "AKIDEXAMPLE",
                                               "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                               "us-east-1", "service" };
// The examples of the S3 documentation: API/sig-v4-header-based-auth.html,
// sigv4-query-string-auth.html
static const struct fw_sigv4_key s3_key = { "AKIAIOSFODNN7EXAMPLE",
                                            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1",
                                            "s3" };

static void assert_signature(const struct fw_sigv4_request *request, const struct fw_sigv4_key *key,
                             const char *names, const char *signature)
{
    FW_SCOPE(fw_free_cleanup) char *authorization = fw_sigv4_authorization(request, key);
    FW_SCOPE(fw_free_cleanup)
    char *expected = fw_xasprintf(
        "AWS4-HMAC-SHA256 Credential=%s/%.8s/us-east-1/%s/aws4_request, SignedHeaders=%s, "
        "Signature=%s",
        key->access_key_id, request->date, key->service, names, signature);
    assert_string_equal(authorization, expected);
}

static void the_test_suite(void **unused)
{
    (void)unused;
    static const struct fw_sigv4_pair order_key_case[] = { { "Param2", "value2" },
                                                           { "Param1", "value1" } };
    static const struct {
        const char *method;
        const char *path; // not encoded
        size_t n_query;
        const char *signature;
    } vectors[] = {
        // get-vanilla, get-vanilla-query-order-key-case, get-utf8, post-vanilla
        { "GET", "/", 0, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
        { "GET", "/", 2, "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
        { "GET", "/\xe1\x88\xb4", 0,
          "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85" },
        { "POST", "/", 0, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
    };
    // In the wrong order and with spaces to take off, as in the suite's other cases.
    static const struct fw_sigv4_pair headers[] = { { "X-Amz-Date", " 20150830T123600Z  " },
                                                    { "Host", "example.amazonaws.com" } };
    for (size_t i = 0; i < FW_ARRAY_LEN(vectors); i++) {
        FW_SCOPE(fw_free_cleanup) char *path = fw_uri_encode(vectors[i].path, true);
        FW_SCOPE(fw_free_cleanup) char *query = fw_sigv4_query(order_key_case, vectors[i].n_query);
        const struct fw_sigv4_request request = { .method = vectors[i].method,
                                                  .path = path,
                                                  .query = query,
                                                  .headers = headers,
                                                  .n_headers = FW_ARRAY_LEN(headers),
                                                  .payload_hash = FW_SIGV4_EMPTY,
                                                  .date = "20150830T123600Z" };
        assert_signature(&request, &suite_key, "host;x-amz-date", vectors[i].signature);
    }
}

struct s3_vector {
    const char *method;
    const char *path;
    struct fw_sigv4_pair query[2];
    size_t n_query;
    struct fw_sigv4_pair headers[3]; // beside host, x-amz-date and x-amz-content-sha256
    size_t n_headers;
    const char *payload;
    const char *names;
    const char *signature;
};

static const struct s3_vector s3_vectors[] = {
    { .method = "GET",
      .path = "/test.txt",
      .headers = { { "Range", "bytes=0-9" } },
      .n_headers = 1,
      .payload = "",
      .names = "host;range;x-amz-content-sha256;x-amz-date",
      .signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41" },
    { .method = "PUT",
      .path = "/test$file.text",
      .headers = { { "Date", "Fri, 24 May 2013 00:00:00 GMT" },
                   { "x-amz-storage-class", "REDUCED_REDUNDANCY" } },
      .n_headers = 2,
      .payload = "Welcome to Amazon S3.",
      .names = "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
      .signature = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd" },
    { .method = "GET",
      .path = "/",
      .query = { { "lifecycle", "" } },
      .n_query = 1,
      .payload = "",
      .names = "host;x-amz-content-sha256;x-amz-date",
      .signature = "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543" },
    { .method = "GET",
      .path = "/",
      .query = { { "prefix", "J" }, { "max-keys", "2" } },
      .n_query = 2,
      .payload = "",
      .names = "host;x-amz-content-sha256;x-amz-date",
      .signature = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7" },
};

static void check_s3_vector(const struct s3_vector *vector)
{
    uint8_t hash[FW_SHA256_BYTES];
    char hex[FW_SIGV4_HEX_SIZE];
    fw_sha256(vector->payload, strlen(vector->payload), hash);
    fw_hex(hash, sizeof(hash), hex);
    struct fw_sigv4_pair headers[6] = { { "host", "examplebucket.s3.amazonaws.com" },
                                        { "x-amz-date", "20130524T000000Z" },
                                        { "x-amz-content-sha256", hex } };
    memcpy(headers + 3, vector->headers, vector->n_headers * sizeof(headers[0]));
    FW_SCOPE(fw_free_cleanup) char *path = fw_uri_encode(vector->path, true);
    FW_SCOPE(fw_free_cleanup) char *query = fw_sigv4_query(vector->query, vector->n_query);
    const struct fw_sigv4_request request = { .method = vector->method,
                                              .path = path,
                                              .query = query,
                                              .headers = headers,
                                              .n_headers = 3 + vector->n_headers,
                                              .payload_hash = hex,
                                              .date = "20130524T000000Z" };
    assert_signature(&request, &s3_key, vector->names, vector->signature);
}

static void the_examples_of_s3(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < FW_ARRAY_LEN(s3_vectors); i++) {
        check_s3_vector(&s3_vectors[i]);
    }
}

static void the_presigned_example(void **unused)
{
    (void)unused;
    FW_SCOPE(fw_free_cleanup)
    char *query = fw_sigv4_presigned_query("examplebucket.s3.amazonaws.com", "/test.txt",
                                           "20130524T000000Z", 86400, &s3_key, NULL);
    assert_string_equal(query,
                        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
                        "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&"
                        "X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders="
                        "host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957"
                        "d157751f604d404");
}

static void a_session_token_is_signed_too(void **unused)
{
    (void)unused;
    FW_SCOPE(fw_free_cleanup)
    char *query = fw_sigv4_presigned_query("h", "/k", "20130524T000000Z", 60, &s3_key, "a+b/=");
    assert_non_null(strstr(query, "&X-Amz-Security-Token=a%2Bb%2F%3D&X-Amz-SignedHeaders=host&"));
}

static void awkward_text_is_encoded_byte_by_byte(void **unused)
{
    (void)unused;
    FW_SCOPE(fw_free_cleanup) char *path = fw_uri_encode("/a b+c%/~\xc3\xa4*'()", true);
    assert_string_equal(path, "/a%20b%2Bc%25/~%C3%A4%2A%27%28%29");
    fw_uri_decode(path);
    assert_string_equal(path, "/a b+c%/~\xc3\xa4*'()");
    char broken[] = "%zz%4%00%41";
    fw_uri_decode(broken);
    assert_string_equal(broken, "%zz%4%00A");
}

static void queries_are_sorted_by_their_encoded_names(void **unused)
{
    (void)unused;
    static const struct fw_sigv4_pair pairs[] = {
        { "uploads", "" }, { "prefix", "a/b" }, { "B", "2" }, { "prefix", "A" }
    };
    FW_SCOPE(fw_free_cleanup) char *query = fw_sigv4_query(pairs, FW_ARRAY_LEN(pairs));
    assert_string_equal(query, "B=2&prefix=A&prefix=a%2Fb&uploads=");
}

static void endpoints(void **unused)
{
    (void)unused;
    static const struct {
        const char *url;
        const char *host;
        bool tls;
    } good[] = { { "http://127.0.0.1:9000", "127.0.0.1:9000", false },
                 { "https://s3.example.org/", "s3.example.org", true },
                 { "HTTPS://h:443", "h", true },
                 { "http://[::1]:80", "[::1]", false } };
    struct fw_endpoint endpoint;
    for (size_t i = 0; i < FW_ARRAY_LEN(good); i++) {
        assert_int_equal(fw_endpoint_parse(good[i].url, "X", &endpoint, NULL), 0);
        assert_string_equal(endpoint.host, good[i].host);
        assert_true(endpoint.tls == good[i].tls);
    }
    static const char *const bad[] = { "",           "h:9000",        "ftp://h",
                                       "http://",    "http://h/path", "http://user@h",
                                       "http://h?x", "http://a b" };
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        assert_true(fw_endpoint_parse(bad[i], "X", &endpoint, NULL) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_test_suite),
        cmocka_unit_test(the_examples_of_s3),
        cmocka_unit_test(the_presigned_example),
        cmocka_unit_test(a_session_token_is_signed_too),
        cmocka_unit_test(awkward_text_is_encoded_byte_by_byte),
        cmocka_unit_test(queries_are_sorted_by_their_encoded_names),
        cmocka_unit_test(endpoints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
