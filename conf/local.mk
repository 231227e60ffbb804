# Sample configuration, templates, samples: built into the program (src/cli/resources) or installed.
EXTRA_DIST += conf/samples/announcement.en.txt conf/samples/announcement.txt conf/samples/event.yaml
EXTRA_DIST += conf/samples/make-roster.py conf/samples/roster.ldif
