/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "cli/output.h"
#include "cli/sync.h"

#include <stdio.h>

static const char *
sign_name(PullSign sign)
{
    switch (sign) {
    case PULL_ADDED:
        return "added";
    case PULL_CHANGED:
        return "changed";
    case PULL_MOVED:
        return "moved";
    case PULL_REMOVED:
        break;
    }
    return "removed";
}

void
sync_report_entry(PullSign sign, const char *name, const char *old_dn, const char *dn)
{
    g_autofree char *where = old_dn ? g_strconcat(old_dn, " > ", dn, NULL) : g_strdup(dn);
    g_autofree char *clean = text_one_line(where);
    g_autofree char *clean_name = name ? text_one_line(name) : NULL;
    printf("%c %s%s(%s)\n", (char)sign, name ? clean_name : "", name ? "  " : "", clean);
}

void
sync_report_difference(const Cli *cli, const PullDifference *difference)
{
    if (cli->json) {
        g_autoptr(Value) row = value_new_map();
        value_set_text(row, "difference", sign_name(difference->sign));
        value_set_text(row, "name", difference->name);
        value_set_text(row, "dn", difference->dn);
        value_set_text(row, "old_dn", difference->old_dn);
        output_json(row);
        return;
    }
    sync_report_entry(difference->sign, difference->name, difference->old_dn, difference->dn);
}

gboolean
sync_push_alarming(const SyncRound *round)
{
    return round->push_failure || round->push.conflicts + round->push.refused > 0;
}

static const char *
route_name(PullRoute route)
{
    switch (route) {
    case PULL_CHANGES:
        return "changes";
    case PULL_PRESENT:
        return "present";
    case PULL_ALL:
        return "all";
    case PULL_LISTING:
        break;
    }
    return "listing";
}

static Value *
push_to_value(const SyncRound *round)
{
    const PushResult *push = &round->push;
    Value *value = value_new_map();
    value_set_int(value, "done", (gint64)push->done);
    value_set_int(value, "merged", (gint64)push->merged);
    value_set_int(value, "conflicts", (gint64)push->conflicts);
    value_set_int(value, "refused", (gint64)push->refused);
    value_set_int(value, "waiting", (gint64)push->waiting);
    value_set_text(value, "reason", push->reason);
    value_set_text(value, "error", round->push_failure);
    return value;
}

static void
print_json(const Cli *cli, const SyncRound *round)
{
    const PullResult *pull = &round->pull;
    g_autoptr(Value) value = value_new_map();
    value_set_text(value, "source", cli->config->directory_uri);
    value_set_int(value, "added", (gint64)pull->added);
    value_set_int(value, "changed", (gint64)pull->changed);
    value_set_int(value, "moved", (gint64)pull->moved);
    value_set_int(value, "removed", (gint64)pull->removed);
    value_set_int(value, "unchanged", (gint64)pull->unchanged);
    value_set_int(value, "persons", (gint64)pull->persons);
    value_set_int(value, "municipalities", (gint64)pull->municipalities);
    value_set_int(value, "referrals", (gint64)pull->referrals);
    value_set_text(value, "route", route_name(pull->route));
    value_set_bool(value, "audited", (pull->notes & PULL_AUDITED) != 0);
    value_set_int(value, "untold", (gint64)pull->untold);
    value_set_bool(value, "no_feed", (pull->notes & PULL_NO_FEED) != 0);
    value_set_bool(value, "void_cookie", (pull->notes & PULL_VOID_COOKIE) != 0);
    value_set_text(value, "said", pull->said);
    value_set_bool(value, "clock_ahead", (pull->notes & PULL_CLOCK_AHEAD) != 0);
    output_set_time(value, "newest_change", pull->cookie_at);
    value_set_int(value, "generation", pull->generation);
    value_set_int(value, "held", pull->held);
    value_set(value, "push", push_to_value(round));
    value_set_bool(value, "dry_run", round->dry_run);
    value_set(value, "seconds",
              value_new_real((double)(gint64)(round->seconds * 1000 + 0.5) / 1000));
    output_json(value);
}

static void
print_brought(const SyncRound *round, const char *before)
{
    fputs(before, stdout);
    printf(P_("%" PRIu64 " edit brought to the directory",
              "%" PRIu64 " edits brought to the directory", round->push.done),
           round->push.done);
}

/* Of a difference that was not applied the answer alone is known. */
static void
print_size(const SyncRound *round)
{
    const PullResult *pull = &round->pull;
    gint64 missing = round->held + round->kept;
    if (round->dry_run || pull->held) {
        printf(_("; the directory shows %" PRIu64 " persons in %" PRIu64 " municipalities"),
               pull->persons, pull->municipalities);
        return;
    }
    printf(_("; the roster has %" PRIu64 " persons in %" PRIu64 " municipalities"), pull->persons,
           pull->municipalities);
    if (missing > 0)
        printf(_(", %" PRId64 " of them the directory does not show"), missing);
}

