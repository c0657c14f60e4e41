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

deps: ## install the Debian packages that building and testing need (as root)
	@.ci/install-deps

check-fresh: ## replay the README in a fresh debootstrapped Debian 12 (as root)
	@tests/boot/fresh
