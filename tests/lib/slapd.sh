#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# slapd.sh - a throw-away slapd for tests, reached by the socket DIR/ldapi, and by what LISTEN names
#
#   slapd.sh conf  DIR         write DIR/slapd.conf
#   slapd.sh load  DIR LDIF    the same, and fill a new database with LDIF
#   slapd.sh start DIR         start it, wait until it answers
#   slapd.sh stop  DIR         SIGTERM, wait
#   slapd.sh kill  DIR         SIGKILL, wait
#   slapd.sh cat   DIR         the database as LDIF
#   slapd.sh wipe  DIR         stop it, remove DIR
#   slapd.sh uri   DIR
#
# The environment of conf and load says what kind of server it is:
#
#   SYNCPROV=off      without content synchronisation (RFC 4533)
#   SESSIONLOG=N      it remembers N deletes; ACCESSLOG=on: all, in a database of its own
#   RELOADHINT=on     it says e-syncRefreshRequired rather than to send everything
#   NOPRESENT=on      it has no present phase
#   CHECKPOINT="O M"  it writes its contextCSN each O operations or M minutes (else at its end)
#   SERVERID=N        its number among several providers; PROVIDER=URL: the other one
#   CSNINDEX=off      no index on entryUUID and entryCSN
#   SIZELIMIT=X, TIMELIMIT=S   for everybody but the root DN (default unlimited)
#   IDLETIMEOUT=S     it closes connections that are idle so long
#   ACL=FILE          access rules (default: everybody reads everything)
#   UPDATEREF=URL     a replica: read-only, and writes are referred to URL
#   TLS=DIR           a folder with ca.pem, cert.pem and key.pem
#   GLOBAL, MORE      lines of slapd.conf: before the databases, and at the end
#
# LISTEN (of start): more URLs to listen on. The base is dc=netz,dc=example, the root DN cn=admin below
# it, the password "geheim". Exit 77: no slapd here.
set -eu
PATH=$PATH:/usr/sbin:/usr/libexec
command=${1:?command} dir=${2:?folder}
schema=$(cd "$(dirname "$0")/../../contrib/ldap" && pwd)/rundruf.schema
base=dc=netz,dc=example
uri=ldapi://$(printf %s "$dir/ldapi" | sed 's,/,%2F,g')
type slapd slapadd ldapsearch > /dev/null 2>&1 || exit 77

# A process that has ended may stay a while until its new parent looks after it.
runs() {
	grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2> /dev/null
}

end() {
	[ -s "$dir/slapd.pid" ] || return 0
	pid=$(cat "$dir/slapd.pid")
	kill "-$1" "$pid" 2> /dev/null || :
	i=0
	while runs "$pid" && [ $i -lt 1500 ]; do sleep 0.02; i=$((i + 1)); done
	rm -f "$dir/slapd.pid"
}

# Prints a line of slapd.conf if its first argument is not empty.
line() {
	[ -z "$1" ] || { shift; echo "$*"; }
}

on() {
	[ "$1" != on ] || echo on
}

accesslog() {
	cat <<-E

	database mdb
	suffix cn=accesslog
	rootdn cn=accesslog
	directory $dir/log
	maxsize 1073741824
	dbnosync
	index entryCSN,objectClass,reqEnd,reqResult,reqStart,reqDN,reqEntryUUID eq
	overlay syncprov
	syncprov-nopresent TRUE
	syncprov-reloadhint TRUE
	E
}

# The overlays of the main database.
overlays() {
	[ "${SYNCPROV:-on}" = on ] || return 0
	echo "overlay syncprov"
	line "${SESSIONLOG:-}" syncprov-sessionlog "${SESSIONLOG:-}"
	line "${CHECKPOINT:-}" syncprov-checkpoint "${CHECKPOINT:-}"
	line "$(on "${RELOADHINT:-}")" syncprov-reloadhint TRUE
	line "$(on "${NOPRESENT:-}")" syncprov-nopresent TRUE
	[ -n "$(on "${ACCESSLOG:-}")" ] || return 0
	cat <<-E
	syncprov-sessionlog-source cn=accesslog
	overlay accesslog
	logdb cn=accesslog
	logops writes
	logsuccess TRUE
	E
}

conf() {
	mkdir -p "$dir/db" "$dir/log"
	cat <<-E
	include /etc/ldap/schema/core.schema
	include /etc/ldap/schema/cosine.schema
	include /etc/ldap/schema/inetorgperson.schema
	include $schema
	pidfile $dir/slapd.pid
	modulepath /usr/lib/ldap
	moduleload back_mdb
	moduleload syncprov
	moduleload accesslog
	threads 4
	sizelimit ${SIZELIMIT:-unlimited}
	timelimit ${TIMELIMIT:-unlimited}
	E
	line "${IDLETIMEOUT:-}" idletimeout "${IDLETIMEOUT:-}"
	line "${SERVERID:-}" serverID "${SERVERID:-}"
	line "${TLS:-}" TLSCACertificateFile "${TLS:-}/ca.pem"
	line "${TLS:-}" TLSCertificateFile "${TLS:-}/cert.pem"
	line "${TLS:-}" TLSCertificateKeyFile "${TLS:-}/key.pem"
	line "${GLOBAL:-}" "${GLOBAL:-}"
	[ -z "$(on "${ACCESSLOG:-}")" ] || accesslog
	cat <<-E

	database mdb
	suffix $base
	rootdn cn=admin,$base
	rootpw geheim
	directory $dir/db
	maxsize 4294967296
	dbnosync
	index objectClass eq
	E
	[ "${CSNINDEX:-on}" != on ] || echo "index entryUUID,entryCSN eq"
	if [ -n "${ACL:-}" ]; then cat "$ACL"; else echo "access to * by * read"; fi
	consumer="rid=001 type=refreshAndPersist retry=\"1 +\" searchbase=\"$base\" bindmethod=simple"
	consumer="$consumer binddn=\"cn=admin,$base\" credentials=geheim"
	line "${PROVIDER:-}" "syncrepl provider=${PROVIDER:-} $consumer"
	line "${UPDATEREF:-}" "syncrepl provider=${UPDATEREF:-} $consumer"
	line "${UPDATEREF:-}" "updateref ${UPDATEREF:-}"
	line "${PROVIDER:-}" multiprovider TRUE
	overlays
	line "${MORE:-}" "${MORE:-}"
}

case $command in
conf)
	conf > "$dir/slapd.conf"
	;;
load)
	rm -rf "$dir/db" "$dir/log"
	mkdir -p "$dir"
	conf > "$dir/slapd.conf"
	[ ! -s "$3" ] || slapadd -q -w -f "$dir/slapd.conf" -b $base -l "$3"
	;;
start)
	rm -f "$dir/ldapi"
	slapd -f "$dir/slapd.conf" -h "$uri${LISTEN:+ $LISTEN}" -d none > "$dir/slapd.log" 2>&1 < /dev/null &
	i=0
	until ldapsearch -x -LLL -H "$uri" -s base -b '' 1.1 > /dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 500 ] || { cat "$dir/slapd.log" >&2; exit 1; }
		sleep 0.02
	done
	;;
stop) end TERM ;;
kill) end KILL ;;
cat) slapcat -f "$dir/slapd.conf" -b $base ;;
wipe) end TERM; rm -rf "$dir" ;;
uri) echo "$uri" ;;
*) echo "slapd.sh: unknown command $command" >&2; exit 2 ;;
esac
