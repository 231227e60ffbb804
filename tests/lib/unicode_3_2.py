# SPDX-License-Identifier: GPL-3.0-or-later
"""unicode_3_2.py - where slapd compares text otherwise than its own rules and today's Unicode would have it

Slapd makes letters small and takes characters apart by tables of Unicode 3.2 (2002); the program does so by
GLib's. All that 3.2 has and that has not changed since is compared alike; this table names the rest by code
point, with the reason. What came later than 3.2 (Python knows that) is not listed: to slapd it has neither case nor
parts.
"""
import unicodedata

DIFFERENT = (
    # the other case came later: to slapd these letters have none
    "180 19A 250-252 25C 261 265-266 26A-26C 271 27D 282 287 289 28C 29D-29E 3F2-3F3 4C0 10A0-10C5 10D0-10F8 "
    "13A0-13F4 2132 2183 3D7 "
    # slapd's table of decompositions has gaps: two ideographs, mathematical letters and digits, and the
    # supplement of compatibility ideographs
    "F900-F901 1D622-1D63B 1D656-1D66F 1D68A-1D6A3 1D6C1-1D6E1 1D6FB-1D71B 1D735-1D755 1D76F-1D78F 1D7A9-1D7C9 "
    "1D7CE-1D7FF 2F800-2FA1D")


def _points():
    for part in DIFFERENT.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


_DIFFERENT = frozenset(_points())


def compares_alike(character):
    """Whether slapd and the program make the same of it."""
    return ord(character) not in _DIFFERENT and unicodedata.ucd_3_2_0.category(character) != "Cn"


def forms(character):
    """How else it may be written, itself among them, without doubles."""
    lower = character.lower()
    return list(dict.fromkeys((character, lower, character.upper(), unicodedata.normalize("NFKC", character),
                               unicodedata.normalize("NFKC", lower), unicodedata.normalize("NFD", character),
                               unicodedata.normalize("NFKC", character).lower())))


def changing():
    """All characters that have case or parts, and that both compare alike; of Hangul a few."""
    for point in range(0x80, 0x110000):
        character = chr(point)
        surrogate, hangul = 0xd800 <= point < 0xe000, 0xac00 <= point < 0xd7a4
        if not surrogate and (not hangul or point % 97 == 0) and len(forms(character)) > 1 and \
                compares_alike(character):
            yield character
