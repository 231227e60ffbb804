# Set-up, units, schema, manual pages.
EXTRA_DIST += .ci/run contrib/common.sh contrib/ldap/rundruf.schema contrib/setup
dist_man_MANS += contrib/man/rundruf.1 contrib/man/rundruf.yaml.5
