# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Set-up: plans the installation of what a chore lacks. Sourced after lib.sh; plan_setup GROUP... is its entry.
#
# Debian packages are installed system-wide (scripts/packages.txt). All else lies under .deps/, each part with a stamp
# that names what made it; a stamp that still matches costs one file read.

plan_setup() {
    plan_packages "$@"
    plan_onnxruntime
    case " $* " in
    *" test "*)
        plan_venv
        plan_promtool
        ;;
    esac
}

# ---- Debian packages ----

# Once a chore: plan_packages GROUP... sets `missing`, which the planned step reads.
plan_packages() {
    # Without apt (another distribution, a container made by hand) the packages are the user's business.
    if [ -n "${FIREWATCH_NO_APT:-}" ]; then
        return
    fi
    command -v apt-get >/dev/null ||
        die "set-up needs Debian's apt-get. Install the equivalents of scripts/packages.txt and set FIREWATCH_NO_APT=1."
    missing_packages "$@"
    [ ${#missing[@]} -gt 0 ] || return 0
    as_root_available
    plan packages "installing ${#missing[@]} packages" install_packages
}

missing_packages() {
    local groups="$*" wanted installed
    wanted=$(awk -v groups=" $groups " '!/^#/ && NF && index(groups, " " $2 " ") { print $1 }' \
        "$FW_ROOT/scripts/packages.txt" | sort -u)
    # dpkg-query fails when it does not know one of the names; that is the answer, not an error.
    # shellcheck disable=SC2086 # a list of package names
    installed=$({ dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true; } |
        awk '$1 == "installed" { print $2 }' | sort -u)
    mapfile -t missing < <(comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$installed"))
}

as_root_available() {
    if [ "$(id -u)" -eq 0 ]; then
        as_root=()
    elif command -v sudo >/dev/null; then
        as_root=(sudo)
        # A password is asked for here, before the progress line, not in the middle of it.
        sudo -n true 2>/dev/null || sudo -v || die "sudo refused; it is needed to install: ${missing[*]}"
    else
        die "neither root nor sudo; ask an administrator to run: apt-get install --no-install-recommends ${missing[*]}"
    fi
}

apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -q \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Keep-Downloaded-Packages=false "$@"
}

install_packages() {
    # A source of the user's own that does not answer is no reason to stop: the installation will tell.
    apt_get update || echo "not every package list could be brought up to date"
    apt_get install -y --no-install-recommends "${missing[@]}"
}

# ---- stamps ----

# stamped PART WHAT: true when PART was made from WHAT.
stamped() {
    [ -f "$FW_DEPS/$1.stamp" ] && [ "$(<"$FW_DEPS/$1.stamp")" = "$2" ]
}

stamp() {
    printf '%s\n' "$2" >"$FW_DEPS/$1.stamp"
}

# ---- promtool, the judge of deploy/prometheus ----

# Debian has it only in the package of the server, which starts one where systemd runs. So the package is unpacked, not
# installed. Without it one test is skipped and says so.
plan_promtool() {
    if [ -n "${FIREWATCH_NO_APT:-}" ] || [ -x "$FW_DEPS/promtool/promtool" ] || command -v promtool >/dev/null; then
        return
    fi
    plan promtool "fetching promtool" fetch_promtool
}

fetch_promtool() {
    local tmp=$FW_DEPS/promtool.tmp
    rm -rf "$tmp"
    mkdir -p "$tmp"
    if (cd "$tmp" && apt-get -q download prometheus) && dpkg-deb -x "$tmp"/prometheus_*.deb "$tmp/unpacked"; then
        mkdir -p "$FW_DEPS/promtool"
        mv "$tmp/unpacked/usr/bin/promtool" "$FW_DEPS/promtool/"
    else
        echo "promtool can't be fetched: the test of the alert rules will be skipped"
    fi
    rm -rf "$tmp"
}

# ---- ONNX Runtime: the library from the wheel on PyPI, the C header from Debian trixie ----

# The library is the same in the wheels of all Python versions, so one is named, whatever Python runs here.
ort_version=1.31.1
# shellcheck disable=SC2034 # read by their constructed names
ort_sha256_x86_64=5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f
# shellcheck disable=SC2034
ort_sha256_aarch64=da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3

plan_onnxruntime() {
    if stamped onnxruntime "$ort_version"; then
        return
    fi
    if system_has_onnxruntime; then
        return
    fi
    plan onnxruntime "fetching ONNX Runtime $ort_version" fetch_onnxruntime
}

# Debian trixie and later package it; then the system's own serves.
system_has_onnxruntime() {
    local status
    status=$(dpkg-query -W -f '${db:Status-Status}' libonnxruntime-dev 2>/dev/null || true)
    [ "$status" = installed ]
}

fetch_onnxruntime() {
    if apt-cache policy libonnxruntime-dev 2>/dev/null | grep -q 'Candidate: [^(]'; then
        missing=(libonnxruntime-dev)
        as_root_available
        install_packages
        return
    fi
    local tmp=$FW_DEPS/onnxruntime.tmp
    rm -rf "$tmp"
    mkdir -p "$tmp/lib" "$tmp/include"
    fetch_onnxruntime_library "$tmp"
    fetch_onnxruntime_header "$tmp"
    rm -rf "$FW_DEPS/onnxruntime" "$tmp"/{wheel,wheel.txt,apt}
    mv "$tmp" "$FW_DEPS/onnxruntime"
    stamp onnxruntime "$ort_version"
}

fetch_onnxruntime_library() {
    local arch digest
    arch=$(uname -m)
    digest=ort_sha256_$arch
    [ -n "${!digest:-}" ] || {
        echo "There is no ONNX Runtime wheel for $arch."
        exit 1
    }
    make_venv
    printf 'onnxruntime==%s --hash=sha256:%s\n' "$ort_version" "${!digest}" >"$1/wheel.txt"
    "$FW_PYTHON" -m pip download -q --no-deps --require-hashes --only-binary :all: --python-version 3.11 \
        --platform "manylinux_2_28_$arch" -d "$1/wheel" -r "$1/wheel.txt"
    "$FW_PYTHON" -m zipfile -e "$1"/wheel/*.whl "$1/wheel"
    cp "$1/wheel/onnxruntime/capi/libonnxruntime.so.$ort_version" "$1/lib/"
    cp "$1/wheel/onnxruntime/LICENSE" "$1/wheel/onnxruntime/ThirdPartyNotices.txt" "$1/"
    chmod 755 "$1/lib/libonnxruntime.so.$ort_version"
    ln -s "libonnxruntime.so.$ort_version" "$1/lib/libonnxruntime.so.1"
    ln -s libonnxruntime.so.1 "$1/lib/libonnxruntime.so"
}

# A private apt state: trixie never becomes a source of this system, and nothing here needs root. The mirror is the
# system's own; the signature is checked with the system's Debian keyring.
fetch_onnxruntime_header() {
    local apt=$1/apt mirror
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || {
        echo "This system's apt sources name no Debian mirror, so the header of ONNX Runtime cannot be fetched."
        echo "Install a package named libonnxruntime-dev, or put onnxruntime_c_api.h into"
        echo "$FW_DEPS/onnxruntime/include and libonnxruntime.so.1 into $FW_DEPS/onnxruntime/lib."
        exit 1
    }
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$mirror" >"$apt/sources.list"
    : >"$apt/status"
    private_apt "$apt" update
    (cd "$apt" && private_apt "$apt" download libonnxruntime-dev)
    dpkg-deb -x "$apt"/libonnxruntime-dev_*.deb "$apt/unpacked"
    cp -r "$apt/unpacked/usr/include/onnxruntime/." "$1/include/"
    cp "$apt/unpacked/usr/share/doc/libonnxruntime-dev/copyright" "$1/include/COPYRIGHT"
    [ -f "$1/include/onnxruntime_c_api.h" ]
}

debian_mirror() {
    local codename
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    # shellcheck disable=SC2016 # apt's own placeholders
    apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
        awk -v codename="$codename" '($1 == codename || $1 ~ /stable$/) && $2 == "main" && $3 ~ /debian\/?$/ {
            print $3; exit }'
}

private_apt() {
    local apt=$1
    shift
    apt-get -q -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
        -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o APT::Sandbox::User="$(id -un)" -o APT::Update::Error-Mode=any -o Acquire::Retries=3 \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# ---- the Python of the tests ----

# Its commands are run as "python -m NAME": their scripts would break when the folder is moved.
make_venv() {
    "$FW_PYTHON" -m pip --version >/dev/null 2>&1 || /usr/bin/python3 -m venv --clear "$FW_DEPS/venv"
}

plan_venv() {
    venv_stamp="$(readlink /usr/bin/python3) $(sha256sum <"$FW_ROOT/tests/requirements.txt")"
    stamped venv "$venv_stamp" || plan venv "fetching the test tools" fetch_venv
}

fetch_venv() {
    rm -f "$FW_DEPS/venv.stamp"
    make_venv
    "$FW_PYTHON" -m pip install -q --disable-pip-version-check --only-binary :all: -r "$FW_ROOT/tests/requirements.txt"
    stamp venv "$venv_stamp"
}
