/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phrase: sentences to filters and back, both languages, and what is said of wrong ones */
#include "filter/phrase.h"

#include "base/error.h"
#include "filter/compile.h"
#include "filter/phrase_words.h"
#include "model/attribute_schema.h"

#include <string.h>

#define FILTERS 5000
#define SEED    20201111

static FieldMap *map;

static char *
to_filter(const char *sentence, gssize length, GError **error)
{
    g_autoptr(FilterNode) node = phrase_to_filter(sentence, length, map, "where", error);
    return node ? filter_to_text(node) : NULL;
}

static void
test_read(void)
{
    static const struct {
        const char *sentence, *filter;
    } rows[] = {
        /* both languages, and mixed */
        {"planning is Sozialplanung and population over 200000 and not registered for "
         "mannheim-2020",
         "(&(planning=Sozialplanung)(population>=200001)(!(registered=mannheim-2020)))"},
        {"Planung ist Sozialplanung und Einwohner über 200000 und nicht angemeldet zu "
         "mannheim-2020",
         "(&(planning=Sozialplanung)(population>=200001)(!(registered=mannheim-2020)))"},
        {"planning ist Sozialplanung and Einwohner more than 200000 und not angemeldet zu x",
         "(&(planning=Sozialplanung)(population>=200001)(!(registered=x)))"},
        {"  PLANUNG  IST   Sozialplanung  UND BEVO\xcc\x88LKERUNG ÜBER 5 ",
         "(&(planning=Sozialplanung)(population>=6))"},
        /* fields, attributes */
        {"Name ist Anna Meier", "(name=Anna Meier)"},
        {"first name is Anna", "(givenname=Anna)"},
        {"Nachname ist Meier", "(surname=Meier)"},
        {"E-Mail ist a@b.example", "(mail=a@b.example)"},
        {"telephone number is +49 621", "(phone=+49 621)"},
        {"Dienststelle ist Schulamt", "(office=Schulamt)"},
        {"Bundesland ist Sachsen", "(state=Sachsen)"},
        {"AGS beginnt mit 08", "(ags=08*)"},
        {"employeeType is x", "(employeeType=x)"},
        {"cn;lang-de is x", "(cn;lang-de=x)"},
        {"2.5.4.3 is x", "(2.5.4.3=x)"},
        {"x-own is x", "(x-own=x)"}, /* named by the map */
        {"attribute is is x", "(is=x)"},
        {"Attribut unbekannt ist x", "(unbekannt=x)"},
        /* operators */
        {"planning is not x", "(!(planning=x))"},
        {"Planung ist nicht x", "(!(planning=x))"},
        {"Rolle ist keine Leitung", "(!(role=head))"},
        {"planning = x", "(planning=x)"},
        {"planning=x", "(planning=x)"},
        {"planning≠x", "(!(planning=x))"},
        {"planning != x", "(!(planning=x))"},
        {"name contains mei", "(name=*mei*)"},
        {"Name enthält mei", "(name=*mei*)"},
        {"Name enthält nicht mei", "(!(name=*mei*))"},
        {"name does not contain mei", "(!(name=*mei*))"},
        {"name starts with mei", "(name=mei*)"},
        {"Name beginnt nicht mit mei", "(!(name=mei*))"},
        {"name ends with er", "(name=*er)"},
        {"Name endet mit er", "(name=*er)"},
        {"name matches M*i*r", "(name=M*i*r)"},
        {"Name passt auf „*a*\\2a*“", "(name=*a*\\2a*)"},
        {"name matches *", "(name=*)"},
        {"name matches x", "(name=x)"},
        {"Name klingt wie Meier", "(name~=Meier)"},
        {"population over 200.000", "(population>=200001)"},
        {"population is over 200,000", "(population>=200001)"},
        {"Einwohner mehr als 200 000", "(population>=200001)"},
        {"Einwohner > 1.200.000", "(population>=1200001)"},
        {"population under 200000", "(population<=199999)"},
        {"Einwohner weniger als 200'000", "(population<=199999)"},
        {"population < 1", "(population<=0)"},
        {"population below 0", "(population<=-1)"},
        {"population at least 200000", "(population>=200000)"},
        {"Einwohner ab 200000", "(population>=200000)"},
        {"Einwohner mindestens 200000", "(population>=200000)"},
        {"population>=200000", "(population>=200000)"},
        {"Einwohner höchstens 100000", "(population<=100000)"},
        {"Einwohner bis zu 100000", "(population<=100000)"},
        {"population is 007", "(population=7)"},
        {"population not over 5", "(!(population>=6))"},
        {"Einwohner ist nicht über 5", "(!(population>=6))"},
        {"Einwohner ist „viel“", "(population=viel)"}, /* filter_resolve() says what is wrong */
        {"Name mindestens M", "(name>=M)"},
        {"phone is known", "(phone=*)"},
        {"Telefon vorhanden", "(phone=*)"},
        {"Telefon ist bekannt", "(phone=*)"},
        {"Telefon fehlt", "(!(phone=*))"},
        {"phone is missing", "(!(phone=*))"},
        {"phone is unknown", "(!(phone=*))"},
        {"phone is not known", "(!(phone=*))"},
        {"Telefon ist nicht vorhanden", "(!(phone=*))"},
        {"phone is not missing", "(phone=*)"},
        {"city is one of Kiel, Köln or Bonn", "(|(city=Kiel)(city=Köln)(city=Bonn))"},
        {"Stadt ist eine von Kiel, Köln, oder Bonn", "(|(city=Kiel)(city=Köln)(city=Bonn))"},
        {"Stadt eines von Kiel, Köln", "(|(city=Kiel)(city=Köln))"},
        {"city is one of Kiel", "(city=Kiel)"},
        {"city is none of Kiel or Bonn", "(!(|(city=Kiel)(city=Bonn)))"},
        {"city is not one of Kiel or Bonn", "(!(|(city=Kiel)(city=Bonn)))"},
        {"Kommune ist keine von Kiel oder Bonn", "(!(|(city=Kiel)(city=Bonn)))"},
        {"city is one of Kiel, Bonn or role is head", "(|(|(city=Kiel)(city=Bonn))(role=head))"},
        {"city is one of Kiel, Bonn and role is head", "(&(|(city=Kiel)(city=Bonn))(role=head))"},
        {"city is one of Kiel, Bonn, role is head", "(&(|(city=Kiel)(city=Bonn))(role=head))"},
        {"city is one of Kiel or Bonn or role is head", "(|(|(city=Kiel)(city=Bonn))(role=head))"},
        {"population is one of 100,000, 5 or 200.000",
         "(|(population=100000)(population=5)(population=200000))"},
        {"cn is exact by rule caseExactMatch", "(cn:caseExactMatch:=exact)"},
        {"cn oder DN ist x", "(cn:dn:=x)"},
        {"cn or DN is not x by the rule 2.5.13.5", "(!(cn:dn:2.5.13.5:=x))"},
        {"any attribute is x by rule caseExactMatch", "(:caseExactMatch:=x)"},
        /* values */
        {"Rolle ist Planerin", "(role=planner)"},
        {"role is Planer*in", "(role=planner)"},
        {"Rolle ist eines von Leitung oder Ansprechperson", "(|(role=head)(role=contact))"},
        {"role is \"Planerin\"", "(role=Planerin)"},
        {"role is mayor", "(role=mayor)"},
        {"Ebene ist strategisch", "(level=strategic)"},
        {"Ebene ist operative Ebene", "(level=operative)"},
        {"planning is strategisch", "(planning=strategisch)"},
        {"city is Frankfurt (Oder)", "(city=Frankfurt \\28Oder\\29)"},
        {"(city is Frankfurt (Oder))", "(city=Frankfurt \\28Oder\\29)"},
        {"city is Frankfurt am Main and role is head", "(&(city=Frankfurt am Main)(role=head))"},
        {"office is \"Jugend und Soziales\"", "(office=Jugend und Soziales)"},
        {"office is „Jugend und Soziales“", "(office=Jugend und Soziales)"},
        {"office is „Jugend und Soziales”", "(office=Jugend und Soziales)"},
        {"office is “Jugend und Soziales”", "(office=Jugend und Soziales)"},
        {"office is «Jugend und Soziales»", "(office=Jugend und Soziales)"},
        {"office is »Jugend und Soziales«", "(office=Jugend und Soziales)"},
        {"office is \"\"", "(office=)"},
        {"office is \" a  b \\22\\5c\\ff\"", "(office= a  b \"\\5c\\ff)"},
        {"office is a\tb\xc2\xa0 c", "(office=a b c)"},
        {"name is O'Brien", "(name=O'Brien)"},
        {"name is \"A*\"", "(name=A\\2a)"},
        /* history, lists, suppression */
        {"invited to a-1", "(invited=a-1)"},
        {"eingeladen zur a-1", "(invited=a-1)"},
        {"ist nicht angemeldet zu a-1", "(!(registered=a-1))"},
        {"is registered for a-1", "(registered=a-1)"},
        {"wurde nicht eingeladen zu a-1", "(!(invited=a-1))"},
        {"declined a-1", "(declined=a-1)"},
        {"hat abgesagt zu a-1", "(declined=a-1)"},
        {"unanswered for a-1", "(unanswered=a-1)"},
        {"ohne Antwort zu a-1", "(unanswered=a-1)"},
        {"nicht geantwortet auf a-1", "(unanswered=a-1)"},
        {"attended a-1", "(attended=a-1)"},
        {"hat nicht teilgenommen an a-1", "(!(attended=a-1))"},
        {"registered for any event", "(registered=*)"},
        {"angemeldet zu irgendeiner Veranstaltung", "(registered=*)"},
        {"registered for *", "(registered=*)"},
        {"registered for any event in 2025", "(registered=any:2025)"},
        {"registered in 2025", "(registered=any:2025)"},
        {"eingeladen im Jahr 2025", "(invited=any:2025)"},
        {"attended any event in 2025 and role is head", "(&(attended=any:2025)(role=head))"},
        {"invited to any:2025", "(invited=any:2025)"},
        {"registered is a-1", "(registered=a-1)"},
        {"declined begins with a", "(declined=a*)"},
        {"in list planer", "(list=planer)"},
        {"not in list planer", "(!(list=planer))"},
        {"is not in the list planer", "(!(list=planer))"},
        {"im Verteiler planer", "(list=planer)"},
        {"nicht im Verteiler „planer“", "(!(list=planer))"},
        {"suppressed", "(suppressed=*)"},
        {"nicht gesperrt", "(!(suppressed=*))"},
        {"gesperrt für invitation", "(suppressed=invitation)"},
        /* trees */
        {"not not role is head", "(!(!(role=head)))"},
        {"not role is head and city is Kiel", "(&(!(role=head))(city=Kiel))"},
        {"nicht (Rolle ist Leitung und Stadt ist Kiel)", "(!(&(role=head)(city=Kiel)))"},
        {"(role is head)", "(role=head)"},
        {"(role is head or city is Kiel) and phone is known",
         "(&(|(role=head)(city=Kiel))(phone=*))"},
        {"role is head and (city is Kiel and phone is known)",
         "(&(role=head)(&(city=Kiel)(phone=*)))"},
        {"role is head, city is Kiel", "(&(role=head)(city=Kiel))"},
        {"role is head, city is Kiel and phone is known", "(&(role=head)(city=Kiel)(phone=*))"},
        {"Rolle ist Leitung, Stadt ist Kiel oder Telefon fehlt",
         "(|(role=head)(city=Kiel)(!(phone=*)))"},
        {"role is head, or city is Kiel", "(|(role=head)(city=Kiel))"},
        {"role is head but not registered for a", "(&(role=head)(!(registered=a)))"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *filter = to_filter(rows[i].sentence, -1, &error);
        if (g_strcmp0(filter, rows[i].filter) != 0)
            g_error("%s: %s", rows[i].sentence, filter ? filter : error->message);
    }
}

static void
test_errors(void)
{
    static const struct {
        const char *sentence, *error; /* what it begins with, behind "where:1:" */
    } rows[] = {
        {"", "1: the sentence is empty; for everybody write: mail is known"},
        {"   ", "4: the sentence is empty"},
        {"Planug ist x", "1: \"Planug\" is not known here; did you mean \"Planung\"?"},
        {"role is head und Einwoner über 5",
         "18: \"Einwoner\" is not known here; did you mean \"Einwohner\"?"},
        {"Größe ist x", "1: \"Größe\" is no field; write for example: planning is"},
        {"empolyeeType is x", "1: \"empolyeeType\" is not known here; did you mean \"employeeType"},
        {"regstered for a", "1: \"regstered for a\" is not known here; did you mean \"registered"},
        {"planning", "9: after \"planning\" must stand how it compares: is, is not, "},
        {"planning Sozialplanung", "10: after \"planning\" must stand how it compares"},
        {"planning iss x", "10: \"iss\" compares nothing; did you mean \"is\"?"},
        {"Name enthallt x", "6: \"enthallt\" compares nothing; did you mean \"enth"},
        {"planning is", "12: a value must stand here, not the end"},
        {"planning is and role is head", "13: a value must stand here, not \"and\""},
        {"planning is (x)", "13: a value must stand here, not \"(\""},
        {"planning = = x", "12: a value must stand here, not \"=\""},
        {"city is one of Kiel,", "21: a value must stand here, not the end"},
        {"planning is Sozialplanung or Bildungsplanung",
         "30: after \"or\" a condition must stand, such as planning is Sozialplanung; if "
         "\"Bildungsplanung\" belongs to a value, write that in quotes; several values: planning "
         "is one of"},
        {"planning is x population over 5",
         "15: \"and\" or \"or\" is missing before \"population\""},
        {"planning is x populaton over 5", "25: \"and\" or \"or\" is missing before \"over\""},
        {"planning is x registered for a",
         "15: \"and\" or \"or\" is missing before \"registered\""},
        {"planning is x not registered for a", "15: \"and\" or \"or\" is missing before \"not\""},
        {"planning is \"x\" y", "17: \"and\" or \"or\" is missing before \"y\""},
        {"registered for a b", "18: \"and\" or \"or\" is missing before \"b\""},
        {"Größe is x\" y", "11: the quotation mark that ends this text is missing"},
        {"city is „Köln", "9: the quotation mark that ends this text is missing"},
        {"city is „Köln\\4“", "14: two hexadecimal digits must follow"},
        {"name matches \"ä*\\zz\"", "17: two hexadecimal digits must follow"},
        {"name is A*", "9: for a part of a value say begins with, contains, ends with, or matches"},
        {"name contains \"\"", "15: there is nothing between the quotation marks"},
        {"population over many", "17: population is a number, but \"many\" is none; write whole"},
        {"population over 20.00", "17: population is a number, but \"20.00\""},
        {"population over 200.000,000", "17: population is a number, but \"200.000,000\""},
        {"population over 200–000", "17: population is a number, but \"200–000\""},
        {"population is 1234567890123456", "15: population is a number"},
        {"population over \"5\"", "17: population is a number"},
        {"name over 5", "6: only numbers are more or less than another, and name is none"},
        {"Name ist unter M", "6: only numbers are more or less than another"},
        {"cn or DN contains x", "10: after \"any attribute\" and \"or DN\" only \"is\""},
        {"any attribute is x", "1: for any attribute say by which rule it compares"},
        {"cn is x by rule ÿ", "17: a matching rule's name must stand here"},
        {"cn is x by rule", "16: a matching rule's name must stand here"},
        {"registered for",
         "15: the name of an event, a list or a purpose must stand here, not the"},
        {"registered for and x", "16: the name of an event"},
        {"in list (planer)", "9: the name of an event"},
        {"not", "4: a condition must stand here, such as planning is Sozialplanung, not the end"},
        {"role is head and", "17: a condition must stand here"},
        {"role is head and or city is x", "18: a condition must stand here"},
        {", role is head", "1: a condition must stand here"},
        {"()", "2: a condition must stand here"},
        {"(role is head", "1: the \")\" to this \"(\" is missing"},
        {"role is head)", "13: there is no \"(\" to this \")\""},
        {"(role is head) city is x", "16: \"and\" or \"or\" is missing before \"city\""},
        {"x=\xff", "3: this octet is a NUL or no UTF-8; write it in quotes, as \\ff"},
        {"ü ist \xc3", "7: this octet is a NUL or no UTF-8"},
        /* two readings */
        {"role is head and city is Kiel or phone is known",
         "31: \"and\" and \"or\" together can mean two things; put parentheses: (role is head and "
         "city is Kiel) or phone is known, or role is head and (city is Kiel or phone is known)"},
        {"Rolle ist Leitung oder Stadt ist Köln und Telefon fehlt",
         "39: \"and\" and \"or\" together can mean two things; put parentheses: (Rolle ist Leitung "
         "oder Stadt ist Köln) und Telefon fehlt, or Rolle ist Leitung oder (Stadt ist Köln und"},
        {"a=1, mail=1 or mail=2 and mail=3", "1: \"a\" is no field"},
        {"mail=1, mail=2 or mail=3 and mail=4", "26: \"and\" and \"or\" together"},
        {"(mail=1 or mail=2 and mail=3) or mail=4", "19: \"and\" and \"or\" together"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *start = g_strconcat("where:1:", rows[i].error, NULL);
        g_autofree char *filter = to_filter(rows[i].sentence, -1, &error);
        if (filter)
            g_error("%s: %s", rows[i].sentence, filter);
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
        if (!g_str_has_prefix(error->message, start))
            g_error("%s: %s", rows[i].sentence, error->message);
    }
    g_assert_null(to_filter("mail=\0x", 7, NULL));
    g_assert_null(to_filter("mail is known", 4, NULL)); /* reads no further */
}

/* names of the sentence that only the roster knows: filter_resolve() points at them */
static void
test_columns(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FilterNode) node =
        phrase_to_filter("Stadt ist Köln und (Telefon fehlt oder Attribut popluation ist x)", -1,
                         map, "where", NULL);
    g_assert_nonnull(node);
    g_assert_false(filter_resolve(node, map, "where", &error));
    g_assert_true(g_str_has_prefix(error->message, "where:1:40: "));
}

static char *
repeat(const char *before, const char *middle, const char *after, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append(text, before);
    g_string_append(text, middle);
    for (guint i = 0; i < count; i++)
        g_string_append(text, after);
    return g_string_free(text, FALSE);
}

static void
test_limits(void)
{
    static const struct {
        const char *before, *middle, *after;
        guint count;
        gboolean good;
    } rows[] = {
        {"not ", "mail=1", "", FILTER_DEPTH_MAX - 1, TRUE},
        {"not ", "mail=1", "", FILTER_DEPTH_MAX, FALSE},
        {"not (", "mail=1", ")", FILTER_DEPTH_MAX - 1, TRUE},
        {"(", "mail=1", ")", FILTER_DEPTH_MAX, TRUE},
        {"(", "mail=1", ")", 30000, FALSE},
        {"(", "", "", 60000, FALSE},
        {"not ", "", "", 16000, FALSE},
        {"mail=1 and ", "mail=1", "", FILTER_TERMS_MAX - 2, TRUE},
        {"mail=1 and ", "mail=1", "", FILTER_TERMS_MAX - 1, FALSE},
        {"mail=1 or ", "mail=1", "", 6000, FALSE},
        {"mail is one of ", "a", ", a", 1, TRUE},
        {"", "mail is one of a", ", a", FILTER_TERMS_MAX - 2, TRUE},
        {"", "mail is one of a", ", a", 20000, FALSE},
        {"", "mail is ", "x ", 32000, TRUE},
        {"", "population over 1", ",000", 16000, FALSE},
        {"", "mail is x", " (", 32000, FALSE},
        {"", "mail is \"", "\\", 60000, FALSE},
        {"x ", "", "", 32000, FALSE},
        {"", "attribute ", "is ", 21000, FALSE},
        {"", "mail is \"", "ä", 10922, FALSE}, /* no end */
        {"", "x", "x", FILTER_BYTES_MAX, FALSE},
        {"", "x", "x", 1024 * 1024, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            repeat(rows[i].before, rows[i].middle, rows[i].after, rows[i].count);
        g_autoptr(GError) error = NULL;
        gint64 begin = g_get_monotonic_time();
        g_autofree char *filter = to_filter(text, -1, &error);
        g_test_message("row %u: %" G_GINT64_FORMAT " us", i, g_get_monotonic_time() - begin);
        if ((filter != NULL) != rows[i].good)
            g_error("row %u: %s", i, filter ? "read" : error->message);
        g_assert_cmpint(error == NULL, ==, rows[i].good);
    }
    /* as text it would be too long for filter_parse() */
    g_autofree char *stars = g_strnfill(FILTER_BYTES_MAX / 2, '*');
    g_autofree char *text = g_strconcat("mail is \"", stars, "\"", NULL);
    g_assert_null(to_filter(text, -1, NULL));
}

static void
test_write(void)
{
    static const struct {
        const char *filter, *german, *english;
    } rows[] = {
        {"(&(planning=Sozialplanung)(population>=200001)(!(registered=mannheim-2020)))",
         "Planung ist Sozialplanung und Einwohner über 200.000 und nicht angemeldet zu "
         "mannheim-2020",
         "planning is Sozialplanung and population over 200,000 and not registered for "
         "mannheim-2020"},
        {"(&(role=head)(!(level=operative)))", "Rolle ist Leitung und Ebene ist nicht operativ",
         "role is head and level is not operative"},
        {"(role=Leitung)", "Rolle ist „Leitung“", "role is \"Leitung\""},
        {"(role=HEAD)", "Rolle ist „HEAD“", "role is \"HEAD\""},
        {"(|(city=Kiel)(city=Bonn)(city=Frankfurt \\28Oder\\29))",
         "Kommune ist eines von Kiel, Bonn oder Frankfurt (Oder)",
         "city is one of Kiel, Bonn or Frankfurt (Oder)"},
        {"(!(|(city=Kiel)(city=Bonn)))", "Kommune ist keines von Kiel oder Bonn",
         "city is none of Kiel or Bonn"},
        {"(|(city=Kiel)(state=Hessen))", "Kommune ist Kiel oder Bundesland ist Hessen",
         "city is Kiel or state is Hessen"},
        {"(&(|(city=Kiel)(state=Hessen))(!(&(phone=*)(mail=*))))",
         "(Kommune ist Kiel oder Bundesland ist Hessen) und nicht (Telefon ist bekannt und E-Mail "
         "ist bekannt)",
         "(city is Kiel or state is Hessen) and not (phone is known and mail is known)"},
        {"(&(city=Kiel))", "Kommune ist Kiel", "city is Kiel"},
        {"(!(!(city=Kiel)))", "nicht (Kommune ist nicht Kiel)", "not (city is not Kiel)"},
        {"(!(phone=*))", "Telefon fehlt", "phone is missing"},
        {"(population>=100000)", "Einwohner mindestens 100.000", "population at least 100,000"},
        {"(population>=1234)", "Einwohner mindestens 1234", "population at least 1234"},
        {"(population<=99999)", "Einwohner unter 100.000", "population under 100,000"},
        {"(population<=100000)", "Einwohner höchstens 100.000", "population at most 100,000"},
        {"(!(population<=99999))", "Einwohner nicht unter 100.000", "population not under 100,000"},
        {"(population>=abc)", "Einwohner mindestens „abc“", "population at least \"abc\""},
        {"(name=*mei*)", "Name enthält „mei“", "name contains \"mei\""},
        {"(!(name=Mei*))", "Name beginnt nicht mit „Mei“", "name does not begin with \"Mei\""},
        {"(name=*er)", "Name endet mit „er“", "name ends with \"er\""},
        {"(name=M*i*r)", "Name passt auf „M*i*r“", "name matches \"M*i*r\""},
        {"(name~=Meier)", "Name klingt wie Meier", "name sounds like Meier"},
        {"(cn:=Meier)", "cn ist Meier", "cn is Meier"},
        {"(registered:=a-1)", "angemeldet zu a-1", "registered for a-1"},
        {"(cn:dn:caseExactMatch:=Meier)", "cn oder DN ist „Meier“ nach Regel caseExactMatch",
         "cn or DN is \"Meier\" by rule caseExactMatch"},
        {"(:caseExactMatch:=Meier)", "irgendein Attribut ist „Meier“ nach Regel caseExactMatch",
         "any attribute is \"Meier\" by rule caseExactMatch"},
        {"(unheard=x)", "Attribut unheard ist x", "attribute unheard is x"},
        {"(email=x)", "Attribut email ist x", "attribute email is x"},
        {"(office=Jugend und Soziales)", "Amt ist „Jugend und Soziales“",
         "office is \"Jugend und Soziales\""},
        {"(office=„a“ \"b\"\\5c\\00\\ff)", "Amt ist „„a\\e2\\80\\9c \\22b\\22\\5c\\00\\ff“",
         "office is \"„a“ \\22b\\22\\5c\\00\\ff\""},
        {"(invited=*)", "eingeladen zu irgendeiner Veranstaltung", "invited to any event"},
        {"(!(attended=any:2025))", "nicht teilgenommen an irgendeiner Veranstaltung im Jahr 2025",
         "not attended any event in 2025"},
        {"(unanswered=a-1)", "ohne Antwort zu a-1", "unanswered for a-1"},
        {"(declined=any)", "abgesagt zu „any“", "declined \"any\""},
        {"(&(list=planer)(!(suppressed=*)))", "im Verteiler planer und nicht gesperrt",
         "in list planer and not suppressed"},
        {"(list=*)", "list ist bekannt", "list is known"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(FilterNode) node = filter_parse(rows[i].filter, -1, "filter", NULL);
        g_autofree char *german = phrase_from_filter(node, map, "de");
        g_autofree char *english = phrase_from_filter(node, map, "en");
        g_assert_cmpstr(german, ==, rows[i].german);
        g_assert_cmpstr(english, ==, rows[i].english);
    }
}

/* ---- random filters: the same again ---- */

static const char *const attributes[] = {
    "name",         "Planning",   "role",
    "level",        "city",       "population",
    "POPULATION",   "cn",         "title",
    "email",        "x-own",      "unheard",
    "2.5.4.3",      "cn;lang-de", "name;x-a",
    "is",           "not",        "oder",
    "attribute",    "in",         "list",
    "List",         "invited",    "registered",
    "Registered",   "suppressed", "declined",
    "attended",     "any",        "one",
    "known",        "unanswered", "mailPreferenceOption",
    "population;x", "Attribut",   "ist",
    "dn",           "or",         "st",
    "employeeType",
};

static const char *const values[] = {
    "",
    " ",
    "a",
    "Köln",
    "and",
    "oder",
    "not",
    "a und b",
    "a, b",
    "is",
    "x is y",
    "over 5",
    "known",
    "one of a",
    "in list a",
    "registered for a",
    "planner",
    "Planer",
    "PLANNER",
    "head",
    "strategic",
    "operativ",
    "5",
    "0",
    "-5",
    "007",
    "200000",
    "200001",
    "199999",
    "200.000",
    "200,000",
    "200 000",
    "999999999999999",
    "1000000000000000",
    "99999999999999999999999",
    "any",
    "any:2025",
    "any:20255",
    "any event",
    "*",
    "a*b",
    "**",
    "(",
    ")",
    "Frankfurt (Oder)",
    "a (b",
    "a) b",
    "\\",
    "\\5c",
    "\"",
    "„a“",
    "“",
    "”",
    "»",
    "«a",
    "'",
    "O'Brien",
    " a",
    "a ",
    "a  b",
    "a\tb",
    "a\nb",
    "\xc2\xa0",
    "\xff",
    "a\xffz",
    "\xe2\x80",
    "\xe2\x80\xae",
    "\xe2\x80\x8bx",
    "o\xcc\x88",
    "x by rule y",
    "x nach Regel y",
    "=",
    "a=b",
    "cn=a,o=b",
    ">=",
    "≠",
    "or DN",
    "attribute x is y",
    "mannheim-2020",
    "in 2025",
    "x not",
    "x nicht y",
    "Name",
    "name is a",
    "a or Name is b",
    "Name ist",
    "no",
    "kein",
    "but",
    "any attribute",
    "ist bekannt",
    "fehlt",
    "bis",
    "ab 5",
    "population",
    "population over",
};

static const char *const rules[] = {
    "",     ":caseExactMatch", ":2.5.13.5", ":x",     ":is",
    ":and", ":dn:dn",          ":dn",       ":dn:by", ":dn:caseIgnoreMatch"};

static void
append_octets(GString *out, const char *value, gboolean nul)
{
    for (const char *p = value; *p; p++)
        g_string_append_printf(out, "\\%02x", (guchar)*p);
    if (nul)
        g_string_append(out, "\\00");
}

#define PICK(random, list) (list)[g_rand_int_range(random, 0, (gint32)G_N_ELEMENTS(list))]

static void
append_random_leaf(GString *out, GRand *random)
{
    static const char *const signs[] = {"=", "=", "=", "=", ">=", "<=", "~=", "=*", "pieces", ":="};
    const char *sign = PICK(random, signs);
    g_autoptr(GString) value = g_string_new(NULL);
    append_octets(value, PICK(random, values), g_rand_int_range(random, 0, 50) == 0);
    g_string_append_c(out, '(');
    const char *rule = strcmp(sign, ":=") == 0 ? PICK(random, rules) : "";
    gboolean none = strlen(rule) > 3 && g_rand_boolean(random);
    g_string_append(out, none ? "" : PICK(random, attributes));
    g_string_append(out, rule);
    if (strcmp(sign, "pieces") == 0) {
        g_string_append_printf(out, "=%s", g_rand_boolean(random) ? value->str : "");
        for (gint32 i = g_rand_int_range(random, 0, 3); i > 0; i--) {
            g_string_append_c(out, '*');
            append_octets(out, PICK(random, values), FALSE);
        }
        g_string_append_c(out, '*');
    } else {
        g_string_append(out, sign);
        g_string_append(out, strcmp(sign, "=*") == 0 ? "" : value->str);
    }
    g_string_append_c(out, ')');
}

/* several values of one attribute */
static void
append_random_list(GString *out, GRand *random)
{
    const char *attribute = PICK(random, attributes);
    g_string_append(out, "(|");
    for (gint32 i = g_rand_int_range(random, 1, 5); i > 0; i--) {
        g_string_append_printf(out, "(%s=", attribute);
        append_octets(out, PICK(random, values), FALSE);
        g_string_append_c(out, ')');
    }
    g_string_append_c(out, ')');
}

static void
append_random(GString *out, GRand *random, guint depth)
{
    gint32 choice = depth == 0 ? 0 : g_rand_int_range(random, 0, 6);
    if (choice == 1) {
        append_random_list(out, random);
    } else if (choice < 3) {
        append_random_leaf(out, random);
    } else {
        g_string_append_printf(out, "(%c", "&|!"[choice - 3]);
        for (gint32 i = choice == 5 ? 1 : g_rand_int_range(random, 1, 5); i > 0; i--)
            append_random(out, random, depth - 1);
        g_string_append_c(out, ')');
    }
}

/* what phrase.h says is not kept */
static void
append_normal(GString *out, const FilterNode *node)
{
    while (node->children && node->kind != FILTER_NOT && !node->children[1])
        node = node->children[0];
    if (node->children) {
        g_string_append_printf(out, "(%c", "&|!"[node->kind]);
        for (FilterNode **child = node->children; *child; child++)
            append_normal(out, *child);
        g_string_append_c(out, ')');
        return;
    }
    FilterNode copy = *node;
    if (copy.kind == FILTER_EXTENSIBLE && !copy.rule && !copy.dn)
        copy.kind = FILTER_EQUAL;
    FieldId field = node->attribute ? field_find(node->attribute) : FIELDS;
    g_autofree char *lower = node->attribute ? g_ascii_strdown(node->attribute, -1) : NULL;
    static const char *const history[] = {"invited",  "registered", "declined",   "unanswered",
                                          "attended", "list",       "suppressed", NULL};
    if (field < FIELDS)
        copy.attribute = (char *)field_table[field].name;
    else if (lower && g_strv_contains(history, lower) &&
             (copy.kind == FILTER_EQUAL || (copy.kind == FILTER_PRESENT && *lower != 'l')))
        copy.attribute = lower;
    g_autofree char *text = filter_to_text(&copy);
    g_string_append(out, text);
}

static void
test_round_trip(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(SEED);
    for (guint i = 0; i < FILTERS; i++) {
        g_autoptr(GString) filter = g_string_new(NULL), expected = g_string_new(NULL);
        append_random(filter, random, (guint)g_rand_int_range(random, 0, 5));
        g_autoptr(FilterNode) node = filter_parse(filter->str, -1, "filter", NULL);
        if (!node)
            g_error("%s", filter->str);
        append_normal(expected, node);
        static const char *const languages[] = {"de", "en"};
        for (guint j = 0; j < G_N_ELEMENTS(languages); j++) {
            g_autoptr(GError) error = NULL;
            g_autofree char *sentence = phrase_from_filter(node, map, languages[j]);
            g_autofree char *again = to_filter(sentence, -1, &error);
            if (g_strcmp0(again, expected->str) != 0)
                g_error("%s\n%s\n%s", sentence, expected->str, again ? again : error->message);
        }
    }
}

/* what is said must be what is read: no word of the table hides another */
static void
test_words(void)
{
    for (guint i = 0; i < phrase_n_rows; i++) {
        for (guint j = 0; j < 2; j++) {
            g_auto(GStrv) words = g_strsplit(phrase_rows[i].words[j], "|", -1);
            for (char **word = words; *word; word++) {
                g_autoptr(GArray) tokens = phrase_tokens(*word, strlen(*word), "words", NULL);
                const PhraseRow *row = NULL;
                g_assert_nonnull(tokens);
                g_assert_cmpuint(phrase_match(tokens, 0, phrase_rows[i].role, &row), ==,
                                 tokens->len - 1);
                if (phrase_rows[i].role != PHRASE_PART && row != &phrase_rows[i])
                    g_error("\"%s\" stands twice", *word);
            }
        }
    }
    for (guint i = 0; i < FIELDS; i++) {
        g_autofree char *sentence = g_strdup_printf("%s is \"x\"", field_table[i].name);
        g_autofree char *expected = g_strdup_printf("(%s=x)", field_table[i].name);
        g_autofree char *filter = to_filter(sentence, -1, NULL);
        g_assert_cmpstr(filter, ==, expected);
    }
}

/* rundruf(1) has each alternative of each row, in the table's order */
static void
test_manual(void)
{
    const char *folder = g_getenv("SRCDIR");
    g_autofree char *manual = NULL;
    g_autofree char *path = g_build_filename(folder ? folder : ".", "contrib/man/rundruf.1", NULL);
    if (!g_file_get_contents(path, &manual, NULL, NULL)) {
        g_test_skip("SRCDIR does not name the sources");
        return;
    }
    const char *section = strstr(manual, "\n.Sh SENTENCES\n");
    g_assert_nonnull(section);
    g_autofree char *words = g_strndup(section, (gsize)(strstr(section + 1, "\n.Sh ") - section));
    for (guint i = 0; i < phrase_n_rows; i++) {
        g_auto(GStrv) english = g_strsplit(phrase_rows[i].words[0], "|", -1);
        g_auto(GStrv) german = g_strsplit(phrase_rows[i].words[1], "|", -1);
        g_autofree char *first = g_strjoinv(", ", english);
        g_autofree char *second = g_strjoinv(", ", german);
        g_autofree char *lines = g_strdup_printf("\n%s;\n%s\n", first, second);
        if (!strstr(words, lines))
            g_error("not in the manual page: %s", lines);
    }
}

/* the directory's own schema is the one that counts */
static void
test_schema(void)
{
    static const char text[] =
        "a\toddText\t1.2.3.1\t\tcaseIgnoreMatch\t\t\t1.3.6.1.4.1.1466.115.121.1.15\t\n"
        "a\toddNumber\t1.2.3.3\t\t2.5.13.14\t2.5.13.15\t\t1.3.6.1.4.1.1466.115.121.1.27\t\n";
    static const struct {
        const char *sentence, *filter; /* NULL: not understood */
    } rows[] = {
        {"oddText is x", "(oddText=x)"},
        {"oddNumber over 1,000", "(oddNumber>=1001)"},
        {"oddText over 1,000", NULL},
        {"street is x", NULL},
    };
    g_autoptr(GError) near = NULL;
    g_assert_null(to_filter("oddText is x", -1, NULL));
    field_map_use_schema(map, attribute_schema_read(text));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *filter = to_filter(rows[i].sentence, -1, NULL);
        g_assert_cmpstr(filter, ==, rows[i].filter);
    }
    g_assert_null(to_filter("oddTxt is x", -1, &near));
    g_assert_nonnull(strstr(near->message, "did you mean \"oddText\"?"));
    g_autoptr(FilterNode) node = filter_parse("(oddNumber>=1001)", -1, "filter", NULL);
    g_autofree char *sentence = phrase_from_filter(node, map, "en");
    g_assert_cmpstr(sentence, ==, "oddNumber over 1000");
    field_map_use_schema(map, NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    map = field_map_new();
    field_map_set(map, FIELD_OFFICE, "X-Own ou");
    g_test_add_func("/phrase/schema", test_schema);
    g_test_add_func("/phrase/read", test_read);
    g_test_add_func("/phrase/errors", test_errors);
    g_test_add_func("/phrase/columns", test_columns);
    g_test_add_func("/phrase/limits", test_limits);
    g_test_add_func("/phrase/write", test_write);
    g_test_add_func("/phrase/round_trip", test_round_trip);
    g_test_add_func("/phrase/words", test_words);
    g_test_add_func("/phrase/manual", test_manual);
    int status = g_test_run();
    field_map_free(map);
    return status;
}
