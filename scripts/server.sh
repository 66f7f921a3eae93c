# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A development server as a process: start it apart from the terminal, wait for its word in the log, stop it by pid.
#
# Each server has a folder of its own with pid and server.log. A pid counts only while that process still names the
# folder on its command line: the number may have been given to another program since.

SERVER_START_LIMIT_S=90
SERVER_STOP_LIMIT_S=20

# server_pid FOLDER: prints the pid and succeeds while the server runs.
server_pid() {
    local pid
    [ -f "$1/pid" ] && pid=$(<"$1/pid") && grep -qsF "$1/" "/proc/$pid/cmdline" && echo "$pid"
}

# server_start FOLDER COMMAND...: starts the command unless the server runs already.
server_start() {
    local at=$1
    shift
    if server_pid "$at" >/dev/null; then
        return
    fi
    [ ! -f "$at/server.log" ] || mv "$at/server.log" "$at/server.log.1"
    setsid "$@" >"$at/server.log" 2>&1 </dev/null &
    echo $! >"$at/pid"
}

# server_await FOLDER TEXT: returns when the log has the text; ends the step when the server died or takes too long.
server_await() {
    local deadline=$((SECONDS + SERVER_START_LIMIT_S)) pid
    pid=$(<"$1/pid")
    until grep -qF "$2" "$1/server.log"; do
        if ! kill -0 "$pid" 2>/dev/null || [ $SECONDS -ge $deadline ]; then
            echo "The server did not come up; the end of $1/server.log:"
            tail -n 20 "$1/server.log"
            kill -KILL "$pid" 2>/dev/null || true
            exit 1
        fi
        sleep 0.1
    done
}

# server_stop FOLDER...: SIGTERM to all, SIGKILL to those that stay. Succeeds when any was running.
server_stop() {
    local at pid deadline=$((SECONDS + SERVER_STOP_LIMIT_S)) any=1
    for at in "$@"; do
        pid=$(server_pid "$at") || continue
        any=0
        kill -TERM "$pid" 2>/dev/null || true
    done
    for at in "$@"; do
        while pid=$(server_pid "$at"); do
            [ $SECONDS -lt $deadline ] || kill -KILL "$pid" 2>/dev/null || true
            sleep 0.1
        done
        rm -f "$at/pid"
    done
    return $any
}

# copy_jars PROFILE FOLDER: by the coordinates of pom.xml. Maven's own cache is only of use while it runs.
copy_jars() {
    local cache=$FW_DEPS/maven.tmp
    rm -rf "$cache"
    mvn -q -B -f "$FW_ROOT/pom.xml" -P "$1" dependency:copy-dependencies -DoutputDirectory="$2" -Dmaven.repo.local="$cache"
    rm -rf "$cache"
}

# jars_stamp PROFILE: names what pom.xml wants of the profile.
jars_stamp() {
    awk "/<id>$1</,/<\/profile>/" "$FW_ROOT/pom.xml" | sha256sum
}

check_port() {
    [[ $1 =~ ^[0-9]+$ && $1 -gt 1023 && $1 -lt 65000 ]] || die "--port is a number from 1024 to 64999"
}
