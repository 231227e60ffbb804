# Each unit test is a GLib test program over one module, linked with the whole library; each
# integration test is a script that starts its own peers. Both kinds run under automake's TAP-less
# driver: exit 0 passed, 77 skipped.
AM_TESTS_ENVIRONMENT = RUNDRUF="$(abs_top_builddir)/rundruf"; SRCDIR="$(abs_top_srcdir)"; \
	BUILDDIR="$(abs_top_builddir)"; export RUNDRUF SRCDIR BUILDDIR;

unit_tests = \
	tests/unit/address \
	tests/unit/attribute_type \
	tests/unit/base \
	tests/unit/dn \
	tests/unit/filter \
	tests/unit/filter_sql \
	tests/unit/guard \
	tests/unit/ldif \
	tests/unit/pull \
	tests/unit/store

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
tests_unit_address_SOURCES = tests/unit/address.c
tests_unit_attribute_type_SOURCES = tests/unit/attribute_type.c
tests_unit_base_SOURCES = tests/unit/base.c
tests_unit_dn_SOURCES = tests/unit/dn.c
tests_unit_filter_SOURCES = tests/unit/filter.c
tests_unit_filter_sql_SOURCES = tests/unit/filter_sql.c
tests_unit_guard_SOURCES = tests/unit/guard.c
tests_unit_ldif_SOURCES = tests/unit/ldif.c
tests_unit_pull_SOURCES = tests/unit/pull.c
tests_unit_store_SOURCES = tests/unit/store.c
EXTRA_DIST += tests/lib/slapd.sh
LDADD = $(librundruf_libs)
