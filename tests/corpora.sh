#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Filters and addresses that others collected, through `rundruf parse`; skipped where they are absent.
corpora=${RUNDRUF_CORPORA:-$SRCDIR/../shared/corpora}
test -d "$corpora/filter" && test -d "$corpora/address" || exit 77
command -v python3 >/dev/null || exit 77
exec python3 "$SRCDIR/tests/corpora.py" "$RUNDRUF" "$corpora"
