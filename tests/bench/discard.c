/* SPDX-License-Identifier: GPL-3.0-or-later */
/* discard - the floor of a first sync: a plain search whose entries are read and thrown away
 *
 *     discard URI BASE DN PASSWORD     prints the seconds between bind and the search's result */
#include <ldap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
need(int code, const char *step)
{
    if (code == LDAP_SUCCESS)
        return;
    fprintf(stderr, "discard: %s: %s\n", step, ldap_err2string(code));
    exit(1);
}

int
main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: discard URI BASE DN PASSWORD\n");
        return 2;
    }
    LDAP *handle = NULL;
    int version = LDAP_VERSION3, search = 0, unlimited = LDAP_MAXINT;
    struct berval password = {strlen(argv[4]), argv[4]};
    char *attributes[] = {(char *)"*", (char *)"entryUUID", (char *)"entryCSN", NULL};
    need(ldap_initialize(&handle, argv[1]), "initialize");
    need(ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version), "version");
    need(ldap_sasl_bind_s(handle, argv[3], LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL), "bind");

    double begin = now();
    need(ldap_search_ext(handle, argv[2], LDAP_SCOPE_SUBTREE, NULL, attributes, 0, NULL, NULL, NULL,
                         unlimited, &search),
         "search");
    LDAPMessage *message = NULL;
    int type;
    while ((type = ldap_result(handle, search, LDAP_MSG_ONE, NULL, &message)) ==
           LDAP_RES_SEARCH_ENTRY)
        ldap_msgfree(message);
    int result = LDAP_SERVER_DOWN;
    if (type == LDAP_RES_SEARCH_RESULT)
        ldap_parse_result(handle, message, &result, NULL, NULL, NULL, NULL, 1);
    need(result, "result");
    printf("%.3f\n", now() - begin);
    ldap_unbind_ext_s(handle, NULL, NULL);
    return 0;
}
