#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw storm [--runs N] [--seed FIRST]: N schedules (20) of tests/fault/storm.py, whose table comes last.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$FW_ROOT/scripts/server.sh"
. "$FW_ROOT/scripts/kafka_files.sh"

lock
plan_setup build test kafka
plan_kafka_jars
plan_build
run_plan
unlock

cd "$FW_ROOT"
FIREWATCH_BIN=$FW_BUILD/firewatch "$FW_PYTHON" tests/fault/storm.py "$@"
