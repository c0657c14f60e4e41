# SPDX-License-Identifier: BSD-2-Clause
# The hypervisor's own files compiled for the host: one program for each *_test.c.

UNIT_SRC  := $(wildcard tests/unit/*_test.c)
UNIT_PROG := $(UNIT_SRC:%.c=$(B)/%)

# Includes of the hypervisor by quotes only: its errno.h and sched.h are not the C library's.
$(B)/tests/unit/%: tests/unit/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(SANITIZE) -DPAVISE_HOST_TEST -iquote hypervisor/include \
		-iquote tests/unit -MF $@.d -o $@ $< -lcunit

.PHONY: check-unit
check-unit: $(UNIT_PROG) ## the hypervisor's files on the host, with sanitizers
	@tests/unit/run $^

CHECKS += unit
LINT_C += $(UNIT_SRC)
-include $(UNIT_PROG:%=%.d)
