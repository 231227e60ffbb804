#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# units.sh - the systemd units and the cron lines name commands and options that the program has, run
# as a user of their own, and (where systemd-analyze is installed) are well formed
set -eu
: "${SRCDIR:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${RUNDRUF:?the program}"
cron=$SRCDIR/contrib/cron/rundruf
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0
LC_ALL=C
export LC_ALL

fail() {
    echo "$*" >&2
    status=1
}

# Wants the help of the command in "$@" (all words after the program) to show each of its options.
known() {
    words=
    options=
    while [ $# -gt 0 ]; do
        case $1 in
        -c) shift ;;
        --*) options="$options $1" ;;
        -q | /* | *\$*) ;;
        -*) options="$options $1" ;;
        *) words="$words $1" ;;
        esac
        shift
    done
    # shellcheck disable=SC2086 # words are words
    if ! "$RUNDRUF" $words --help >"$dir/help"; then
        fail "no such command:$words"
        return
    fi
    for option in $options; do
        grep -q -e "$option\>" "$dir/help" || fail "rundruf$words has no option $option"
    done
}

for unit in "$SRCDIR"/contrib/systemd/*.service; do
    grep -q '^ExecStart=[^ ]*/rundruf ' "$unit" || fail "$unit: does not run rundruf"
    # shellcheck disable=SC2046 # words are words
    known $(sed -n 's,^ExecStart=[^ ]*/rundruf ,,p' "$unit")
    grep -q '^User=rundruf$' "$unit" || fail "$unit: must not run as root"
done

sed '/^#/d; /^[A-Z]*=/d' "$cron" >"$dir/lines"
[ -s "$dir/lines" ] || fail "$cron: no lines"
set -f # "*"
while read -r minute hour day month weekday user program rest; do
    [ "$user $program" = "rundruf rundruf" ] ||
        fail "$cron: $minute $hour $day $month $weekday: user and program are: $user $program"
    known $rest
done <"$dir/lines"
set +f
[ -z "$(tail -c 1 "$cron")" ] || fail "$cron: cron ignores a last line without an end"

# a sync that is given a wrong option must not pass this test
known_bad=$( (status=0; known sync --frob; echo "$status") 2>/dev/null)
[ "$known_bad" = 1 ] || fail "units.sh did not notice an option that does not exist"

if command -v systemd-analyze >/dev/null; then
    for unit in "$SRCDIR"/contrib/systemd/*.service; do
        name=${unit##*/}
        sed "s,^ExecStart=[^ ]*,ExecStart=$(command -v true)," "$unit" >"$dir/$name"
        # its status is about all units of the machine; a complaint about ours names it
        systemd-analyze verify --man=no --recursive-errors=no "$dir/$name" 2>"$dir/said" || :
        ! grep "${name%.service}" "$dir/said" >&2 || status=1
    done
fi
exit $status
