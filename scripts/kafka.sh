#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw kafka start|stop|status: Apache Kafka for development and tests, on loopback only.
#
#   start  [--brokers N] [--port P] [--dir D] [--tls] [--sasl] [--set NAME=VALUE]...
#   stop   [--port P] [--dir D] [--delete]
#   status [--port P] [--dir D]
#
# Broker i (from 0) listens at P+i without encryption, at P+20+i with --tls, at P+30+i (SASL PLAIN) with --sasl, at
# P+40+i with both. Data, log and pid of each lie in D (default: .deps/run/kafka-P), kept until stop --delete.
# What starting means in files: scripts/kafka_files.sh. For tests, which own their processes, there are two words more:
# "prepare" does all but start, "exec --broker N" becomes that broker.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$FW_ROOT/scripts/kafka_files.sh"

START_LIMIT_S=90
STOP_LIMIT_S=20

word=${1:-}
[ $# -eq 0 ] || shift
brokers='' port=9092 dir='' tls='' sasl='' broker='' delete='' settings=()
while [ $# -gt 0 ]; do
    case $1 in
    --brokers) brokers=${2:?} && shift ;;
    --port) port=${2:?} && shift ;;
    --dir) dir=${2:?} && shift ;;
    --broker) broker=${2:?} && shift ;;
    --set) settings+=("${2:?}") && shift ;;
    --tls) tls=1 ;;
    --sasl) sasl=1 ;;
    --delete) delete=1 ;;
    *) die "kafka: unknown option $1" ;;
    esac
    shift
done
[[ $port =~ ^[0-9]+$ && $port -gt 1023 && $port -lt 65000 ]] || die "kafka: --port is a number from 1024 to 64999"
[[ ${brokers:-1} =~ ^[1-9]$ ]] || die "kafka: --brokers is a number from 1 to 9"
run=$(realpath -m "${dir:-${FIREWATCH_RUN:-$FW_DEPS/run}/kafka-$port}")

broker_dirs() {
    compgen -G "$run/broker-*" || true
}

# pid_of BROKER_DIR: the pid, when it still is that broker (a number may have been given to another program since).
pid_of() {
    local pid
    [ -f "$1/pid" ] && pid=$(<"$1/pid") && grep -qsF "$1/server.properties" "/proc/$pid/cmdline" && echo "$pid"
}

plan_kafka_files() {
    plan_packages kafka
    plan_kafka_jars
    [ -z "$brokers" ] && [ -f "$run/n_brokers" ] && brokers=$(<"$run/n_brokers")
    brokers=${brokers:-1}
    plan "kafka-$port-prepare" "preparing $(brokers_in_words)" prepare_brokers
}

brokers_in_words() {
    [ "$brokers" -eq 1 ] && echo "one Kafka broker" || echo "$brokers Kafka brokers"
}

start() {
    lock
    plan_kafka_files
    plan "kafka-$port" "starting $(brokers_in_words)" start_brokers
    run_plan
    unlock
    status
    echo
    echo "The tools kafka-topics.sh, kafka-consumer-groups.sh and others:"
    echo "  export PATH=$FW_DEPS/kafka/bin:\$PATH"
}

start_brokers() {
    local i at
    for ((i = 1; i <= brokers; i++)); do
        at=$run/broker-$i
        ! pid_of "$at" >/dev/null || continue
        [ ! -f "$at/server.log" ] || mv "$at/server.log" "$at/server.log.1"
        setsid "$0" exec --dir "$run" --broker "$i" >"$at/server.log" 2>&1 </dev/null &
        echo $! >"$at/pid"
    done
    for ((i = 1; i <= brokers; i++)); do
        await_broker "$run/broker-$i"
    done
}

await_broker() {
    local deadline=$((SECONDS + START_LIMIT_S)) pid
    pid=$(<"$1/pid")
    until grep -q 'Kafka Server started' "$1/server.log"; do
        if ! kill -0 "$pid" 2>/dev/null || [ $SECONDS -ge $deadline ]; then
            echo "The broker did not come up; the end of $1/server.log:"
            tail -n 20 "$1/server.log"
            exit 1
        fi
        sleep 0.1
    done
}

# Becomes the broker. Small heaps: what a broker holds in memory is the page cache's business.
become_broker() {
    local at=$run/broker-$broker heap=512m
    [ -f "$at/server.properties" ] || die "kafka: $at is not prepared"
    [ "$(<"$run/n_brokers")" -eq 1 ] || heap=384m
    exec java -Xmx$heap -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError \
        -Dlog4j2.configurationFile="file:$FW_DEPS/kafka/log4j2-server.properties" \
        -cp "$FW_DEPS/kafka/libs/*" kafka.Kafka "$at/server.properties"
}

stop() {
    local at pid deadline=$((SECONDS + STOP_LIMIT_S)) any=''
    for at in $(broker_dirs); do
        pid=$(pid_of "$at") || continue
        any=1
        kill -TERM "$pid"
    done
    for at in $(broker_dirs); do
        while pid=$(pid_of "$at"); do
            [ $SECONDS -lt $deadline ] || kill -KILL "$pid"
            sleep 0.1
        done
        rm -f "$at/pid"
    done
    [ -z "$any" ] || say "kafka at 127.0.0.1:$port stopped"
    if [ -n "$delete" ] && [ -f "$run/n_brokers" ]; then
        rm -rf "$run"
    fi
}

status() {
    local at pid n=0
    for at in $(broker_dirs); do
        if pid=$(pid_of "$at"); then
            n=$((n + 1))
            echo "broker ${at##*-}: pid $pid, $(grep -o '^advertised.listeners=.*' "$at/server.properties" | cut -d= -f2), log $at/server.log"
        else
            echo "broker ${at##*-}: stopped"
        fi
    done
    [ "$n" -gt 0 ] || {
        echo "kafka at 127.0.0.1:$port is not running"
        return 1
    }
}

case $word in
start) start ;;
stop) stop ;;
status) status ;;
prepare)
    lock
    plan_kafka_files
    run_plan
    ;;
exec) become_broker ;;
*) die "kafka start|stop|status (see the head of scripts/kafka.sh)" ;;
esac
