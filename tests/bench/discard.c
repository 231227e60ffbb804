/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench/discard.c - the floor of a first sync: a plain search whose entries are read and thrown away
 *
 *     discard URI BASE DN PASSWORD     prints the seconds between bind and the search's result */
#include "bare.h"
#include "base/clock.h"

#include <stdio.h>

int
main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: discard URI BASE DN PASSWORD\n");
        return 2;
    }
    LDAP *handle = bare_open(argv[1], argv[3], argv[4]);
    char *attributes[] = {(char *)"*", (char *)"entryUUID", (char *)"entryCSN", NULL};
    int search = 0;
    double begun = clock_elapsed();
    bare_need(ldap_search_ext(handle, argv[2], LDAP_SCOPE_SUBTREE, NULL, attributes, 0, NULL, NULL,
                              NULL, LDAP_MAXINT, &search),
              "search");
    bare_discard(handle, search);
    printf("%.4f\n", clock_elapsed() - begun);
    ldap_unbind_ext_s(handle, NULL, NULL);
    return 0;
}
