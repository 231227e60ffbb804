# The folders stand in the order in which they may include each other (tests/layers.sh).
noinst_LIBRARIES += librundruf.a
librundruf_a_SOURCES = \
	src/base/clock.c src/base/clock.h \
	src/base/csv.c src/base/csv.h \
	src/base/dates.c src/base/dates.h \
	src/base/digest.c src/base/digest.h \
	src/base/error.c src/base/error.h \
	src/base/file.c src/base/file.h \
	src/base/holidays.c src/base/holidays.h \
	src/base/i18n.h \
	src/base/json.c src/base/json.h \
	src/base/lock.c src/base/lock.h \
	src/base/log.c src/base/log.h \
	src/base/numbers.c src/base/numbers.h \
	src/base/text.c src/base/text.h \
	src/base/token.c src/base/token.h \
	src/base/value.c src/base/value.h \
	src/base/wake.c src/base/wake.h \
	src/model/address.c src/model/address.h \
	src/model/attribute_norm.c \
	src/model/attribute_schema.c src/model/attribute_schema.h \
	src/model/attribute_type.c src/model/attribute_type.h \
	src/model/attributes.c src/model/attributes.h \
	src/model/cell.c src/model/cell.h \
	src/model/condition.c src/model/condition.h \
	src/model/dn_value.c src/model/dn_value.h \
	src/model/event.c src/model/event.h \
	src/model/fact.c src/model/fact.h \
	src/model/field.c src/model/field.h \
	src/model/hours.c src/model/hours.h \
	src/model/limits.c src/model/limits.h \
	src/model/list.c src/model/list.h \
	src/model/mailbox.c src/model/mailbox.h \
	src/model/mailing.c src/model/mailing.h \
	src/model/matching_rule.c src/model/matching_rule.h \
	src/model/person.c src/model/person.h \
	src/model/suppression.c src/model/suppression.h \
	src/model/vcard.c src/model/vcard.h \
	src/config/config.c src/config/config.h \
	src/config/options.c src/config/options.h \
	src/config/yaml.c src/config/yaml.h \
	src/store/address_hash.c src/store/address_hash.h \
	src/store/blocks.c src/store/blocks.h \
	src/store/changes.c src/store/changes.h \
	src/store/connection.h \
	src/store/consents.c src/store/consents.h \
	src/store/deliveries.c src/store/deliveries.h \
	src/store/entries.c src/store/entries.h \
	src/store/entry_set.c src/store/entry_set.h \
	src/store/events.c src/store/events.h \
	src/store/holds.c src/store/holds.h \
	src/store/notices.c src/store/notices.h \
	src/store/relay_fault.c src/store/relay_fault.h \
	src/store/journal.c src/store/journal.h \
	src/store/list_changes.c src/store/list_changes.h \
	src/store/list_persons.c src/store/list_persons.h \
	src/store/lists.c src/store/lists.h \
	src/store/mailings.c src/store/mailings.h \
	src/store/mirror.c src/store/mirror.h \
	src/store/persons.c src/store/persons.h \
	src/store/postings.c src/store/postings.h \
	src/store/registrations.c src/store/registrations.h \
	src/store/roster.c src/store/roster.h \
	src/store/schema.c src/store/schema.h \
	src/store/schemas.c src/store/schemas.h \
	src/store/select.c src/store/select.h \
	src/store/statement.c src/store/statement.h \
	src/store/store.c src/store/store.h \
	src/store/suppressed.c src/store/suppressed.h \
	src/store/suppression_set.c src/store/suppression_set.h \
	src/store/suppressions.c src/store/suppressions.h \
	src/store/sync_state.c src/store/sync_state.h \
	src/store/terms.c src/store/terms.h \
	src/store/traces.c src/store/traces.h \
	src/store/tombstones.c src/store/tombstones.h \
	src/filter/assertion.c src/filter/assertion.h \
	src/filter/compile.c src/filter/compile.h \
	src/filter/explain.c src/filter/explain.h \
	src/filter/fact.c src/filter/fact.h \
	src/filter/filter.c src/filter/filter.h \
	src/filter/match.c src/filter/match.h \
	src/filter/phonetic.c src/filter/phonetic.h \
	src/filter/phrase.h \
	src/filter/phrase_match.c \
	src/filter/phrase_read.c \
	src/filter/phrase_reader.h \
	src/filter/phrase_value.c \
	src/filter/phrase_words.c src/filter/phrase_words.h \
	src/filter/phrase_write.c \
	src/filter/print.c \
	src/directory/deadline.c src/directory/deadline.h \
	src/directory/directory.c src/directory/directory.h \
	src/directory/dn.c src/directory/dn.h \
	src/directory/dns.c src/directory/dns.h \
	src/directory/ldap.c \
	src/directory/ldap_change.c src/directory/ldap_change.h \
	src/directory/ldap_content.c \
	src/directory/ldap_control.c src/directory/ldap_control.h \
	src/directory/ldap_entry.c \
	src/directory/ldap_login.c \
	src/directory/ldap_probe.c \
	src/directory/ldap_schema.c \
	src/directory/ldap_search.c \
	src/directory/ldap_session.c src/directory/ldap_session.h \
	src/directory/ldap_write.c \
	src/directory/ldif.c \
	src/directory/ldif_write.c src/directory/ldif_write.h \
	src/directory/octets.c src/directory/octets.h \
	src/message/announcement.c src/message/announcement.h \
	src/message/announcement_label.c src/message/announcement_label.h \
	src/message/announcement_reader.h \
	src/message/announcement_text.c \
	src/message/announcement_when.c \
	src/message/announcement_yaml.c \
	src/message/calendar.c src/message/calendar.h \
	src/message/compiled.c src/message/compiled.h \
	src/message/compose.c src/message/compose.h \
	src/message/decode.c src/message/decode.h \
	src/message/encode.c src/message/encode.h \
	src/message/plain.c src/message/plain.h \
	src/message/frame.c src/message/frame.h \
	src/message/gate.c src/message/gate.h \
	src/message/header.c src/message/header.h \
	src/message/letter.c src/message/letter.h \
	src/message/markdown.c src/message/markdown.h \
	src/message/mime.c src/message/mime.h \
	src/message/prose.c src/message/prose.h \
	src/message/remote.c src/message/remote.h \
	src/message/template.c src/message/template.h \
	src/message/template_fill.c \
	src/message/template_parse.c \
	src/message/template_tree.h \
	src/message/text_part.c src/message/text_part.h \
	src/message/transfer.c src/message/transfer.h \
	src/message/view.c src/message/view.h \
	src/transport/dialogue.c src/transport/dialogue.h \
	src/transport/envelope.c src/transport/envelope.h \
	src/transport/opening.c src/transport/opening.h \
	src/transport/outcome.c src/transport/outcome.h \
	src/transport/relay.c src/transport/relay.h \
	src/transport/reply.c src/transport/reply.h \
	src/transport/reply_rules.c src/transport/reply_rules.h \
	src/transport/session.c src/transport/session.h \
	src/transport/smtp.c \
	src/transport/spool.c \
	src/transport/transport.c src/transport/transport.h \
	src/transport/wire.c src/transport/wire.h \
	src/sync/apply.c src/sync/apply.h \
	src/sync/audit.c src/sync/audit.h \
	src/sync/backoff.c src/sync/backoff.h \
	src/sync/belong.c src/sync/belong.h \
	src/sync/blobs.c src/sync/blobs.h \
	src/sync/classify.c src/sync/classify.h \
	src/sync/content.c src/sync/content.h \
	src/sync/control.c src/sync/control.h \
	src/sync/cookie.c src/sync/cookie.h \
	src/sync/delta.c src/sync/delta.h \
	src/sync/edit.c src/sync/edit.h \
	src/sync/edit_check.c src/sync/edit_check.h \
	src/sync/evidence.c \
	src/sync/feed.c src/sync/feed.h \
	src/sync/follow.c \
	src/sync/guard.c src/sync/guard.h \
	src/sync/import.c src/sync/import.h \
	src/sync/import_file.c src/sync/import_file.h \
	src/sync/import_new.c src/sync/import_new.h \
	src/sync/import_store.c \
	src/sync/keep.c src/sync/keep.h \
	src/sync/ladder.h \
	src/sync/merge.c src/sync/merge.h \
	src/sync/overlay.c src/sync/overlay.h \
	src/sync/parcel.c src/sync/parcel.h \
	src/sync/place.c src/sync/place.h \
	src/sync/pull.c src/sync/pull.h \
	src/sync/push.c src/sync/push.h \
	src/sync/push_settle.c src/sync/push_settle.h \
	src/sync/putback.c src/sync/putback.h \
	src/sync/refresh.c src/sync/refresh.h \
	src/sync/settle.c src/sync/settle.h \
	src/sync/touched.c src/sync/touched.h \
	src/sync/tree.c src/sync/tree.h \
	src/sync/turn.c src/sync/turn.h \
	src/sync/uuids.c src/sync/uuids.h \
	src/sync/whole.c src/sync/whole.h \
	src/sync/writer.c src/sync/writer.h \
	src/mailing/agenda.c src/mailing/agenda.h \
	src/mailing/control.c src/mailing/control.h \
	src/mailing/held.c src/mailing/held.h \
	src/mailing/notice.c src/mailing/notice.h \
	src/mailing/notice_text.c src/mailing/notice_text.h \
	src/mailing/pace.c src/mailing/pace.h \
	src/mailing/prepare.c src/mailing/prepare.h \
	src/mailing/report.c src/mailing/report.h \
	src/mailing/desk.c src/mailing/desk.h \
	src/mailing/difference.c src/mailing/difference.h \
	src/mailing/draft.c src/mailing/draft.h \
	src/mailing/facts.c src/mailing/facts.h \
	src/mailing/membership.c src/mailing/membership.h \
	src/mailing/rate.c src/mailing/rate.h \
	src/mailing/reach.c src/mailing/reach.h \
	src/mailing/restraint.c src/mailing/restraint.h \
	src/mailing/selection.c src/mailing/selection.h \
	src/mailing/send.c src/mailing/send.h \
	src/mailing/send_log.c src/mailing/send_log.h \
	src/mailing/settle.c src/mailing/settle.h \
	src/mailing/why.c src/mailing/why.h \
	src/mailing/window.c src/mailing/window.h \
	src/cli/addressee.c src/cli/addressee.h \
	src/cli/cli.c src/cli/cli.h \
	src/cli/cmd_check.c \
	src/cli/cmd_consent.c \
	src/cli/cmd_db.c \
	src/cli/cmd_event.c \
	src/cli/cmd_event_answer.c \
	src/cli/cmd_help.c \
	src/cli/cmd_init.c \
	src/cli/cmd_invite.c \
	src/cli/cmd_list_diff.c \
	src/cli/cmd_list_explain.c \
	src/cli/cmd_list_fixed.c \
	src/cli/cmd_list_history.c \
	src/cli/cmd_list.c \
	src/cli/lists.c src/cli/lists.h \
	src/cli/cmd_mailing.c \
	src/cli/cmd_mailing_holds.c \
	src/cli/cmd_member.c \
	src/cli/cmd_member_add.c \
	src/cli/cmd_member_conflicts.c \
	src/cli/cmd_member_edit.c \
	src/cli/cmd_member_export.c \
	src/cli/cmd_member_import.c \
	src/cli/cmd_parse.c \
	src/cli/cmd_render.c \
	src/cli/cmd_send.c \
	src/cli/cmd_status.c \
	src/cli/cmd_suppression.c \
	src/cli/cmd_sync.c \
	src/cli/commands.c \
	src/cli/edits.c src/cli/edits.h \
	src/cli/holds.h \
	src/cli/output.c src/cli/output.h \
	src/cli/persons.h \
	src/cli/suppression_file.c src/cli/suppression_file.h \
	src/cli/sync.h \
	src/cli/sync_report.c \
	src/cli/sync_watch.c \
	src/cli/where.c src/cli/where.h

librundruf_libs = librundruf.a $(GLIB_LIBS) $(NETTLE_LIBS) $(LDAP_LIBS) $(SQLITE_LIBS) $(CURL_LIBS) $(YAML_LIBS) \
	$(GMIME_LIBS) $(ICAL_LIBS) $(CMARK_LIBS)

bin_PROGRAMS += rundruf
rundruf_SOURCES = src/cli/main.c
rundruf_LDADD = $(librundruf_libs)
