#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./fw fresh [--user] [demo|test|all]: a clean Debian, a clone of the last commit, and the two commands in it.
#
# Finds the installation step that every developer's machine hides. The tree is a minimal Debian with git, sudo and
# certificates; it gets this system's mirrors, proxies and authorities, and nothing else. The commands run chrooted in
# mount and process namespaces of their own: whatever ends, the kernel takes away the mounts and the processes.
set -euo pipefail
. "$(dirname "$0")/common.sh"

user=root
if [ "${1:-}" = --user ]; then
    user=newcomer # neither root nor known to the system: sudo has to serve
    shift
fi
case ${1:-all} in
demo) words=(demo) ;;
test) words=(test) ;;
all) words=(demo test) ;;
*) die "fresh [--user] [demo|test|all]" ;;
esac
[ "$(id -u)" -eq 0 ] || die "fresh needs root, for chroot"

suite=bookworm
limit_s=5400
place=$FW_DEPS/fresh
tree=$place/tree
base=$place/base-$suite.tar

make_base() {
    rm -rf "$place/base"
    debootstrap --variant=minbase --include=ca-certificates,git,sudo "$suite" "$place/base" "$(debian_mirror)"
    rm -rf "$place"/base/var/cache/apt/archives/*.deb
    tar -C "$place/base" -cf "$base.part" .
    mv "$base.part" "$base"
    rm -rf "$place/base"
}

make_tree() {
    rm -rf "$tree"
    mkdir -p "$tree"
    tar -C "$tree" -xf "$base"
    adopt_network
    chroot "$tree" useradd -m -s /bin/bash newcomer
    echo 'newcomer ALL=(ALL) NOPASSWD: ALL' >"$tree/etc/sudoers.d/newcomer"
    git clone -q "$FW_ROOT" "$tree/srv/firewatch"
    chroot "$tree" chown -R "$user" /srv/firewatch
}

# What the way to this system's mirrors needs: addresses, proxies, authorities.
adopt_network() {
    cp -L /etc/resolv.conf /etc/hosts "$tree/etc/"
    # shellcheck disable=SC2016 # apt's own placeholders
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' |
        grep -E "/debian(-security)?/? $suite" | sort -u >"$tree/etc/apt/sources.list"
    apt-config dump | grep '^Acquire::' | grep -v '^Acquire::IndexTargets' >"$tree/etc/apt/apt.conf.d/99network" || true
    if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
        cp /usr/local/share/ca-certificates/*.crt "$tree/usr/local/share/ca-certificates/"
    fi
    chroot "$tree" update-ca-certificates
    [ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$tree/etc/"
    if [ -f "$HOME/.m2/settings.xml" ]; then
        mkdir -p "$tree$HOME/.m2"
        cp "$HOME/.m2/settings.xml" "$tree$HOME/.m2/"
    fi
}

# run_inside WORD: ./fw WORD as a person would type it, without anything of this environment but the proxies.
run_inside() {
    local passed=()
    mapfile -t passed < <(env | grep -iE '^(https?_proxy|no_proxy|PIP_INDEX_URL|PIP_CERT|SSL_CERT_FILE)=' || true)
    # shellcheck disable=SC2016 # for the inner shell
    timeout --foreground -k 10 "$limit_s" unshare --mount --pid --fork --kill-child -- bash -euc '
        tree=$1 user=$2 word=$3
        shift 3
        mount -t proc proc "$tree/proc"
        mount --rbind /dev "$tree/dev"
        if [ -n "${FIREWATCH_DATA:-}" ]; then
            mkdir -p "$tree/srv/data"
            mount --bind -o ro "$FIREWATCH_DATA" "$tree/srv/data"
            set -- "$@" FIREWATCH_DATA=/srv/data
        fi
        home=$(chroot "$tree" sh -c "echo ~$user")
        chroot --userspec="$user" "$tree" /usr/bin/env -i HOME="$home" USER="$user" TERM="${TERM:-dumb}" \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" \
            /bin/sh -c "cd /srv/firewatch && ./fw $word"
    ' bash "$tree" "$user" "$1" "${passed[@]}"
}

mib() {
    du -sxm "$tree" | cut -f1
}

lock
plan_packages build fresh
run_plan
mkdir -p "$place"
[ -f "$base" ] || plan fresh-base "making a minimal Debian $suite" make_base
plan fresh-tree "cloning into a clean tree" make_tree
run_plan
unlock

[ -z "$(git -C "$FW_ROOT" status --porcelain)" ] || say "note: what is not committed is not tried"
before=$(mib)
for word in "${words[@]}"; do
    say ""
    say "== ./fw $word, as $user, on a clean Debian $suite"
    started=$SECONDS
    run_inside "$word" || die "./fw $word failed in $tree"
    say "== ./fw $word took $((SECONDS - started)) s; installed and built so far: $(($(mib) - before)) MiB"
done
started=$SECONDS
run_inside build
say "== a second ./fw build took $((SECONDS - started)) s"
