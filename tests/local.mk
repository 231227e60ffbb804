# SPDX-License-Identifier: GPL-3.0-or-later
# Each unit test is a GLib test program over one module, linked with the whole library; each of the
# others is a script that starts its own peers. All run under automake's driver: exit 0 passed, 77
# skipped.
AM_TESTS_ENVIRONMENT = RUNDRUF="$(abs_top_builddir)/rundruf"; SRCDIR="$(abs_top_srcdir)"; \
	BUILDDIR="$(abs_top_builddir)"; RUNDRUF_LOCALEDIR="$(abs_top_builddir)/po/locale"; \
	export RUNDRUF SRCDIR BUILDDIR RUNDRUF_LOCALEDIR;
PY_LOG_COMPILER = python3
TEST_EXTENSIONS = .py .sh

unit_tests = \
	tests/unit/address \
	tests/unit/announcement \
	tests/unit/attribute_type \
	tests/unit/base \
	tests/unit/calendar \
	tests/unit/changes \
	tests/unit/compiled \
	tests/unit/compose \
	tests/unit/config \
	tests/unit/cookie \
	tests/unit/csv \
	tests/unit/dates \
	tests/unit/deliveries \
	tests/unit/dialogue \
	tests/unit/difference \
	tests/unit/dn \
	tests/unit/dns \
	tests/unit/edit \
	tests/unit/explain \
	tests/unit/faults \
	tests/unit/feed \
	tests/unit/filled \
	tests/unit/filter \
	tests/unit/gate \
	tests/unit/guard \
	tests/unit/holidays \
	tests/unit/import \
	tests/unit/ldap_change \
	tests/unit/ldap_content \
	tests/unit/ldap_control \
	tests/unit/ldap_entry \
	tests/unit/ldap_hostile \
	tests/unit/ldap_session \
	tests/unit/ldap_write \
	tests/unit/ldif \
	tests/unit/ldif_write \
	tests/unit/limits \
	tests/unit/lists_events \
	tests/unit/mailbox \
	tests/unit/markdown \
	tests/unit/membership \
	tests/unit/merge \
	tests/unit/notice \
	tests/unit/outcome \
	tests/unit/pace \
	tests/unit/phrase \
	tests/unit/prepare \
	tests/unit/pull \
	tests/unit/push \
	tests/unit/rate \
	tests/unit/registrations \
	tests/unit/select \
	tests/unit/send \
	tests/unit/sessions \
	tests/unit/smtp \
	tests/unit/spool \
	tests/unit/store \
	tests/unit/suppressions \
	tests/unit/template \
	tests/unit/templates \
	tests/unit/terms \
	tests/unit/turn \
	tests/unit/vcard \
	tests/unit/wake \
	tests/unit/window
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)

# a store with persons, and an LDAP server, for the tests of what works on them
check_LIBRARIES += tests/libfixture.a
tests_libfixture_a_SOURCES = tests/lib/fixture.c tests/lib/fixture.h \
	tests/lib/provider.c tests/lib/provider.h tests/lib/reference.c tests/lib/reference.h \
	tests/lib/provider.c tests/lib/provider.h tests/lib/smtp_peer.c tests/lib/smtp_peer.h \
	tests/lib/terms_view.c tests/lib/terms_view.h
LDADD = tests/libfixture.a $(librundruf_libs)

# counts how often the gate is asked
tests_unit_compiled_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=gate_check

# What holds for the tree itself: layers, documentation, samples, translations.
tree_tests = tests/docs.sh tests/layers.sh tests/roster.sh tests/translation.sh tests/units.sh
TESTS += $(tree_tests)

# What the program does with real peers and with test cases that others wrote.
peer_tests = tests/corpora.py tests/mustache.py tests/e2e/answer.py tests/e2e/cases_connection.py \
	tests/e2e/cases_content.py tests/e2e/cases_refresh.py tests/e2e/cases_safety.py \
	tests/e2e/cases_tree.py tests/e2e/cases_write.py tests/e2e/connection.py tests/e2e/disk.py \
	tests/e2e/facts.py tests/e2e/files.py tests/e2e/filters.py tests/e2e/german.py tests/e2e/hostile_filters.py \
	tests/e2e/kerberos.py tests/e2e/kill.py tests/e2e/lists.py tests/e2e/mixup.py tests/e2e/model.py \
	tests/e2e/notice.py tests/e2e/probe.py tests/e2e/session.py tests/e2e/smtp.py tests/e2e/status.py \
	tests/e2e/stop.py \
	tests/e2e/store.py tests/e2e/suppression.py tests/e2e/sync.py tests/e2e/tls.py \
	tests/e2e/told.py tests/e2e/where.py tests/e2e/write.py
TESTS += $(peer_tests)
EXTRA_DIST += $(tree_tests) $(peer_tests) tests/lib/cases.py tests/lib/check_message.py \
	tests/lib/faulty_smtpd.py tests/lib/ldapwire.py tests/lib/mirror.py tests/lib/odd_roster.py tests/lib/provider.py \
	tests/lib/queued.py tests/lib/random_filters.py tests/lib/relay.py tests/lib/rig.py \
	tests/lib/roster_model.py tests/lib/slapd.py \
	tests/lib/slapd.sh tests/lib/smtpd.py tests/lib/unicode_3_2.py

