#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Mustache specification's cases through "rundruf render", byte for byte.
corpora=${RUNDRUF_CORPORA:-$SRCDIR/../shared/corpora}
if ! [ -d "$corpora/mustache" ]; then
    echo "skipped: there is no $corpora/mustache"
    exit 77
fi
exec python3 "$SRCDIR/tests/mustache.py" "$RUNDRUF" "$corpora/mustache"
