/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe CONFIG: prints what directory_probe() finds, "! " before what is grave, else "- " */
#include "directory/directory.h"

#include <stdio.h>

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = argc == 2 ? config_load(argv[1], &error) : NULL;
    g_autoptr(Directory) directory = config ? directory_open(config, &error) : NULL;
    g_autoptr(GPtrArray) findings = directory ? directory_probe(directory, &error) : NULL;
    if (!findings) {
        fprintf(stderr, "%s\n", error ? error->message : "usage: probe CONFIG");
        return 1;
    }
    for (guint i = 0; i < findings->len; i++) {
        const DirectoryFinding *finding = g_ptr_array_index(findings, i);
        printf("%c %s\n", finding->grave ? '!' : '-', finding->text);
    }
    return 0;
}
