#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# common.sh - what contrib/setup and .ci/run share; for sourcing, in the top folder of the tree
# shellcheck disable=SC2034 # its variables are for those who source it

packages_build="gcc make autoconf automake pkg-config gettext libglib2.0-dev nettle-dev libldap-dev
    libsqlite3-dev libcurl4-openssl-dev libyaml-dev libgmime-3.0-dev libical-dev libcmark-dev tzdata"
packages_check="slapd ldap-utils krb5-kdc krb5-admin-server krb5-user libsasl2-modules-gssapi-mit
    python3 python3-aiosmtpd python3-yaml sqlite3 openssl clang libclang-rt-14-dev strace util-linux
    mandoc xz-utils"

jobs=$(nproc 2>/dev/null || echo 1)

# Prints those of the packages $@ that are not installed.
packages_missing() {
    for package; do
        case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
        ?i*) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

# Runs a command with its output in the file $1; shows the end of it if it fails.
logged() {
    log=$1
    shift
    "$@" >"$log" 2>&1 && return 0
    tail -n 60 "$log" >&2
    return 1
}

# Configures the build folder $1 with the options $2... unless that is done, and builds in it.
build_in() {
    folder=$1
    shift
    mkdir -p "$folder"
    [ -x configure ] || logged "$folder/autoreconf.out" autoreconf -fi || return 1
    if [ ! -f "$folder/Makefile" ]; then
        top=$PWD
        (cd "$folder" && logged configure.out "$top/configure" "$@") || return 1
    fi
    logged "$folder/make.out" make --no-print-directory -C "$folder" -j "$jobs"
}

# Runs `make check` in the build folder $1; what it says goes to standard output, and the logs of the
# tests that failed. Sets passed, failed and skipped.
suite_in() {
    find "$1" -name '*.trs' -exec rm -f {} +
    made=0
    make --no-print-directory -C "$1" -j "$jobs" -k check || made=$?
    count_in "$1" "$made"
    results "$1" '\(FAIL\|XPASS\|ERROR\)' | while read -r trs; do
        printf '\n==> %s\n' "${trs%.trs}"
        tail -n 100 "${trs%.trs}.log"
    done
}

# Sets passed, failed and skipped from the .trs files below $1, whose suite ended with status $2: one
# that broke before a test could fail counts as one failure.
count_in() {
    passed=$(results "$1" PASS | wc -l)
    skipped=$(results "$1" SKIP | wc -l)
    failed=$(results "$1" '[A-Z]*' | wc -l)
    failed=$((failed - passed - skipped))
    [ "$2" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
}

# Prints the .trs files below $1 whose result is $2 (a basic regular expression), if any.
results() {
    find "$1" -name '*.trs' -exec grep -l "^:test-result: $2\$" {} + || :
}
