#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a test program of cmocka and corrects its TAP: cmocka 1.1 says "not ok" of a test that was skipped.
#
# A line "# skipped: WHY" before it gives the reason. The exit code is the program's.
set -o pipefail
"$@" | sed -u -E '
    /^# skipped: /h
    s/^not ok ([0-9]+) # SKIP (.*)$/ok \1 - \2 # SKIP/
    t skipped
    b
    :skipped
    G
    s/\n(# skipped: )?/ /
    x
    s/.*//
    x'
