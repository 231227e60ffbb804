# Each unit test is a GLib test program over one module, linked with the whole library; each
# integration test is a script that starts its own peers. Both kinds run under automake's TAP-less
# driver: exit 0 passed, 77 skipped.
AM_TESTS_ENVIRONMENT = RUNDRUF="$(abs_top_builddir)/rundruf"; SRCDIR="$(abs_top_srcdir)"; \
	BUILDDIR="$(abs_top_builddir)"; export RUNDRUF SRCDIR BUILDDIR;

unit_tests = \
	tests/unit/address \
	tests/unit/attribute_type \
	tests/unit/base \
	tests/unit/calendar \
	tests/unit/config \
	tests/unit/dates \
	tests/unit/deliveries \
	tests/unit/dn \
	tests/unit/filter \
	tests/unit/gate \
	tests/unit/ldif \
	tests/unit/lists_events \
	tests/unit/mailbox \
	tests/unit/outcome \
	tests/unit/prepare \
	tests/unit/send \
	tests/unit/spool

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
LDADD = $(librundruf_libs)

# a store with persons, for the tests of what works on one
fixture = tests/lib/fixture.c tests/lib/fixture.h
tests_unit_deliveries_SOURCES = tests/unit/deliveries.c $(fixture)
tests_unit_lists_events_SOURCES = tests/unit/lists_events.c $(fixture)
tests_unit_prepare_SOURCES = tests/unit/prepare.c $(fixture)
tests_unit_send_SOURCES = tests/unit/send.c $(fixture)
EXTRA_DIST += tests/lib/smtpd.py

# What holds for the tree itself: layers, documentation, samples, translations.
tree_tests = tests/docs.sh tests/layers.sh tests/roster.sh tests/translation.sh
TESTS += $(tree_tests)
EXTRA_DIST += $(tree_tests)

# libFuzzer targets: ./configure CC=clang --enable-fuzzers && make fuzz FUZZ_SECONDS=60
fuzz_targets = tests/fuzz/address tests/fuzz/announcement tests/fuzz/filter tests/fuzz/template tests/fuzz/yaml
EXTRA_PROGRAMS += $(fuzz_targets)
CLEANFILES += $(fuzz_targets)
tests_fuzz_address_SOURCES = tests/fuzz/address.c
tests_fuzz_announcement_SOURCES = tests/fuzz/announcement.c
tests_fuzz_filter_SOURCES = tests/fuzz/filter.c
tests_fuzz_template_SOURCES = tests/fuzz/template.c
tests_fuzz_yaml_SOURCES = tests/fuzz/yaml.c
fuzz_link = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_address_LDFLAGS = $(fuzz_link)
tests_fuzz_announcement_LDFLAGS = $(fuzz_link)
tests_fuzz_filter_LDFLAGS = $(fuzz_link)
tests_fuzz_template_LDFLAGS = $(fuzz_link)
tests_fuzz_yaml_LDFLAGS = $(fuzz_link)
FUZZ_SECONDS = 60

# Each target keeps what it found in fuzz/NAME/ and starts from that and tests/fuzz/seeds/NAME/.
if FUZZERS
fuzz: $(fuzz_targets)
	@for target in $(fuzz_targets); do \
	    name=$${target##*/}; \
	    mkdir -p fuzz/$$name; \
	    seeds=$(srcdir)/tests/fuzz/seeds/$$name; test -d $$seeds || seeds=; \
	    $$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
	        -artifact_prefix=fuzz/$$name- fuzz/$$name $$seeds >fuzz/$$name.log 2>&1 \
	        || { tail -n 60 fuzz/$$name.log; echo "fuzz $$name: failed" >&2; exit 1; }; \
	    echo "fuzz $$name: $$(sed -n 's/^Done \([0-9]* runs\).*/\1/p' fuzz/$$name.log) without a fault"; \
	done
else
fuzz:
	@echo "make fuzz needs a build of its own: ./configure CC=clang --enable-fuzzers" >&2; exit 1
endif
.PHONY: fuzz

clean-local:
	rm -rf fuzz
