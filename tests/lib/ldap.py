# SPDX-License-Identifier: GPL-3.0-or-later
"""ldap.py - a small LDAP client on a Unix socket (RFC 4511, with RFC 4511's BER subset): what a test does
to a directory costs it no process. A result other than success is a Refused.

    client = Client("/run/ldapi", "cn=admin,dc=netz,dc=example", "geheim")
    client.modify(dn, [(REPLACE, "title", ["Head"])])
"""
import socket

ADD, DELETE, REPLACE = 0, 1, 2
BASE, ONE, SUBTREE = 0, 1, 2
RESULTS = {0x61, 0x65, 0x67, 0x69, 0x6b, 0x6d}  # of bind, search, modify, add, delete, modify DN


class Refused(Exception):
    def __init__(self, code, text):
        super().__init__("%d %s" % (code, text))
        self.code = code


def element(tag, *contents):
    content = b"".join(contents)
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")
    return bytes([tag]) + length + content


def text(value, tag=0x04):
    return element(tag, value if isinstance(value, bytes) else value.encode())


def number(value, tag=0x02):
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def attribute(name, values):
    return element(0x30, text(name), element(0x31, *map(text, values)))


def header(octets, at=0):
    """(tag, where the content begins, where it ends), or None if these are too few octets to know."""
    if len(octets) < at + 2:
        return None
    size, begin = octets[at + 1], at + 2
    if size >= 0x80:
        begin += size - 0x80
        if len(octets) < begin:
            return None
        size = int.from_bytes(octets[at + 2:begin], "big")
    return octets[at], begin, begin + size


def elements(octets):
    """The (tag, content) pairs that lie in a row."""
    at, found = 0, []
    while at < len(octets):
        tag, begin, at = header(octets, at)
        found.append((tag, octets[begin:at]))
    return found


class Client:
    def __init__(self, path, dn, password):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(str(path))
        self.pending, self.messages = b"", 0
        self.call(element(0x60, number(3), text(dn), text(password, 0x80)))

    def close(self):
        self.socket.close()

    def receive(self):
        """The next message's operation: (tag, content)."""
        while not (found := header(self.pending)) or len(self.pending) < found[2]:
            octets = self.socket.recv(65536)
            if not octets:
                raise ConnectionError("the server closed the connection")
            self.pending += octets
        content, self.pending = self.pending[found[1]:found[2]], self.pending[found[2]:]
        return elements(content)[1]

    def call(self, operation):
        """Sends a request and gives the entries that come before its result."""
        self.messages += 1
        self.socket.sendall(element(0x30, number(self.messages), operation))
        entries = []
        while True:
            tag, content = self.receive()
            if tag in RESULTS:
                (_, code), _, (_, said) = elements(content)[:3]
                if int.from_bytes(code, "big"):
                    raise Refused(int.from_bytes(code, "big"), said.decode())
                return entries
            if tag == 0x64:
                (_, dn), (_, attributes) = elements(content)
                pairs = [elements(one) for _, one in elements(attributes)]
                entries.append((dn.decode(), {name.decode().lower(): [value for _, value in elements(values)]
                                              for (_, name), (_, values) in pairs}))

    def add(self, dn, attributes):
        self.call(element(0x68, text(dn), element(0x30, *[attribute(*pair) for pair in attributes.items()])))

    def modify(self, dn, changes):
        self.call(element(0x66, text(dn), element(0x30, *[
            element(0x30, number(kind, 0x0a), attribute(name, values)) for kind, name, values in changes])))

    def delete(self, dn):
        self.call(text(dn, 0x4a))

    def rename(self, dn, rdn, parent=None):
        """Gives the entry another RDN (the old value goes) and perhaps another parent."""
        self.call(element(0x6c, text(dn), text(rdn), element(0x01, b"\xff"),
                          text(parent, 0x80) if parent else b""))

    def search(self, base, scope, *attributes):
        """All entries there: (DN, {lower case name: values as octets})."""
        return self.call(element(0x63, text(base), number(scope, 0x0a), number(0, 0x0a), number(0), number(0),
                                 element(0x01, b"\0"), text("objectClass", 0x87),
                                 element(0x30, *map(text, attributes))))
