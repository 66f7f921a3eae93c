# shellcheck shell=bash disable=SC2154 # run, port, brokers, tls, sasl and settings are the caller's
# SPDX-License-Identifier: MIT
# The files of a Kafka: the jars and tools once, and per cluster its properties, certificates and formatted storage.
#
# Sourced after server.sh, by kafka.sh and, for the jars, by chores whose tests need a broker.

# ---- once: jars and tools ----

plan_kafka_jars() {
    kafka_stamp="tools 1, jars $(jars_stamp kafka)"
    stamped kafka "$kafka_stamp" || plan kafka "fetching Apache Kafka" fetch_kafka
}

fetch_kafka() {
    rm -rf "$FW_DEPS/kafka"
    mkdir -p "$FW_DEPS/kafka/bin"
    copy_jars kafka "$FW_DEPS/kafka/libs"
    write_log_configuration server INFO
    write_log_configuration tools WARN
    write_tools
    stamp kafka "$kafka_stamp"
}

write_log_configuration() {
    cat >"$FW_DEPS/kafka/log4j2-$1.properties" <<LOG
status = error
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_$([ "$1" = tools ] && echo ERR || echo OUT)
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %m (%c{1})%n
rootLogger.level = $2
rootLogger.appenderRef.out.ref = out
LOG
}

write_tools() {
    local name class
    while read -r name class; do
        cat >"$FW_DEPS/kafka/bin/$name.sh" <<TOOL
#!/bin/sh
libs=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
exec java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \\
    -Dlog4j2.configurationFile="file:\$libs/log4j2-tools.properties" -cp "\$libs/libs/*" $class "\$@"
TOOL
        chmod +x "$FW_DEPS/kafka/bin/$name.sh"
    done <<'TOOLS'
kafka-topics org.apache.kafka.tools.TopicCommand
kafka-consumer-groups org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
kafka-console-consumer org.apache.kafka.tools.consumer.ConsoleConsumer
kafka-console-producer org.apache.kafka.tools.ConsoleProducer
kafka-get-offsets org.apache.kafka.tools.GetOffsetShell
kafka-transactions org.apache.kafka.tools.TransactionsCommand
kafka-acls org.apache.kafka.tools.AclCommand
kafka-configs kafka.admin.ConfigCommand
TOOLS
}

# ---- per cluster ----

prepare_brokers() {
    local i at
    mkdir -p "$run"
    chmod 700 "$run"
    if [ -f "$run/n_brokers" ] && [ "$(<"$run/n_brokers")" -ne "$brokers" ]; then
        echo "$run holds the data of $(<"$run/n_brokers") brokers, not $brokers: ./fw kafka stop --port $port --delete"
        exit 1
    fi
    echo "$brokers" >"$run/n_brokers"
    [ -f "$run/cluster_id" ] || new_cluster_id >"$run/cluster_id"
    [ -z "$tls" ] || [ -f "$run/server.pem" ] || make_certificates
    [ -z "$sasl" ] || [ -f "$run/password" ] || head -c 18 /dev/urandom | base64 >"$run/password"
    write_client_files
    for ((i = 1; i <= brokers; i++)); do
        at=$run/broker-$i
        mkdir -p "$at"
        broker_properties "$i" >"$at/server.properties"
        [ -f "$at/data/meta.properties" ] || format_storage "$at"
    done
}

# 128 random bits in Kafka's base64; its tools mistake one that begins with a dash for an option.
new_cluster_id() {
    local id=-
    while [ "${id#-}" != "$id" ]; do
        id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
    done
    echo "$id"
}

format_storage() {
    java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
        -Dlog4j2.configurationFile="file:$FW_DEPS/kafka/log4j2-tools.properties" -cp "$FW_DEPS/kafka/libs/*" \
        kafka.tools.StorageTool format --ignore-formatted -t "$(<"$run/cluster_id")" -c "$1/server.properties"
}

# listeners I: the addresses of broker I, as "NAME://127.0.0.1:PORT,...", without the controller's.
listeners() {
    local at=$((port + $1 - 1)) list
    list=PLAINTEXT://127.0.0.1:$at
    [ -z "$tls" ] || list+=,SSL://127.0.0.1:$((at + 20))
    [ -z "$sasl" ] || list+=,SASL_PLAINTEXT://127.0.0.1:$((at + 30))
    [ -z "$tls" ] || [ -z "$sasl" ] || list+=,SASL_SSL://127.0.0.1:$((at + 40))
    echo "$list"
}

