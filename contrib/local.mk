<<<<<<< HEAD
# Set-up, units, schema, manual pages.
EXTRA_DIST += .ci/run contrib/common.sh contrib/setup
dist_man_MANS += contrib/man/rundruf.1 contrib/man/rundruf.yaml.5
=======
# Set-up, units, schema.
EXTRA_DIST += contrib/ldap/rundruf.schema
>>>>>>> sync
