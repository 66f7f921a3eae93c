#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw fmt: sets the form of all C code.
set -euo pipefail
. "$(dirname "$0")/common.sh"

lock
plan_setup build test
run_plan
unlock
clang_format=$("$FW_PYTHON" -c 'import clang_format; print(clang_format.__path__[0])')/data/bin/clang-format
c_files | xargs "$clang_format" -i
