#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Creates FireWatch's topics in Kafka, as the scaling guide has it: firewatch topics create, with its options.
set -euo pipefail
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../fw" topics create "$@"
