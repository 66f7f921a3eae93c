#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw check: everything that must hold before a change is handed in.
set -euo pipefail
. "$(dirname "$0")/common.sh"

clang_build() {
    (
        FW_BUILD=$FW_ROOT/build-clang
        export CC=clang-14
        lock
        plan_setup build fuzz
        plan_build
        run_plan
    )
}

failed=()
check() {
    local name=$1
    shift
    say ""
    say "== $name"
    "$@" || failed+=("$name")
}

check test "$FW_ROOT/.ci/run"
check lint "$FW_ROOT/scripts/lint.sh"
check clang clang_build
check asan "$FW_ROOT/scripts/sanitize.sh" asan
check tsan "$FW_ROOT/scripts/sanitize.sh" tsan
check fuzz "$FW_ROOT/scripts/fuzz.sh" --seconds 10
say ""
[ ${#failed[@]} -eq 0 ] || die "check failed: ${failed[*]}"
say "check: all good"
