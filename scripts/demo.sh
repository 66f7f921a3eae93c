#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw demo: everything from a fresh clone to fire found in the rendered sample.
set -euo pipefail
. "$(dirname "$0")/common.sh"

lock
plan_setup build
plan_build
run_plan
unlock

clips=("$FW_ROOT"/samples/*.mp4)
out=$FW_ROOT/out/demo
[ -f "${clips[0]}" ] || die "no clip in $FW_ROOT/samples"
mkdir -p "$out"
"$FW_BUILD/firewatch" run "${clips[@]}" -o "$out" "$@"

say ""
say "The results are in $out:"
for clip in "${clips[@]}"; do
    id=$(basename "$clip" .mp4)
    say "  ${id}_with_heatmaps.mp4     the video with the fire marked: open it in any player"
    say "  ${id}.detections.jsonl      one line of JSON per frame"
    say "  ${id}.events.jsonl          one line of JSON where a fire starts, goes on, ends; its first picture beside it"
done
say "Your own video: ./fw run FILE -o FOLDER"
