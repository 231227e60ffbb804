#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""answer.py - event answer: what a person said of an event, noted, changed, taken back, and refused"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import Rig, person  # noqa: E402

ROWS = "SELECT event, state, attended FROM registration ORDER BY person"
JOURNAL = "SELECT detail FROM journal WHERE deed = 'event.answer' ORDER BY id"


def main():
    with Rig() as rig:
        rig.roster([person("Anna Meier", "anna@koeln.example"), person("Max Meier", "max@koeln.example"),
                    person("Max Meier", "max2@koeln.example")])
        rig.run("sync")
        event = rig.event()
        said = rig.run("event", "answer", event, "anna@koeln.example", "registered", "-n")
        assert "Nothing was stored" in said and "Anna Meier is registered" in said, said
        assert rig.store(ROWS) == [] and rig.store(JOURNAL) == []
        rig.run("event", "answer", event, "anna@koeln.example", "registered")
        rig.run("event", "answer", event, "Anna Meier", "attended")
        assert rig.store(ROWS) == [(event, "registered", 1)]
        row, = rig.json("event", "answer", event, "Anna Meier", "declined")
        assert row["answer"] == "declined" and row["event"] == event and row["name"] == "Anna Meier", row
        assert rig.store(ROWS) == [(event, "declined", 0)]
        rig.run("event", "answer", event, row["uuid"], "none")
        assert rig.store(ROWS) == []
        assert rig.store(JOURNAL) == [("registered",), ("attended",), ("declined",), ("none",)]

        assert "2 persons" in rig.run("event", "answer", event, "Max Meier", "declined", status=1)
        assert "nobody" in rig.run("event", "answer", event, "nobody@x.example", "declined", status=1)
        assert "no event" in rig.run("event", "answer", "jena-1999", "Anna Meier", "declined", status=1)
        assert "no answer" in rig.run("event", "answer", event, "Anna Meier", "Declined", status=2)
        assert rig.store(ROWS) == []


main()