/* TRANSLATORS: the clauses of sync's summary are joined by semicolons. */
static void
print_line(const Cli *cli, const SyncRound *round)
{
    const PullResult *pull = &round->pull;
    if (pull->held)
        printf(_("%" PRIu64 " would be added, %" PRIu64 " would be changed, %" PRIu64
                 " would be moved, %" PRIu64 " would be removed, %" PRIu64 " unchanged"),
               pull->added, pull->changed, pull->moved, pull->removed, pull->unchanged);
    else
        printf(_("%" PRIu64 " added, %" PRIu64 " changed, %" PRIu64 " moved, %" PRIu64
                 " removed, %" PRIu64 " unchanged"),
               pull->added, pull->changed, pull->moved, pull->removed, pull->unchanged);
    if (round->pushed)
        print_brought(round, "; ");
    print_size(round);
    printf(_("; %.1f s from %s"), round->seconds, cli->config->directory_uri);
    if (pull->cookie_at > 0) {
        g_autofree char *age = output_age(MAX(round->now - pull->cookie_at, 0));
        printf(_("; its newest change is %s old"), age);
    }
    puts(".");
}

static void
print_push(const SyncRound *round, FILE *to)
{
    const PushResult *push = &round->push;
    if (push->conflicts > 0)
        fprintf(to,
                P_("%" PRIu64 " edit is in conflict with a change in the directory; rundruf member "
                   "conflicts shows it.\n",
                   "%" PRIu64
                   " edits are in conflict with changes in the directory; rundruf member "
                   "conflicts shows them.\n",
                   push->conflicts),
                push->conflicts);
    if (push->refused > 0)
        fprintf(to,
                P_("%" PRIu64 " edit was refused by the directory; rundruf member conflicts shows "
                   "why.\n",
                   "%" PRIu64
                   " edits were refused by the directory; rundruf member conflicts shows "
                   "why.\n",
                   push->refused),
                push->refused);
    if (round->push_failure)
        fprintf(to,
                _("Edits could not be brought to the directory: %s\nThey wait for the next "
                  "rundruf sync.\n"),
                round->push_failure);
}

static void
print_waiting(const SyncRound *round)
{
    const PushResult *push = &round->push;
    if (push->waiting == 0 || round->dry_run) /* which has listed them */
        return;
    printf(P_("%" PRIu64 " edit waits, for the directory does not take it now: %s\n",
              "%" PRIu64 " edits wait, for the directory does not take them now: %s\n",
              push->waiting),
           push->waiting, push->reason ? push->reason : _("it did not say why"));
}

static void
print_notes(const SyncRound *round)
{
    const PullResult *pull = &round->pull;
    if (pull->referrals > 0)
        printf(_("Warning: %" PRIu64 " references to other servers were not followed.\n"),
               pull->referrals);
    if (pull->notes & PULL_NO_FEED)
        puts(_("Note: the server does not tell changes (no RFC 4533), so each sync lists all of "
               "it; rundruf check says what it needs."));
    if (pull->notes & PULL_VOID_COOKIE)
        printf(_("Note: everything was read again, for the place where the last sync ended is of "
                 "no use: %s\n"),
               pull->said ? _(pull->said) : _("it did not say why"));
    if (pull->notes & PULL_CLOCK_AHEAD)
        puts(_("Warning: the directory's newest change lies in the future; set its clock, or "
               "changes will be missed until the next audit."));
    if (pull->untold > 0)
        printf(P_("Warning: the audit found %" PRIu64 " difference that the directory had never "
                  "told; rundruf check may say why.\n",
                  "Warning: the audit found %" PRIu64 " differences that the directory had never "
                  "told; rundruf check may say why.\n",
                  pull->untold),
               pull->untold);
    else if (round->asked_audit)
        puts(_("The audit found nothing that the directory had not told."));
}

static void
print_effect(const SyncRound *round)
{
    const PullResult *pull = &round->pull;
    if (pull->held)
        puts(_("The roster was not changed."));
    if (round->dry_run && pull->verdict != GUARD_PASS)
        puts(_("The guard would hold this."));
    if (round->dry_run)
        puts(_("Nothing was stored (--dry-run)."));
    else if (pull->removed > 0 && !pull->held && pull->generation > 0)
        printf(_("rundruf sync --undo %" PRId64 " brings back what was removed.\n"),
               pull->generation);
}

/* What became of the edits is true although the second half failed. */
static void
report_failed(const SyncRound *round)
{
    if (round->push.done > 0) {
        print_brought(round, "");
        puts(".");
    }
    print_push(round, stdout);
    puts(_("The roster was not changed."));
}

void
sync_report(const Cli *cli, const SyncRound *round)
{
    if (cli->quiet && !cli->json) {
        print_push(round, stderr);
        return;
    }
    if (cli->json) {
        if (!round->failed)
            print_json(cli, round);
        return;
    }
    if (round->failed) {
        report_failed(round);
        return;
    }
    print_line(cli, round);
    print_push(round, stdout);
    print_waiting(round);
    print_notes(round);
    print_effect(round);
}
