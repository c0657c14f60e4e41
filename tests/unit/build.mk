# SPDX-License-Identifier: BSD-2-Clause
# The hypervisor's own files on the host, under the address and undefined-behaviour
# sanitizers: one program for each *_test.c, see README.md.

UNIT_C   := $(wildcard tests/unit/*_test.c)
UNIT_BIN := $(UNIT_C:tests/unit/%.c=$(B)/tests/unit/%)
# -iquote: the hypervisor has an errno.h of its own that <errno.h> must not find.
UNIT_CFLAGS := $(HOST_CFLAGS) $(SANITIZE) -Wno-missing-prototypes -fno-strict-aliasing \
	-DPAVISE_HOST_TEST -iquote hypervisor/include -iquote tests/unit

$(B)/tests/unit/%.o: tests/unit/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) -c -o $@ $<

$(B)/tests/unit/hypervisor/%.o: hypervisor/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) -c -o $@ $<

# The files that test $(1) names on its line "sources:", as host objects.
unit_sources = $(patsubst hypervisor/%.c,$(B)/tests/unit/hypervisor/%.o,$(shell \
	sed -n 's|^/\* sources: \(.*\) \*/$$|\1|p' $(1)))

define unit_program
$(B)/tests/unit/$(1): $(B)/tests/unit/$(1).o $(call unit_sources,tests/unit/$(1).c)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(SANITIZE) -o $$@ $$^ -lcunit
-include $(B)/tests/unit/$(1).d
endef
$(foreach t,$(UNIT_C:tests/unit/%.c=%),$(eval $(call unit_program,$(t))))

.PHONY: check-unit
check-unit: $(UNIT_BIN) ## the hypervisor's files on the host, under sanitizers
	@tests/unit/run $^

CHECKS += unit
LINT_C += $(UNIT_C)
-include $(wildcard $(B)/tests/unit/hypervisor/*/*.d)
