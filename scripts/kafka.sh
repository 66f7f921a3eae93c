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
. "$FW_ROOT/scripts/server.sh"
. "$FW_ROOT/scripts/kafka_files.sh"

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
check_port "$port"
[[ ${brokers:-1} =~ ^[1-9]$ ]] || die "kafka: --brokers is a number from 1 to 9"
run=$(realpath -m "${dir:-${FIREWATCH_RUN:-$FW_DEPS/run}/kafka-$port}")

broker_dirs() {
    compgen -G "$run/broker-*" || true
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
    local i
    for ((i = 1; i <= brokers; i++)); do
        server_start "$run/broker-$i" "$0" exec --dir "$run" --broker "$i"
    done
    for ((i = 1; i <= brokers; i++)); do
        server_await "$run/broker-$i" 'Kafka Server started'
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
    local folders
    mapfile -t folders < <(broker_dirs)
    ! server_stop "${folders[@]}" || say "kafka at 127.0.0.1:$port stopped"
    if [ -n "$delete" ] && [ -f "$run/n_brokers" ]; then
        rm -rf "$run"
    fi
}

status() {
    local at pid n=0
    for at in $(broker_dirs); do
        if pid=$(server_pid "$at"); then
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
