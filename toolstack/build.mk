# SPDX-License-Identifier: BSD-2-Clause
# libpav and the pav command.

PAV_LIB_SRC := $(wildcard toolstack/lib/*.c)
PAV_CLI_SRC := $(wildcard toolstack/cli/*.c)
PAV_LIB_OBJ := $(PAV_LIB_SRC:%.c=$(B)/%.o)
PAV_CLI_OBJ := $(PAV_CLI_SRC:%.c=$(B)/%.o)
PAV_CFLAGS  := $(HOST_CFLAGS) -Itoolstack/include -Ixenstore-lite/include -iquote toolstack/lib -iquote hypervisor/include
PAV_LIBS    := -L$(B)/xenstore-lite -lxenstore -lxencall -lxenforeignmemory -luuid -lyajl -lseccomp -lz -llzma -lzstd -llz4

ALL    += $(B)/bin/pav $(B)/toolstack/libpav.a
LINT_C += $(PAV_LIB_SRC) $(PAV_CLI_SRC)

$(PAV_LIB_OBJ) $(PAV_CLI_OBJ): $(B)/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PAV_CFLAGS) -c -o $@ $<

$(B)/toolstack/libpav.a: $(PAV_LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(B)/bin/pav: $(PAV_CLI_OBJ) $(B)/toolstack/libpav.a | $(B)/xenstore-lite/libxenstore.so
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(PAV_LIBS) $(RPATH)

.PHONY: install-tools
install-tools: $(B)/bin/pav ## pav, its man pages and bash completion
	$(call install_to,755,$(PREFIX)/sbin,$<)
	$(call install_to,644,$(PREFIX)/share/man/man1,toolstack/man/pav.1)
	$(call install_to,644,$(PREFIX)/share/man/man5,toolstack/man/pav.cfg.5)
	$(call install_to,644,$(PREFIX)/share/bash-completion/completions,toolstack/completion/pav)

-include $(PAV_LIB_OBJ:.o=.d) $(PAV_CLI_OBJ:.o=.d)
