/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/compose.h"

#include "base/text.h"
#include "message/compiled.h"
#include "message/mime.h"
#include "message/view.h"
#include "model/address.h"

#include <string.h>

/* Mailings that are kept compiled; a long-running sender has few at a time. */
#define ENTRIES_MAX 16

/* What was compiled, and for what: all that the messages are made of and that is not in them alone */
typedef struct {
    gint64 event, mailing;
    EventStatus status;
    gsize token_length;
    char *language, *sender, *list, *list_title, *purpose; /* as they were given; may be NULL */
    Compiled *compiled;
} Entry;

struct Composer {
    const Config *config;
    const TokenKeys *keys;
    Letters *letters;
    Value *network;
    GPtrArray *entries; /* of Entry */
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    if (!entry)
        return;
    g_free(entry->language);
    g_free(entry->sender);
    g_free(entry->list);
    g_free(entry->list_title);
    g_free(entry->purpose);
    compiled_free(entry->compiled);
    g_free(entry);
}

Composer *
composer_new(const Config *config, const TokenKeys *keys, GError **error)
{
    Letters *letters = letters_load(config->message_templates, error);
    if (!letters)
        return NULL;
    mime_start();
    Composer *composer = g_new0(Composer, 1);
    composer->config = config;
    composer->keys = keys;
    composer->letters = letters;
    composer->entries = g_ptr_array_new_with_free_func(entry_free);
    composer->network = value_new_map();
    value_set_text(composer->network, "name", config->network_name);
    value_set_text(composer->network, "domain", config->network_domain);
    if (config->web_public_url && *config->web_public_url)
        value_set_text(composer->network, "public_url", config->web_public_url);
    return composer;
}

void
composer_free(Composer *composer)
{
    if (!composer)
        return;
    g_ptr_array_unref(composer->entries);
    letters_free(composer->letters);
    value_unref(composer->network);
    g_free(composer);
}

/* The Message-ID before its "@", from which boundaries derive, too. A test message has no row: its
 * time tells it from the one before. */
static char *
make_token(Composer *composer, gint64 delivery, gint64 now)
{
    g_autofree char *token =
        token_make(composer->keys, TOKEN_MESSAGE_ID, delivery > 0 ? delivery : now);
    return g_strconcat(delivery > 0 ? "d" : "t", token, NULL);
}

char *
compose_message_id(Composer *composer, gint64 delivery)
{
    g_autofree char *token = token_make(composer->keys, TOKEN_MESSAGE_ID, delivery);
    return g_strdup_printf("d%s@%s", token, composer->config->network_domain);
}

char *
compose_return_path(Composer *composer, gint64 delivery)
{
    g_autofree char *token = token_make(composer->keys, TOKEN_BOUNCE, delivery);
    return g_strdup_printf("bounce+%s@%s", token, composer->config->network_domain);
}

char *
compose_subject(const Event *event, const char *language)
{
    g_autofree char *title = text_one_line(event->title);
    if (event->status != EVENT_CANCELLED)
        return g_steal_pointer(&title);
    return g_strconcat(strcmp(language, "de") == 0 ? "Abgesagt: " : "Cancelled: ", title, NULL);
}

/* The weight of one item of a language list, 0 to 1, by its "q" parameter; -1: malformed. */
static double
get_weight(const char *item)
{
    const char *p = strchr(item, ';');
    if (!p)
        return 1;
    p += 1 + strspn(p + 1, " \t");
    if ((*p != 'q' && *p != 'Q') || p[1] != '=')
        return -1;
    char *end;
    double weight = g_ascii_strtod(p + 2, &end);
    end += strspn(end, " \t");
    return end > p + 2 && !*end && weight >= 0 && weight <= 1 ? weight : -1;
}

