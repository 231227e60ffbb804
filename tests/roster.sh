#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# roster.sh - the sample roster is what its generator prints, and holds what the demonstration shows
set -eu
: "${SRCDIR:=$(cd "$(dirname "$0")/.." && pwd)}"
samples=$SRCDIR/conf/samples

fail() {
    echo "$1" >&2
    exit 1
}

command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
PYTHONDONTWRITEBYTECODE=1 python3 "$samples/make-roster.py" | cmp - "$samples/roster.ldif" ||
    fail "conf/samples/roster.ldif is old: make-roster.py >roster.ldif"

count() { grep -c "^$1" "$samples/roster.ldif"; }
[ "$(count 'objectClass: rundrufMunicipality$')" -eq 81 ] || fail "not 81 municipalities"
[ "$(count 'ags: [0-9]\{8\}$')" -eq 81 ] || fail "a municipality without Gemeindeschlüssel"
persons=$(count 'objectClass: inetOrgPerson$')
[ "$persons" -ge 162 ] && [ "$persons" -le 486 ] || fail "not 2 to 6 persons for each municipality"
[ "$(count 'mail: ')" -lt "$persons" ] || fail "nobody without a mail address"
[ "$(grep -i '^mail: ' "$samples/roster.ldif" | tr A-Z a-z | sort | uniq -d | wc -l)" -eq 1 ] ||
    fail "not one address that two persons have"
[ "$(count 'mail: .*@.*\.\.')" -eq 1 ] || fail "not one address that is none"
! grep '^mail: ' "$samples/roster.ldif" | grep -qv '\.example$' || fail "a mail address that may be real"
[ -z "$(grep '^entryUUID: ' "$samples/roster.ldif" | sort | uniq -d)" ] || fail "a UUID twice"
