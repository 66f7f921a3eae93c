#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sets up what training needs (once) and runs train.py with the arguments given. `./fw train` calls it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
venv=$root/.deps/train
export DEBIAN_FRONTEND=noninteractive

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo --preserve-env=DEBIAN_FRONTEND "$@"; fi; }

install_packages() {
    local missing=() name
    while read -r name; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
    done <"$here/packages.txt"
    [ ${#missing[@]} -eq 0 ] && return
    echo "installing ${missing[*]}" >&2
    as_root apt-get update -qq
    as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# A GPU needs PyPI's torch; Debian's is built for the CPU. The environment holds one of the two.
requirements() {
    if nvidia-smi >/dev/null 2>&1; then echo "$here/requirements-cuda.txt"; else echo "$here/requirements.txt"; fi
}

make_venv() {
    local wanted=$1 stamp=$venv/.made-from
    cmp -s "$wanted" "$stamp" 2>/dev/null && return
    echo "making $venv" >&2
    rm -rf "$venv"
    /usr/bin/python3 -m venv --system-site-packages "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$stamp"
}

install_packages
make_venv "$(requirements)"
# glibc gives large blocks back to the kernel after every step and gets them again, page by page: measured three times
# slower than keeping them.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=500000000
exec "$venv/bin/python" "$here/train.py" "$@"
