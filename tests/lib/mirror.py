# SPDX-License-Identifier: GPL-3.0-or-later
"""mirror.py - the store's mirror of the directory, read behind the program's back"""
import sqlite3
import uuid
from dataclasses import dataclass


def decoded(blob):
    """The attributes of a BLOB, by the format that src/model/attributes.h sets out."""
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            octet = blob[at]
            at += 1
            value |= (octet & 0x7f) << shift
            shift += 7
            if octet < 0x80:
                return value

    def octets():
        nonlocal at
        length = number()
        at += length
        assert at <= len(blob)
        return blob[at - length:at]

    assert number() == 1, "the version"
    attributes = {}
    while at < len(blob):
        name = octets().decode().lower()
        values = [octets() for _ in range(number())]
        assert name not in attributes and values == sorted(set(values)), (name, values)
        attributes[name] = set(values)
    return attributes


@dataclass
class Row:
    dn: str
    attributes: dict
    municipality: str  # its UUID, or None
    csn: str


def rows(path):
    """Each mirrored entry, by its UUID in text."""
    connection = sqlite3.connect(path, timeout=30)
    try:
        table = {number: row for number, *row in connection.execute(
            "SELECT id, uuid, parent, rdn, municipality, csn, attributes FROM entry")}
    finally:
        connection.close()
    names = {number: str(uuid.UUID(bytes=row[0])) for number, row in table.items()}

    def dn(number):
        _, parent, rdn, *_ = table[number]
        return rdn + ("," + dn(parent) if parent else "")

    return {names[number]: Row(dn(number), decoded(row[5]), names.get(row[3]), row[4])
            for number, row in table.items()}
