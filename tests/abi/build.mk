# SPDX-License-Identifier: BSD-2-Clause
# The public headers against libxen-dev's.

ABI_SRC := $(wildcard tests/abi/*.c)
ABI_OBJ := $(ABI_SRC:%.c=$(B)/%.o)

# The other side's headers use GNU extensions.
$(B)/tests/abi/%.o: tests/abi/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -std=gnu11 -iquote hypervisor/include -c -o $@ $<

$(B)/tests/abi/check: $(ABI_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^

.PHONY: check-abi
check-abi: $(B)/tests/abi/check ## the public headers against libxen-dev's
	@CC="$(CC)" tests/abi/run $<

CHECKS += abi
LINT_C += $(ABI_SRC)
-include $(ABI_OBJ:.o=.d)
