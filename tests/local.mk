# Each unit test is a GLib test program over one module, linked with the whole library; each
# integration test is a script that starts its own peers. Both kinds run under automake's TAP-less
# driver: exit 0 passed, 77 skipped.
AM_TESTS_ENVIRONMENT = RUNDRUF="$(abs_top_builddir)/rundruf"; SRCDIR="$(abs_top_srcdir)"; \
	BUILDDIR="$(abs_top_builddir)"; export RUNDRUF SRCDIR BUILDDIR;

unit_tests = \
	tests/unit/base \
	tests/unit/dn \
	tests/unit/ldif

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
tests_unit_base_SOURCES = tests/unit/base.c
tests_unit_dn_SOURCES = tests/unit/dn.c
tests_unit_ldif_SOURCES = tests/unit/ldif.c
LDADD = $(librundruf_libs)
