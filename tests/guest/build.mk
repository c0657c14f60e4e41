# SPDX-License-Identifier: BSD-2-Clause
# Tiny kernels, one rule each: every tests/guest/*.c becomes one.

GUEST_B      := $(B)/tests/guest
GUEST_SRC    := $(sort $(wildcard tests/guest/*.c))
GUEST_LIB    := $(wildcard tests/guest/lib/*.c)
GUEST_LIBO   := $(GUEST_LIB:%.c=$(B)/%.o) $(GUEST_B)/lib/start.o
GUEST_ELF    := $(GUEST_SRC:tests/guest/%.c=$(GUEST_B)/%.elf)
GUEST_CFLAGS := -std=gnu11 -O2 -g $(WARN) -MMD -MP -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone \
	-mgeneral-regs-only -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none \
	-fno-strict-aliasing -Ihypervisor/include -Itests/guest
GUEST_LDFLAGS := -nostdlib -static -no-pie -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments \
	-T tests/guest/lib/link.ld

$(GUEST_B)/%.o: tests/guest/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(GUEST_B)/%.o: tests/guest/%.S
	$(call say,AS,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(GUEST_B)/%.elf: $(GUEST_B)/%.o $(GUEST_LIBO) tests/guest/lib/link.ld
	$(call say,LD,$@)
	$(Q)$(LD) $(GUEST_LDFLAGS) -o $@ $< $(GUEST_LIBO)

.SECONDARY: $(GUEST_SRC:%.c=$(B)/%.o) $(GUEST_LIBO)
.PHONY: guests check-guest check-guest-smp check-guest-intel check-guest-xen
guests: $(GUEST_ELF)

GUEST_IMAGES := $(B)/pavise $(B)/pavise-debug
GUEST_RUN    := B=$(B) tests/guest/run -j 2 --hv $(B)/pavise,$(B)/pavise-debug

check-guest: guests $(GUEST_IMAGES) ## every rule test on Pavise, as it is and as a debug build
	@$(GUEST_RUN)

check-guest-smp: guests $(GUEST_IMAGES) ## the same with 1, 2 and 4 CPUs
	@$(GUEST_RUN) --smp 1,2,4

CHECKS      += guest
FULL_CHECKS += guest-smp

check-guest-intel: guests $(GUEST_IMAGES) ## the same on a CPU that says it is Intel's: SYSENTER in long mode
	@$(GUEST_RUN) --cpu max,vendor=GenuineIntel --smp 2

FULL_CHECKS += guest-intel

check-guest-xen: guests $(B)/xen-4.17 ## every rule test on Debian's Xen 4.17
	@B=$(B) tests/guest/run -j 2 --xen $(B)/xen-4.17

# Debian's own package, for comparing; never committed.
$(B)/xen-4.17:
	$(call say,FETCH,$@)
	@mkdir -p $(B)/xen-deb
	$(Q)cd $(B)/xen-deb && apt-get download -q xen-hypervisor-4.17-amd64
	$(Q)dpkg-deb -x $(B)/xen-deb/xen-hypervisor-4.17-amd64_*.deb $(B)/xen-deb
	$(Q)zcat $(B)/xen-deb/boot/xen-4.17-amd64.gz >$@.new
	@mv $@.new $@

LINT_C += $(GUEST_SRC) $(GUEST_LIB)
-include $(GUEST_LIBO:.o=.d) $(GUEST_ELF:.elf=.d)
