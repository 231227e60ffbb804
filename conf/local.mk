# Files built into the program. A new one stands here and in conf/rundruf.gresource.xml;
# g_resource_lookup_data(conf_get_resource(), "/rundruf/NAME", ...) of "resources.h" gives it.
# Always by that function, never by the global look-up: it is what makes the linker take them along.
resource_files = \
	conf/rundruf.yaml \
	conf/templates/cancellation.de.html conf/templates/cancellation.de.txt \
	conf/templates/cancellation.en.html conf/templates/cancellation.en.txt \
	conf/templates/details.de.html conf/templates/details.de.txt \
	conf/templates/details.en.html conf/templates/details.en.txt \
	conf/templates/footer.de.html conf/templates/footer.de.txt \
	conf/templates/footer.en.html conf/templates/footer.en.txt \
	conf/templates/head.html \
	conf/templates/invitation.de.html conf/templates/invitation.de.txt \
	conf/templates/invitation.en.html conf/templates/invitation.en.txt \
	conf/templates/notice.de.txt conf/templates/notice.en.txt

EXTRA_DIST += conf/rundruf.gresource.xml $(resource_files)
AM_CPPFLAGS += -I$(top_builddir)/conf
BUILT_SOURCES += conf/resources.c conf/resources.h
CLEANFILES += conf/resources.c conf/resources.h
nodist_librundruf_a_SOURCES = conf/resources.c conf/resources.h

compile_resources = $(MKDIR_P) conf && $(GLIB_COMPILE_RESOURCES) --internal \
	--c-name=conf --sourcedir=$(srcdir)/conf --target=$@

conf/resources.c: $(srcdir)/conf/rundruf.gresource.xml $(resource_files)
	$(AM_V_GEN)$(compile_resources) --generate-source $(srcdir)/conf/rundruf.gresource.xml

conf/resources.h: $(srcdir)/conf/rundruf.gresource.xml
	$(AM_V_GEN)$(compile_resources) --generate-header $(srcdir)/conf/rundruf.gresource.xml

src/cli/cmd_init.$(OBJEXT) src/message/letter.$(OBJEXT): conf/resources.h

# Samples: for the demonstration and the tests.
EXTRA_DIST += conf/samples/announcement.en.txt conf/samples/announcement.txt conf/samples/event.yaml \
	conf/samples/make-roster.py conf/samples/roster.ldif
