#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_message.py [--expect FILE] [--count N] FOLDER|FILE.eml ...

Reads messages that Rundruf composed with Python's own parser, and checks what every one of them must
be: its parts, one To that is the calendar's one ATTENDEE, Message-ID, List-Unsubscribe, Subject that
is the SUMMARY, UTF-8, CRLF. FILE has lines "name.eml TAB address [TAB display name]" of which each
must be there. Prints "N messages good"; else every fault, and exits 1."""

import argparse
import email
import email.policy
import email.utils
import pathlib
import re
import sys
import urllib.parse

STRUCTURE = [
    "multipart/mixed",
    "multipart/alternative",
    "text/plain",
    "text/html",
    "text/calendar",
    "application/ics",
]
ONCE = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id", "List-Unsubscribe",
        "Auto-Submitted", "Feedback-ID", "Content-Language", "Content-Type"]
NEVER = ["Cc", "Bcc", "Sender", "Return-Path", "Received", "X-Mailer", "User-Agent"]


class Fault(Exception):
    pass


def require(condition, text):
    if not condition:
        raise Fault(text)


def content_lines(text):
    """The unfolded lines of a calendar (RFC 5545, 3.1), strictly."""
    require(text.endswith("\r\n"), "calendar: the last line has no end")
    lines = []
    for line in text[:-2].split("\r\n"):
        require("\n" not in line and "\r" not in line, "calendar: a bare line end")
        require(0 < len(line.encode()) <= 75, "calendar: a line of %d octets" % len(line.encode()))
        require(not any(ord(c) < 32 or ord(c) == 127 for c in line), "calendar: a control character")
        if line[0] == " ":
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return lines


def split_line(line):
    """NAME, {PARAMETER: value}, value of a content line; quoted parameter values are honoured."""
    name = re.match(r"[A-Za-z0-9-]+", line)
    require(name, "calendar: no name in %r" % line)
    rest = line[name.end():]
    parameters = {}
    while rest.startswith(";"):
        found = re.match(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:,]*)', rest)
        require(found, "calendar: a malformed parameter in %r" % line)
        require(found[1] not in parameters, "calendar: a parameter twice in %r" % line)
        parameters[found[1]] = found[2].strip('"')
        rest = rest[found.end():]
    require(rest.startswith(":"), "calendar: no value in %r" % line)
    return name[0], parameters, rest[1:]


def unescape(value):
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


def check_calendar(text, method, subject, address, sender_domain):
    properties = [split_line(line) for line in content_lines(text)]
    stack = []
    event = {}
    for name, parameters, value in properties:
        if name == "BEGIN":
            stack.append(value)
        elif name == "END":
            require(stack and stack.pop() == value, "calendar: END:%s is misplaced" % value)
        elif stack == ["VCALENDAR", "VEVENT"]:
            require(name not in event, "calendar: %s twice" % name)
            event[name] = (parameters, value)
        elif name == "METHOD":
            require(value == method, "calendar: METHOD:%s but method=%s" % (value, method))
        elif name == "TZID":
            require("/freeassociation" not in value, "calendar: libical's own zone name")
        require(name not in ("X-LIC-LOCATION", "TZUNTIL"), "calendar: %s" % name)
    require(not stack, "calendar: no END")
    for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "ATTENDEE", "SEQUENCE"):
        require(name in event, "calendar: no %s" % name)
    summary = unescape(event["SUMMARY"][1])
    require(summary == subject, "SUMMARY %r is not Subject %r" % (summary, subject))
    attendee = event["ATTENDEE"][1]
    require(attendee.startswith("mailto:"), "ATTENDEE is %s" % attendee)
    require(re.fullmatch(r"[A-Za-z0-9._~!$'*+@%-]+", attendee[7:]), "ATTENDEE is no URI: %s" % attendee)
    require(urllib.parse.unquote(attendee[7:]) == address, "ATTENDEE %s is not %s" % (attendee, address))
    organizer = event["ORGANIZER"][1]
    require(organizer.endswith("@" + sender_domain), "ORGANIZER %s is not at %s" % (organizer, sender_domain))
    return event["ATTENDEE"][0].get("CN")


def check_octets(data):
    require(b"\0" not in data, "a NUL")
    require(data.endswith(b"\r\n"), "the last line has no end")
    lines = data.split(b"\r\n")
    require(not any(b"\r" in line or b"\n" in line for line in lines), "a bare CR or LF")
    require(max(map(len, lines)) <= 998, "a line longer than 998 octets")
    for line in lines[:lines.index(b"")]:
        for word in re.findall(rb"=\?[^ ]*\?=", line):
            require(len(word) <= 75, "an encoded word of %d octets" % len(word))


def raw_fields(data):
    head = data.split(b"\r\n\r\n", 1)[0].decode("utf-8")
    fields = {}
    for line in re.sub(r"\r\n[ \t]+", " ", head).split("\r\n"):
        name, _, value = line.partition(":")
        fields.setdefault(name.lower(), []).append(value.strip())
    return fields


def check_unsubscribe(fields, domain):
    value = fields["list-unsubscribe"][0]
    links = value.split(", ")
    require(re.fullmatch(r"<mailto:unsubscribe\+[a-z0-9-]+@%s>" % re.escape(domain), links[-1]),
            "List-Unsubscribe is %s" % value)
    post = fields.get("list-unsubscribe-post", [])
    if len(links) == 1:
        require(not post, "List-Unsubscribe-Post without an https link")
        return
    require(len(links) == 2 and re.fullmatch(r"<https://[!-;=?-~]+>", links[0]),
            "List-Unsubscribe is %s" % value)
    require(post == ["List-Unsubscribe=One-Click"], "List-Unsubscribe-Post is %s" % post)


def check_parts(message):
    """The six parts by type, in order; their texts decoded."""
    parts = list(message.walk())
    require([p.get_content_type() for p in parts] == STRUCTURE,
            "its parts are %s" % [p.get_content_type() for p in parts])
    require(not message.defects and not any(p.defects for p in parts), "defects: %s" %
            [p.defects for p in parts])
    texts = {}
    for part in parts[2:]:
        kind = part.get_content_type()
        if kind.startswith("text/"):
            require(part.get_param("charset") == "utf-8", "%s is in %s" % (kind, part.get_param("charset")))
            require(part["Content-Transfer-Encoding"] in ("quoted-printable", "base64"),
                    "%s is sent as %s" % (kind, part["Content-Transfer-Encoding"]))
        texts[kind] = part.get_payload(decode=True).decode("utf-8")
        require(texts[kind].strip(), "%s is empty" % kind)
    require(parts[5].get_filename() == "invite.ics", "the file is called %s" % parts[5].get_filename())
    require(parts[5].get_content_disposition() == "attachment", "the file is not attached")
    require(texts["application/ics"] == texts["text/calendar"], "the two calendars differ")
    require("<html" in texts["text/html"], "text/html has no html element")
    return texts, parts[4].get_param("method")


def check_message(data, expected):
    check_octets(data)
    fields = raw_fields(data)
    for name in ONCE:
        require(len(fields.get(name.lower(), [])) == 1, "%s is there %d times" %
                (name, len(fields.get(name.lower(), []))))
    for name in NEVER:
        require(name.lower() not in fields, "it has %s" % name)

    message = email.message_from_bytes(data, policy=email.policy.SMTP)
    to = message["To"].addresses
    require(len(to) == 1, "To has %d addresses" % len(to))
    address = to[0].addr_spec
    require(fields["to"][0].endswith(address) or fields["to"][0].endswith("<%s>" % address),
            "To is %s" % fields["to"][0])
    sender = message["From"].addresses
    require(len(sender) == 1, "From has %d addresses" % len(sender))
    domain = sender[0].domain
    require(re.fullmatch(r"<[A-Za-z0-9.-]+@%s>" % re.escape(domain), fields["message-id"][0]),
            "Message-ID is %s" % fields["message-id"][0])
    require(email.utils.parsedate_to_datetime(fields["date"][0]), "Date is %s" % fields["date"][0])
    check_unsubscribe(fields, domain)

    texts, method = check_parts(message)
    cn = check_calendar(texts["text/calendar"], method, message["Subject"], address, domain)
    if expected:
        require(address == expected[0], "To is %s instead of %s" % (address, expected[0]))
        if len(expected) > 1:
            require(to[0].display_name == expected[1], "To names %r instead of %r" %
                    (to[0].display_name, expected[1]))
            plain = expected[1].translate({ord('"'): None, ord("^"): None})
            require((cn or "") == plain, "CN is %r instead of %r" % (cn, plain))
            require(expected[1] in texts["text/plain"], "the text does not name %r" % expected[1])
    return fields["message-id"][0]


def find_files(paths):
    for path in map(pathlib.Path, paths):
        yield from sorted(path.rglob("*.eml")) if path.is_dir() else [path]


def main():
    parser = argparse.ArgumentParser(description="checks messages that Rundruf composed")
    parser.add_argument("--expect", help="file of lines: name.eml TAB address [TAB display name]")
    parser.add_argument("--count", type=int, help="how many messages there must be")
    parser.add_argument("paths", nargs="+", metavar="FOLDER|FILE")
    options = parser.parse_args()

    expected = {}
    if options.expect:
        for line in pathlib.Path(options.expect).read_text(encoding="utf-8").split("\n"):
            if line:
                name, *rest = line.split("\t")
                expected[name] = rest
    good, seen, faults, ids = 0, set(), [], set()
    for path in find_files(options.paths):
        try:
            message_id = check_message(path.read_bytes(), expected.get(path.name))
            require(message_id not in ids, "its Message-ID %s is another's too" % message_id)
            ids.add(message_id)
            good += 1
        except (Fault, ValueError, LookupError) as fault:
            faults.append("%s: %s" % (path, fault))
        seen.add(path.name)
    faults += ["%s: is not there" % name for name in expected if name not in seen]
    if options.count is not None and options.count != good + len(faults):
        faults.append("%d messages instead of %d" % (good + len(faults), options.count))
    for fault in faults:
        print(fault, file=sys.stderr)
    print("%d messages good" % good)
    return 1 if faults or good == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
