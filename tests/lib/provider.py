# SPDX-License-Identifier: GPL-3.0-or-later
"""provider.py - slapd as a provider of changes for many short scripts: quick to start, to kill and to ask what
was written to it, and a relay that stands between it and the program.

Its audit log (slapo-auditlog) holds every write that was done, in order, with the DN that did it. ADMIN
writes for the test, WRITER is who the program is.
"""
import base64
import contextlib
import selectors
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from ldap import BASE as BASE_SCOPE, Client, Refused
from rig import ADMIN, BASE, SOURCE, skip, wait_for

WRITER = "cn=rundruf," + BASE
PASSWORD = "geheim"
OPERATIONAL = {"structuralobjectclass", "entryuuid", "creatorsname", "createtimestamp", "entrycsn", "modifiersname",
               "modifytimestamp", "contextcsn", "deleteoldrdn"}
SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/libexec:/usr/bin")

CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include {source}/contrib/ldap/rundruf.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
moduleload auditlog
pidfile {folder}/slapd.pid
threads 4
serverID {number}
database mdb
suffix {base}
rootdn {admin}
rootpw {password}
directory {folder}/db
maxsize 1073741824
dbnosync
index objectClass,entryUUID,entryCSN eq
sizelimit unlimited
access to * by dn.exact={writer} write by * read
{mirror}
overlay syncprov
{log}
overlay auditlog
auditlog {folder}/audit.ldif
"""

MIRROR = """
syncrepl rid=1 provider={uri} type=refreshAndPersist retry="1 +" searchbase={base} bindmethod=simple
 binddn={admin} credentials={password}
multiprovider on
"""

CONTENT = """
dn: {base}
objectClass: dcObject
objectClass: organization
dc: netz
o: Netz
entryUUID: 00000000-0000-4000-8000-000000000001

