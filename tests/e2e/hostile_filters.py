# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that nobody means well with: an error with its place, at once, with little stack"""
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import SANITIZED, Rig, person

MIB = 1 << 20
ARGUMENT_MAX = 120 * 1024  # the kernel takes no longer ones
STACK = 256 * 1024  # octets; the usual 8 MiB would hide a recursion
SECONDS = 1.0 if SANITIZED else 0.05  # of processor time, more than a harmless filter takes
TRIES = 20  # the machine may be busy: one within the bound is enough

HARMLESS = b"(cn=x)"
HOSTILE = {
    "1 MiB of a value": b"(cn=" + b"x" * MIB + b")",
    "1 MiB of a name": b"(" + b"x" * MIB + b"=1)",
    "1 MiB of stars": b"(cn=" + b"*" * MIB + b")",
    "1 MiB of escapes": b"(cn=" + b"\\41" * (MIB // 3) + b")",
    "1 MiB of parentheses": b"(" * MIB,
    "1 MiB of ends": b")" * MIB,
    "depth 100,000": b"(!" * 100000 + b"(cn=x)" + b")" * 100000,
    "depth 100,000 of and": b"(&" * 100000 + b"(cn=x)" + b")" * 100000,
    "depth 20,000": b"(!" * 20000 + b"(cn=x)" + b")" * 20000,
    "depth 20,000, open": b"(&(cn=x)" * 8000,
    "100,000 terms": b"(|" + b"(cn=x)" * 100000 + b")",
    "10,000 terms": b"(|" + b"(cn=x)" * 10000 + b")",
    "50,000 options": b"(cn" + b";a" * 50000 + b"=x)",
    "50,000 numbers": b"(1" + b".1" * 50000 + b"=x)",
    "NUL": b"(cn=a\0b)",
    "NUL at the end": b"(cn=a)\0",
    "no UTF-8": b"(cn=\xff\xfe)",
    "cut UTF-8": b"(cn=\xe2\x82",
    "overlong slash": b"(cn=\xc0\xaf)",
    "overlong NUL": b"(cn=\xe0\x80\x80)",
    "surrogate": b"(cn=\xed\xa0\x80)",
    "beyond Unicode": b"(cn=\xf4\x90\x80\x80)",
    "no digits": b"(cn=\\zz)",
    "three digits": b"(cn=\\x41)",
    "cut escape": b"(cn=\\4",
    "unknown name": b"(" + b"x" * 60000 + b"=1)",
    "unknown rule": b"(cn:" + b"x" * 60000 + b":=1)",
    "nothing": b"()",
}
# at the limits, and no fault: an answer
LARGE = {
    "a value of 60,000 octets": b"(cn=" + b"x" * 60000 + b")",
    "20,000 pieces": b"(cn=" + b"a*" * 20000 + b")",
    "999 terms of pieces": b"(|" + b"(cn=*a*b*c*d*e*f*g*)" * 999 + b")",
    "999 sounds": b"(|" + b"(cn~=Jean Philippe)" * 999 + b")",
    "depth 99": b"(!" * 98 + b"(cn=x)" + b")" * 98,
    "a number of 60,000 digits": b"(mail>=" + b"9" * 60000 + b")",
}


def little_stack():
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, resource.RLIM_INFINITY))


def run(rig, *words, text=b""):
    """Exit status, output, processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(rig.command(*words), input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=120, preexec_fn=None if SANITIZED else little_stack,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.returncode, done.stdout, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def check_parse(rig, name, text, good):
    status, output, seconds = run(rig, "parse", "filter", text=text + b"\n")
    result = json.loads(output)
    assert result["valid"] == good and status == (0 if good else 1), (name, status, output[:200])
    assert good or result["error"].startswith("filter:1:"), (name, result["error"])
    return seconds


def check_select(rig, name, text, good):
    """Through the command line, as far as a command line can have it."""
    if len(text) > ARGUMENT_MAX or b"\0" in text:
        return 0
    status, output, seconds = run(rig, "member", "ls", "--filter", text)
    if good:
        assert status == 0, (name, status, output[:200])
    else:  # what is no UTF-8 does not come as far as the filter
        assert (status == 1 and b"filter:1:" in output) or (status == 2 and not is_text(text)), (
            name, status, output[:200])
    return seconds


def overhead(measure, harmless):
    """Processor time beyond what a harmless filter takes: the first within the bound, else the least."""
    least = float("inf")
    for _ in range(TRIES):
        least = min(least, measure() - harmless)
        if least < SECONDS:
            break
    return least


def is_text(octets):
    try:
        octets.decode()
        return True
    except UnicodeDecodeError:
        return False


def known(text):
    """Unknown names are no matter to the parser."""
    return text.startswith((b"(xxx", b"(cn:xxx")) and len(text) < MIB


def main():
    with Rig() as rig:
        rig.roster([person("Anna Meier", "anna@netz.example")] * 40)
        rig.run("sync")
        parse = min(check_parse(rig, "harmless", HARMLESS, True) for _ in range(3))
        select = min(check_select(rig, "harmless", HARMLESS, True) for _ in range(3))
        for name, text in HOSTILE.items():
            spent = overhead(lambda: check_parse(rig, name, text, known(text)), parse)
            assert spent < SECONDS, (name, spent)
            spent = overhead(lambda: check_select(rig, name, text, False), select)
            assert spent < SECONDS, (name, spent)
        for name, text in LARGE.items():
            check_parse(rig, name, text, True)
            check_select(rig, name, text, True)
        print("%d hostile filters, %d large ones" % (len(HOSTILE), len(LARGE)))


main()
