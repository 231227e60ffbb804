# Each unit test is a GLib test program over one module, linked with the whole library; each
# integration test is a script that starts its own peers. Both kinds run under automake's TAP-less
# driver: exit 0 passed, 77 skipped.
AM_TESTS_ENVIRONMENT = RUNDRUF="$(abs_top_builddir)/rundruf"; SRCDIR="$(abs_top_srcdir)"; \
	BUILDDIR="$(abs_top_builddir)"; export RUNDRUF SRCDIR BUILDDIR;

unit_tests = \
	tests/unit/address \
	tests/unit/attribute_type \
	tests/unit/base \
	tests/unit/filter \
	tests/unit/filter_sql

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests) tests/corpora.sh
EXTRA_DIST += tests/corpora.py tests/corpora.sh tests/fuzz/address.c tests/fuzz/filter.c
tests_unit_address_SOURCES = tests/unit/address.c
tests_unit_attribute_type_SOURCES = tests/unit/attribute_type.c
tests_unit_base_SOURCES = tests/unit/base.c
tests_unit_filter_SOURCES = tests/unit/filter.c
tests_unit_filter_sql_SOURCES = tests/unit/filter_sql.c
LDADD = $(librundruf_libs)
