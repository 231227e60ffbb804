/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/remote.h"

#include <string.h>

#define BLANKS " \t\r\n\f"

static const char *const loading_elements[] = {
    "applet", "audio",  "base",   "embed", "frame", "iframe", "link", "math",
    "object", "script", "source", "svg",   "track", "video",  NULL,
};
static const char *const loading_attributes[] = {
    "background", "dynsrc", "lowsrc", "poster", "src", "srcset", "xlink:href", NULL,
};

static gboolean
is_one_of(const char *const *names, const char *name)
{
    return g_strv_contains(names, name);
}

static char *
find_in_style(const char *css)
{
    static const char *const words[] = {"url(", "image-set(", "@import"};
    g_autofree char *lower = g_ascii_strdown(css, -1);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(lower, words[i]))
            return g_strdup_printf("%s in a style", words[i]);
    return NULL;
}

/* A name up to one of `ends`, in lower case; moves `p` behind it. */
static char *
take_name(const char **p, const char *ends)
{
    gsize length = strcspn(*p, ends);
    char *name = g_ascii_strdown(*p, (gssize)length);
    *p += length;
    return name;
}

/* An attribute's value, quoted or bare, if there is one; moves `p` behind it. */
static char *
take_value(const char **p)
{
    const char *at = *p + strspn(*p, BLANKS);
    if (*at != '=')
        return g_strdup("");
    at += 1 + strspn(at + 1, BLANKS);
    char quote[2] = {*at, '\0'};
    gboolean quoted = *at == '"' || *at == '\'';
    if (quoted)
        at++;
    gsize length = strcspn(at, quoted ? quote : BLANKS ">");
    char *value = g_strndup(at, length);
    *p = at + length;
    if (quoted && **p)
        (*p)++;
    return value;
}

static char *
check_attribute(const char *element, const char *name, const char *value)
{
    gboolean link = strcmp(element, "a") == 0 || strcmp(element, "area") == 0;
    if (is_one_of(loading_attributes, name) || (strcmp(name, "href") == 0 && !link)) {
        gboolean inside = strcmp(name, "src") == 0 && g_ascii_strncasecmp(value, "cid:", 4) == 0;
        return inside ? NULL : g_strdup_printf("<%s %s=\"%.60s\">", element, name, value);
    }
    if (strcmp(name, "http-equiv") == 0 && g_ascii_strcasecmp(value, "refresh") == 0)
        return g_strdup("<meta http-equiv=\"refresh\">");
    return strcmp(name, "style") == 0 ? find_in_style(value) : NULL;
}

/* Looks at one tag, from its name on; moves `p` to its end. */
static char *
check_tag(const char **p, gboolean *style)
{
    g_autofree char *element = take_name(p, BLANKS "/>");
    *style = strcmp(element, "style") == 0;
    if (is_one_of(loading_elements, element))
        return g_strdup_printf("<%s>", element);
    while (TRUE) {
        *p += strspn(*p, BLANKS "/");
        if (!**p || **p == '>')
            return NULL;
        const char *start = *p;
        g_autofree char *name = take_name(p, BLANKS "/>=");
        g_autofree char *value = take_value(p);
        char *found = check_attribute(element, name, value);
        if (found)
            return found;
        if (*p == start)
            (*p)++;
    }
}

/* As remote_find(); `whole` is set to FALSE if the text ends within a tag or a style. */
static char *
find(const char *html, gboolean *whole)
{
    *whole = TRUE;
    /* comments are looked into as well: some programs obey conditional ones */
    for (const char *p = strchr(html, '<'); p; p = strchr(p, '<')) {
        p++;
        if (!g_ascii_isalpha(*p))
            continue;
        gboolean style;
        char *found = check_tag(&p, &style);
        *whole = *p != '\0';
        if (found)
            return found;
        if (!style)
            continue;
        gsize length = strcspn(p, "<");
        *whole = p[length] != '\0';
        g_autofree char *css = g_strndup(p, length);
        found = find_in_style(css);
        if (found)
            return found;
    }
    return NULL;
}

char *
remote_find(const char *html)
{
    gboolean whole;
    return find(html, &whole);
}

gboolean
remote_is_closed(const char *html)
{
    gboolean whole;
    g_autofree char *found = find(html, &whole);
    return !found && whole;
}
