# SPDX-License-Identifier: BSD-2-Clause
# The back-ends: build/bin/consoled and build/bin/blkd.

# The hypervisor's headers come last: some of them are named like the system's.
BE_CFLAGS := $(HOST_CFLAGS) -Ibackends -Ixenstore-lite/include -idirafter hypervisor/include
BE_C      := $(wildcard backends/*/*.c)
BE_OBJ    := $(BE_C:%.c=$(B)/%.o)
BE_XEN    := -lxengnttab -lxenevtchn -lxenforeignmemory
BE_STORE  := -L$(B)/xenstore-lite -lxenstore
BE_LIBS   := $(BE_STORE) -luring -lseccomp -lcap-ng
BE_PROGS  := $(B)/bin/consoled $(B)/bin/blkd
LINT_C    += $(BE_C)
ALL       += $(BE_PROGS)

BE_LIB_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard backends/lib/*.c))

$(B)/backends/%.o: backends/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BE_CFLAGS) -c -o $@ $<

$(B)/bin/consoled: $(patsubst %.c,$(B)/%.o,$(wildcard backends/consoled/*.c)) $(BE_LIB_OBJ) \
		| $(B)/xenstore-lite/libxenstore.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BE_CFLAGS) -o $@ $^ $(BE_XEN) $(BE_STORE) $(RPATH)

$(B)/bin/blkd: $(patsubst %.c,$(B)/%.o,$(wildcard backends/blkd/*.c)) $(BE_LIB_OBJ) \
		| $(B)/xenstore-lite/libxenstore.so
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BE_CFLAGS) -o $@ $^ $(BE_XEN) $(BE_LIBS) $(RPATH)

.PHONY: install-backends
install-backends: $(BE_PROGS) ## consoled and blkd, their man pages
	$(call install_to,755,$(PREFIX)/sbin,$^)
	$(call install_to,644,$(PREFIX)/share/man/man8,$(wildcard backends/man/*.8))

-include $(BE_OBJ:.o=.d)
