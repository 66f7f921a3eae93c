# shellcheck shell=bash disable=SC2034 # variables for those who source it
# SPDX-License-Identifier: MIT
# The jars of the S3 server and the form of its log. Sourced after server.sh.

# Jetty's last word at its start: "Started ...js.Server@1b2c3d{STARTING}".
S3_STARTED='js.Server@'

plan_s3_jars() {
    s3_stamp="log 1, jars $(jars_stamp s3)"
    stamped s3proxy "$s3_stamp" || plan s3proxy "fetching S3Proxy" fetch_s3
}

fetch_s3() {
    rm -rf "$FW_DEPS/s3proxy"
    copy_jars s3 "$FW_DEPS/s3proxy/libs"
    cat >"$FW_DEPS/s3proxy/logback.xml" <<'LOG'
<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date %level %msg \(%logger{1}\)%n</pattern></encoder>
  </appender>
  <root level="info"><appender-ref ref="out"/></root>
</configuration>
LOG
    stamp s3proxy "$s3_stamp"
}
