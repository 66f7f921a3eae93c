// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as the media of a segment. What was read keeps the promises of
// media/fragment.h and can be written again, or is refused as bad data.
#include "fuzz.h"
#include "media/fragment.h"

#include <stdlib.h>

static void check(int holds)
{
    if (!holds) {
        abort();
    }
}

static void check_packets(const struct fw_fragment *fragment, size_t size)
{
    size_t n_bytes = 0;
    for (size_t i = 0; i < fragment->n_packets; i++) {
        const struct fw_packet *packet = fragment->packets[i];
        check(packet->size > 0 && packet->data != NULL);
        check(packet->pts >= packet->dts && packet->duration > 0 && packet->number == (int64_t)i);
        check(i == 0 || packet->dts > fragment->packets[i - 1]->dts);
        n_bytes += packet->size;
    }
    check(n_bytes < size);
}

static void write_again(const struct fw_fragment *fragment)
{
    struct fw_buffer bytes;
    struct fw_error err = { 0 };
    fw_buffer_init(&bytes, FW_LIMIT_MESSAGE_BYTES);
    if (fw_fragment_write(&fragment->stream, fragment->packets, fragment->n_packets, &bytes, NULL,
                          &err) < 0) {
        check(err.kind == FW_ERROR_DATA && err.text[0] != '\0');
    } else {
        struct fw_fragment again = { 0 };
        check(fw_fragment_read(bytes.data, bytes.size, &again, &err) == 0);
        check(again.n_packets == fragment->n_packets);
        fw_fragment_done(&again);
    }
    fw_buffer_done(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fw_fragment fragment = { 0 };
    struct fw_error err = { 0 };
    if (fw_fragment_read(data, size, &fragment, &err) < 0) {
        check(err.kind == FW_ERROR_DATA && err.text[0] != '\0');
        check(fragment.packets == NULL && fragment.n_packets == 0);
        return 0;
    }
    check(fragment.n_packets > 0 && fragment.n_packets <= FW_FRAGMENT_MAX_PACKETS);
    check(fragment.stream.extradata_size > 0 && fragment.stream.width > 0);
    check_packets(&fragment, size);
    write_again(&fragment);
    fw_fragment_done(&fragment);
    return 0;
}
