# SPDX-License-Identifier: GPL-3.0-or-later
"""ldapwire.py - LDAP as octets (RFC 4511, 4533), for tests that must know what went over the wire, or do much
to a directory without a process for each deed

Client reads and writes. Consumer asks a server for its content by hand, so that a test can show that the server really does what
the program has to cope with. Tap stands between the program and a server, keeps every message, and can
drop, change or cut. Both by Unix sockets (ldapi://), without TLS.
"""
import contextlib
import select
import socket
import threading
import urllib.parse
import uuid
from collections import namedtuple

SYNC, SYNC_STATE, SYNC_DONE = ("1.3.6.1.4.1.4203.1.9.1.%d" % n for n in (1, 2, 3))
ASSERTION, POST_READ, PAGED, MANAGE_DSA_IT = \
    "1.3.6.1.1.12", "1.3.6.1.1.13.2", "1.2.840.113556.1.4.319", "2.16.840.1.113730.3.4.2"

BIND, BOUND, SEARCH, ENTRY, SEARCH_DONE, INTERMEDIATE = 0x60, 0x61, 0x63, 0x64, 0x65, 0x79
MODIFY, MODIFIED, ADD, ADDED, DELETE, DELETED, RENAME, RENAMED = 0x66, 0x67, 0x68, 0x69, 0x4a, 0x6b, 0x6c, 0x6d
WRITES = {MODIFY: MODIFIED, ADD: ADDED, DELETE: DELETED}
RESULTS = {BOUND, SEARCH_DONE, MODIFIED, ADDED, DELETED, RENAMED}
EVERYTHING = b"\x87\x0bobjectClass"  # the filter (objectClass=*)
PERSIST, POLL = 3, 1
REFRESH_REQUIRED, NEWER, NO_SUCH_OBJECT = 4096, 53, 32


# ---- BER

def ber(tag, *contents):
    content = b"".join(contents)
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (octets if size < 128 else bytes([0x80 | len(octets)]) + octets) + content


