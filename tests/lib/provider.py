# SPDX-License-Identifier: GPL-3.0-or-later
"""provider.py - slapd as a provider of changes for many short scripts: quick to start, to kill and to ask what
was written to it, and a relay that stands between it and the program.

Its audit log (slapo-auditlog) holds every write that was done, in order, with the DN that did it. ADMIN
writes for the test, WRITER is who the program is.
"""
import base64
import contextlib
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from ldapwire import Client, unix_uri
from rig import ADMIN, BASE, wait_for
from slapd import Slapd, ldif_entry

WRITER = "cn=rundruf," + BASE
PASSWORD = "geheim"
OPERATIONAL = {"structuralobjectclass", "entryuuid", "creatorsname", "createtimestamp", "entrycsn", "modifiersname",
               "modifytimestamp", "contextcsn", "deleteoldrdn"}
CONTENT = (ldif_entry(BASE, {"objectClass": ["dcObject", "organization"], "dc": ["netz"], "o": ["Netz"]}) +
           ldif_entry(WRITER, {"objectClass": ["person"], "cn": ["rundruf"], "sn": ["Rundruf"],
                               "userPassword": [PASSWORD]}))


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


class Provider(Slapd):
    """`log`: length of the session log, 0 for none. `mirror`: the folder of the provider that mirrors it. What
    is done to it by `client` costs no process."""

    def __init__(self, folder, number=1, log=0, mirror=None):
        folder.mkdir(parents=True)
        self.socket, self.client = folder / "ldapi", None
        self.audit, self.read = folder / "audit.ldif", 0
        access = folder / "access"
        access.write_text("access to * by dn.exact=%s write by * read\n" % WRITER)
        more = {"SESSIONLOG": str(log)} if log else {}
        if mirror:
            more["PROVIDER"] = unix_uri(mirror / "ldapi")
        super().__init__(folder, ACL=str(access), SERVERID=str(number), GLOBAL="moduleload auditlog",
                         MORE="overlay auditlog\nauditlog %s\ndatabase monitor" % self.audit, **more)
        self.load(CONTENT).start()

    def start(self):
        super().start()
        self.stale = set()  # of its connections: those that it keeps for nothing
        self.client = Client(self.uri, ADMIN, PASSWORD)
        return self

    def kill(self):
        self.client.close()
        return super().kill()

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

    def rest(self):
        """Waits until it has done all that the program told it: then the program's connections are gone. It may
        keep one whose search was abandoned (OpenLDAP ITS#10479): then a second is enough, once for each."""
        until = time.monotonic() + 1
        while open_ones := self.connections() - self.stale:
            if time.monotonic() > until:
                self.stale |= open_ones
            time.sleep(0.005)

    def connections(self):
        """Names of those that the program has, or had."""
        return {dn for dn, values in self.client.search("cn=Connections,cn=Monitor", Client.SUBTREE,
                                                        "monitorConnectionAuthzDN")
                if WRITER.encode() in values.get("monitorconnectionauthzdn", ())}

    def context(self):
        return self.client.search(BASE, Client.BASE, "contextCSN")[0][1].get("contextcsn")

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
