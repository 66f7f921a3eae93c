// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as the XML that S3 and STS answer, and as an error of theirs.
#include "fuzz.h"
#include "store/error.h"
#include "store/xml.h"

#include <stdlib.h>
#include <string.h>

static void check(int holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fw_xml xml;
    fw_xml_begin(&xml, (const char *)data, size);
    int depth = 0;
    enum fw_xml_event event;
    while ((event = fw_xml_next(&xml)) != FW_XML_END && event != FW_XML_BAD) {
        depth += event == FW_XML_OPEN;
        check(xml.depth == depth && depth > 0 && depth <= FW_XML_DEPTH);
        check(xml.name[0] != '\0' && strlen(xml.name) < FW_XML_NAME_SIZE);
        check(xml.n_text < FW_XML_TEXT_SIZE && xml.text[xml.n_text] == '\0');
        depth -= event == FW_XML_CLOSE;
    }
    check(event == FW_XML_BAD || depth == 0);

    struct fw_s3_failure failure = { .status = 400 };
    struct fw_error err = { 0 };
    fw_s3_failure_read((const char *)data, size, &failure);
    check(fw_s3_error(&failure, "s3://bucket/key", &err) < 0 && err.kind != FW_ERROR_NONE);
    (void)fw_s3_is_error((const char *)data, size);
    return 0;
}
