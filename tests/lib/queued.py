# SPDX-License-Identifier: GPL-3.0-or-later
"""queued.py - a mailing with any number of deliveries that are to be sent, from few persons

Persons are what takes long to make; a delivery is a row. So a mailing to the persons there are is
prepared by the program, and its rows are multiplied: each has its own address and message, and the
person and name of one of the first."""

MULTIPLY = """
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < $1),
rows (n, address) AS (SELECT n, 'r' || n || '@m' || (n % $2) || '.example' FROM numbers)
INSERT INTO delivery (mailing, person, name, address, key, state, due)
SELECT t.mailing, t.person, t.name, r.address, r.address, 'queued', t.due
FROM rows r JOIN template t ON t.number = r.n % (SELECT count(*) FROM template) ORDER BY r.n"""


def queue(connection, count, domains):
    """Gives the one mailing of the store behind an SQLite connection `count` deliveries, to r0@m0.example and
    so on, in so many domains. Ids begin with 1."""
    with connection:
        connection.execute("CREATE TEMP TABLE template (number INTEGER PRIMARY KEY, mailing, person, name, due)")
        connection.execute("INSERT INTO template SELECT row_number() OVER (ORDER BY id) - 1, mailing, person, name, due"
                           " FROM delivery WHERE key IS NOT NULL")
        connection.execute("DELETE FROM delivery")
        connection.execute(MULTIPLY, (count, domains))
        connection.execute("DROP TABLE template")
