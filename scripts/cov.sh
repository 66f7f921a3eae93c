#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw cov: which lines of src/ the unit and integration tests reach; a page in build-cov/coverage.
set -euo pipefail
. "$(dirname "$0")/common.sh"

FW_BUILD=$FW_ROOT/build-cov
configure_options=(-Db_coverage=true -Doptimization=1)

lock
plan_setup build test cov
plan_build
run_plan
unlock
cd "$FW_ROOT"

find "$FW_BUILD" -name '*.gcda' -delete
rc=0
meson test -C "$FW_BUILD" --no-rebuild --no-suite integration --print-errorlogs || rc=1
if [ -d tests/integration ]; then
    FIREWATCH_BIN=$FW_BUILD/firewatch "$FW_PYTHON" -m pytest -q -c tests/pytest.ini --rootdir "$FW_ROOT" \
        tests/integration "$@" || rc=1
fi
mkdir -p "$FW_BUILD/coverage"
gcovr --root "$FW_ROOT" --filter src/ --html-details "$FW_BUILD/coverage/index.html" --txt - --print-summary "$FW_BUILD"
say "line by line: $FW_BUILD/coverage/index.html"
exit $rc
