# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job by SMTP: a hundred invitations arrive once each, each with the name, address, token and
calendar of its own recipient; hostile names and addresses do no harm; refusals end as they should."""
import email
import email.policy
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import Rig, messages, person

HOSTILE = [
    ("Jürgen Größke", "juergen@a.example"), ("Zoë Łukasz Żółć", "zoe@a.example"),
    ('Anna "Änne" O\'Neil, Dr.', "anna@a.example"), ("N" + "a" * 299, "long@a.example"),
    ("Eve\r\nBcc: evil@x.example", "eve@a.example"), ("Nul\x00Bcc: evil@x.example", "nul@a.example"),
    ("\u202eevil\u202c Rtl", "rtl@a.example"), ("=?utf-8?q?evil?=", "word@a.example"),
    ("<script>alert(1)</script>", "script@a.example"),
    ("😀 Grüße", "emoji@a.example"), ("Anna <evil@x.example>", "angle@a.example"),
    ("Idna Domain", "idna@bücher.example"),
]
BRACES = ("{{person.mail}}", "brace@a.example")  # the gate takes it for a template's name
BAD_ADDRESSES = [b"a@b>\r\nRCPT TO:<evil@x>", b"two@a.example two@b.example", b"no-at-sign", b"x@y\x00z.example"]


def check_own(sender, recipient, octets, names):
    """A message speaks of its recipient and of nobody else."""
    message = email.message_from_bytes(octets, policy=email.policy.default)
    mailbox = message["To"].addresses
    assert [box.addr_spec for box in mailbox] == [recipient], (recipient, message["To"])
    assert message["Cc"] is None and message["Bcc"] is None
    token = re.search(r"\+([0-9a-z]+-[a-z2-7]{16})@netz\.example$", sender).group(1)
    number = token.split("-")[0]
    links = str(message["List-Unsubscribe"])
    assert re.search(r"<https://netz\.example/u/%s-[a-z2-7]{16}>" % number, links), links
    assert str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    parts = {part.get_content_type(): part for part in message.walk()}
    calendar = re.sub(r"\r?\n[ \t]", "", parts["text/calendar"].get_content())
    attendees = re.findall(r"^ATTENDEE[^:]*(?:\"[^\"]*\"[^:]*)*:mailto:(.*?)\r?$", calendar, re.M)
    assert attendees == [recipient], (attendees, recipient)
    text = parts["text/plain"].get_content()
    for other in names:
        if names[other] != recipient and len(other) > 8:
            assert other not in text, (recipient, other)
    if recipient in names.values():
        own = next(name for name in names if names[name] == recipient)
        assert own in text, (own, text[:300])
    assert b"evil@x" not in re.sub(rb"(?s)\r\n\r\n.*", b"", octets).replace(b"Anna <evil@x", b"") or b"<evil@x" not in octets
    return message["Message-ID"]


def hundred(rig):
    box = rig.smtpd()
    plain = {"Person%d Müller-%d" % (n, n): "p%d@stadt%d.example" % (n, n % 7) for n in range(100)}
    people = [person(name, address) for name, address in plain.items()]
    people += [person(name.encode() if "\0" in name else name, address) for name, address in HOSTILE]
    people += [person("Bad %d" % n, address) for n, address in enumerate(BAD_ADDRESSES)]
    people += [person("Ohne Adresse"), person("Doppelt", "p1@stadt1.example"), person(*BRACES)]
    rig.roster(people)
    rig.run("sync")
    rig.event()
    total = len(people)
    preview = rig.run("invite", "mannheim-2027", "--filter", "(role=planner)", "-n")
    assert str(total) in preview and "no" in preview, preview
    assert rig.json("mailing", "ls") == [], "a dry run left a mailing"
    rig.run("invite", "mannheim-2027", "--filter", "(role=planner)", "--yes")
    rig.run("send", "--once", status=4)
    rig.run("send", "--once")
    reasons = {row["address"]: row["text"] for row in rig.json("mailing", "report", "1")}
    assert "unresolved template name" in reasons[BRACES[1]], reasons[BRACES[1]]
    kept = messages(box)
    recipients = [recipient for _, recipient, _ in kept]
    expected = sorted(plain.values()) + sorted(
        address.replace("bücher", "xn--bcher-kva") for _, address in HOSTILE)
    assert sorted(recipients) == sorted(expected), set(recipients) ^ set(expected)
    ids = [check_own(*message, plain) for message in kept]
    assert len(set(ids)) == len(ids) and len({sender for sender, _, _ in kept}) == len(kept)
    counts = rig.states(1)
    assert sum(counts.values()) == total, counts
    assert counts == {"sent": len(expected), "failed": len(BAD_ADDRESSES) + 2, "suppressed": 1}, counts


def refusals(rig):
    """Each kind of refusal, then a second run when the retries are due; what is unknown waits for a person."""
    rig.configure(mailing={"on_unknown": "ask"})
    box = rig.smtpd(folder="refusals")
    people = [person(name, "%s@a.example" % name)
              for name in ("tmp450", "perm550", "dot451", "dotclose", "plain")]
    rig.roster(people)
    rig.run("sync", "--approve", held_id(rig), status=0)
    rig.event("jena-2027")
    rig.run("invite", "jena-2027", "--filter", "(role=planner)", "--yes")
    rig.run("send", "--once", status=4)
    assert rig.states(2) == {"retry": 2, "failed": 1, "unknown": 1, "sent": 1}, rig.states(2)
    rig.run("send", "--once", status=0)
    assert rig.states(2)["retry"] == 2, "a retry came before it was due"
    rig.store("UPDATE delivery SET due = 0 WHERE state = 'retry'")
    rig.run("send", "--once")
    assert rig.states(2) == {"failed": 1, "unknown": 1, "sent": 3}, rig.states(2)
    rig.run("mailing", "retry", "2", "--state", "unknown", "--yes")
    rig.run("send", "--once", status=4)
    copies = [email.message_from_bytes(octets)["Message-ID"]
              for _, recipient, octets in messages(box) if recipient == "dotclose@a.example"]
    assert len(copies) == 2 and len(set(copies)) == 1, copies
    assert rig.states(2) == {"failed": 1, "unknown": 1, "sent": 3}, rig.states(2)


def held_id(rig):
    """The roster shrank by a lot: the guard must hold that, and an approval lets it through."""
    said = rig.run("sync", status=3)
    return re.search(r"sync --approve (\d+)", said).group(1)


def real_servers(rig):
    """The same main job with slapd and an SMTP server, by two lines of the configuration."""
    rig.roster([person("Person %d" % n, "p%d@a.example" % n) for n in range(20)])
    rig.configure(directory={"uri": rig.slapd(rig.folder / "roster.ldif")})
    box = rig.smtpd()
    rig.run("check")
    rig.run("sync")
    rig.event()
    rig.run("invite", "mannheim-2027", "--filter", "(city=Mannheim)", "--yes")
    rig.run("send")
    assert rig.states(1) == {"sent": 20}
    assert sorted(r for _, r, _ in messages(box)) == sorted("p%d@a.example" % n for n in range(20))


for scenes in ((hundred, refusals), (real_servers,)):
    with Rig() as rig:
        for scene in scenes:
            scene(rig)
print("100 invitations once each, hostile names and addresses, refusals, real servers: good")
