# Each unit test is a GLib test program over one module, linked with the whole library; each
# integration test is a script that starts its own peers. Both kinds run under automake's TAP-less
# driver: exit 0 passed, 77 skipped.
AM_TESTS_ENVIRONMENT = RUNDRUF="$(abs_top_builddir)/rundruf"; SRCDIR="$(abs_top_srcdir)"; \
	BUILDDIR="$(abs_top_builddir)"; export RUNDRUF SRCDIR BUILDDIR;

unit_tests = \
	tests/unit/base \
	tests/unit/markdown \
	tests/unit/template \
	tests/unit/templates

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
tests_unit_base_SOURCES = tests/unit/base.c
tests_unit_markdown_SOURCES = tests/unit/markdown.c
tests_unit_template_SOURCES = tests/unit/template.c
tests_unit_templates_SOURCES = tests/unit/templates.c
LDADD = $(librundruf_libs)

TESTS += tests/mustache.sh
EXTRA_DIST += tests/mustache.sh tests/mustache.py
