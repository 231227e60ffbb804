# SPDX-License-Identifier: GPL-3.0-or-later
"""ldapwire.py - LDAP as octets (RFC 4511, 4533), for tests that must know what went over the wire

Consumer asks a server for its content by hand, so that a test can show that the server really does what
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

BIND, SEARCH, ENTRY, SEARCH_DONE, INTERMEDIATE = 0x60, 0x63, 0x64, 0x65, 0x79
MODIFY, MODIFIED, ADD, ADDED, DELETE, DELETED = 0x66, 0x67, 0x68, 0x69, 0x4a, 0x6b
WRITES = {MODIFY: MODIFIED, ADD: ADDED, DELETE: DELETED}
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


# ---- asking

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


class Consumer:
    """A connection that asks for content (RFC 4533), logged in with a password, or not if `dn` is empty."""

    def __init__(self, uri, base, dn, password="geheim"):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(unix_path(uri))
        self.buffer, self.base, self.told = b"", base, Told()
        self.send(1, ber(BIND, integer(3), text(dn), text(password if dn else "", 0x80)))
        assert result_code(self.next(10)) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, number, op, controls=b""):
        self.socket.sendall(ber(0x30, integer(number), op, controls))

    def next(self, seconds):
        """The next message, or None."""
        while not (place := reach(self.buffer)):
            if not select.select([self.socket], [], [], seconds)[0]:
                return None
            octets = self.socket.recv(1 << 16)
            assert octets, "the server closed the connection"
            self.buffer += octets
        raw, self.buffer = self.buffer[:place[1]], self.buffer[place[1]:]
        return message(raw)

    def refresh(self, cookie=None, mode=PERSIST, hint=False):
        """Asks, and gives what is told until the refresh is complete or the search has ended."""
        value = ber(0x30, integer(mode, 0x0a), b"" if cookie is None else text(cookie),
                    ber(0x01, b"\xff" if hint else b"\0"))
        self.send(2, ber(SEARCH, text(self.base), integer(2, 0x0a), integer(0, 0x0a), integer(0x7fffffff),
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
