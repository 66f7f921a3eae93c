#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw docs: writes what documents take from the program: the tables of docs/CONFIGURATION.md, and .env.example.
set -euo pipefail
. "$(dirname "$0")/common.sh"

lock
plan_setup build
plan_build
run_plan
unlock

document=$FW_ROOT/docs/CONFIGURATION.md
new=$(mktemp "$document.XXXXXX")
trap 'rm -f "$new"' EXIT
{
    sed '/^<!-- options begin/q' "$document"
    echo
    "$FW_BUILD/firewatch" help --format=markdown
    echo
    sed -n '/^<!-- options end/,$p' "$document"
} >"$new"
cat "$new" >"$document"

"$FW_BUILD/firewatch" help --format=markdown | python3 "$FW_ROOT/scripts/env_example.py" >"$new"
cat "$new" >"$FW_ROOT/.env.example"
