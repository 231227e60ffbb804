# Sample configuration, templates, samples: built into the program (src/cli/resources) or installed.
EXTRA_DIST += conf/samples/announcement.en.txt conf/samples/announcement.txt conf/samples/event.yaml
EXTRA_DIST += conf/samples/make-roster.py conf/samples/roster.ldif
EXTRA_DIST += \
	conf/templates/cancellation.de.html \
	conf/templates/cancellation.de.txt \
	conf/templates/cancellation.en.html \
	conf/templates/cancellation.en.txt \
	conf/templates/details.de.html \
	conf/templates/details.de.txt \
	conf/templates/details.en.html \
	conf/templates/details.en.txt \
	conf/templates/footer.de.html \
	conf/templates/footer.de.txt \
	conf/templates/footer.en.html \
	conf/templates/footer.en.txt \
	conf/templates/head.html \
	conf/templates/invitation.de.html \
	conf/templates/invitation.de.txt \
	conf/templates/invitation.en.html \
	conf/templates/invitation.en.txt
