/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prepare.h - freezes a filter into the deliveries of a mailing that nobody has confirmed yet
 *
 * Whom the filter selects now, and under which address, is settled here, in one transaction; what
 * the roster does later neither adds nor renames a recipient. Everybody selected gets a row, also
 * those whom nothing can be sent to, with the reason. The mailing is a draft: mailing_confirm()
 * (control.h) lets it run, mailing_discard() removes it, and what a crash leaves is removed by the
 * next mailing_prepare() a day later. */
#ifndef RUNDRUF_MAILING_PREPARE_H
#define RUNDRUF_MAILING_PREPARE_H

#include "config/config.h"
#include "model/event.h"
#include "model/list.h"
#include "model/mailing.h"
#include "store/store.h"

#define PREPARE_NAMES_MAX 5

typedef struct {
    const Event *event;  /* a stored version; a cancelled one makes a cancellation */
    const List *list;    /* gives members, purpose, sender; NULL: those whom `filter` selects,
                         * "invitation", the network's */
    const char *filter;  /* RFC 4515; read if `list` is NULL */
    const char *except;  /* a filter whose people are left out; NULL: nobody */
    gint64 due;          /* when sending may begin, Unix seconds; earlier than `now`: at once */
    gint64 not_after;    /* 0: as mailing_not_after() has it */
    gboolean allow_past; /* though the event is over */
    gboolean dry_run;    /* tell, but leave nothing in the store: `mailing` of the result is 0 */
    const char *actor;   /* for mailing and journal */
    gint64 now;
} PrepareRequest;

/* What the coordinator should know before confirming. */
typedef enum {
    PREPARE_NO_ADDRESS,  /* so many have none */
    PREPARE_BAD_ADDRESS, /* so many have only such as cannot be used */
    PREPARE_SUPPRESSED,  /* so many are suppressed, or lack the consent that the list needs */
    PREPARE_DUPLICATE,   /* so many share the address of somebody before them */
    PREPARE_REPEATED,    /* so many get, or got, the same from mailing `repeated_in` */
    PREPARE_EVENT_BEGUN, /* 1: the event has begun by then */
    PREPARE_EVENT_OVER,  /* 1: it is over by then */
    PREPARE_REMARKS
} PrepareRemark;

typedef struct {
    gint64 mailing;
    gint64 due, not_after;
    guint recipients;              /* rows; the sum of `counts` */
    guint counts[DELIVERY_STATES]; /* queued, suppressed, failed */
    guint remarks[PREPARE_REMARKS];
    gint64 repeated_in;
    char *names[PREPARE_NAMES_MAX + 1]; /* of the first who are queued; NULL at the end */
} PreparedMailing;

void prepared_mailing_clear(PreparedMailing *prepared);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PreparedMailing, prepared_mailing_clear)

/* Makes the draft. Of persons with the same address (address_key()) the first by row of `entry`
 * keeps it. Errors: INPUT (a filter is wrong, with the column; `not_after` is before `due`), HELD
 * (the event is over; the list has no legal basis, or more members than it may), NOT_FOUND (the filter selects nobody), STORE, BUSY; then nothing was changed
 * and `result` is untouched. Memory does not grow with the number of persons. */
gboolean mailing_prepare(Store *store, const Config *config, const PrepareRequest *request,
                         PreparedMailing *result, GError **error);

/* HELD, with what to do, if the roster was in step with the directory more than `max_age` seconds ago,
 * at `synced_at` (0: never). Mailings to people go out from a fresh roster only. */
gboolean mailing_check_roster(gint64 synced_at, gint64 max_age, gint64 now, GError **error);

/* HELD, with what to do, if less than `min_free` MiB (0: any) are free on the disk of the file `path`:
 * what has been sent must be written down. A disk that does not say is taken to be good. */
gboolean mailing_check_space(const char *path, gint64 min_free, GError **error);

/* The time after which an announcement that goes out from `from` on is worth nothing: `lifetime`
 * seconds later, but at the latest the event's start (once it has begun, its end). If it is over by
 * `from`, HELD, or with `allow_past` the lifetime alone. */
gboolean mailing_not_after(const Event *event, gint64 from, gint64 lifetime, gboolean allow_past,
                           gint64 *not_after, GError **error);

#endif
