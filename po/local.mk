# Translations of what coordinators see. po/de.po is the source; the compiled form lies in the build
# folder as a tree po/locale that the uninstalled program can use (RUNDRUF_LOCALEDIR).
de_mo = po/locale/de/LC_MESSAGES/rundruf.mo
localedirdedir = $(localedir)/de/LC_MESSAGES
nodist_localedirde_DATA = $(de_mo)
EXTRA_DIST += po/de.po po/extract.sh
CLEANFILES += $(de_mo) po/rundruf.pot

$(de_mo): po/de.po
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --check -o $@ $(srcdir)/po/de.po

# For whoever changes messages: brings po/de.po in step with the sources.
update-po:
	$(MKDIR_P) po
	$(srcdir)/po/extract.sh $(srcdir) po/rundruf.pot
	$(MSGMERGE) --update --backup=none --no-fuzzy-matching --sort-by-file $(srcdir)/po/de.po po/rundruf.pot
.PHONY: update-po
