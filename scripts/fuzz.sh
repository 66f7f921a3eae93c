#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw fuzz [--seconds N] [TARGET...]: each fuzz target of tests/fuzz for N seconds (60) under ASan and UBSan.
set -euo pipefail
. "$(dirname "$0")/common.sh"

seconds=60
if [ "${1:-}" = --seconds ]; then
    seconds=${2:?--seconds needs a number}
    shift 2
fi
[[ $seconds =~ ^[0-9]+$ ]] || die "--seconds needs a number, not $seconds"

FW_BUILD=$FW_ROOT/build-fuzz
configure_options=(-Dfuzz=true "-Db_sanitize=address,undefined" -Db_lundef=false)
export CC=clang-14

lock
plan_setup build fuzz
plan_build
run_plan
unlock
cd "$FW_ROOT"

# New inputs that reach new code stay in build-fuzz; those worth keeping are moved to tests/fuzz/corpus by hand.
fuzz_one() {
    local name=$1 found=$FW_BUILD/found/$1 crashes=$FW_BUILD/crashes/$1 seeds=()
    mkdir -p "$found" "$crashes"
    [ ! -d "tests/fuzz/corpus/$name" ] || seeds=("tests/fuzz/corpus/$name")
    say "fuzz $name for $seconds s ..."
    "$FW_BUILD/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$crashes/" "$found" "${seeds[@]}" >"$FW_BUILD/$name.log" 2>&1 || {
        tail -n "$FW_TAIL" "$FW_BUILD/$name.log" >&2
        say "fuzz $name failed; the input lies in $crashes"
        return 1
    }
    grep -E 'stat::number_of_executed_units' "$FW_BUILD/$name.log" | sed "s/.*:/fuzz $name: inputs tried:/" >&2
}

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for source in tests/fuzz/fuzz_*.c; do
        [ ! -f "$source" ] || targets+=("$(basename "${source#tests/fuzz/fuzz_}" .c)")
    done
fi
[ ${#targets[@]} -gt 0 ] || die "no fuzz target in tests/fuzz"
rc=0
for target in "${targets[@]}"; do
    fuzz_one "$target" || rc=1
done
exit $rc