def integer(value, tag=0x02):
    return ber(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def text(value, tag=0x04):
    return ber(tag, value.encode() if isinstance(value, str) else value)


def attribute(name, values):
    return ber(0x30, text(name), ber(0x31, *map(text, values)))


def reach(octets):
    """Where the content of the first element begins and ends; None if that is not there as a whole."""
    if len(octets) < 2:
        return None
    size, at = octets[1], 2
    if size & 0x80:
        at += size & 0x7f
        if len(octets) < at:
            return None
        size = int.from_bytes(octets[2:at], "big")
    return (at, at + size) if len(octets) >= at + size else None


def elements(octets):
    found = []
    while octets:
        begin, end = reach(octets)
        found.append((octets[0], octets[begin:end]))
        octets = octets[end:]
    return found


Message = namedtuple("Message", "id op body controls raw")  # controls: OID -> (critical, value)


def message(raw):
    (_, number), (op, body), *more = elements(elements(raw)[0][1])
    controls = {}
    for _, control in elements(more[0][1]) if more else []:
        parts = dict(elements(control)[1:])
        controls[elements(control)[0][1].decode()] = (any(parts.get(0x01, b"")), parts.get(0x04))
    return Message(int.from_bytes(number, "big"), op, body, controls, raw)


def without_controls(entry):
    return ber(0x30, integer(entry.id), ber(entry.op, entry.body))


def target_dn(request):
    """Of a search, modify, add or delete."""
    return (request.body if request.op == DELETE else elements(request.body)[0][1]).decode()


def result_code(answer):
    return int.from_bytes(elements(answer.body)[0][1], "big")


def sent_cookie(search):
    """That of a search with the Sync Request control; None if it has none."""
    return dict(elements(elements(search.controls[SYNC][1])[0][1])).get(0x04)


def unix_path(uri):
    return urllib.parse.unquote(uri.removeprefix("ldapi://"))


def unix_uri(path):
    return "ldapi://" + urllib.parse.quote(str(path), safe="")


# ---- asking and writing

class Refused(Exception):
    """A result other than success."""

    def __init__(self, code, said):
        super().__init__("%d %s" % (code, said))
        self.code = code


class Client:
    """A connection, logged in with a password, or not if `dn` is empty."""
    TO_ADD, TO_DELETE, TO_REPLACE = 0, 1, 2  # of a modify
    BASE, SUBTREE = 0, 2

    def __init__(self, uri, dn, password="geheim"):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(unix_path(uri))
        self.buffer, self.requests = b"", 0
        self.call(ber(BIND, integer(3), text(dn), text(password if dn else "", 0x80)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, op, controls=b""):
        self.requests += 1
        self.socket.sendall(ber(0x30, integer(self.requests), op, controls))

    def next(self, seconds):
        """The next message, or None."""
        while not (place := reach(self.buffer)):
            if not select.select([self.socket], [], [], seconds)[0]:
                return None
            octets = self.socket.recv(1 << 16)
            if not octets:
                raise ConnectionError("the server closed the connection")
            self.buffer += octets
        raw, self.buffer = self.buffer[:place[1]], self.buffer[place[1]:]
        return message(raw)

    def call(self, op):
        """Sends a request, and gives the entries that come before its result."""
        self.send(op)
        entries = []
        while answer := self.next(30):
            if answer.op == ENTRY:
                (_, dn), (_, attributes) = elements(answer.body)
                pairs = [elements(one) for _, one in elements(attributes)]
                entries.append((dn.decode(), {name.decode().lower(): [value for _, value in elements(values)]
                                              for (_, name), (_, values) in pairs}))
            if answer.op in RESULTS:
                if code := result_code(answer):
                    raise Refused(code, elements(answer.body)[2][1].decode())
                return entries
        raise ConnectionError("the server is silent")

    def add(self, dn, attributes):
        self.call(ber(ADD, text(dn), ber(0x30, *[attribute(*pair) for pair in attributes.items()])))

    def modify(self, dn, changes):
        """`changes`: (TO_..., attribute, values)."""
        self.call(ber(MODIFY, text(dn), ber(0x30, *[
            ber(0x30, integer(kind, 0x0a), attribute(name, values)) for kind, name, values in changes])))

    def delete(self, dn):
        self.call(text(dn, DELETE))

    def rename(self, dn, rdn, parent=None):
        """Gives the entry another RDN (the old value goes) and perhaps another parent."""
        self.call(ber(RENAME, text(dn), text(rdn), ber(0x01, b"\xff"), text(parent, 0x80) if parent else b""))

    def search(self, base, scope, *attributes):
        """All entries there: (DN, {lower case name: values as octets})."""
        return self.call(ber(SEARCH, text(base), integer(scope, 0x0a), integer(0, 0x0a), integer(0), integer(0),
                             ber(0x01, b"\0"), EVERYTHING, ber(0x30, *map(text, attributes))))


class Told:
    """What a refresh told: `entries` (UUID -> DN and state), `present`, `deleted`; `deletes`: whether the
    server claims to have told every delete; `cookie`; `code` and `said` of the end, if it ended."""

    def __init__(self):
        self.entries, self.present, self.deleted = {}, set(), set()
        self.deletes, self.cookie, self.code, self.said, self.done = None, None, None, "", False

    def take(self, answer):
        if answer.op == ENTRY:
            parts = elements(elements(answer.controls[SYNC_STATE][1])[0][1])
            state, number, *cookie = (content for _, content in parts)
            if state[0] == 3:
                self.deleted.add(uuid.UUID(bytes=number))
            else:
                self.entries[uuid.UUID(bytes=number)] = (target_dn(answer), state[0])
            self.cookie = cookie[0] if cookie else self.cookie
        elif answer.op == SEARCH_DONE:
            code, _, said = (content for _, content in elements(answer.body)[:3])
            self.code, self.said, self.done = int.from_bytes(code, "big"), said.decode(), True
            if SYNC_DONE in answer.controls:
                parts = dict(elements(elements(answer.controls[SYNC_DONE][1])[0][1]))
                self.cookie, self.deletes = parts.get(0x04, self.cookie), any(parts.get(0x01, b""))
        elif answer.op == INTERMEDIATE:
            (kind, content), = elements(dict(elements(answer.body))[0x81])
            if kind == 0x80:
                self.cookie = content
                return
            parts = elements(content)
            flags = [any(part) for tag, part in parts if tag == 0x01]
            self.cookie = dict(parts).get(0x04, self.cookie)
            if kind == 0xa3:
                numbers = {uuid.UUID(bytes=number) for _, number in elements(dict(parts)[0x31])}
                (self.deleted if any(flags) else self.present).update(numbers)
            else:
                self.deletes = kind == 0xa1
                self.done = self.done or all(flags)  # refreshDone is TRUE by default


class Consumer(Client):
    """Asks for content (RFC 4533)."""

    def __init__(self, uri, base, dn, password="geheim"):
        super().__init__(uri, dn, password)
        self.base, self.told = base, Told()

    def refresh(self, cookie=None, mode=PERSIST, hint=False):
        """Asks, and gives what is told until the refresh is complete or the search has ended."""
        value = ber(0x30, integer(mode, 0x0a), b"" if cookie is None else text(cookie),
                    ber(0x01, b"\xff" if hint else b"\0"))
        self.send(ber(SEARCH, text(self.base), integer(2, 0x0a), integer(0, 0x0a), integer(0x7fffffff),
                      integer(0x7fffffff), ber(0x01, b"\0"), EVERYTHING, ber(0x30, text("1.1"))),
                  ber(0xa0, ber(0x30, text(SYNC), ber(0x01, b"\xff"), text(value))))
        while not self.told.done:
            answer = self.next(10)
            assert answer, "the server is silent"
            self.told.take(answer)
        return self.told

    def listen(self, seconds):
        """What comes in persist mode until nothing has come for so long."""
        self.told = Told()
        while answer := self.next(seconds):
            self.told.take(answer)
        return self.told


def told(uri, base, dn, cookie=None, mode=PERSIST, hint=False):
    with Consumer(uri, base, dn) as consumer:
        return consumer.refresh(cookie, mode, hint)


# ---- listening

class Tap(threading.Thread):
    """Hands LDAP messages on between clients at its own socket and the server at `uri`, and keeps them in
    `seen`, as ("request" or "answer", Message). `gate` (direction, message) may give other octets to
    hand on instead; None to hand on nothing; or raise Cut to close both ends."""

    class Cut(Exception):
        pass

    def __init__(self, path, uri, gate=None):
        super().__init__(daemon=True)
        self.uri, self.target, self.gate = unix_uri(path), unix_path(uri), gate
        self.seen, self.connections, self.open = [], 0, []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.start()

    def run(self):
        with contextlib.suppress(OSError):  # close()
            while True:
                client, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError, Tap.Cut):
            self.open.append(client)
            server.connect(self.target)
            ends = {client: ("request", server, bytearray()), server: ("answer", client, bytearray())}
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    direction, other, buffer = ends[end]
                    octets = end.recv(1 << 16)
                    if not octets:
                        return
                    buffer += octets
                    self.hand_on(direction, buffer, other)

    def hand_on(self, direction, buffer, other):
        while place := reach(buffer):
            raw = bytes(buffer[:place[1]])
            del buffer[:place[1]]
            one = message(raw)
            self.seen.append((direction, one))
            raw = self.gate(direction, one) if self.gate else raw
            if raw:
                other.sendall(raw)

    def close(self):
        """No new client, and the present ones lose their connection."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for client in self.open:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def messages(self, *ops):
        return [one for _, one in self.seen if one.op in ops]

    def syncs(self):
        """The searches with the Sync Request control; those must be critical, and never paged."""
        found = [one for one in self.messages(SEARCH) if SYNC in one.controls]
        assert all(one.controls[SYNC][0] and PAGED not in one.controls for one in found), found
        return found

    def forget(self):
        self.seen.clear()

    def outstanding(self):
        """The most writes that waited for their answers at once, in all and for one DN."""
        waiting, most, most_of_one = {}, 0, 0
        for _, one in self.seen:
            if one.op in WRITES:
                waiting[one.id] = target_dn(one)
                most = max(most, len(waiting))
                most_of_one = max(most_of_one, list(waiting.values()).count(waiting[one.id]))
            elif one.op in WRITES.values():
                waiting.pop(one.id, None)
        return most, most_of_one
