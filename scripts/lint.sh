#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw lint: the style tests, clang-tidy over the C code, shellcheck over the scripts.
set -euo pipefail
. "$(dirname "$0")/common.sh"

lock
plan_setup build test lint
plan_build
run_plan
unlock
cd "$FW_ROOT"

rc=0
"$FW_PYTHON" -m pytest -q -c tests/pytest.ini --rootdir "$FW_ROOT" tests/style || rc=1
say "shellcheck ..."
find . -name 'build*' -prune -o -name .deps -prune -o -type f '(' -name '*.sh' -o -path ./fw -o -path ./.ci/run ')' -print |
    sort | xargs shellcheck || rc=1
say "clang-tidy ..."
# gcc's names of warnings are unknown to clang; that is no finding.
run-clang-tidy-16 -quiet -p "$FW_BUILD" -extra-arg=-Wno-unknown-warning-option "$FW_ROOT/src/.*\.c$" \
    2>/dev/null | grep -v '^clang-tidy-16 ' || [ "${PIPESTATUS[0]}" -eq 0 ] || rc=1
[ $rc -eq 0 ] && say "lint: nothing found"
exit $rc
