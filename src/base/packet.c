// SPDX-License-Identifier: MIT
// One encoded access unit.
#include "base/packet.h"

#include <stdlib.h>

struct fw_packet *fw_packet_new(size_t size)
{
    struct fw_packet *packet = malloc(sizeof(*packet));
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (packet == NULL || data == NULL) {
        free(packet);
        free(data);
        return NULL;
    }
    *packet =
        (struct fw_packet){ .data = data, .size = size, .pts = FW_NO_TIME, .dts = FW_NO_TIME };
    return packet;
}

void fw_packet_free(struct fw_packet *packet)
{
    if (packet != NULL) {
        free(packet->data);
        free(packet->new_extradata);
        free(packet);
    }
}
