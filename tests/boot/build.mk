# SPDX-License-Identifier: BSD-2-Clause
# Whole systems: `make run`, `make demo`, and the tests of the toolstack.
# HV chooses the hypervisor: a multiboot image, or `xen` for Debian's Xen 4.17.

IMG ?= $(B)/image
HV  ?= $(B)/pavise
HV_FILE := $(if $(filter xen,$(HV)),$(IMG)/xen,$(HV))
BOOT_DEPS := $(IMG)/dom0.cpio.gz $(IMG)/vmlinux-6.1 $(HV_FILE)

.PHONY: run demo check-fresh deps
run: $(BOOT_DEPS) ## boot it all in QEMU and land on the console of a guest (HV=xen: on Xen)
	@BUILD=$(B) tests/boot/run $(HV)

demo: $(BOOT_DEPS) ## the same, scripted: types into the guest, checks the answers
	@BUILD=$(B) tests/boot/demo $(HV)

# The same tests on our hypervisor and on Debian's Xen: each half works with the
# other half of Xen.
BOOT_JOBS  := errors life tiny compat
FAULT_JOBS := restart
JOB_DEPS   := $(IMG)/dom0.cpio.gz $(IMG)/vmlinux-6.1 $(IMG)/guest-6.12.cpio.gz $(TINY_ELF) \
	$(B)/tests/boot/compat32

# No C library: Debian has none for 32 bits without a foreign architecture.
$(B)/tests/boot/compat32: tests/boot/programs/compat32.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -std=gnu11 -O2 $(WARN) -ffreestanding -fno-pic -fno-pie -fno-stack-protector \
		-fno-asynchronous-unwind-tables -mgeneral-regs-only -nostdlib -static -o $@ $<

.PHONY: check-demo check-boot check-faults check-cycles check-xl
.PHONY: check-demo-xen check-boot-xen check-faults-xen check-cycles-xen check-xl-xen
check-demo: $(JOB_DEPS) $(B)/pavise ## make demo, counted as a test
	@BUILD=$(B) tests/boot/demo $(B)/pavise

check-boot: $(JOB_DEPS) $(B)/pavise ## toolstack on a booted machine: errors, life cycle, tiny guest, 32-bit programs
	@BUILD=$(B) tests/boot/suite $(B)/pavise $(BOOT_JOBS)

check-faults: $(JOB_DEPS) $(B)/pavise ## killed daemons and commands
	@BUILD=$(B) tests/boot/suite $(B)/pavise $(FAULT_JOBS)

check-cycles: $(JOB_DEPS) $(B)/pavise ## 50 times create and destroy, free memory compared
	@BUILD=$(B) tests/boot/suite $(B)/pavise cycles

check-demo-xen: $(JOB_DEPS) $(IMG)/xen ## make demo on Debian's Xen
	@BUILD=$(B) tests/boot/demo xen

check-boot-xen: $(JOB_DEPS) $(IMG)/xen ## errors, life cycle, tiny guest, 32-bit programs on Debian's Xen
	@BUILD=$(B) tests/boot/suite xen $(BOOT_JOBS)

check-faults-xen: $(JOB_DEPS) $(IMG)/xen ## killed daemons and commands on Debian's Xen
	@BUILD=$(B) tests/boot/suite xen $(FAULT_JOBS)

check-cycles-xen: $(JOB_DEPS) $(IMG)/xen ## 50 times create and destroy on Debian's Xen
	@BUILD=$(B) tests/boot/suite xen cycles

check-xl: $(JOB_DEPS) $(IMG)/xl.cpio $(B)/pavise ## Debian's unmodified xl and QEMU's disk back-end on our store
	@BUILD=$(B) tests/boot/suite $(B)/pavise xl

check-xl-xen: $(JOB_DEPS) $(IMG)/xl.cpio $(IMG)/xen ## the same on Debian's Xen, where only the store is ours
	@BUILD=$(B) tests/boot/suite xen xl

CHECKS      += demo boot faults cycles
FULL_CHECKS += demo-xen boot-xen faults-xen cycles-xen xl xl-xen

deps: ## install the Debian packages that building and testing need (as root)
	@.ci/install-deps

check-fresh: ## replay the README in a fresh debootstrapped Debian 12 (as root)
	@tests/boot/fresh
