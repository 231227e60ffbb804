/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mailing.h"

#include <string.h>

static const char *const mailing_texts[MAILING_STATES] = {
    [MAILING_DRAFT] = "draft",
    [MAILING_RUNNING] = "running",
    [MAILING_PAUSED] = "paused",
    [MAILING_CANCELLED] = "cancelled",
};

static const char *const delivery_texts[DELIVERY_STATES] = {
    [DELIVERY_QUEUED] = "queued",
    [DELIVERY_CLAIMED] = "claimed",
    [DELIVERY_SENT] = "sent",
    [DELIVERY_RETRY] = "retry",
    [DELIVERY_FAILED] = "failed",
    [DELIVERY_UNKNOWN] = "unknown",
    [DELIVERY_SUPPRESSED] = "suppressed",
    [DELIVERY_MISSED] = "missed",
    [DELIVERY_CANCELLED] = "cancelled",
};

Mailing *
mailing_new(void)
{
    return g_new0(Mailing, 1);
}

void
mailing_free(Mailing *mailing)
{
    if (!mailing)
        return;
    g_free(mailing->kind);
    g_free(mailing->list);
    g_free(mailing->filter);
    g_free(mailing->purpose);
    g_free(mailing->sender);
    g_free(mailing->actor);
    g_free(mailing);
}

Delivery *
delivery_new(void)
{
    return g_new0(Delivery, 1);
}

void
delivery_free(Delivery *delivery)
{
    if (!delivery)
        return;
    g_free(delivery->name);
    g_free(delivery->address);
    g_free(delivery->text);
    g_free(delivery->message_id);
    g_free(delivery);
}

static gboolean
find_text(const char *const *texts, guint count, const char *text, guint *found)
{
    for (*found = 0; *found < count; (*found)++)
        if (strcmp(texts[*found], text) == 0)
            return TRUE;
    return FALSE;
}

const char *
mailing_state_text(MailingState state)
{
    return mailing_texts[state];
}

const char *
delivery_state_text(DeliveryState state)
{
    return delivery_texts[state];
}

gboolean
mailing_state_parse(const char *text, MailingState *state)
{
    guint found;
    if (!find_text(mailing_texts, MAILING_STATES, text, &found))
        return FALSE;
    *state = (MailingState)found;
    return TRUE;
}

gboolean
delivery_state_parse(const char *text, DeliveryState *state)
{
    guint found;
    if (!find_text(delivery_texts, DELIVERY_STATES, text, &found))
        return FALSE;
    *state = (DeliveryState)found;
    return TRUE;
}
