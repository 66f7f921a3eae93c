#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw s3 start|stop|status: an S3 API (S3Proxy over a folder) for development and tests, on loopback only.
#
#   start  [--port P] [--dir D] [--tls] [--bucket NAME] [--set NAME=VALUE]...
#   stop   [--port P] [--dir D] [--delete]
#   status [--port P] [--dir D]
#
# http at P, with --tls also https at P+1. It checks signatures, with a secret of its own. D (default: .deps/run/s3-P)
# holds data, log, pid and s3.env, the variables that a client has to set. For tests, which own their processes, there
# are two words more: "prepare" does all but start, "exec" becomes the server.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$FW_ROOT/scripts/server.sh"
. "$FW_ROOT/scripts/s3_files.sh"

word=${1:-}
[ $# -eq 0 ] || shift
port=9000 dir='' tls='' bucket=firewatch delete='' settings=()
while [ $# -gt 0 ]; do
    case $1 in
    --port) port=${2:?} && shift ;;
    --dir) dir=${2:?} && shift ;;
    --bucket) bucket=${2:?} && shift ;;
    --set) settings+=("${2:?}") && shift ;;
    --tls) tls=1 ;;
    --delete) delete=1 ;;
    *) die "s3: unknown option $1" ;;
    esac
    shift
done
check_port "$port"
[[ $bucket =~ ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$ ]] || die "s3: $bucket is no name for a bucket"
run=$(realpath -m "${dir:-${FIREWATCH_RUN:-$FW_DEPS/run}/s3-$port}")

# ---- files ----

plan_s3_files() {
    plan_packages kafka
    plan_s3_jars
    plan "s3-$port-prepare" "preparing the S3 server" prepare_s3
}

prepare_s3() {
    mkdir -p "$run/data/$bucket"
    chmod 700 "$run"
    [ -f "$run/secret" ] || head -c 30 /dev/urandom | base64 | tr '+/' 'ab' >"$run/secret"
    [ -z "$tls" ] || [ -f "$run/keystore.p12" ] || make_keystore
    s3_properties >"$run/s3proxy.properties"
    s3_environment >"$run/s3.env"
}

s3_properties() {
    cat <<PROPERTIES
s3proxy.endpoint=http://127.0.0.1:$port
s3proxy.authorization=aws-v4
s3proxy.identity=firewatch
s3proxy.credential=$(<"$run/secret")
s3proxy.ignore-unknown-headers=true
jclouds.provider=filesystem-nio2
jclouds.identity=unused
jclouds.credential=unused
jclouds.filesystem.basedir=$run/data
PROPERTIES
    [ -z "$tls" ] || cat <<PROPERTIES
s3proxy.secure-endpoint=https://127.0.0.1:$((port + 1))
s3proxy.keystore-path=$run/keystore.p12
s3proxy.keystore-password=$(<"$run/secret")
PROPERTIES
    [ ${#settings[@]} -eq 0 ] || printf '%s\n' "${settings[@]}"
}

s3_environment() {
    cat <<ENVIRONMENT
AWS_ACCESS_KEY_ID=firewatch
AWS_SECRET_ACCESS_KEY=$(<"$run/secret")
AWS_REGION=us-east-1
AWS_ENDPOINT_URL=http://127.0.0.1:$port
S3_BUCKET=$bucket
ENVIRONMENT
}

# The authority is the certificate itself: clients are given ca.pem.
make_keystore() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=localhost" \
        -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout "$run/server.key" -out "$run/ca.pem"
    openssl pkcs12 -export -inkey "$run/server.key" -in "$run/ca.pem" -out "$run/keystore.p12" \
        -passout "file:$run/secret"
    chmod 600 "$run/server.key" "$run/keystore.p12"
}

# ---- process ----

start() {
    lock
    plan_s3_files
    plan "s3-$port" "starting the S3 server" start_s3
    run_plan
    unlock
    status
    echo
    echo "A client's settings (also in $run/s3.env):"
    sed 's/^/  /' "$run/s3.env"
}

start_s3() {
    server_start "$run" "$0" exec --port "$port" --dir "$run"
    server_await "$run" "$S3_STARTED"
}

become_s3() {
    [ -f "$run/s3proxy.properties" ] || die "s3: $run is not prepared"
    exec java -Xmx256m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Dlogback.configurationFile="$FW_DEPS/s3proxy/logback.xml" \
        -cp "$FW_DEPS/s3proxy/libs/*" org.gaul.s3proxy.Main --properties "$run/s3proxy.properties"
}

stop() {
    ! server_stop "$run" || say "s3 at 127.0.0.1:$port stopped"
    if [ -n "$delete" ] && [ -f "$run/s3proxy.properties" ]; then
        rm -rf "$run"
    fi
}

status() {
    local pid
    if pid=$(server_pid "$run"); then
        echo "s3: pid $pid, http://127.0.0.1:$port, log $run/server.log"
    else
        echo "s3 at 127.0.0.1:$port is not running"
        return 1
    fi
}

case $word in
start) start ;;
stop) stop ;;
status) status ;;
prepare)
    lock
    plan_s3_files
    run_plan
    ;;
exec) become_s3 ;;
*) die "s3 start|stop|status (see the head of scripts/s3.sh)" ;;
esac
