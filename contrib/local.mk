# Set-up, units, schema, manual pages.
EXTRA_DIST += .ci/run contrib/common.sh contrib/setup
