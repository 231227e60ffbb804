#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# extract.sh SRCDIR FILE - writes all messages of the sources that are to be translated to FILE (.pot)
set -eu
find "$1/src" -name '*.[ch]' | sed "s,^$1/,," | LC_ALL=C sort |
    ${XGETTEXT:-xgettext} --directory="$1" --files-from=- --output="$2" --force-po --from-code=UTF-8 \
        --keyword --keyword=_ --keyword=N_ --keyword=P_:1,2 --keyword=NP_:1,2 \
        --keyword=ngettext:1,2 --keyword=dgettext:2 \
        --flag=_:1:pass-c-format --flag=N_:1:pass-c-format \
        --flag=P_:1:pass-c-format --flag=P_:2:pass-c-format \
        --flag=NP_:1:pass-c-format --flag=NP_:2:pass-c-format \
        --flag=ngettext:1:pass-c-format --flag=ngettext:2:pass-c-format --flag=dgettext:2:pass-c-format \
        --add-comments=TRANSLATORS --package-name=rundruf --copyright-holder='the Rundruf authors'