voters() {
    local i list=''
    for ((i = 1; i <= brokers; i++)); do
        list+=,$i@127.0.0.1:$((port + 9 + i))
    done
    echo "${list#,}"
}

broker_properties() {
    local copies=$((brokers < 3 ? brokers : 3)) in_sync=$((brokers < 3 ? 1 : 2))
    cat <<PROPERTIES
process.roles=broker,controller
node.id=$1
controller.quorum.voters=$(voters)
controller.listener.names=CONTROLLER
listeners=$(listeners "$1"),CONTROLLER://127.0.0.1:$((port + 9 + $1))
advertised.listeners=$(listeners "$1")
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
log.dirs=$run/broker-$1/data

# Topics are made on purpose, by firewatch topics create or by kafka-topics.sh.
auto.create.topics.enable=false
default.replication.factor=$copies
min.insync.replicas=$in_sync
offsets.topic.replication.factor=$copies
transaction.state.log.replication.factor=$copies
transaction.state.log.min.isr=$in_sync
share.coordinator.state.topic.replication.factor=$copies
share.coordinator.state.topic.min.isr=$in_sync
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4

# Frames and segments may have 16 MiB; the broker's own limit leaves room for their headers.
message.max.bytes=17825792
replica.fetch.max.bytes=17825792

# A benchmark writes gigabytes a minute: 4 GiB of a partition are kept, in files of 256 MiB.
log.retention.bytes=4294967296
log.segment.bytes=268435456

# Groups form at once, and tests may ask for short sessions. A dead broker is noticed in 3 s.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
PROPERTIES
    [ -z "$tls" ] || tls_properties
    [ -z "$sasl" ] || sasl_properties
    [ ${#settings[@]} -eq 0 ] || printf '%s\n' "${settings[@]}"
}

tls_properties() {
    cat <<PROPERTIES

ssl.keystore.type=PEM
ssl.keystore.location=$run/server.pem
ssl.truststore.type=PEM
ssl.truststore.location=$run/ca.pem
ssl.client.auth=requested
PROPERTIES
}

# "firewatch" may do everything; "stranger" is let in and may do nothing. Who comes without SASL may do everything.
sasl_properties() {
    local mechanism password
    password=$(<"$run/password")
    mechanism="org.apache.kafka.common.security.plain.PlainLoginModule required \
user_firewatch=\"$password\" user_stranger=\"$password\";"
    cat <<PROPERTIES

sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=$mechanism
listener.name.sasl_ssl.plain.sasl.jaas.config=$mechanism
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:firewatch
PROPERTIES
}

# A throw-away authority and one certificate each for the server (127.0.0.1, localhost) and a client.
make_certificates() {
    (
        cd "$run" || exit
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=FireWatch development CA" \
            -keyout ca.key -out ca.pem
        make_certificate server "subjectAltName=DNS:localhost,IP:127.0.0.1"
        make_certificate client "extendedKeyUsage=clientAuth"
        # Kafka reads a key and its certificates from one file.
        cat server.key server.crt >server.pem
        chmod 600 ./*.key server.pem
    )
}

make_certificate() {
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -out "$1.crt" \
        -extfile <(printf '%s\n' "$2")
    rm "$1.csr"
}

# What a client of librdkafka has to set, ready to be copied into .env or given as -X.
write_client_files() {
    local i at servers=''
    for ((i = 1; i <= brokers; i++)); do
        servers+=,127.0.0.1:$((port + i - 1))
    done
    echo "bootstrap.servers=${servers#,}" >"$run/client.properties"
    at=$port
    [ -z "$tls" ] || cat >"$run/client-tls.properties" <<PROPERTIES
bootstrap.servers=127.0.0.1:$((at + 20))
security.protocol=SSL
ssl.ca.location=$run/ca.pem
PROPERTIES
    [ -z "$sasl" ] || cat >"$run/client-sasl.properties" <<PROPERTIES
bootstrap.servers=127.0.0.1:$((at + 30))
security.protocol=SASL_PLAINTEXT
sasl.mechanisms=PLAIN
sasl.username=firewatch
sasl.password=$(<"$run/password")
PROPERTIES
    [ -z "$tls" ] || [ -z "$sasl" ] || cat >"$run/client-sasl-tls.properties" <<PROPERTIES
bootstrap.servers=127.0.0.1:$((at + 40))
security.protocol=SASL_SSL
ssl.ca.location=$run/ca.pem
sasl.mechanisms=PLAIN
sasl.username=firewatch
sasl.password=$(<"$run/password")
PROPERTIES
}