dn: {writer}
objectClass: person
cn: rundruf
sn: Rundruf
userPassword: {password}
entryUUID: 00000000-0000-4000-8000-000000000002
"""


def socket_uri(path):
    return "ldapi://" + str(path).replace("/", "%2F")


@dataclass
class Record:
    """One write: `parts` are (add|delete|replace, lower case attribute, values) of a modify, and (None,
    attribute, values) of all else that the record says."""
    who: str
    kind: str  # add, modify, modrdn, delete
    dn: str = ""
    parts: list = field(default_factory=list)

    def __str__(self):
        return "%s %s %s %s" % (self.who.partition(",")[0], self.kind, self.dn, ["%s %s %s" % (
            mode or "", name, ",".join(values)) for mode, name, values in self.parts if name not in OPERATIONAL])

    def said(self, attribute):
        return next((values[0] for _, name, values in self.parts if name == attribute), None)


def parse_record(text):
    lines = text.replace("\n ", "").splitlines()
    words = lines[0].split()  # "# modify TIME SUFFIX WHO PATH=... conn=1"
    record, mode = Record(words[4], words[1]), None
    for line in lines[1:]:
        name, _, value = line.partition(":")
        value = base64.b64decode(value[1:]).decode() if value.startswith(":") else value.strip()
        name = name.lower()
        if line == "-" or line.startswith("#") or name == "changetype":
            mode = None
        elif name == "dn":
            record.dn = value
        elif record.kind == "modify" and mode is None:
            mode = name
            record.parts.append((mode, value.lower(), []))
        elif record.kind == "modify" or (record.parts and record.parts[-1][1] == name):
            record.parts[-1][2].append(value)
        else:
            record.parts.append((None, name, [value]))
    return record


class Provider:
    """`log`: length of the session log, 0 for none. `mirror`: the folder of the provider that mirrors it."""

    def __init__(self, folder, number=1, log=0, mirror=None):
        if not SLAPD:
            skip("slapd is not installed")
        self.folder, self.socket = Path(folder), Path(folder) / "ldapi"
        (self.folder / "db").mkdir(parents=True)
        names = {"base": BASE, "admin": ADMIN, "writer": WRITER, "password": PASSWORD}
        (self.folder / "slapd.conf").write_text(CONFIGURATION.format(
            **names, source=SOURCE, folder=self.folder, number=number,
            log="syncprov-sessionlog %d" % log if log else "",
            mirror=MIRROR.format(**names, uri=socket_uri(mirror / "ldapi")) if mirror else ""))
        subprocess.run([SLAPD, "-T", "add", "-q", "-w", "-S", "1", "-f", str(self.folder / "slapd.conf")],
                       input=CONTENT.format(**names).strip(), text=True, check=True, stderr=subprocess.DEVNULL)
        self.audit, self.read = self.folder / "audit.ldif", 0
        self.start()

    def start(self):
        self.process = subprocess.Popen([SLAPD, "-f", str(self.folder / "slapd.conf"), "-h", socket_uri(self.socket),
                                         "-d", "none"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.connected)

    def connected(self):
        assert self.process.poll() is None, "slapd ended"
        try:
            self.client = Client(self.socket, ADMIN, PASSWORD)
        except (OSError, Refused):
            return False
        return True

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.client.close()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def records(self):
        """What its clients, not its mirror, wrote since the last call."""
        if not self.audit.exists():
            return []
        with self.audit.open() as file:
            file.seek(self.read)
            text = file.read()
        end = text.rfind("\n# end ")
        if end < 0:
            return []
        end = text.index("\n", end + 1) + 1
        self.read += len(text[:end].encode())
        return [parse_record(one.strip()) for one in text[:end].split("\n\n")
                if one.strip() and " conn=-1\n" not in one]

    def forget(self):
        """Empties the audit log, so that it does not grow for ever."""
        if self.audit.exists():
            self.audit.write_text("")
        self.read = 0

    def context(self):
        return self.client.search(BASE, BASE_SCOPE, "contextCSN")[0][1].get("contextcsn")

    def in_step(self, other, seconds=20):
        """Waits until both mirrors have the same."""
        wait_for(lambda: self.context() == other.context(), seconds)


class Relay(threading.Thread):
    """Hands octets on between whoever comes to `path` and slapd. After `limit` octets, in both directions
    together, it calls `deed`; if that gives True, the connections are cut, and no new ones taken."""

    def __init__(self, path, target, limit, deed):
        super().__init__(daemon=True)
        self.target, self.limit, self.deed = str(target), limit, deed
        self.passed, self.done, self.error = 0, False, None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.ways = selectors.DefaultSelector()
        self.ways.register(self.listener, selectors.EVENT_READ)
        self.start()

    def end(self):
        self.done = True
        self.join()
        if self.error:
            raise self.error

    def run(self):
        try:
            while not self.done:
                for key, _ in self.ways.select(0.01):
                    if key.fileobj is self.listener:
                        self.accept()
                    elif key.fileobj.fileno() >= 0 and not self.done:  # not closed just now
                        self.hand_on(key.fileobj, key.data)
        except Exception as error:  # of `deed`; told to the test by end()
            self.error = error
        for key in list(self.ways.get_map().values()):
            key.fileobj.close()

    def accept(self):
        client, _ = self.listener.accept()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self.target)
        except OSError:
            return client.close()
        self.ways.register(client, selectors.EVENT_READ, server)
        self.ways.register(server, selectors.EVENT_READ, client)

    def hand_on(self, source, target):
        try:
            octets = source.recv(65536)
            before = octets[:max(0, self.limit - self.passed)] if self.deed else octets
            target.sendall(before)
        except OSError:
            octets = before = b""
        self.passed += len(octets)
        if not octets:
            for one in (source, target):
                self.ways.unregister(one)
                one.close()
        elif self.deed and self.passed >= self.limit:
            deed, self.deed = self.deed, None
            time.sleep(0.003)  # slapd ends what it has
            if deed():
                self.done = True
                return
            with contextlib.suppress(OSError):  # closed meanwhile: the next read tells
                target.sendall(octets[len(before):])
