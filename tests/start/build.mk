# SPDX-License-Identifier: BSD-2-Clause
# From the boot loader to the first domain, and what stops on the way: README.md.

START_B  := $(B)/tests/start
START_RUN = B=$(B) tests/start/run

$(START_B)/%.o: tests/start/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(START_B)/%.elf: $(START_B)/%.o $(GUEST_LIBO) tests/guest/lib/link.ld
	$(call say,LD,$@)
	$(Q)$(LD) $(GUEST_LDFLAGS) -o $@ $< $(GUEST_LIBO)

.SECONDARY: $(START_B)/key.o
.PHONY: check-firmware check-firmware-linux check-start

check-firmware: $(B)/pavise $(GUEST_B)/version.elf ## GRUB starts it by multiboot 2, on BIOS and on UEFI
	@$(START_RUN) firmware

check-firmware-linux: $(B)/pavise $(IMG)/vmlinux-6.1 $(IMG)/dom0.cpio.gz ## the same, Linux as first domain
	@$(START_RUN) linux

check-start: $(B)/pavise $(B)/pavise-debug $(GUEST_B)/version.elf $(START_B)/key.elf ## bad kernels, panics, CPUs in parallel
	@$(START_RUN) kernels panics cpus

CHECKS      += firmware start
FULL_CHECKS += firmware-linux
LINT_C      += $(wildcard tests/start/*.c)
-include $(START_B)/key.d
