# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The one file a chore sources: lib.sh, setup.sh, and the steps that build the program.

# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/setup.sh
. "$FW_ROOT/scripts/setup.sh"

# A chore that builds a variant sets FW_BUILD and these before plan_build.
configure_options=()

plan_build() {
    if [ ! -f "$FW_BUILD/build.ninja" ]; then
        plan configure "configuring" configure
        plan compile "compiling" compile
    elif ! ninja -C "$FW_BUILD" -n 2>/dev/null | grep -q 'no work to do'; then
        plan compile "compiling" compile
    fi
}

configure() {
    meson setup "$FW_BUILD" "$FW_ROOT" -Ddeps="$FW_DEPS" "${configure_options[@]}"
}

compile() {
    ninja -C "$FW_BUILD"
}

c_files() {
    local folder folders=()
    for folder in src tests bench; do
        [ ! -d "$FW_ROOT/$folder" ] || folders+=("$FW_ROOT/$folder")
    done
    find "${folders[@]}" -name '*.[ch]' | sort
}
