# The store: daemon, client library and command-line tool.

XS := $(B)/xenstore-lite
XS_CFLAGS := $(HOST_CFLAGS) -Ixenstore-lite/include -iquote hypervisor/include
# The worker is what everyone waits for. LTO where the linker has a plugin for it: gcc's.
XS_FAST   := -O3 -fPIE $(if $(findstring clang,$(CC)),,-flto=auto)
XS_LIBS   := -lxengnttab -lxenevtchn -lxencall

XS_DAEMON := $(patsubst xenstore-lite/%.c,$(XS)/%.o,$(wildcard xenstore-lite/daemon/*.c))
XS_LIB    := $(patsubst xenstore-lite/%.c,$(XS)/%.o,$(wildcard xenstore-lite/lib/*.c))
XS_CLI    := $(patsubst xenstore-lite/%.c,$(XS)/%.o,$(wildcard xenstore-lite/cli/*.c))
XS_HEADERS := $(patsubst xenstore-lite/%,$(XS)/%,$(wildcard xenstore-lite/include/*.h))

ALL += $(XS)/xenstored $(XS)/xenstore $(XS)/libxenstore.so.4 $(XS)/libxenstore.so $(XS_HEADERS)
LINT_C += $(wildcard xenstore-lite/*/*.c)

$(XS)/%.o: xenstore-lite/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(XS_CFLAGS) -c -o $@ $<

$(XS_DAEMON): XS_CFLAGS += $(XS_FAST)

$(XS)/xenstored: $(XS_DAEMON)
	$(call say,LINK,$@)
	$(Q)$(CC) $(XS_FAST) -pie -o $@ $^ $(XS_LIBS)

$(XS)/libxenstore.so.4: $(XS_LIB) xenstore-lite/lib/libxenstore.map
	$(call say,LINK,$@)
	$(Q)$(CC) -shared -Wl,-soname,libxenstore.so.4 -Wl,--version-script=xenstore-lite/lib/libxenstore.map \
		-o $@ $(XS_LIB) -lpthread

$(XS)/libxenstore.so: $(XS)/libxenstore.so.4
	$(Q)ln -sf libxenstore.so.4 $@

$(XS)/xenstore: $(XS_CLI) $(XS)/libxenstore.so
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $(XS_CLI) -L$(XS) -lxenstore -Wl,-rpath,'$$ORIGIN:$$ORIGIN/../lib'

$(XS)/include/%.h: xenstore-lite/include/%.h
	@mkdir -p $(@D)
	$(Q)cp $< $@

-include $(XS_DAEMON:.o=.d) $(XS_LIB:.o=.d) $(XS_CLI:.o=.d)

# `make install` from the top, or this folder alone.
PREFIX ?= /usr/local
XS_NAMES := read write ls list rm chmod exists watch control
.PHONY: install-store
install-store: $(XS)/xenstored $(XS)/xenstore $(XS)/libxenstore.so ## the store's programs, library, headers, man pages
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib \
		$(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man8
	install $(XS)/xenstored $(DESTDIR)$(PREFIX)/sbin
	install $(XS)/xenstore $(DESTDIR)$(PREFIX)/bin
	for n in $(XS_NAMES); do ln -sf xenstore $(DESTDIR)$(PREFIX)/bin/xenstore-$$n; done
	install -m 644 $(XS)/libxenstore.so.4 $(DESTDIR)$(PREFIX)/lib
	ln -sf libxenstore.so.4 $(DESTDIR)$(PREFIX)/lib/libxenstore.so
	install -m 644 xenstore-lite/include/*.h $(DESTDIR)$(PREFIX)/include
	install -m 644 xenstore-lite/man/xenstore.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 xenstore-lite/man/xenstored.8 $(DESTDIR)$(PREFIX)/share/man/man8
