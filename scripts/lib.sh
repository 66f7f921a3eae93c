# shellcheck shell=bash disable=SC2034 # variables for those who source it
# SPDX-License-Identifier: MIT
# What every chore shares: where things lie, planned steps with progress, the end of the log when one fails.
#
# A chore sources this file, plans its steps (plan NAME TITLE FUNCTION) and calls run_plan once. Progress goes to
# stderr, so that the output of a subcommand stays clean. Nothing planned, nothing printed.

FW_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
FW_DEPS=$(realpath -m "${FIREWATCH_DEPS:-$FW_ROOT/.deps}")
FW_BUILD=$FW_ROOT/build
FW_TAIL=30
FW_PYTHON=$FW_DEPS/venv/bin/python
export LC_ALL=C.UTF-8

say() {
    printf '%s\n' "$*" >&2
}

die() {
    printf 'fw: %s\n' "$*" >&2
    exit 1
}

# One set-up or build at a time in a project folder: two terminals that both type ./fw would race otherwise.
lock() {
    if ! mkdir -p "$FW_DEPS/logs" 2>/dev/null || ! [ -w "$FW_DEPS/logs" ]; then
        die "cannot write to $FW_DEPS (it belongs to $(stat -c %U "$FW_DEPS" 2>/dev/null || echo another user))"
    fi
    exec 9>>"$FW_DEPS/lock"
    flock -n 9 || {
        say "waiting for another fw in this folder ..."
        flock 9
    }
}

unlock() {
    exec 9>&-
}

plan_names=()
plan_titles=()
plan_functions=()

# plan NAME TITLE FUNCTION: the log is NAME.log; FUNCTION runs with set -e, without stdin, its output in the log.
plan() {
    plan_names+=("$1")
    plan_titles+=("$2")
    plan_functions+=("$3")
}

run_plan() {
    local i n=${#plan_names[@]}
    for ((i = 0; i < n; i++)); do
        run_step "$((i + 1))/$n" "${plan_names[i]}" "${plan_titles[i]}" "${plan_functions[i]}"
    done
    plan_names=() plan_titles=() plan_functions=()
}

# A build's log lies with the build, for several trees may share one .deps.
log_of() {
    local folder=$FW_DEPS/logs
    case $1 in
    configure | compile) folder=$FW_BUILD/logs ;;
    esac
    mkdir -p "$folder"
    echo "$folder/$1.log"
}

# run_step N/M NAME TITLE FUNCTION
run_step() {
    local head="[$1] $3 ..." log started=$SECONDS ticker='' rc=0
    log=$(log_of "$2")
    if [ -t 2 ]; then
        tick "$head" "$log" &
        ticker=$!
        # shellcheck disable=SC2064 # the ticker of now
        trap "kill $ticker 2>/dev/null || true" EXIT
    else
        printf '%s' "$head" >&2
    fi
    # Not "( ... ) || rc=$?": a list with || would switch off set -e inside.
    set +e
    (
        set -euo pipefail
        "$4"
    ) >"$log" 2>&1 </dev/null 9>&-
    rc=$?
    set -e
    if [ -n "$ticker" ]; then
        kill "$ticker" 2>/dev/null || true
        wait "$ticker" 2>/dev/null || true
        trap - EXIT
        printf '\r\033[K%s' "$head" >&2
    fi
    [ "$rc" -eq 0 ] || step_failed "$rc" "$log"
    printf ' %d s\n' "$((SECONDS - started))" >&2
}

# Rewrites the line once a second, with ninja's count where the log has one.
tick() {
    local started=$SECONDS count
    while :; do
        count=$(tail -c 400 "$2" 2>/dev/null | grep -o '^\[[0-9]*/[0-9]*\]' | tail -1 || true)
        printf '\r\033[K%s %d s %s' "$1" "$((SECONDS - started))" "$count" >&2
        sleep 1
    done
}

step_failed() {
    printf ' failed (exit code %d)\n\n' "$1" >&2
    tail -n "$FW_TAIL" "$2" | sed 's/^/    /' >&2
    printf '\nThe whole log: %s\n' "$2" >&2
    exit 1
}
