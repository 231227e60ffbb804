# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that slapd cannot play: silent ones beside good ones, Active Directory's ranges and binary
identities, referral objects, an attribute in two pieces; and lists of servers, from the configuration on."""
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import ADMIN, BASE, Listener, Rig, free_port, person

TIMEOUT_S = 1
CITY = "o=Mannheim," + BASE
SYNC = b"1.3.6.1.4.1.4203.1.9.1.1"
MANAGE = b"2.16.840.1.113730.3.4.2"
BIND, UNBIND, SEARCH, ENTRY, DONE, REFERENCE = 0x60, 0x42, 0x63, 0x64, 0x65, 0x73


def tlv(tag, *parts):
    """BER: one element; parts are octets, text, or small numbers."""
    content = b"".join(part if isinstance(part, bytes) else part.encode() if isinstance(part, str) else bytes([part])
                       for part in parts)
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x83" + size.to_bytes(3, "big")) + content


def element(octets, at=0):
    """The tag and the place (start, end) of the content of the element at `at`."""
    size, start = octets[at + 1], at + 2
    if size > 127:
        start += size - 128
        size = int.from_bytes(octets[at + 2:start], "big")
    return octets[at], start, start + size


def message(number, operation):
    return tlv(0x30, tlv(0x02, number.to_bytes(2, "big")), operation)


def result(tag, code=0):
    return tlv(tag, tlv(0x0a, code), tlv(0x04), tlv(0x04))


def entry(dn, attributes):
    """SearchResultEntry; `attributes`: pairs, so that one can come twice."""
    return tlv(ENTRY, tlv(0x04, dn), tlv(0x30, *(
        tlv(0x30, tlv(0x04, name), tlv(0x31, *(tlv(0x04, value) for value in values)))
        for name, values in attributes)))


class Server(threading.Thread):
    """An LDAP server that answers every search below the base with `replies(request)`: operations. It
    knows neither content synchronisation nor pages. `stall`: stops after so many octets of an answer."""

    def __init__(self, replies, bind_code=0, stall=None):
        super().__init__(daemon=True)
        self.replies, self.bind_code, self.stall = replies, bind_code, stall
        self.requests = []  # (tag, octets)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.uri = "ldap://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        received = b""
        with connection:
            while octets := connection.recv(65536):
                received += octets
                while len(received) > 1 and (end := element(received)[2]) <= len(received):
                    self.answer(connection, received[:end])
                    received = received[end:]

    def answer(self, connection, octets):
        start = element(octets)[1]
        _, first, after = element(octets, start)
        number, tag = int.from_bytes(octets[first:after], "big"), octets[after]
        self.requests.append((tag, octets))
        if tag == BIND:
            return connection.sendall(message(number, result(0x61, self.bind_code)))
        if tag != SEARCH:
            return None
        if SYNC in octets:  # criticalExtensionUnavailable
            return connection.sendall(message(number, result(DONE, 12)))
        answers = [message(number, reply) for reply in self.replies(octets)]
        said = b"".join(answers + [message(number, result(DONE))])
        if self.stall is not None:
            said = said[:self.stall]
        return connection.sendall(said)

    def asked(self, tag):
        return [octets for kind, octets in self.requests if kind == tag]


def people(*more, identity="entryUUID", values=None):
    """The base, a municipality, and persons: (name, further attributes)."""
    def one(number, dn, attributes):
        key = (values or (lambda n: "00000000-0000-4000-8000-%012d" % n))(number)
        return entry(dn, attributes + [(identity, [key]), ("entryCSN", ["20260101000000.000000Z#000000#000#000000"])])
    yield one(1, BASE, [("objectClass", ["dcObject", "organization"]), ("dc", ["netz"]), ("o", ["Netz"])])
    yield one(2, CITY, [("objectClass", ["rundrufMunicipality"]), ("o", ["Mannheim"])])
    for number, (name, attributes) in enumerate(more, 3):
        yield one(number, "uid=%s,%s" % (name, CITY), [("objectClass", ["inetOrgPerson"]), ("cn", [name]), ("uid", [name]),
                                                        ("sn", [name]), ("mail", [name + "@a.example"])] + attributes)


def reach(rig, *uris, **keys):
    rig.settings["directory"] = {"base": BASE, "timeout": "%ds" % TIMEOUT_S, "starttls": "off", "page_size": 0}
    rig.configure(directory={"uri": " ".join(uris), **keys})


def fresh(rig):
    for path in rig.folder.glob("rundruf.db*"):
        path.unlink()
    rig.run("init", str(rig.folder), config=False)


def shown(rig, persons):
    assert re.search(r"\b%d persons in 1 municipalities" % persons, said := rig.run("sync")), said


def stored(rig):
    """All attributes of all entries, as the store keeps them."""
    return [blob for blob, in rig.store("SELECT attributes FROM entry")]


def lists(rig):
    """The next server is asked when one does not answer, and only then."""
    dead = "ldap://127.0.0.1:%d" % free_port()
    silent = Listener()
    good = Server(lambda request: people(("anna", [])))
    fresh(rig)
    begun = time.monotonic()
    reach(rig, dead, "ldap://127.0.0.1:%d" % silent.port, "ldaps://127.0.0.1:%d" % silent.port, good.uri)
    shown(rig, 1)
    assert 2 * TIMEOUT_S - 0.5 < time.monotonic() - begun < 2 * TIMEOUT_S + 4
    reach(rig, dead, "ldap://127.0.0.1:%d" % silent.port)
    said = rig.run("sync", status=75)
    assert dead in said and str(silent.port) in said and "directory.timeout" in said, said
    (rig.folder / "password").write_text("geheim")
    (rig.folder / "password").chmod(0o600)
    login = {"bind_dn": ADMIN, "password_file": str(rig.folder / "password")}
    refusing = Server(lambda request: [], bind_code=49)
    before = len(good.requests)
    reach(rig, refusing.uri, good.uri, **login)
    said = rig.run("sync", status=1)
    assert "Invalid credentials" in said and "password file" in said and "geheim" not in said, said
    assert len(good.requests) == before and len(refusing.asked(BIND)) == 1
    for code, words in ((51, "busy"), (52, "unavailable")):
        away = Server(lambda request: [], bind_code=code)
        reach(rig, away.uri, good.uri, **login)
        shown(rig, 1)
        reach(rig, away.uri, **login)
        assert words in (said := rig.run("sync", status=75)), said


def bad_lists(rig):
    """A list that cannot be meant is refused with its place."""
    path = rig.folder / "rundruf.yaml"
    for uri, words in (("ldap://a http://b", "http://b"), ("ldap://a ldif:roster.ldif", "beside"), ("srv:", "srv:DOMAIN"),
                       ("ldap://a:99999", "ldap://HOST:PORT")):
        path.write_text("network: {name: N, domain: netz.example}\ndirectory:\n  uri: '%s'\n" % uri)
        said = rig.run("sync", status=1)
        assert ":3:8: directory.uri: " in said and words in said, said


def silence_in_the_answer(rig):
    """A server that stops in the middle of an entry, or between two."""
    fresh(rig)
    good = Server(lambda request: people(("anna", []), ("bert", [])))
    reach(rig, good.uri)
    shown(rig, 2)
    before = rig.fingerprint()
    for stall in (1, 40, 300):
        hanging = Server(good.replies, stall=stall)
        reach(rig, hanging.uri)
        begun = time.monotonic()
        said = rig.run("sync", status=75)
        assert "directory.timeout" in said and "The roster was not changed." in said, said
        assert TIMEOUT_S - 0.5 < time.monotonic() - begun < 3 * TIMEOUT_S + 4, stall
        assert rig.fingerprint() == before


def stopped_and_continued(rig):
    """A process that slept (SIGSTOP, SIGCONT) in the middle of an answer goes on reading it."""
    fresh(rig)
    asked, go_on = threading.Event(), threading.Event()

    def replies(request):
        yield from people(("anna", []))
        asked.set()
        assert go_on.wait(20)

    slow = Server(replies)
    reach(rig, slow.uri, timeout="20s")
    sync = subprocess.Popen(rig.command("sync"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert asked.wait(20)
    for _ in range(3):
        sync.send_signal(signal.SIGSTOP)
        time.sleep(0.05)
        sync.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    go_on.set()
    said = sync.communicate(timeout=30)[0]
    assert sync.returncode == 0 and " 1 persons" in said, said


def ranges(rig):
    """Active Directory sends many values of one attribute in ranges; the identity is binary."""
    members = ["cn=member %05d,dc=x" % number for number in range(2500)]

    def window(request):
        low = int(re.search(rb"member;range=(\d+)-\*", request)[1])
        high = min(low + 1000, len(members))
        yield entry(BASE, [("member;range=%d-%s" % (low, "*" if high == len(members) else high - 1), members[low:high])])

    def replies(request):
        if b";range=" in request:
            return window(request)
        return people(("anna", [("member", []), ("member;range=0-999", members[:1000])]),
                      identity="objectGUID", values=lambda number: bytes(range(number, number + 16)))

    fresh(rig)
    server = Server(replies)
    reach(rig, server.uri, id_attribute="objectGUID", version_attribute="uSNChanged")
    shown(rig, 1)
    blobs = b"".join(stored(rig))
    assert all(member.encode() in blobs for member in members) and b"range=" not in blobs
    assert b"objectGUID" not in blobs
    assert (bytes(range(3, 19)),) in rig.store("SELECT uuid FROM entry")
    for refusal in (lambda request: [],                                                   # no values any more
                    lambda request: [entry(BASE, [("member;range=0-999", members[:1000])])]):  # the same again
        before = rig.fingerprint()
        failing = Server(lambda request, refusal=refusal: refusal(request) if b";range=" in request else replies(request))
        reach(rig, failing.uri, id_attribute="objectGUID", version_attribute="uSNChanged")
        said = rig.run("sync", status=1)
        assert "has more values of member" in said and "The roster was not changed." in said, said
        assert rig.fingerprint() == before


def oddities(rig):
    """An attribute in two pieces is one; references and referral objects are counted, not followed; what
    is the directory's own is not among a person's attributes."""
    referral = entry("ou=ref," + BASE, [("objectClass", ["referral", "extensibleObject"]), ("ou", ["ref"]),
                                        ("ref", ["ldap://127.0.0.1:1/dc=x"]),
                                        ("entryUUID", ["00000000-0000-4000-8000-00000000aaaa"])])

    def replies(request):
        yield from people(("anna", [("description", ["one"]), ("l", ["Mannheim"]), ("description", ["two", "one"]),
                                    ("createTimestamp", ["20260101000000Z"]), ("hasSubordinates", ["FALSE"])]))
        yield referral
        yield tlv(REFERENCE, tlv(0x04, "ldap://127.0.0.1:1/dc=y"))

    fresh(rig)
    server = Server(replies)
    reach(rig, server.uri)
    assert "2 references to other servers were not followed" in (said := rig.run("sync")), said
    assert not any(MANAGE in request for request in server.asked(SEARCH))
    blobs = b"".join(stored(rig))
    assert blobs.count(b"description") == 1 and b"one" in blobs and b"two" in blobs and b"extensibleObject" not in blobs
    for name in (b"entryUUID", b"entryCSN", b"createTimestamp", b"hasSubordinates"):
        assert name not in blobs, name
    reach(rig, server.uri, referrals="store")
    assert "1 references to other servers" in (said := rig.run("sync")), said
    assert all(MANAGE in request for request in server.asked(SEARCH)[-1:])
    assert any(b"extensibleObject" in blob for blob in stored(rig))


with Rig() as rig:
    rig.roster([person("Anna", "anna@a.example")])
    lists(rig)
    silence_in_the_answer(rig)
    stopped_and_continued(rig)
    ranges(rig)
    oddities(rig)
    bad_lists(rig)
print("lists of servers, silence, a sleep, ranges, referrals: good")
