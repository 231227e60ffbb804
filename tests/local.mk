# Each unit test is a GLib test program over one module, linked with the whole library; each
# integration test is a script that starts its own peers. Both kinds run under automake's TAP-less
# driver: exit 0 passed, 77 skipped.
AM_TESTS_ENVIRONMENT = RUNDRUF="$(abs_top_builddir)/rundruf"; SRCDIR="$(abs_top_srcdir)"; \
	BUILDDIR="$(abs_top_builddir)"; export RUNDRUF SRCDIR BUILDDIR;

unit_tests = \
	tests/unit/base \
	tests/unit/calendar \
	tests/unit/config \
	tests/unit/deliveries \
	tests/unit/gate \
	tests/unit/lists_events \
	tests/unit/outcome \
	tests/unit/prepare \
	tests/unit/send \
	tests/unit/smtp \
	tests/unit/spool

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
tests_unit_base_SOURCES = tests/unit/base.c
tests_unit_calendar_SOURCES = tests/unit/calendar.c
tests_unit_config_SOURCES = tests/unit/config.c
tests_unit_deliveries_SOURCES = tests/unit/deliveries.c
tests_unit_gate_SOURCES = tests/unit/gate.c
tests_unit_lists_events_SOURCES = tests/unit/lists_events.c
tests_unit_outcome_SOURCES = tests/unit/outcome.c
tests_unit_prepare_SOURCES = tests/unit/prepare.c
tests_unit_send_SOURCES = tests/unit/send.c
tests_unit_smtp_SOURCES = tests/unit/smtp.c
tests_unit_spool_SOURCES = tests/unit/spool.c
EXTRA_DIST += tests/lib/smtpd.py
LDADD = $(librundruf_libs)
