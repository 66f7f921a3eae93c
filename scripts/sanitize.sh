#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw asan [pytest options] | tsan: the unit tests and the demo's run in a build with the sanitizer. With options (such
# as -k run) also those of the integration tests.
set -euo pipefail
. "$(dirname "$0")/common.sh"

case ${1:-} in
asan) configure_options=("-Db_sanitize=address,undefined" -Db_lundef=false) ;;
tsan) configure_options=(-Db_sanitize=thread -Db_lundef=false) ;;
*) die "sanitize.sh asan|tsan" ;;
esac
FW_BUILD=$FW_ROOT/build-$1

lock
plan_setup build
plan_build
run_plan
unlock
cd "$FW_ROOT"

# A first finding ends the program. ThreadSanitizer cannot see the atomics of libraries built without it: their threads
# and locks count, their memory does not. Exceptions are listed, with reasons, in tests/*.supp.
export ASAN_OPTIONS=detect_leaks=1:halt_on_error=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LSAN_OPTIONS=suppressions=$FW_ROOT/tests/lsan.supp:print_suppressions=0
export TSAN_OPTIONS=halt_on_error=1:ignore_noninstrumented_modules=1:second_deadlock_stack=1:suppressions=$FW_ROOT/tests/tsan.supp

# env, not export: what is preloaded is for the programs under test.
preload=()
if [ "$1" = tsan ]; then
    gcc -shared -fPIC -O1 -g -Wall -Wextra -Werror tests/tsan_c11_threads.c -o "$FW_BUILD/tsan_c11_threads.so"
    preload=(env LD_PRELOAD="$FW_BUILD/tsan_c11_threads.so")
fi

rc=0
meson test -C "$FW_BUILD" --no-rebuild --no-suite integration --print-errorlogs --timeout-multiplier 10 --wrapper "${preload[*]}" || rc=1
[ -n "$(ls samples/*.mp4 2>/dev/null)" ] || die "no clip in samples"
rm -rf "$FW_BUILD/demo"
for clip in samples/*.mp4; do
    "${preload[@]}" "$FW_BUILD/firewatch" run "$clip" -o "$FW_BUILD/demo" --quiet || rc=1
done
if [ $# -gt 1 ]; then
    FIREWATCH_BIN=$FW_BUILD/firewatch "$FW_PYTHON" -m pytest -v -c tests/pytest.ini --rootdir "$FW_ROOT" \
        tests/integration "${@:2}" || rc=1
fi
[ $rc -ne 0 ] || say "$1: nothing found"
exit $rc
