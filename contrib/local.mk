# Set-up, units, schema.
EXTRA_DIST += contrib/ldap/rundruf.schema
