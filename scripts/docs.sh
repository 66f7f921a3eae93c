#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw docs: writes what documents take from the program: the tables of docs/CONFIGURATION.md and docs/METRICS.md, and
# .env.example.
set -euo pipefail
. "$(dirname "$0")/common.sh"

lock
plan_setup build
plan_build
run_plan
unlock

new=$(mktemp "$FW_ROOT/docs/new.XXXXXX")
trap 'rm -f "$new"' EXIT

# fill DOCUMENT MARK COMMAND...: what stands between the marks is what the command prints.
fill() {
    local document=$FW_ROOT/docs/$1 mark=$2
    shift 2
    {
        sed "/^<!-- $mark begin/q" "$document"
        echo
        "$@"
        echo
        sed -n "/^<!-- $mark end/,\$p" "$document"
    } >"$new"
    cat "$new" >"$document"
}

fill CONFIGURATION.md options "$FW_BUILD/firewatch" help --format=markdown
fill METRICS.md metrics "$FW_BUILD/firewatch" help metrics

"$FW_BUILD/firewatch" help --format=markdown | python3 "$FW_ROOT/scripts/env_example.py" >"$new"
cat "$new" >"$FW_ROOT/.env.example"
