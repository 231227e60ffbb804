#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# docs.sh - manual pages and sample configuration name what the program has, no more and no less, and
# the configurations in README load
#
# `rundruf help config` prints one option a line, its dotted name first. `rundruf help` prints one
# command a line, indented by two blanks, the words of the command first; what follows them starts
# with "[", "(", "-" or a capital, is a choice of words ("a|b"), or stands after two blanks. In the sample an option that is not set is
# commented out with the "#" right before its key ("  #ca_file: FILE"); prose has a blank there.
set -eu
: "${SRCDIR:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${RUNDRUF:?the program}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0
LC_ALL=C
export LC_ALL

# Compares the sorted names in $1 and $2, which stand for $3 and $4.
same() {
    for file in "$1" "$2"; do
        [ -s "$dir/$file" ] || { echo "no names found for: $file" >&2; status=1; return; }
    done
    comm -23 "$dir/$1" "$dir/$2" | sed "s,.*,in $3 but not in $4: &," >"$dir/difference"
    comm -13 "$dir/$1" "$dir/$2" | sed "s,.*,in $4 but not in $3: &," >>"$dir/difference"
    [ ! -s "$dir/difference" ] || { cat "$dir/difference" >&2; status=1; }
}

# Leaves of block YAML, commented out or not, as dotted names.
leaves() {
    sed -n 's/^\( *\)#\{0,1\}\([a-z_][a-z_]*\):\(.*\)$/\1\2 \3/p' "$1" | awk '
        {
            indent = match($0, /[^ ]/) - 1
            path[indent] = $1
            if (NF == 1 || $2 ~ /^#/)
                next
            name = ""
            for (i = 0; i <= indent; i++)
                if (i in path)
                    name = name (name == "" ? "" : ".") path[i]
            print name
        }
        { for (i in path) if (i + 0 > indent) delete path[i] }' | sort -u
}

man=$SRCDIR/contrib/man
"$RUNDRUF" help config | sed -n 's/^\([a-z][a-z_.]*\).*/\1/p' | sort -u >"$dir/options"
sed -n 's/^\.It Cm \([a-z][a-z_.]*\)$/\1/p' "$man/rundruf.yaml.5" | sort -u >"$dir/options.man"
leaves "$SRCDIR/conf/rundruf.yaml" >"$dir/options.sample"
same options options.man "rundruf help config" rundruf.yaml.5
same options options.sample "rundruf help config" conf/rundruf.yaml

"$RUNDRUF" help | sed -n 's/^  \([a-z][a-z]*\)/\1/p' |
    sed -e 's/  .*//' -e 's/ [a-z]*|.*//' -e 's/ *[^a-z ].*//' | sort -u >"$dir/commands"
sed -n 's/^\.It Ic \([a-z][a-z]*\)/\1/p' "$man/rundruf.1" |
    sed -e 's/ *[^a-z ].*//' | sort -u >"$dir/commands.man"
same commands commands.man "rundruf help" rundruf.1

# README's configurations: indented blocks that begin with "directory:"
awk -v dir="$dir" '/^    directory:$/ { file = dir "/readme" ++n ".yaml" }
    !/^    / { file = "" }
    file { print substr($0, 5) >file }' "$SRCDIR/README.md"
[ -s "$dir/readme3.yaml" ] || { echo "README.md: fewer than three configurations" >&2; status=1; }
for file in "$dir"/readme*.yaml; do
    "$RUNDRUF" -c "$file" --json check >"$dir/said" || :
    head -n 1 "$dir/said" | grep -q '"good":true' || { head -n 1 "$dir/said" >&2; status=1; }
done

if command -v mandoc >/dev/null; then
    mandoc -Tlint -W warning "$man"/*.[15] >&2 || status=1
fi
exit $status
