# Each unit test is a GLib test program over one module, linked with the whole library; each
# integration test is a script that starts its own peers. Both kinds run under automake's TAP-less
# driver: exit 0 passed, 77 skipped.
AM_TESTS_ENVIRONMENT = RUNDRUF="$(abs_top_builddir)/rundruf"; SRCDIR="$(abs_top_srcdir)"; \
	BUILDDIR="$(abs_top_builddir)"; export RUNDRUF SRCDIR BUILDDIR;

unit_tests = \
	tests/unit/base \
	tests/unit/outcome \
	tests/unit/smtp \
	tests/unit/spool
	tests/unit/calendar \
	tests/unit/config \
	tests/unit/gate

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
tests_unit_base_SOURCES = tests/unit/base.c
tests_unit_outcome_SOURCES = tests/unit/outcome.c
tests_unit_smtp_SOURCES = tests/unit/smtp.c
tests_unit_spool_SOURCES = tests/unit/spool.c
EXTRA_DIST += tests/lib/smtpd.py
tests_unit_calendar_SOURCES = tests/unit/calendar.c
tests_unit_config_SOURCES = tests/unit/config.c
tests_unit_gate_SOURCES = tests/unit/gate.c
LDADD = $(librundruf_libs)
