#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# slapd.sh - a throw-away slapd for tests, reached by the socket DIR/ldapi, and by what LISTEN names
#
#   slapd.sh load  DIR LDIF    write DIR/slapd.conf, fill a new database with LDIF
#   slapd.sh start DIR         start it, wait until it answers
#   slapd.sh stop  DIR         SIGTERM, wait
#   slapd.sh kill  DIR         SIGKILL, wait
#   slapd.sh uri   DIR
#
# SIZELIMIT: limit for everybody but the root DN (default unlimited; set it for load). TLS: a folder
# with ca.pem, cert.pem and key.pem (for load). LISTEN: more URLs to listen on (for start). The base is
# dc=netz,dc=example, the root DN cn=admin below it, the password "geheim". Exit 77: no slapd here.
set -eu
PATH=$PATH:/usr/sbin:/usr/libexec
command=${1:?command} dir=${2:?folder}
schema=$(cd "$(dirname "$0")/../../contrib/ldap" && pwd)/rundruf.schema
uri=ldapi://$(printf %s "$dir/ldapi" | sed 's,/,%2F,g')
type slapd slapadd ldapsearch > /dev/null 2>&1 || exit 77

end() {
	[ -s "$dir/slapd.pid" ] || return 0
	pid=$(cat "$dir/slapd.pid")
	kill "-$1" "$pid" 2> /dev/null || :
	i=0
	while kill -0 "$pid" 2> /dev/null && [ $i -lt 300 ]; do sleep 0.1; i=$((i + 1)); done
	rm -f "$dir/slapd.pid"
}

case $command in
load)
	tls=${TLS:+"TLSCACertificateFile $TLS/ca.pem
TLSCertificateFile $TLS/cert.pem
TLSCertificateKeyFile $TLS/key.pem"}
	rm -rf "$dir/db"
	mkdir -p "$dir/db"
	cat > "$dir/slapd.conf" <<-E
	include /etc/ldap/schema/core.schema
	include /etc/ldap/schema/cosine.schema
	include /etc/ldap/schema/inetorgperson.schema
	include $schema
	pidfile $dir/slapd.pid
	modulepath /usr/lib/ldap
	moduleload back_mdb
	threads 4
	sizelimit ${SIZELIMIT:-unlimited}
	$tls
	database mdb
	suffix dc=netz,dc=example
	rootdn cn=admin,dc=netz,dc=example
	rootpw geheim
	directory $dir/db
	maxsize 4294967296
	dbnosync
	access to * by * read
	E
	[ ! -s "$3" ] || slapadd -q -w -f "$dir/slapd.conf" -b dc=netz,dc=example -l "$3"
	;;
start)
	rm -f "$dir/ldapi"
	slapd -f "$dir/slapd.conf" -h "$uri${LISTEN:+ $LISTEN}" -d none > "$dir/slapd.log" 2>&1 < /dev/null &
	i=0
	until ldapsearch -x -LLL -H "$uri" -s base -b '' 1.1 > /dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 100 ] || { cat "$dir/slapd.log" >&2; exit 1; }
		sleep 0.1
	done
	;;
stop) end TERM ;;
kill) end KILL ;;
uri) echo "$uri" ;;
*) echo "slapd.sh: unknown command $command" >&2; exit 2 ;;
esac
