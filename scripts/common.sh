# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The one file a chore sources: lib.sh, setup.sh, and the steps that build the program.

# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/setup.sh
. "$FW_ROOT/scripts/setup.sh"

plan_build() {
    if [ ! -f "$FW_BUILD/build.ninja" ]; then
        plan configure "configuring" configure
        plan compile "compiling" compile
    elif ! ninja -C "$FW_BUILD" -n 2>/dev/null | grep -q 'no work to do'; then
        plan compile "compiling" compile
    fi
}

# configure_into FOLDER [MESON OPTION...]
configure_into() {
    local folder=$1
    shift
    meson setup "$folder" "$FW_ROOT" -Ddeps="$FW_DEPS" --pkg-config-path "$FW_DEPS/onnxruntime/lib/pkgconfig" "$@"
}

configure() {
    configure_into "$FW_BUILD"
}

compile() {
    ninja -C "$FW_BUILD"
}
