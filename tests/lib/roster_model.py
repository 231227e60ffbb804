# SPDX-License-Identifier: GPL-3.0-or-later
"""roster_model.py - what must be in the directory, in the store and in the list of conflicts

The directory is the sum of the writes in slapd's audit log, in their order. A write of the program must be one
that an edit made here still waits for, and must leave exactly what the three-way merge gives: so a write
that comes twice, or that nobody asked for, is found where it happens. After a sync that went well no
edit may wait any more: it is in the directory, or was there already, or is listed as a conflict.

An edit that was written by a sync which then died is *doubtful*: the program sees its own values there and
takes it as done. If somebody else changes the same before the next sync, nobody can tell that from an edit that
never arrived; so scripts leave doubtful entries alone. The same is true of an entry that was added so, which is
looked for by its name; so scripts leave alone what it lies below, too.

An edit whose values somebody else wrote is done without a write, if a sync finds them there: *found*. Whether a sync
that died got so far nobody can tell either, nor whether what is there is its own write. A later edit of the same may
then stand on what the store showed.
"""
from dataclasses import dataclass, field

from provider import OPERATIONAL

NONE = frozenset()
SAME, CLEAN, CONFLICT = "same", "clean", "conflict"


def merge(base, ours, theirs):
    """(verdict, values) for one attribute, all three sets of values: what src/sync/merge.h promises."""
    gone, come = base - ours, ours - base
    merged = (theirs - gone) | come
    there = merged == theirs
    if gone - theirs and come != theirs - base and ours != theirs and not (there and come):
        return CONFLICT, theirs
    return (SAME if there else CLEAN), merged


@dataclass
class Entry:
    parent: str  # UUID; None: the base
    rdn: str
    attributes: dict  # lower case name -> frozenset of values
    changes: int = 0  # by others than the program


@dataclass
class Edit:
    """An attribute that was edited here: `wishes` are its new values, one after the other where an earlier
    one may be on its way already; `bases` the values that they may be merged against."""
    bases: list
    wishes: list
    found: bool = False                        # the last wish may have been, since it was made
    later: list = field(default_factory=list)  # (wish, what the store showed when the next one was made)

    def merges(self, wish, theirs):
        """All (verdict, values) that there may be."""
        return [merge(base, wish, theirs) for base in self.bases]

    def is_same(self, theirs):
        return (SAME, theirs) in self.merges(self.wishes[-1], theirs)

    def clashes(self, theirs):
        return any((CONFLICT, theirs) in self.merges(wish, theirs) for wish in self.wishes)

    def fulfilled(self, wish, theirs):
        """What was added is there, what was removed is not: the program takes that for its own write."""
        return any(wish - base <= theirs and not (base - wish) & theirs for base in self.bases)

    def look(self, theirs, sent):
        """What a sync that looks now may find."""
        self.found = self.found or self.is_same(theirs) or sent and self.fulfilled(self.wishes[-1], theirs)
        found = [pair for pair in self.later if self.fulfilled(pair[0], theirs)]
        self.later = [pair for pair in self.later if pair not in found]
        self.bases += [shown for _, shown in found]


@dataclass
class Removal:
    shown: dict   # the attributes that the store showed
    changes: int  # of the entry by then; None: the store was behind the directory


