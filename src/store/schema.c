/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/schema.h"

#include "store/address_hash.h"

/* Times are Unix seconds, UTC. A person is referred to by UUID, not by row, outside of `entry` and
 * `term`: what somebody was sent must stay known when the roster has lost the person. */
static const char step_1[] =
    /* the mirror of the directory; the DN is built from rdn and parents. `parent` is the nearest
     * entry above that is mirrored, `rdn` the name below it (the whole DN if there is none):
     * mostly one RDN, more where the directory does not show what lies between. `municipality`
     * is the entry that a person belongs to, kept by sync. */
    "CREATE TABLE entry ("
    " id INTEGER PRIMARY KEY,"
    " uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16),"
    " parent INTEGER REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,"
    " rdn TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('person', 'municipality', 'other')),"
    " municipality INTEGER REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,"
    " csn TEXT,"
    " digest BLOB NOT NULL,"
    " attributes BLOB NOT NULL,"
    " missing_since INTEGER);"
    "CREATE INDEX entry_parent ON entry (parent);"
    "CREATE INDEX entry_municipality ON entry (municipality);"
    /* the search index: each value of an indexed attribute (lower case, no options) under the
     * key of its matching rule, once, and the entries that have it. `term` is how filters see
     * it; apart, the 1.5 million rows of 100,000 entries take 31 MB instead of 57. */
    "CREATE TABLE term_key ("
    " attribute TEXT NOT NULL,"
    " norm TEXT NOT NULL,"
    " id INTEGER NOT NULL," /* unique; a key without an entry is dropped */
    " PRIMARY KEY (attribute, norm)) WITHOUT ROWID;"
    "CREATE TABLE term_entry ("
    " key INTEGER NOT NULL,"
    " entry INTEGER NOT NULL,"
    " PRIMARY KEY (key, entry)) WITHOUT ROWID;"
    "CREATE VIEW term AS SELECT k.attribute AS attribute, k.norm AS norm, p.entry AS entry"
    " FROM term_key k JOIN term_entry p ON p.key = k.id;"
    "CREATE TABLE sync_state ("
    " source TEXT PRIMARY KEY,"
    " cookie BLOB,"
    " indexed TEXT NOT NULL,"       /* the attributes that `term` was built for */
    " generation INTEGER NOT NULL," /* of the mirror: one more with each sync that wrote */
    " synced_at INTEGER NOT NULL);"
    /* differences that the guard held, waiting for `sync --approve ID` */
    "CREATE TABLE held ("
    " id INTEGER PRIMARY KEY,"
    " source TEXT NOT NULL,"
    " held_at INTEGER NOT NULL,"
    " reason TEXT NOT NULL,"
    " removals BLOB NOT NULL," /* digest of the UUIDs that would go */
    " removed INTEGER NOT NULL,"
    " difference TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('held', 'approved')));"
    "CREATE TABLE list ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " title TEXT NOT NULL,"
    " filter TEXT NOT NULL,"
    " purpose TEXT NOT NULL,"
    " sender TEXT,"
    " created_at INTEGER NOT NULL,"
    " changed_at INTEGER NOT NULL);"
    /* one row is one version of an event: a change inserts the next sequence, and a mailing keeps
     * pointing to what it announced */
    "CREATE TABLE event ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " sequence INTEGER NOT NULL,"
    " status TEXT NOT NULL CHECK (status IN ('confirmed', 'cancelled')),"
    " title TEXT NOT NULL,"
    " subtitle TEXT,"
    " kind TEXT,"
    " venue TEXT,"
    " starts_at INTEGER NOT NULL,"
    " ends_at INTEGER NOT NULL,"
    " all_day INTEGER NOT NULL,"
    " timezone TEXT NOT NULL,"
    " contact TEXT,"
    " registration TEXT,"
    " audience TEXT,"
    " body TEXT,"
    " created_at INTEGER NOT NULL,"
    " UNIQUE (name, sequence));"
    "CREATE TABLE suppression ("
    " address TEXT NOT NULL," /* address_key() */
    " purpose TEXT NOT NULL," /* '*' is every purpose */
    " reason TEXT NOT NULL,"
    " proof TEXT,"
    " since INTEGER NOT NULL,"
    " PRIMARY KEY (address, purpose)) WITHOUT ROWID;"
    "CREATE TABLE mailing ("
    " id INTEGER PRIMARY KEY,"
    " kind TEXT NOT NULL CHECK (kind IN ('invitation')),"
    " event INTEGER REFERENCES event (id),"
    " list TEXT,"
    " filter TEXT NOT NULL,"
    " purpose TEXT NOT NULL,"
    " sender TEXT,"
    " state TEXT NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'cancelled')),"
    " frozen_at INTEGER NOT NULL,"
    " due INTEGER NOT NULL,"
    " not_after INTEGER NOT NULL,"
    " actor TEXT NOT NULL);"
    "CREATE TABLE delivery ("
    " id INTEGER PRIMARY KEY,"
    " mailing INTEGER NOT NULL REFERENCES mailing (id) ON DELETE CASCADE,"
    " person BLOB NOT NULL,"
    " name TEXT NOT NULL,"
    " address TEXT," /* NULL: the person has none, or a bad one, or another row has it */
    " key TEXT,"     /* address_key() of it: one recipient, and what suppressions name; NULL too for
                      * somebody who has left the roster, so that another row may have it */
    " shares TEXT,"  /* the key that another row has, for whom that is the address too */
    " state TEXT NOT NULL CHECK (state IN ('queued', 'claimed', 'sent', 'retry', 'failed',"
    " 'unknown', 'suppressed', 'missed', 'cancelled')),"
    " attempts INTEGER NOT NULL DEFAULT 0,"
    " due INTEGER NOT NULL,"
    " claimed_at INTEGER,"
    " settled_at INTEGER,"
    " code INTEGER,"
    " text TEXT,"
    " message_id TEXT,"
    " CHECK (key IS NULL OR address IS NOT NULL),"
    " UNIQUE (mailing, key));"
    /* by mailing first, so that a paused mailing's rows cost a claim nothing */
    "CREATE INDEX delivery_due ON delivery (mailing, due, id) WHERE state IN ('queued', 'retry');"
    "CREATE INDEX delivery_shares ON delivery (mailing, shares) WHERE shares IS NOT NULL;"
    "CREATE INDEX delivery_claimed ON delivery (id) WHERE state = 'claimed';"
    "CREATE INDEX delivery_state ON delivery (mailing, state);"
    "CREATE TABLE journal ("
    " id INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL,"
    " actor TEXT NOT NULL,"
    " deed TEXT NOT NULL,"
    " object TEXT NOT NULL,"
    " detail TEXT);";

