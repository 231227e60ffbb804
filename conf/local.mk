# Sample configuration, templates, samples: built into the program (src/cli/resources) or installed.
EXTRA_DIST += conf/samples/make-roster.py conf/samples/roster.ldif
