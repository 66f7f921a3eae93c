// SPDX-License-Identifier: MIT
// Lists objects and multipart uploads, page by page.
#include "base/clock.h"
#include "base/memory.h"
#include "store/store_impl.h"
#include "store/xml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_SIZE = 4096 };

struct listing {
    const struct fw_store *store;
    int (*on_object)(void *arg, const struct fw_object *object, struct fw_error *err);
    int (*on_upload)(void *arg, const char *key, const char *upload_id, int64_t begun_us,
                     struct fw_error *err);
    void *arg;

    // the item at hand
    struct fw_object object;
    char upload_id[TOKEN_SIZE];

    // where the next page begins; "" when there is none
    char token[TOKEN_SIZE];
    char id_token[TOKEN_SIZE];
    bool is_truncated;

    // A page is read twice: once to see that it is whole, so that a page that was cut off can be
    // asked for again, then for its items.
    bool gives_items;
    int callback_result;
    struct fw_error callback_error;
};

static void copy(char *to, size_t size, const struct fw_xml *xml)
{
    if (xml->n_text < size) {
        memcpy(to, xml->text, xml->n_text + 1);
    }
}

// ---- items ----

static void read_item(struct listing *listing, const struct fw_xml *xml)
{
    struct fw_object *object = &listing->object;
    if (strcmp(xml->name, "Key") == 0) {
        free(object->key);
        object->key = fw_xstrdup(xml->text);
        fw_uri_decode(object->key); // asked for by encoding-type
    } else if (strcmp(xml->name, "Size") == 0) {
        object->size_bytes = strtoll(xml->text, NULL, 10);
    } else if (strcmp(xml->name, "ETag") == 0) {
        copy(object->etag, sizeof(object->etag), xml);
    } else if (strcmp(xml->name, "LastModified") == 0 || strcmp(xml->name, "Initiated") == 0) {
        object->modified_us = fw_expiration_of(xml->text);
    } else if (strcmp(xml->name, "UploadId") == 0) {
        copy(listing->upload_id, sizeof(listing->upload_id), xml);
    }
}

static int give_item(struct listing *listing, struct fw_error *err)
{
    int rc = 0;
    const struct fw_object *object = &listing->object;
    if (listing->gives_items && object->key != NULL) {
        rc = listing->on_object != NULL
                 ? listing->on_object(listing->arg, object, err)
                 : listing->on_upload(listing->arg, object->key, listing->upload_id,
                                      object->modified_us, err);
    }
    fw_object_done(&listing->object);
    listing->upload_id[0] = '\0';
    return rc;
}

static void read_page_field(struct listing *listing, const struct fw_xml *xml)
{
    if (strcmp(xml->name, "IsTruncated") == 0) {
        listing->is_truncated = strcmp(xml->text, "true") == 0;
    } else if (strcmp(xml->name, "NextContinuationToken") == 0) {
        copy(listing->token, sizeof(listing->token), xml);
    } else if (strcmp(xml->name, "NextKeyMarker") == 0) {
        copy(listing->token, sizeof(listing->token), xml);
        fw_uri_decode(listing->token);
    } else if (strcmp(xml->name, "NextUploadIdMarker") == 0) {
        copy(listing->id_token, sizeof(listing->id_token), xml);
    }
}

// Reads a page's body. -EBADMSG when it is not whole; else the callback's result.
static int read_page(struct listing *listing, const struct fw_buffer *page, struct fw_error *err)
{
    const char *item = listing->on_object != NULL ? "Contents" : "Upload";
    struct fw_xml xml;
    fw_xml_begin(&xml, (const char *)page->data, page->size);
    bool inside = false;
    enum fw_xml_event event = FW_XML_BAD;
    while (page->size > 0 && (event = fw_xml_next(&xml)) != FW_XML_END && event != FW_XML_BAD) {
        bool is_item = fw_xml_is(&xml, 2, item);
        if (event == FW_XML_OPEN) {
            inside = inside || is_item;
        } else if (is_item) {
            inside = false;
            int rc = give_item(listing, err);
            if (rc < 0) {
                return rc;
            }
        } else if (inside && xml.depth == 3) {
            read_item(listing, &xml);
        } else if (xml.depth == 2) {
            read_page_field(listing, &xml);
        }
    }
    fw_object_done(&listing->object);
    return event == FW_XML_END ? 0 : -EBADMSG;
}

// ---- pages ----

static int on_page(void *arg, struct fw_call *call, struct fw_error *err)
{
    struct listing *listing = arg;
    listing->token[0] = '\0';
    listing->id_token[0] = '\0';
    listing->is_truncated = false;
    listing->gives_items = false;
    if (read_page(listing, &call->http.answer, NULL) < 0) {
        return fw_error_set(err, FW_ERROR_RETRY, EBADMSG, "s3://%s: the list is cut off",
                            fw_store_bucket(listing->store));
    }
    listing->gives_items = true;
    listing->callback_result = read_page(listing, &call->http.answer, &listing->callback_error);
    return 0;
}

static void prepare_page(const struct listing *listing, const char *prefix, struct fw_call *call)
{
    fw_call_query(call, "encoding-type", "url");
    if (prefix[0] != '\0') {
        fw_call_query(call, "prefix", prefix);
    }
    if (listing->on_object != NULL) {
        fw_call_query(call, "list-type", "2");
        if (listing->token[0] != '\0') {
            fw_call_query(call, "continuation-token", listing->token);
        }
        return;
    }
    fw_call_query(call, "uploads", "");
    if (listing->token[0] != '\0') {
        fw_call_query(call, "key-marker", listing->token);
    }
    if (listing->id_token[0] != '\0') {
        fw_call_query(call, "upload-id-marker", listing->id_token);
    }
}

static int list(struct fw_store *store, const char *prefix, struct listing *listing,
                struct fw_error *err)
{
    listing->store = store;
    for (;;) {
        // The call borrows the tokens, which the answer replaces.
        FW_SCOPE(fw_free_cleanup) struct listing *asked = fw_xmalloc(sizeof(*asked));
        memcpy(asked, listing, sizeof(*asked));
        struct fw_call call = { .method = "GET" };
        prepare_page(asked, prefix, &call);
        int rc = fw_call_run(store, &call, on_page, listing, err);
        if (rc == 0 && listing->callback_result < 0) {
            rc = listing->callback_result;
            if (err != NULL) {
                *err = listing->callback_error;
            }
        }
        bool goes_on = listing->is_truncated && listing->token[0] != '\0';
        if (rc < 0 || !goes_on) {
            return rc;
        }
        if (strcmp(asked->token, listing->token) == 0 &&
            strcmp(asked->id_token, listing->id_token) == 0) {
            return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "s3://%s: the list has no end",
                                fw_store_bucket(store));
        }
    }
}

int fw_store_list(struct fw_store *store, const char *prefix,
                  int (*on_object)(void *arg, const struct fw_object *object, struct fw_error *err),
                  void *arg, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) struct listing *listing = fw_xcalloc(1, sizeof(*listing));
    listing->on_object = on_object;
    listing->arg = arg;
    return list(store, prefix, listing, err);
}

int fw_store_list_uploads(struct fw_store *store, const char *prefix,
                          int (*on_upload)(void *arg, const char *key, const char *upload_id,
                                           int64_t begun_us, struct fw_error *err),
                          void *arg, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) struct listing *listing = fw_xcalloc(1, sizeof(*listing));
    listing->on_upload = on_upload;
    listing->arg = arg;
    return list(store, prefix, listing, err);
}
