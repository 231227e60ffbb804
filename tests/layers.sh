#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# layers.sh - which folder of src/ may include which, and where foreign libraries and SQL may stand
#
# The table is the one of HACKING.md. A new arrow is a change here first. First the check is tried
# on a copy of the sources with one fault of each kind planted in it, then on the sources.
set -eu
: "${SRCDIR:=$(cd "$(dirname "$0")/.." && pwd)}"

# Prints one "file:line: what is wrong" a fault found below the folder $1.
faults() {
    (cd "$1" && find . -name '*.[ch]' | sed 's,^\./,,' | sort | xargs awk '
        function allow(folder, others) { may[folder] = " " folder " " others " " }
        function own(pattern, folder)  { home[pattern] = " " folder " " }
        function fault(text)           { print "src/" FILENAME ":" FNR ": " text }
        BEGIN {
            allow("base", "")
            allow("model", "base")
            allow("config", "base model")
            allow("store", "base model")
            allow("filter", "base model")
            allow("directory", "base model config")
            allow("message", "base model config")
            allow("transport", "base model config")
            allow("sync", "base model config store directory")
            allow("mailing", "base model config store filter message transport")
            allow("inbound", "base model config store message")
            allow("web", "base model config store filter mailing directory")
            allow("cli", "base model config store filter directory message transport sync mailing inbound web")

            own("^nettle/", "base")
            own("^(ldap|lber|ldif)[a-z_]*\\.h$", "directory")
            own("^(sqlite3|libpq-fe)\\.h$", "store")
            own("^curl/", "transport inbound")
            own("^gmime/", "message")
            own("^libical/", "message")
            own("^cmark", "message")
            own("^yaml\\.h$", "config")
            own("^microhttpd\\.h$", "web")

            sql = "\"[^\"]*(SELECT |INSERT (OR [A-Z]+ )?INTO |UPDATE [a-z_]+ SET |DELETE FROM |" \
                  "(CREATE|DROP|ALTER) (TABLE|INDEX)|PRAGMA |BEGIN IMMEDIATE|WHERE [a-z_]+ ?[=<>])"
        }
        FNR == 1 {
            folder = FILENAME
            sub("/.*", "", folder)
            if (!(folder in may))
                fault("the folder " folder " is not in the table of tests/layers.sh")
        }
        /^[ \t]*#[ \t]*include[ \t]*"[^"]*\/[^"]*"/ {
            split($0, part, "\"")
            other = part[2]
            sub("/.*", "", other)
            if (folder in may && !index(may[folder], " " other " "))
                fault(folder "/ may not include \"" part[2] "\"")
        }
        /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
            header = $0
            sub("^[^<\"]*[<\"]", "", header)
            sub("[>\"].*", "", header)
            for (pattern in home)
                if (header ~ pattern && !index(home[pattern], " " folder " "))
                    fault("<" header "> belongs into" home[pattern] "only")
        }
        folder != "store" && $0 ~ sql {
            fault("SQL belongs into store/")
        }' /dev/null)
}

# Plants line $2 in a new file $1 and wants the fault to be found at that line.
planted() {
    mkdir -p "$copy/$(dirname "$1")"
    printf '/* planted */\n%s\n' "$2" >"$copy/$1"
    if ! faults "$copy" | grep -q "^src/$1:[12]: "; then
        echo "layers.sh did not find in src/$1: $2" >&2
        exit 1
    fi
    rm "$copy/$1"
}

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R "$SRCDIR/src/." "$copy"
chmod -R u+w "$copy"
planted base/planted.c '#include "store/store.h"'
planted model/planted.h '#  include  "config/config.h"'
planted filter/planted.c '#include "store/statement.h"'
planted filter/planted.c '    append("SELECT id FROM entry")'
planted model/planted.c '#include <nettle/sha2.h>'
planted cli/planted.c '#include <ldap.h>'
planted sync/planted.c '#include <lber.h>'
planted message/planted.c '#include <ldif.h>'
planted mailing/planted.c '#include <sqlite3.h>'
planted cli/planted.c '#include <curl/curl.h>'
planted mailing/planted.c '#include <gmime/gmime.h>'
planted cli/planted.c '#include <libical/ical.h>'
planted cli/planted.c '#include <cmark.h>'
planted cli/planted.c '#include "yaml.h"'
planted cli/planted.c '#include <microhttpd.h>'
planted sync/planted.c '    "SELECT id FROM entry"'
planted mailing/planted.c '    run("UPDATE delivery SET state = $1");'
planted attic/planted.c 'int attic;'

found=$(faults "$SRCDIR/src")
if [ -n "$found" ]; then
    printf '%s\n' "$found" >&2
    exit 1
fi
