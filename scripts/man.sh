#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# man.sh FIREWATCH SCDOC PAGE.1.scd OUTPUT: makes a manual page; the line @OPTIONS@ becomes the command's options.
set -euo pipefail
firewatch=$1 scdoc=$2 page=$3 output=$4
command=$(basename "$page" .1.scd)
command=${command#firewatch-}

while IFS= read -r line; do
    if [ "$line" = @OPTIONS@ ]; then
        "$firewatch" help --format=man "$command"
    else
        printf '%s\n' "$line"
    fi
done <"$page" | "$scdoc" >"$output"
