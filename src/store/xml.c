// SPDX-License-Identifier: MIT
// Reads small XML documents.
#include "store/xml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void fw_xml_begin(struct fw_xml *xml, const char *text, size_t size)
{
    xml->at = text;
    xml->end = text + size;
    xml->depth = 0;
    xml->pending_close = false;
    xml->closed = false;
    xml->n_text = 0;
    xml->name[0] = '\0';
    xml->text[0] = '\0';
}

bool fw_xml_is(const struct fw_xml *xml, int depth, const char *name)
{
    return xml->depth == depth && strcmp(xml->name, name) == 0;
}

// ---- text ----

static bool put(struct fw_xml *xml, const char *bytes, size_t n)
{
    if (xml->n_text + n >= sizeof(xml->text)) {
        return false;
    }
    memcpy(xml->text + xml->n_text, bytes, n);
    xml->n_text += n;
    xml->text[xml->n_text] = '\0';
    return true;
}

static bool put_character(struct fw_xml *xml, unsigned long code)
{
    char bytes[4];
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
        return false;
    }
    if (code < 0x80) {
        bytes[0] = (char)code;
        return put(xml, bytes, 1);
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    static const uint8_t leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    bytes[0] = (char)(leads[n] | code);
    return put(xml, bytes, n);
}

static bool put_number(struct fw_xml *xml, const char *digits)
{
    bool is_hex = digits[0] == 'x';
    const char *allowed = is_hex ? "0123456789abcdefABCDEF" : "0123456789";
    digits += is_hex;
    size_t n = strlen(digits);
    return n > 0 && n <= 7 && strspn(digits, allowed) == n &&
           put_character(xml, strtoul(digits, NULL, is_hex ? 16 : 10));
}

// At "&".
static bool put_entity(struct fw_xml *xml)
{
    static const struct {
        const char *name;
        const char *text;
    } entities[] = {
        { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" }
    };
    char name[12] = "";
    size_t left = (size_t)(xml->end - xml->at - 1);
    const char *semicolon = memchr(xml->at + 1, ';', left < sizeof(name) ? left : sizeof(name));
    if (semicolon == NULL || (size_t)(semicolon - xml->at - 1) >= sizeof(name)) {
        return false;
    }
    memcpy(name, xml->at + 1, (size_t)(semicolon - xml->at - 1));
    xml->at = semicolon + 1;
    if (name[0] == '#') {
        return put_number(xml, name + 1);
    }
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        if (strcmp(name, entities[i].name) == 0) {
            return put(xml, entities[i].text, 1);
        }
    }
    return false;
}

// Up to the next "<".
static bool read_text(struct fw_xml *xml)
{
    while (xml->at < xml->end && *xml->at != '<') {
        if (*xml->at == '&') {
            if (!put_entity(xml)) {
                return false;
            }
            continue;
        }
        const char *from = xml->at;
        while (xml->at < xml->end && *xml->at != '<' && *xml->at != '&') {
            xml->at++;
        }
        // Outside of the outermost element there is white space only, of which nothing is kept.
        if (*from == '\0' || (xml->depth > 0 && !put(xml, from, (size_t)(xml->at - from)))) {
            return false;
        }
    }
    return xml->at < xml->end;
}

// ---- tags ----

static const char *find(const struct fw_xml *xml, const char *text)
{
    return memmem(xml->at, (size_t)(xml->end - xml->at), text, strlen(text));
}

static bool starts_with(const struct fw_xml *xml, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(xml->end - xml->at) >= n && memcmp(xml->at, text, n) == 0;
}

// Reads past "<?...?>" and "<!--...-->" or takes in "<![CDATA[...]]>". 1: done, 0: none there, -1:
// bad.
static int read_other(struct fw_xml *xml)
{
    bool is_data = starts_with(xml, "<![CDATA[");
    bool is_comment = starts_with(xml, "<!--");
    if (!is_data && !is_comment && !starts_with(xml, "<?")) {
        return starts_with(xml, "<!") ? -1 : 0;
    }
    const char *mark = is_data ? "]]>" : is_comment ? "-->" : "?>";
    xml->at += is_data ? strlen("<![CDATA[") : is_comment ? strlen("<!--") : strlen("<?");
    const char *end = find(xml, mark);
    if (end == NULL || (is_data && !put(xml, xml->at, (size_t)(end - xml->at)))) {
        return -1;
    }
    xml->at = end + strlen(mark);
    return 1;
}

static bool is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

// The name at the place, without what stands before a colon.
static bool read_name(struct fw_xml *xml)
{
    const char *from = xml->at;
    while (xml->at < xml->end && !is_space(*xml->at) && *xml->at != '>' && *xml->at != '/') {
        if (*xml->at == '<' || *xml->at == '\0') {
            return false;
        }
        from = *xml->at == ':' ? xml->at + 1 : from;
        xml->at++;
    }
    size_t n = (size_t)(xml->at - from);
    if (n == 0 || n >= sizeof(xml->name) || xml->at == xml->end) {
        return false;
    }
    memcpy(xml->name, from, n);
    xml->name[n] = '\0';
    return true;
}

// From behind the name to behind ">"; a ">" may stand in an attribute's quotes.
static bool skip_attributes(struct fw_xml *xml)
{
    char quote = '\0';
    for (; xml->at < xml->end; xml->at++) {
        if (quote != '\0') {
            quote = *xml->at == quote ? '\0' : quote;
        } else if (*xml->at == '"' || *xml->at == '\'') {
            quote = *xml->at;
        } else if (*xml->at == '>') {
            xml->pending_close = xml->at[-1] == '/';
            xml->at++;
            return true;
        }
    }
    return false;
}

static enum fw_xml_event open_element(struct fw_xml *xml)
{
    xml->at++;
    if (xml->depth == FW_XML_DEPTH || !read_name(xml) || !skip_attributes(xml)) {
        return FW_XML_BAD;
    }
    memcpy(xml->names[xml->depth++], xml->name, sizeof(xml->name));
    xml->n_text = 0;
    xml->text[0] = '\0';
    return FW_XML_OPEN;
}

static enum fw_xml_event closed(struct fw_xml *xml)
{
    xml->closed = true;
    xml->pending_close = false;
    return FW_XML_CLOSE;
}

static enum fw_xml_event close_element(struct fw_xml *xml)
{
    xml->at += 2;
    if (!read_name(xml) || xml->depth == 0 || strcmp(xml->name, xml->names[xml->depth - 1]) != 0 ||
        !skip_attributes(xml)) {
        return FW_XML_BAD;
    }
    return closed(xml);
}

enum fw_xml_event fw_xml_next(struct fw_xml *xml)
{
    if (xml->closed) { // only now, so that the end had its element's depth and text
        xml->closed = false;
        xml->depth--;
        xml->n_text = 0;
        xml->text[0] = '\0';
        if (xml->depth == 0) {
            return FW_XML_END;
        }
    }
    if (xml->pending_close) {
        return closed(xml);
    }
    for (;;) {
        if (!read_text(xml)) {
            return FW_XML_BAD;
        }
        int other = read_other(xml);
        if (other == 0) {
            break;
        }
        if (other < 0) {
            return FW_XML_BAD;
        }
    }
    return starts_with(xml, "</") ? close_element(xml) : open_element(xml);
}
