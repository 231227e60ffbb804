# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory by SASL GSSAPI: a Kerberos realm of its own on loopback, slapd that lets nobody else
read; and what is said without a ticket."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import BASE, Rig, free_port, person, skip, wait_for

PEOPLE = 5
REALM = "NETZ.EXAMPLE"
CLIENT_CONF = """[libdefaults]
default_realm = {realm}
dns_lookup_realm = false
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
[realms]
{realm} = {{
 kdc = 127.0.0.1:{port}
}}
"""
SERVER_CONF = """[kdcdefaults]
kdc_listen = 127.0.0.1:{port}
kdc_tcp_listen = 127.0.0.1:{port}
[realms]
{realm} = {{
 database_name = {folder}/principal
 key_stash_file = {folder}/stash
 acl_file = {folder}/acl
}}
"""


def realm(rig):
    """A KDC with a principal "reader" and slapd's; from now on the environment leads to it."""
    folder = rig.folder / "kerberos"
    folder.mkdir()
    names = {"realm": REALM, "port": free_port(), "folder": folder}
    (folder / "krb5.conf").write_text(CLIENT_CONF.format(**names))
    (folder / "kdc.conf").write_text(SERVER_CONF.format(**names))
    os.environ.update(KRB5_CONFIG=str(folder / "krb5.conf"), KRB5_KDC_PROFILE=str(folder / "kdc.conf"),
                      KRB5CCNAME="FILE:%s" % (folder / "cache"), KRB5_KTNAME="FILE:%s" % (folder / "keytab"))
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["kdb5_util", "create", "-s", "-r", REALM, "-P", "master"], **quiet)
    for query in ("addprinc -pw geheim reader", "addprinc -randkey ldap/127.0.0.1",
                  "ktadd -k %s ldap/127.0.0.1" % (folder / "keytab")):
        subprocess.run(["kadmin.local", "-r", REALM, "-q", query], **quiet)
    rig.peers.append(subprocess.Popen(["krb5kdc", "-n", "-r", REALM], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL))


def ticket():
    done = subprocess.run(["kinit", "reader"], input="geheim\n", text=True, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    return done.returncode == 0


def start(rig):
    """slapd that only the ticket's principal may read; gives its URI."""
    uri = "ldap://127.0.0.1:%d" % free_port()
    access = rig.folder / "access"
    access.write_text('access to * by dn.regex="^uid=reader,.*cn=gssapi,cn=auth$" read\n')
    rig.slapd(rig.folder / "roster.ldif", LISTEN=uri, ACL=str(access),
              GLOBAL="sasl-host 127.0.0.1\nsasl-realm " + REALM)
    return uri


os.environ["PATH"] += ":/usr/sbin"
for program in ("krb5kdc", "kdb5_util", "kadmin.local", "kinit"):
    if not shutil.which(program):
        skip("%s is not installed" % program)
with Rig() as rig:
    rig.roster([person("Person %d" % n, "p%d@a.example" % n) for n in range(PEOPLE)])
    realm(rig)
    uri = start(rig)
    rig.settings["directory"] = {"base": BASE, "timeout": "5s", "starttls": "off", "sasl": "gssapi", "uri": uri}
    rig.configure()
    said = rig.run("sync", status=1)
    if "libsasl2-modules-gssapi" in said:
        skip("SASL has no module for GSSAPI here")
    assert "Kerberos" in said and "kinit" in said and "KRB5CCNAME" in said, said
    wait_for(ticket)
    assert " %d persons in 1 municipalities" % PEOPLE in (said := rig.run("sync")), said
print("a Kerberos ticket logs in; without one it is said what to do: good")
