#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw help: the words that fw knows, then those of the program once it is built.
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "$0")")")

cat <<'HELP'
./fw WORD [ARGUMENTS]     installs what is missing, builds what is out of date, then does it

  demo        find fire in the sample clip; the results are in out/demo
  test        every test; "test unit|style|integration|fault [pytest options]" for one kind
  build       build/firewatch
  run FILE... [-o FOLDER]    find fire in your own videos

For those who work on it:
  check       everything that must hold: test, lint, clang, asan, tsan, a short fuzz
  fmt lint    set the form of the C code; look for faults in C and shell
  docs        write what documents take from the program
  asan tsan   the tests under AddressSanitizer (with UBSan), under ThreadSanitizer
  fuzz [--seconds N] [TARGET...]    feed each parser with mutated input
  cov         which lines the tests reach
  figures [NAME...]    the measurements in bench/
  storm [--runs N] [--seed FIRST]    fleets that die at random moments, against undisturbed ones
  train [--data FOLDER]    train the shipped model anew
  kafka start|stop|status [--brokers 3] [--port N] [--tls] [--sasl]    an Apache Kafka on this machine
  s3 start|stop|status [--port N] [--tls]    an S3 API on this machine
  fresh [--user] [demo|test|all]    try the two commands in a clean Debian

Any other word is a subcommand of build/firewatch, run in your directory.
HELP
if [ -x "$root/build/firewatch" ]; then
    echo
    "$root/build/firewatch" --help
fi