@dataclass
class Model:
    writer: str
    entries: dict = field(default_factory=dict)    # UUID -> Entry
    edits: dict = field(default_factory=dict)      # (UUID, attribute) -> Edit
    trailing: dict = field(default_factory=dict)   # key -> Edit: made after one that was listed; they may be listed
    #                                                with it, or wait still
    removals: dict = field(default_factory=dict)   # UUID -> Removal
    additions: dict = field(default_factory=dict)  # DN -> attributes
    clashed: set = field(default_factory=set)      # keys of the three above that may be listed
    listed: dict = field(default_factory=dict)     # number of an edit -> key
    doubtful: set = field(default_factory=set)     # UUIDs
    sent: set = field(default_factory=set)         # keys of edits that may be on their way

    # ---- the tree

    def dn(self, number):
        entry = self.entries[number]
        return entry.rdn + ("," + self.dn(entry.parent) if entry.parent else "")

    def find(self, dn):
        return next((number for number in self.entries if self.dn(number).lower() == dn.lower()), None)

    def values(self, number, name):
        """What the directory has of an attribute; None: no such entry."""
        return self.entries[number].attributes.get(name, NONE) if number in self.entries else None

    def below(self, number):
        return [child for child, entry in self.entries.items() if entry.parent == number]

    def of_class(self, name):
        return [number for number, entry in self.entries.items() if name in entry.attributes["objectclass"]]

    def persons(self):
        return self.of_class("inetOrgPerson")

    def towns(self):
        return self.of_class("organization")

    # ---- what was written to the directory

    def apply(self, record):
        ours = record.who == self.writer
        {"add": self.apply_add, "modify": self.apply_modify, "modrdn": self.apply_rename,
         "delete": self.apply_delete}[record.kind](record, ours)
        self.note_clashes()

    def apply_add(self, record, ours):
        attributes = {name: frozenset(values) for _, name, values in record.parts if name not in OPERATIONAL}
        if ours:
            assert self.additions.pop(record.dn, None) == attributes, "added what nobody asked for: %s" % record
        number = record.said("entryuuid")
        rdn, _, above = record.dn.partition(",")
        parent = self.find(above)
        if parent is None:  # the base of the script
            rdn = record.dn
        self.entries[number] = Entry(parent, rdn, attributes)
        if ours:
            self.doubtful |= {number, parent}

    def apply_modify(self, record, ours):
        number = self.find(record.dn)
        entry = self.entries[number]
        after = dict(entry.attributes)
        for kind, name, values in record.parts:
            if name in OPERATIONAL:
                continue
            old, values = after.get(name, NONE), frozenset(values)
            after[name] = {"add": old | values, "delete": old - values if values else NONE, "replace": values}[kind]
        for name, values in after.items():
            if ours and values != entry.attributes.get(name, NONE):
                self.written(number, name, entry.attributes.get(name, NONE), values)
        entry.attributes = {name: values for name, values in after.items() if values}
        entry.changes += not ours

    def written(self, number, name, theirs, after):
        """The program wrote an attribute: that must be what an edit waits for."""
        key = number, name
        waiting = self.edits if key in self.edits else self.trailing
        edit = waiting.get(key)
        assert edit, "wrote what nobody asked for, or twice: %s of %s: %s" % (name, self.dn(number), set(after))
        good = [wish for wish in edit.wishes if (CLEAN, after) in edit.merges(wish, theirs)]
        assert good, "merged wrongly: %s of %s: %s, %s, but wrote %s" % (name, self.dn(number), edit, theirs, after)
        edit.bases, edit.wishes = [good[0]], edit.wishes[edit.wishes.index(good[0]) + 1:]
        edit.later = []
        if not edit.wishes:
            del waiting[key]
        self.doubtful.add(number)

    def apply_rename(self, record, ours):
        assert not ours, "nobody asked for another name: %s" % record
        number = self.find(record.dn)
        entry = self.entries[number]
        name, _, old = entry.rdn.partition("=")
        entry.rdn = record.said("newrdn")
        entry.parent = self.find(record.said("newsuperior")) if record.said("newsuperior") else entry.parent
        entry.attributes[name] = entry.attributes[name] - {old} | {entry.rdn.partition("=")[2]}
        entry.changes += 1

    def apply_delete(self, record, ours):
        number = self.find(record.dn)
        if ours:
            removal = self.removals.pop(number, None)
            assert removal, "removed what nobody asked for: %s" % record
            assert removal.shown == self.entries[number].attributes, "removed what somebody had changed: %s" % record
        del self.entries[number]

    # ---- conflicts

    def note_clashes(self):
        """Whatever clashes now may be listed by the next sync, and what is there already be found."""
        for key, edit in self.edits.items():
            theirs = self.values(*key)
            if theirs is not None:
                edit.look(theirs, key in self.sent)
            if theirs is None or edit.clashes(theirs):
                self.clashed.add(key)
        self.clashed |= {number for number, removal in self.removals.items()
                         if number in self.entries and self.entries[number].changes != removal.changes}
        self.clashed |= {dn for dn in self.additions if self.find(dn) or not self.find(dn.partition(",")[2])}

    def note_listed(self, listed):
        """What the program lists as conflicts: number of an edit -> key."""
        assert listed.items() >= self.listed.items(), "conflicts vanished: %s" % (self.listed.items() - listed.items())
        new = {key for number, key in listed.items() if number not in self.listed}
        unclear = new - self.clashed - self.trailing.keys()
        assert not unclear, "no conflict, but listed: %s" % unclear
        for key in new:
            self.trailing.pop(key, None)
            edit = self.edits.pop(key, None)
            if edit and edit.wishes[1:]:
                self.trailing[key] = Edit(edit.bases + [shown for _, shown in edit.later], edit.wishes[1:])
            for waiting in (self.removals, self.additions):
                waiting.pop(key, None)
        self.listed = dict(listed)

    def decided(self, edit):
        """A person has dropped a listed edit, or made it anew."""
        self.clashed.discard(self.listed.pop(edit))
        self.note_clashes()  # another edit of the same may clash

    def note_bad_run(self):
        self.sent |= self.edits.keys()
        self.note_clashes()

    def note_good_run(self):
        """Nothing may wait after a sync that went well."""
        for (number, name), edit in self.edits.items():
            theirs, sent = self.values(number, name), (number, name) in self.sent
            assert (edit.wishes[-1] in edit.bases or sent and edit.found
                    or theirs is not None and (edit.is_same(theirs) or sent and edit.fulfilled(edit.wishes[-1], theirs))), (
                "lost an edit or did not list it: %s of %s, %s" % (name, number, edit))
        gone = {number for number in self.removals if number not in self.entries}
        assert gone == self.removals.keys(), "lost a removal or did not list it: %s" % self.removals
        assert not self.additions, "lost an addition or did not list it: %s" % self.additions
        for waiting in (self.edits, self.trailing, self.removals, self.clashed, self.doubtful, self.sent):
            waiting.clear()

    # ---- edits made here

    def edit(self, number, name, shown, values):
        """An attribute was `shown` by the store and set to `values`."""
        key = number, name
        if key not in self.edits:
            before = self.trailing.pop(key, None)
            self.edits[key] = Edit((before.bases if before else []) + [shown], [values])
        else:
            edit, sent = self.edits[key], key in self.sent
            edit.later += [(edit.wishes[-1], shown)] if sent else []
            edit.wishes = edit.wishes + [values] if sent else [values]
            edit.found = False
        self.note_clashes()

    def remove(self, number, shown, current):
        entry = self.entries.get(number)
        self.removals[number] = Removal(shown, entry.changes if entry and current else None)
        self.note_clashes()

    def add(self, dn, attributes):
        self.additions[dn] = attributes
        self.note_clashes()

    # ---- the store

    def compare(self, rows):
        """All entries of the store (mirror.rows()) are those of the directory."""
        assert rows.keys() == self.entries.keys(), "store and directory differ: only in the store %s, lost %s" % (
            rows.keys() - self.entries.keys(), self.entries.keys() - rows.keys())
        for number, row in rows.items():
            entry = self.entries[number]
            values = {name: frozenset(value.decode() for value in octets) for name, octets in row.attributes.items()}
            assert row.dn.lower() == self.dn(number).lower(), (row.dn, self.dn(number))
            assert values == entry.attributes, "%s: the store has %s, the directory %s" % (
                row.dn, values, entry.attributes)
            town = entry.parent if number in self.persons() else None
            assert row.municipality == town, (row.dn, row.municipality, town)
