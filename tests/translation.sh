#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# translation.sh - every message of the sources has its German, and its placeholders fit
set -eu
: "${SRCDIR:=$(cd "$(dirname "$0")/.." && pwd)}"
po=$SRCDIR/po/de.po
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() {
    echo "$1 Run 'make update-po', then translate in po/de.po." >&2
    exit 1
}

"$SRCDIR/po/extract.sh" "$SRCDIR" "$dir/sources.pot"
msgfmt --check --output-file="$dir/de.mo" "$po" || fail "po/de.po is not well-formed."
msgcmp "$po" "$dir/sources.pot" || fail "Messages without a German translation stand above."
msgattrib --only-fuzzy --no-obsolete "$po" >"$dir/fuzzy"
[ ! -s "$dir/fuzzy" ] || { cat "$dir/fuzzy" >&2; fail "These translations are marked fuzzy."; }
msgattrib --only-obsolete "$po" >"$dir/obsolete"
[ ! -s "$dir/obsolete" ] || { cat "$dir/obsolete" >&2; fail "These messages are no longer used."; }

# the check finds a message that has no translation
mkdir -p "$dir/tree/src"
echo 'puts(_("This sentence is only in a test."));' >"$dir/tree/src/planted.c"
"$SRCDIR/po/extract.sh" "$dir/tree" "$dir/planted.pot"
! msgcmp "$po" "$dir/planted.pot" 2>/dev/null || fail "A planted message was not found."
