// SPDX-License-Identifier: MIT
// Writes a msgpack map through msgpack-c.
#include "wire/msgpack_writer.h"

#include <msgpack/pack.h>
#include <string.h>

// msgpack-c's way out. The buffer remembers its failures itself.
static int append(void *buffer, const char *data, size_t n)
{
    fw_buffer_append(buffer, data, n);
    return 0;
}

static msgpack_packer packer_of(struct fw_buffer *out)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, out, append);
    return packer;
}

static void pack_text(msgpack_packer *packer, const char *text)
{
    size_t n = strlen(text);
    (void)msgpack_pack_str(packer, n); // append never fails
    (void)msgpack_pack_str_body(packer, text, n);
}

void fw_msgpack_map(struct fw_buffer *out,
                    void (*write)(struct fw_msgpack *map, const void *message), const void *message)
{
    struct fw_msgpack map = { 0 };
    write(&map, message);
    msgpack_packer packer = packer_of(out);
    (void)msgpack_pack_map(&packer, map.n_pairs);
    map.out = out;
    write(&map, message);
}

// Counts the pair, or writes its name; false when there is no more to do.
static bool begin(struct fw_msgpack *map, const char *name, msgpack_packer *packer)
{
    if (map->out == NULL) {
        map->n_pairs++;
        return false;
    }
    *packer = packer_of(map->out);
    pack_text(packer, name);
    return true;
}

void fw_msgpack_int(struct fw_msgpack *map, const char *name, int64_t value)
{
    msgpack_packer packer;
    if (begin(map, name, &packer)) {
        (void)msgpack_pack_int64(&packer, value);
    }
}

void fw_msgpack_double(struct fw_msgpack *map, const char *name, double value)
{
    msgpack_packer packer;
    if (begin(map, name, &packer)) {
        (void)msgpack_pack_double(&packer, value);
    }
}

void fw_msgpack_float(struct fw_msgpack *map, const char *name, float value)
{
    msgpack_packer packer;
    if (begin(map, name, &packer)) {
        (void)msgpack_pack_float(&packer, value);
    }
}

void fw_msgpack_bool(struct fw_msgpack *map, const char *name, bool value)
{
    msgpack_packer packer;
    if (begin(map, name, &packer)) {
        (void)(value ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer));
    }
}

void fw_msgpack_text(struct fw_msgpack *map, const char *name, const char *value)
{
    msgpack_packer packer;
    if (begin(map, name, &packer)) {
        pack_text(&packer, value);
    }
}

void fw_msgpack_bytes(struct fw_msgpack *map, const char *name, const void *value, size_t size)
{
    msgpack_packer packer;
    if (begin(map, name, &packer)) {
        (void)msgpack_pack_bin(&packer, size);
        (void)msgpack_pack_bin_body(&packer, value, size);
    }
}

static void pack_pair(msgpack_packer *packer, int64_t first, int64_t second)
{
    (void)msgpack_pack_array(packer, 2);
    (void)msgpack_pack_int64(packer, first);
    (void)msgpack_pack_int64(packer, second);
}

void fw_msgpack_rational(struct fw_msgpack *map, const char *name, struct fw_rational value)
{
    msgpack_packer packer;
    if (begin(map, name, &packer)) {
        pack_pair(&packer, value.num, value.den);
    }
}

void fw_msgpack_gaps(struct fw_msgpack *map, const char *name, const struct fw_gap gaps[], size_t n)
{
    msgpack_packer packer;
    if (!begin(map, name, &packer)) {
        return;
    }
    (void)msgpack_pack_array(&packer, n);
    for (size_t i = 0; i < n; i++) {
        pack_pair(&packer, gaps[i].first, gaps[i].count);
    }
}
