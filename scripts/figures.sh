#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw figures [NAME...]: runs the measurements bench/NAME.sh or .py, each of which prints a table.
set -euo pipefail
. "$(dirname "$0")/common.sh"

lock
plan_setup build test
plan_build
run_plan
unlock

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for file in "$FW_ROOT"/bench/*.sh "$FW_ROOT"/bench/*.py; do
        # What a measurement shares with others starts with an underscore.
        case $(basename "$file") in
        '*'* | _*) ;;
        *) names+=("$(basename "${file%.*}")") ;;
        esac
    done
fi
[ ${#names[@]} -gt 0 ] || die "no measurement in bench"

mkdir -p "$FW_BUILD/figures"
export PATH=$FW_DEPS/venv/bin:$PATH FIREWATCH_BIN=$FW_BUILD/firewatch
rc=0
for name in "${names[@]}"; do
    runner=()
    if [ -f "$FW_ROOT/bench/$name.sh" ]; then
        runner=(bash "$FW_ROOT/bench/$name.sh")
    elif [ -f "$FW_ROOT/bench/$name.py" ]; then
        runner=("$FW_PYTHON" "$FW_ROOT/bench/$name.py")
    else
        die "no measurement bench/$name.sh or bench/$name.py"
    fi
    printf '== %s\n' "$name"
    "${runner[@]}" | tee "$FW_BUILD/figures/$name.txt" || rc=1
    echo
done
say "The tables are also in $FW_BUILD/figures"
exit $rc
