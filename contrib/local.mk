# Set-up, units, schema, manual pages.
EXTRA_DIST += .ci/run contrib/common.sh contrib/cron/rundruf contrib/ldap/rundruf.schema contrib/setup \
	contrib/systemd/rundruf-send.service contrib/systemd/rundruf-sync.service
dist_man_MANS += contrib/man/rundruf.1 contrib/man/rundruf.yaml.5
