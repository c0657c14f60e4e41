# SPDX-License-Identifier: BSD-2-Clause
# libpav's pure parts on the host, under sanitizers.

TT_SRC := $(wildcard tests/tools/*.c)
# What can run without a hypervisor and a store.
TT_LIB := $(patsubst %,toolstack/lib/%.c,error kernel_elf layout unpack config config_text disk session)
TT_OBJ := $(TT_SRC:%.c=$(B)/%.o) $(TT_LIB:%.c=$(B)/tests/tools/%.o)
TT_CFLAGS := $(PAV_CFLAGS) $(SANITIZE)
LINT_C += $(TT_SRC)

$(B)/tests/tools/%.o: tests/tools/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TT_CFLAGS) -c -o $@ $<

$(B)/tests/tools/toolstack/%.o: toolstack/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TT_CFLAGS) -c -o $@ $<

$(B)/tests/tools/check: $(TT_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcunit -lutil -luuid -lz -llzma -lzstd -llz4

.PHONY: check-tools
check-tools: $(B)/tests/tools/check ## libpav's parsers, unpacking and page tables (sanitizers)
	@$<

.PHONY: check-cli
check-cli: all ## what `make install` installs, and what its programs say to a person
	@tests/tools/cli

CHECKS += tools cli
-include $(TT_OBJ:.o=.d)
