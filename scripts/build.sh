#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw build: set-up, configuration, compilation of build/firewatch. --quiet says nothing when nothing is to be done.
set -euo pipefail
. "$(dirname "$0")/common.sh"

lock
plan_setup build
plan_build
run_plan
[ "${1:-}" = --quiet ] || say "build/firewatch is up to date"
