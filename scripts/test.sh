#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw test [unit|style|integration|fault] [pytest options]: every test, or one kind; ends with "N passed, N failed".
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$FW_ROOT/scripts/server.sh"
. "$FW_ROOT/scripts/kafka_files.sh"
. "$FW_ROOT/scripts/s3_files.sh"

LIMIT_S=2100 # of one kind's tests; all four take some 35 minutes on two cores

kinds=(unit style integration fault)
case ${1:-} in
unit | style | integration | fault)
    kinds=("$1")
    shift
    ;;
esac

lock
plan_setup build test kafka
plan_kafka_jars
plan_s3_jars
plan_build
run_plan
unlock

results=$FW_BUILD/test-results
rm -rf "$results"
mkdir -p "$results"
cd "$FW_ROOT"

# The suite "integration" is C programs that want a broker: pytest gives them one.
# Every kind leaves its results and its exit code, which scripts/sum_tests.py counts.
run_unit() {
    rm -f "$FW_BUILD/meson-logs/testlog.json"
    meson test -C "$FW_BUILD" --no-rebuild --no-suite integration --print-errorlogs || rc=$?
    cp "$FW_BUILD/meson-logs/testlog.json" "$results/unit.json" || rc=$?
}

# A whole kind has a limit too: what hangs is then named, instead of whoever runs this giving up first.
run_pytest() {
    local kind=$1
    shift
    timeout --foreground --kill-after=60 "$((LIMIT_S + 60))" "$FW_PYTHON" -m pytest -v -c tests/pytest.ini \
        --rootdir "$FW_ROOT" --junit-xml "$results/$kind.xml" \
        --session-timeout "$LIMIT_S" "tests/$kind" "$@" || rc=$?
}

for kind in "${kinds[@]}"; do
    rc=0
    [ "$kind" = unit ] || [ -d "tests/$kind" ] || continue
    printf '\n== %s tests\n' "$kind"
    case $kind in
    unit) run_unit ;;
    *) run_pytest "$kind" "$@" ;;
    esac
    echo "$rc" >"$results/$kind.rc"
done

echo
"$FW_PYTHON" scripts/sum_tests.py "$results"
