# SPDX-License-Identifier: BSD-2-Clause
# Instructions per hypercall, beside Xen 4.17's.

BENCH_B := $(B)/tests/bench

$(BENCH_B)/%.o: tests/bench/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

# Expanded late: tests/guest says what its library is, and may be read after this.
.SECONDEXPANSION:
$(BENCH_B)/%.elf: $(BENCH_B)/%.o $$(GUEST_LIBO) tests/guest/lib/link.ld
	$(call say,LD,$@)
	$(Q)$(LD) $(GUEST_LDFLAGS) -o $@ $< $(GUEST_LIBO)

.SECONDARY: $(BENCH_B)/hypercalls.o $(BENCH_B)/preemption.o $(BENCH_B)/footprint.o
.PHONY: bench-hypercalls
bench-hypercalls: $(BENCH_B)/hypercalls.elf $(B)/pavise $(B)/xen-4.17 ## instructions per hypercall: pavise, xen, ratio, target
	@B=$(B) tests/bench/hypercalls --xen $(B)/xen-4.17

.PHONY: bench-domains
bench-domains: $(B)/tests/guest/domain_many.elf $(B)/pavise ## a thousand domains in one boot: cost of making and ending, memory of each
	@B=$(B) tests/bench/domains

.PHONY: check-preemption
check-preemption: $(BENCH_B)/preemption.elf $(B)/pavise ## the longest stretch of each hypercall that no event can end
	@B=$(B) tests/bench/preemption

.PHONY: check-footprint
check-footprint: $(BENCH_B)/footprint.elf $(B)/pavise ## memory that domains can't have, start-up by memory size
	@B=$(B) tests/bench/footprint

CHECKS += preemption footprint

.PHONY: check-bench bench-ceilings
check-bench: $(BENCH_B)/hypercalls.elf $(B)/pavise ## no operation takes more instructions than tests/bench/ceilings says
	@B=$(B) tests/bench/hypercalls --ceilings tests/bench/ceilings --compiler "$(CC)"

bench-ceilings: $(BENCH_B)/hypercalls.elf $(B)/pavise ## set tests/bench/ceilings by what operations take now
	@B=$(B) tests/bench/hypercalls --refresh tests/bench/ceilings

CHECKS += bench

LINT_C += $(wildcard tests/bench/*.c)
-include $(BENCH_B)/hypercalls.d $(BENCH_B)/preemption.d $(BENCH_B)/footprint.d
