// SPDX-License-Identifier: MIT
// A detector's classes: their names, and which of them count as fire. Pure.
//
// Private to infer/ and its tests.
#ifndef FW_INFER_CLASSES_H
#define FW_INFER_CLASSES_H

#include "base/error.h"
#include "wire/limits.h"

#include <stdbool.h>

enum { FW_CLASS_NAME_SIZE = FW_LIMIT_CLASS_NAME_BYTES + 1 };

struct fw_classes {
    int n;
    char (*names)[FW_CLASS_NAME_SIZE]; // "" where the file has none
    bool *wanted;
};

// Reads the metadata `names` of an Ultralytics export, a Python dictionary or list as text:
// {0: 'fire', 1: "child's toy"}, ['fire', 'smoke']; JSON is taken as well. On success the caller
// calls fw_classes_done; n is the highest number and one. Errors: CONFIG, saying what is wrong;
// nothing is held then.
int fw_classes_parse(const char *text, struct fw_classes *ret, struct fw_error *err);

// `n` classes that have no names.
void fw_classes_init(struct fw_classes *classes, int n);

// Zeroed memory is allowed.
void fw_classes_done(struct fw_classes *classes);

// Sets `wanted`. `chosen` is a list of names (in upper or lower case) or numbers, separated by
// commas. NULL: the only class of a network without names; else those whose names contain fire,
// smoke, flame, burn or wildfire and none of hydrant, truck, extinguisher, alarm, station, engine,
// as the Python original chooses. Errors: CONFIG when one is not there or none is left: a network
// that can't find fire must not run.
int fw_classes_choose(struct fw_classes *classes, const char *chosen, struct fw_error *err);

// Names those without a name: "fire" where it is the only class, else "class 3".
void fw_classes_name_rest(struct fw_classes *classes);

#endif