/* the attributes of the search index; none before the first sync */
#define TRACE_INDEXED                                                                              \
    "SELECT coalesce((SELECT indexed FROM sync_state ORDER BY generation DESC LIMIT 1), '')"       \
    " AS indexed"

/* In the tables that get 100,000 rows at once a column with three words or more is checked by OR: for
 * IN SQLite makes a table of the words with each row that it checks, 40 % of the time of a mailing. */
static const char step_2[] =
    "DROP VIEW term;"
    /* all indexes of entry have names, so that a first sync can make them at its end; missing_reason:
     * an entry that the directory does not show, and why it is kept: 'held' (by the guard, until a
     * person decides), 'kept' (a person said so, by sync --drop or --undo) */
    "CREATE TABLE entry_2 ("
    " id INTEGER PRIMARY KEY,"
    " uuid BLOB NOT NULL CHECK (length(uuid) = 16),"
    " parent INTEGER REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,"
    " rdn TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind = 'person' OR kind = 'municipality' OR kind = 'other'),"
    " municipality INTEGER REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,"
    " csn TEXT,"
    " digest BLOB NOT NULL,"
    " attributes BLOB NOT NULL,"
    " missing_since INTEGER,"
    " missing_reason TEXT CHECK (missing_reason IN ('held', 'kept')));"
    "INSERT INTO entry_2 SELECT *, NULL FROM entry;"
    "DROP TABLE entry;"
    "ALTER TABLE entry_2 RENAME TO entry;"
    "CREATE UNIQUE INDEX entry_uuid ON entry (uuid);"
    "CREATE INDEX entry_municipality ON entry (municipality);"
    "CREATE INDEX entry_missing ON entry (missing_reason) WHERE missing_reason IS NOT NULL;"
    /* children are found by name, too */
    "CREATE INDEX entry_parent ON entry (parent, rdn);"
    /* the search index in blocks (postings.h), instead of a row for each term of each entry: the next
     * sync fills it */
    "CREATE TABLE posting ("
    " attribute TEXT NOT NULL,"
    " norm TEXT NOT NULL,"     /* of the first term in the block */
    " first INTEGER NOT NULL," /* its first entry */
    " block BLOB NOT NULL,"
    " PRIMARY KEY (attribute, norm, first)) WITHOUT ROWID;"
    "DROP TABLE term_key;"
    "DROP TABLE term_entry;"
    "CREATE INDEX entry_kind ON entry (kind) WHERE kind <> 'person';"
    /* numbers of differences are never used again, so that an approval cannot mean another one:
     * those that are settled stay, as 'past' */
    "CREATE TABLE held_2 ("
    " id INTEGER PRIMARY KEY,"
    " source TEXT NOT NULL,"
    " held_at INTEGER NOT NULL,"
    " reason TEXT NOT NULL,"
    " removals BLOB NOT NULL,"
    " removed INTEGER NOT NULL,"
    " difference TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('held', 'approved', 'past')),"
    " others INTEGER NOT NULL DEFAULT 0);" /* of `removed`: shown, but as something else */
    "INSERT INTO held_2 SELECT *, 0 FROM held;"
    "DROP TABLE held;"
    "ALTER TABLE held_2 RENAME TO held;"
    /* digest of the settings that the cookie belongs to (RFC 4533, 3.1) */
    "ALTER TABLE sync_state ADD COLUMN parameters BLOB;"
    "ALTER TABLE sync_state ADD COLUMN audited_at INTEGER;"
    /* generation of the last sync that a person approved; 0: none */
    "ALTER TABLE sync_state ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;"
    /* rows of `entry`, so that a sync that finds nothing to do need not count them */
    "ALTER TABLE sync_state ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE sync_state ADD COLUMN persons INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE sync_state ADD COLUMN municipalities INTEGER NOT NULL DEFAULT 0;"
    "UPDATE sync_state SET entries = (SELECT count(*) FROM entry),"
    " persons = (SELECT count(*) FROM entry WHERE kind = 'person'),"
    " municipalities = (SELECT count(*) FROM entry WHERE kind = 'municipality');"
    /* what the mirror lost, for sync --undo GENERATION and for edits that come too late */
    "CREATE TABLE tombstone ("
    " id INTEGER PRIMARY KEY,"
    " generation INTEGER NOT NULL," /* of the sync that removed it */
    " uuid BLOB NOT NULL CHECK (length(uuid) = 16),"
    " dn TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('person', 'municipality', 'other')),"
    " csn TEXT,"
    " digest BLOB NOT NULL,"
    " attributes BLOB NOT NULL,"
    " removed_at INTEGER NOT NULL);"
    "CREATE INDEX tombstone_generation ON tombstone (generation);"
    "CREATE INDEX tombstone_uuid ON tombstone (uuid);"
    "CREATE INDEX tombstone_removed ON tombstone (removed_at, generation);"
    /* edits made here: one row for each attribute of an entry ('set'), or for a whole entry. `old`,
     * `new` and `theirs` are BLOBs of model/attributes.h: the values as they were when the edit was
     * made, as they shall be, and as the directory had them when it came to a conflict. */
    "CREATE TABLE change ("
    " id INTEGER PRIMARY KEY,"
    " kind TEXT NOT NULL CHECK (kind IN ('set', 'add', 'remove')),"
    " uuid BLOB CHECK (length(uuid) = 16)," /* NULL: 'add' */
    " dn TEXT NOT NULL,"                    /* 'add': of the new entry; else as it was then */
    " attribute TEXT,"                      /* 'set': its description */
    " old BLOB,"
    " new BLOB,"
    " theirs BLOB,"
    " csn TEXT," /* of the entry that was looked at; NULL: 'add', or it is not known */
    " author TEXT NOT NULL,"
    " at INTEGER NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'done', 'conflict', 'refused',"
    " 'dropped')),"
    " reason TEXT,"        /* what the directory said, in words */
    " settled_at INTEGER," /* what is done or dropped is forgotten some time later */
    " CHECK ((kind = 'add') = (uuid IS NULL)),"
    " CHECK ((kind = 'set') = (attribute IS NOT NULL)));"
    "CREATE INDEX change_open ON change (state, id) WHERE state IN ('waiting', 'sent', 'conflict',"
    " 'refused');"
    "CREATE INDEX change_uuid ON change (uuid);"
    /* suppressions by the keyed hash of the address (address_hash.h). Reasons were free text: one
     * that is no word of the vocabulary becomes a part of the note. */
    "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
    "INSERT INTO secret (name, value) VALUES ('address', random_secret());"
    "CREATE TABLE suppression_2 ("
    " address BLOB NOT NULL CHECK (length(address) = 32),"
    " purpose TEXT NOT NULL," /* '*' is every purpose */
    " reason TEXT NOT NULL CHECK (reason IN ('unsubscribe', 'bounce', 'complaint', 'objection',"
    " 'manual')),"
    " note TEXT,"
    " since INTEGER NOT NULL,"
    " author TEXT NOT NULL,"
    " PRIMARY KEY (address, purpose)) WITHOUT ROWID;"
    "INSERT INTO suppression_2 SELECT address_hash(" ADDRESS_SECRET ", address), purpose,"
    " CASE WHEN reason IN ('unsubscribe', 'bounce', 'complaint', 'objection') THEN reason"
    " ELSE 'manual' END,"
    " CASE WHEN reason IN ('unsubscribe', 'bounce', 'complaint', 'objection', 'manual') THEN proof"
    " ELSE reason || coalesce(': ' || proof, '') END,"
    " since, 'upgrade' FROM suppression;"
    "DROP TABLE suppression;"
    "ALTER TABLE suppression_2 RENAME TO suppression;"
    /* who consented to what, and how that is known: rows are only added (consents.h) */
    "CREATE TABLE consent ("
    " id INTEGER PRIMARY KEY,"
    " person BLOB NOT NULL CHECK (length(person) = 16)," /* UUID */
    " address BLOB CHECK (length(address) = 32),"        /* keyed hash; NULL: there was none */
    " purpose TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('given', 'withdrawn')),"
    " at INTEGER NOT NULL,"
    " proof TEXT NOT NULL,"
    " author TEXT NOT NULL);"
    "CREATE INDEX consent_person ON consent (person, purpose, id);"
    /* what the directory says of its attributes (model/attribute_schema.h), in use for filters */
    "CREATE TABLE directory_schema ("
    " source TEXT PRIMARY KEY,"
    " text TEXT NOT NULL);" /* '': it has none */
    /* keys of values are made otherwise than before: the next sync makes the index anew */
    "UPDATE sync_state SET indexed = '';"
    /* lists: who is left out, on what legal basis (Art. 6 (1) GDPR, by letter), who answers for it */
    "ALTER TABLE list ADD COLUMN except_filter TEXT;"
    "ALTER TABLE list ADD COLUMN basis TEXT CHECK (basis IN ('a', 'b', 'c', 'd', 'e', 'f'));"
    "ALTER TABLE list ADD COLUMN owner TEXT;"
    "ALTER TABLE list ADD COLUMN max_members INTEGER NOT NULL DEFAULT 0;" /* 0: no limit */
    /* single persons whom somebody took in or left out, whatever the filter says */
    "CREATE TABLE list_person ("
    " list INTEGER NOT NULL REFERENCES list (id) ON DELETE CASCADE,"
    " person BLOB NOT NULL CHECK (length(person) = 16)," /* UUID */
    " effect TEXT NOT NULL CHECK (effect IN ('include', 'exclude')),"
    " reason TEXT NOT NULL,"
    " author TEXT NOT NULL,"
    " at INTEGER NOT NULL,"
    " PRIMARY KEY (list, person)) WITHOUT ROWID;"
    /* what was changed of lists: rows are only added (list_changes.h) */
    "CREATE TABLE list_change ("
    " id INTEGER PRIMARY KEY,"
    " list TEXT NOT NULL," /* its name: the history outlives the list */
    " at INTEGER NOT NULL,"
    " author TEXT NOT NULL,"
    " property TEXT," /* NULL: a person */
    " person BLOB CHECK (length(person) = 16),"
    " old TEXT,"
    " new TEXT,"
    " reason TEXT,"
    " CHECK ((property IS NULL) = (person IS NOT NULL)));"
    "CREATE INDEX list_change_list ON list_change (list, id);"
    /* what entries were before they changed (traces.h; 'other': nobody), and the triggers that write
     * it: of those in the search index, what it is made of, and of persons the municipality */
    "CREATE TABLE trace ("
    " id INTEGER PRIMARY KEY,"
    " uuid BLOB NOT NULL CHECK (length(uuid) = 16),"
    " at INTEGER NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind = 'person' OR kind = 'municipality' OR kind = 'other'),"
    " municipality BLOB CHECK (length(municipality) = 16)," /* UUID */
    " attributes BLOB);"
    "CREATE INDEX trace_at ON trace (at);"
    "CREATE TRIGGER entry_added AFTER INSERT ON entry WHEN NEW.kind <> 'other' BEGIN"
    " INSERT INTO trace (uuid, at, kind) VALUES (NEW.uuid, unixepoch(), 'other'); END;"
    "CREATE TRIGGER entry_changed AFTER UPDATE OF kind, municipality, attributes ON entry"
    " WHEN (OLD.kind <> 'other' OR NEW.kind <> 'other') AND (OLD.kind <> NEW.kind"
    " OR OLD.municipality IS NOT NEW.municipality OR OLD.attributes <> NEW.attributes) BEGIN"
    " INSERT INTO trace (uuid, at, kind, municipality, attributes)"
    " SELECT OLD.uuid, unixepoch(), OLD.kind,"
    " (SELECT m.uuid FROM entry m WHERE m.id = OLD.municipality),"
    " traced(OLD.attributes, s.indexed) FROM (" TRACE_INDEXED ") s"
    " WHERE OLD.kind <> NEW.kind OR OLD.municipality IS NOT NEW.municipality"
    " OR traced(OLD.attributes, s.indexed) <> traced(NEW.attributes, s.indexed); END;"
    "CREATE TRIGGER entry_removed AFTER DELETE ON entry WHEN OLD.kind <> 'other' BEGIN"
    " INSERT INTO trace (uuid, at, kind, municipality, attributes)"
    " SELECT OLD.uuid, unixepoch(), OLD.kind,"
    " (SELECT m.uuid FROM entry m WHERE m.id = OLD.municipality),"
    " traced(OLD.attributes, s.indexed) FROM (" TRACE_INDEXED ") s; END;"
    /* answers to an event (all versions of it), and who came; a row says at least one of the two */
    "CREATE TABLE registration ("
    " event TEXT NOT NULL," /* its name */
    " person BLOB NOT NULL CHECK (length(person) = 16),"
    " state TEXT CHECK (state IN ('registered', 'declined')),"
    " attended INTEGER NOT NULL,"
    " at INTEGER NOT NULL,"
    " author TEXT NOT NULL,"
    " PRIMARY KEY (event, person),"
    " CHECK (state IS NOT NULL OR attended = 1)) WITHOUT ROWID;"
    /* the queue as before, but for how it is checked, and by recipient domain: one that must wait keeps
     * no other waiting */
    "CREATE TABLE delivery_2 ("
    " id INTEGER PRIMARY KEY,"
    " mailing INTEGER NOT NULL REFERENCES mailing (id) ON DELETE CASCADE,"
    " person BLOB NOT NULL,"
    " name TEXT NOT NULL,"
    " address TEXT,"
    " key TEXT,"
    " shares TEXT,"
    " state TEXT NOT NULL CHECK (state = 'queued' OR state = 'claimed' OR state = 'sent'"
    " OR state = 'retry' OR state = 'failed' OR state = 'unknown' OR state = 'suppressed'"
    " OR state = 'missed' OR state = 'cancelled'),"
    " attempts INTEGER NOT NULL DEFAULT 0,"
    " due INTEGER NOT NULL,"
    " claimed_at INTEGER,"
    " settled_at INTEGER,"
    " code INTEGER,"
    " text TEXT,"
    " message_id TEXT,"
    " domain TEXT GENERATED ALWAYS AS (substr(key, instr(key, '@') + 1)) VIRTUAL,"
    " CHECK (key IS NULL OR address IS NOT NULL),"
    " UNIQUE (mailing, key));"
    "INSERT INTO delivery_2 SELECT * FROM delivery;"
    "DROP TABLE delivery;"
    "ALTER TABLE delivery_2 RENAME TO delivery;"
    "CREATE INDEX delivery_due ON delivery (mailing, domain, due, id)"
    " WHERE state IN ('queued', 'retry');"
    "CREATE INDEX delivery_shares ON delivery (mailing, shares) WHERE shares IS NOT NULL;"
    "CREATE INDEX delivery_state ON delivery (mailing, state);"
    /* what went out of late, for limits by the hour */
    "CREATE INDEX delivery_claimed_at ON delivery (claimed_at) WHERE claimed_at IS NOT NULL;"
    /* domains that refuse us as senders (holds.h) */
    "CREATE TABLE hold ("
    " domain TEXT PRIMARY KEY,"
    " since INTEGER NOT NULL,"
    " until INTEGER NOT NULL,"
    " code INTEGER,"
    " text TEXT) WITHOUT ROWID;"
    /* since when the relay lets nobody's mail through (relay_fault.h): one row, or none */
    "CREATE TABLE relay_fault ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " since INTEGER NOT NULL,"
    " code INTEGER,"
    " text TEXT);"
    /* what contact persons were told of mailings (notices.h); of those that are over, nothing more */
    "CREATE TABLE notice ("
    " mailing INTEGER PRIMARY KEY REFERENCES mailing (id) ON DELETE CASCADE,"
    " told TEXT CHECK (told = 'done' OR told = 'stuck')," /* NULL: nothing that still holds */
    " number INTEGER NOT NULL,"                           /* of notices so far */
    " due INTEGER NOT NULL);"                             /* not to be tried before */
    "INSERT INTO notice SELECT m.id, 'done', 0, 0 FROM mailing m WHERE m.state <> 'draft'"
    " AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.mailing = m.id"
    " AND d.state IN ('queued', 'claimed', 'retry'));";

const char *const schema_steps[] = {step_1, step_2, NULL};

int
schema_version(void)
{
    int version = 0;
    while (schema_steps[version])
        version++;
    return version;
}
