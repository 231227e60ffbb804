# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters and addresses that others collected, through `rundruf parse`, against their verdicts."""
import json
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from rig import PROGRAM as RUNDRUF, corpora

CORPORA = corpora()
failures = []

# Rows that the corpus leaves open ("lenient", "nonrfc-reject"): RFC 4515 decides, and the empty
# filter is refused. Those accepted have the grammar of section 3, or are one extensible match alone.
ACCEPTED = {
    r"(memberOf=CN=\5c#SOME,OU=Groups,OU=EMEA,DC=example,DC=net)",
    r"(memberOf=CN=\5C23SOME,OU=Groups,OU=EMEA,DC=example,DC=net)",
    r"(memberOf:1.2.840.113556.1.4.1941:=CN=\5c#SOME,OU=Groups,OU=EMEA,DC=example,DC=net)",
    r"(memberOf:1.2.840.113556.1.4.1941:=CN=\5C23SOME,OU=Groups,OU=EMEA,DC=example,DC=net)",
    "(ou~=people)",
    "(!(&(ou~=people)(age>=30)))",
    r"(ou;lang-de>=\23\42asdl fkajsd)",
    r"(ou;lang-de;version-124>=\23\42asdl fkajsd)",
    "(ou=*)",
    "(1.2.3.4=*)",
    "(ou=people)",
    "(ou=people/in/my/company)",
    # a value may be any octets, UTF-8 or not
    r"(ou:dn:stupidMatch:=dummyAssertion\23\ac)",
    r"(1.2.3.4:dn:1.3434.23.2:=dummyAssertion\23\ac)",
    r"(ou:=dummyAssertion\23\ac)",
    r"(1.2.3.4:1.3434.23.2:=dummyAssertion\23\ac)",
    r"(:dn:stupidMatch:=dummyAssertion\23\ac)",
    r"(:dn:1.3434.23.2:=dummyAssertion\23\ac)",
    r"(:stupidMatch:=dummyAssertion\23\ac)",
    r"(:1.3434.23.2:=dummyAssertion\23\ac)",
    r"(&(objectClass=nisNetgroup)(|(nisNetGroupTriple=a*a)(nisNetGroupTriple=\28*,acc1,*\29)))",
    "givenName:=Chad",
    ":dn:1.2.3:=Chad",
    "o:dn:=Chad",
    "(!(&(foo=bar)))",
    "(foo=)",
}


def parse(kind, inputs):
    run = subprocess.run([RUNDRUF, "parse", kind], input="".join(i + "\n" for i in inputs).encode(),
                         stdout=subprocess.PIPE)
    lines = run.stdout.decode().splitlines()
    if len(lines) != len(inputs):
        sys.exit("parse %s: %d lines for %d inputs" % (kind, len(lines), len(inputs)))
    return [json.loads(line) for line in lines]


def octets(text):
    """Text in which octets of UTF-8 may stand as themselves or as \\xx."""
    return re.sub(rb"\\([89a-f][0-9a-f])", lambda m: bytes([int(m[1], 16)]), text.encode())


def check(name, good, result):
    if not good:
        failures.append("%s: %r" % (name, result))


def check_filters():
    with open(CORPORA + "/filter/filters.tsv", encoding="utf-8", newline="\n") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#filter\t")]
    for (text, verdict, canonical, _), result in zip(rows, parse("filter", [r[0] for r in rows])):
        wanted = verdict == "valid" or (verdict not in ("valid", "invalid") and text in ACCEPTED)
        check(text, result["valid"] == wanted, result)
        if not result["valid"]:
            check(text, re.search(r":1:[1-9][0-9]*: ", result["error"]), result)
        elif canonical:
            check(text, octets(result["canonical"]) == octets(canonical), result)
    return len(rows)


def check_addresses():
    with open(CORPORA + "/address/isemail.json", encoding="utf-8") as file:
        # one a line: those with line ends or NUL are in unit/address
        rows = [r for r in json.load(file) if not re.search("[\r\n\0]", r["address"])]
    for row, result in zip(rows, parse("address", [r["address"] for r in rows])):
        wanted = (row["category"] in ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN")
                  and "." in row["address"].rpartition("@")[2])
        check(row["address"], result["valid"] == wanted, result)
    return len(rows)


count = check_filters() + check_addresses()
for failure in failures:
    print(failure)
print("%d rows, %d failures" % (count, len(failures)))
sys.exit(1 if failures else 0)