# prints what directory_probe() finds
check_PROGRAMS += tests/lib/probe
tests_lib_probe_SOURCES = tests/lib/probe.c

# whether store and directory select the same persons
check_PROGRAMS += tests/lib/selected
tests_lib_selected_SOURCES = tests/lib/selected.c

# make soak: filters that the suite does not ask, the model test and the one of envelopes at full length,
# and senders that come to harm a thousand times
soak: rundruf tests/lib/selected
	$(AM_TESTS_ENVIRONMENT) FILTERS=100000 SEED=$${SEED:-2} python3 $(srcdir)/tests/e2e/filters.py
	$(AM_TESTS_ENVIRONMENT) SCRIPTS=10000 python3 $(srcdir)/tests/e2e/model.py
	$(AM_TESTS_ENVIRONMENT) DELIVERIES=1000000 SEED=$${SEED:-2} python3 $(srcdir)/tests/e2e/mixup.py
	$(AM_TESTS_ENVIRONMENT) KILLS=1000 PEOPLE=2000 python3 $(srcdir)/tests/e2e/kill.py
	$(AM_TESTS_ENVIRONMENT) POINTS=75 python3 $(srcdir)/tests/e2e/disk.py
	$(AM_TESTS_ENVIRONMENT) STOPS=200 SLOW=1 python3 $(srcdir)/tests/e2e/stop.py
.PHONY: soak

# make bench: the big jobs beside their peers (needs slapd, and Postfix for sending); make bench-send: sending
# alone; make bench-peers: sending beside list servers, which are slow (mlmmj, mailman3; by root)
bench_programs = tests/bench/compose tests/bench/discard tests/bench/feed tests/bench/relay \
	tests/bench/select
EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
tests_bench_discard_SOURCES = tests/bench/discard.c tests/bench/bare.c tests/bench/bare.h
tests_bench_feed_SOURCES = tests/bench/feed.c tests/bench/bare.c tests/bench/bare.h
tests_bench_relay_SOURCES = tests/bench/relay.c
tests_bench_select_SOURCES = tests/bench/select.c tests/bench/bare.c tests/bench/bare.h
EXTRA_DIST += tests/bench/bench.py tests/bench/bench_peers.py tests/bench/bench_send.py tests/bench/mail.py \
	tests/bench/nodelay.c
bench: rundruf $(bench_programs)
	$(AM_TESTS_ENVIRONMENT) python3 $(srcdir)/tests/bench/bench.py || test $$? = 77
	$(AM_TESTS_ENVIRONMENT) python3 $(srcdir)/tests/bench/bench_send.py
bench-send: rundruf
	$(AM_TESTS_ENVIRONMENT) python3 $(srcdir)/tests/bench/bench_send.py
bench-peers: rundruf
	$(AM_TESTS_ENVIRONMENT) python3 $(srcdir)/tests/bench/bench_peers.py
.PHONY: bench bench-send bench-peers
# what these compile besides
CLEANFILES += tests/bench/csink tests/bench/delayproxy tests/bench/nodelay

# libFuzzer targets: ./configure CC=clang --enable-fuzzers && make fuzz FUZZ_SECONDS=60
fuzz_targets = tests/fuzz/address tests/fuzz/announcement tests/fuzz/csv tests/fuzz/dialogue \
	tests/fuzz/filter tests/fuzz/ldap_control tests/fuzz/phrase tests/fuzz/reply tests/fuzz/template tests/fuzz/yaml
EXTRA_PROGRAMS += $(fuzz_targets)
CLEANFILES += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/seeds
tests_fuzz_address_SOURCES = tests/fuzz/address.c
tests_fuzz_announcement_SOURCES = tests/fuzz/announcement.c
tests_fuzz_csv_SOURCES = tests/fuzz/csv.c
tests_fuzz_dialogue_SOURCES = tests/fuzz/dialogue.c
tests_fuzz_filter_SOURCES = tests/fuzz/filter.c
tests_fuzz_ldap_control_SOURCES = tests/fuzz/ldap_control.c
tests_fuzz_phrase_SOURCES = tests/fuzz/phrase.c
tests_fuzz_reply_SOURCES = tests/fuzz/reply.c
tests_fuzz_template_SOURCES = tests/fuzz/template.c
tests_fuzz_yaml_SOURCES = tests/fuzz/yaml.c
fuzz_link = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_address_LDFLAGS = $(fuzz_link)
tests_fuzz_announcement_LDFLAGS = $(fuzz_link)
tests_fuzz_csv_LDFLAGS = $(fuzz_link)
tests_fuzz_dialogue_LDFLAGS = $(fuzz_link)
tests_fuzz_filter_LDFLAGS = $(fuzz_link)
tests_fuzz_ldap_control_LDFLAGS = $(fuzz_link)
tests_fuzz_phrase_LDFLAGS = $(fuzz_link)
tests_fuzz_reply_LDFLAGS = $(fuzz_link)
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