const char *
compose_language(const char *preferred, const char *fallback)
{
    static const char *const known[] = {"de", "en"};
    const char *best = strcmp(fallback, "en") == 0 ? "en" : "de";
    double best_weight = 0;
    g_auto(GStrv) items = g_strsplit(preferred ? preferred : "", ",", 32);
    for (char **item = items; *item; item++) {
        const char *tag = g_strstrip(*item);
        double weight = get_weight(tag);
        gsize length = strcspn(tag, "-_; \t");
        for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
            if (length != 2 || g_ascii_strncasecmp(tag, known[i], 2) != 0 || weight <= best_weight)
                continue;
            best = known[i];
            best_weight = weight;
        }
    }
    return best;
}

static gboolean
is_for(const Entry *entry, const CompiledRequest *request)
{
    const Mailing *mailing = request->mailing;
    return entry->event == request->event->id && entry->mailing == mailing->id &&
           entry->status == request->event->status &&
           entry->token_length == request->token_length &&
           strcmp(entry->language, request->language) == 0 &&
           strcmp(entry->sender, request->sender) == 0 &&
           g_strcmp0(entry->list, mailing->list) == 0 &&
           g_strcmp0(entry->list_title, request->list_title) == 0 &&
           g_strcmp0(entry->purpose, mailing->purpose) == 0;
}

/* Keeps what was compiled, in place of an older one if there are many. */
static void
keep(Composer *composer, const CompiledRequest *request, Compiled *compiled)
{
    Entry *entry = g_new(Entry, 1);
    *entry = (Entry){
        .event = request->event->id,
        .mailing = request->mailing->id,
        .status = request->event->status,
        .token_length = request->token_length,
        .language = g_strdup(request->language),
        .sender = g_strdup(request->sender),
        .list = g_strdup(request->mailing->list),
        .list_title = g_strdup(request->list_title),
        .purpose = g_strdup(request->mailing->purpose),
        .compiled = compiled,
    };
    if (composer->entries->len >= ENTRIES_MAX)
        g_ptr_array_remove_index(composer->entries, 0);
    g_ptr_array_add(composer->entries, entry);
}

/* What is compiled for these messages, owned by the composer. An event without a row may be another
 * the next time: it is compiled anew for each message, in place of the one before. */
static Compiled *
find_compiled(Composer *composer, const CompiledRequest *request, GError **error)
{
    for (guint i = 0; i < composer->entries->len; i++) {
        const Entry *entry = g_ptr_array_index(composer->entries, i);
        if (!is_for(entry, request))
            continue;
        if (request->event->id)
            return entry->compiled;
        g_ptr_array_remove_index(composer->entries, i--);
    }
    Compiled *compiled = compiled_new(request, error);
    if (compiled)
        keep(composer, request, compiled);
    return compiled;
}

static const char *
get_language(const Composer *composer, const Person *person)
{
    const Config *config = composer->config;
    g_autofree char *preferred =
        person ? person_text(person, config->directory_fields, FIELD_LANGUAGE) : NULL;
    return compose_language(preferred, config->network_language);
}

GBytes *
compose_invitation(Composer *composer, const ComposeRequest *request, GError **error)
{
    g_autoptr(Address) address = address_parse(request->address, -1, error);
    if (!address)
        return NULL;
    const Config *config = composer->config;
    const char *sender = request->mailing->sender;
    g_autofree char *token = make_token(composer, request->delivery, request->now);
    const CompiledRequest common = {
        .config = config,
        .letters = composer->letters,
        .network = composer->network,
        .event = request->event,
        .mailing = request->mailing,
        .sender = sender ? sender : config->network_sender,
        .language = get_language(composer, request->person),
        .list_title = request->list_title,
        .token_length = strlen(token),
    };
    Compiled *compiled = find_compiled(composer, &common, error);
    if (!compiled)
        return NULL;
    g_autofree char *unsubscribe = token_make(composer->keys, TOKEN_UNSUBSCRIBE, request->delivery);
    g_autofree char *name = view_name(request->name);
    const HeaderSlots slots = {
        .address = address->text,
        .name = name,
        .token = token,
        .unsubscribe = unsubscribe,
        .now = request->now,
    };
    return compiled_message(compiled, &slots, request->person, error);
}
