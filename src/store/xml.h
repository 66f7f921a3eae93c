// SPDX-License-Identifier: MIT
// Reads the small XML documents that S3 and STS answer: elements and their text, within limits.
// Pure.
//
// Attributes, namespaces, comments and processing instructions are read past. There are no document
// types, so no entities but the five of XML and numbers.
#ifndef FW_STORE_XML_H
#define FW_STORE_XML_H

#include <stdbool.h>
#include <stddef.h>

enum {
    FW_XML_DEPTH = 16,
    FW_XML_NAME_SIZE = 64,
    FW_XML_TEXT_SIZE = 16 * 1024, // of one element; a session token is the longest, of some KiB
};

enum fw_xml_event {
    FW_XML_OPEN,  // <name>: name, depth (1 for the outermost)
    FW_XML_CLOSE, // </name>: name, depth, and the text since the last tag
    FW_XML_END,   // the outermost element is closed
    FW_XML_BAD,   // not well formed, cut off, or beyond a limit
};

struct fw_xml {
    const char *at;
    const char *end;
    int depth;
    bool pending_close; // of an element without contents
    bool closed;        // the last event was an end
    size_t n_text;
    char name[FW_XML_NAME_SIZE]; // of the last event, without its prefix
    char text[FW_XML_TEXT_SIZE]; // decoded
    char names[FW_XML_DEPTH][FW_XML_NAME_SIZE];
};

// `text` is borrowed.
void fw_xml_begin(struct fw_xml *xml, const char *text, size_t size);
enum fw_xml_event fw_xml_next(struct fw_xml *xml);

// Whether the last event is an element's end under that name and that far inside.
bool fw_xml_is(const struct fw_xml *xml, int depth, const char *name);

#endif
