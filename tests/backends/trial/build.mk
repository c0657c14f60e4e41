# SPDX-License-Identifier: BSD-2-Clause
# The trial: what an answer from a user-space back-end costs. Not a check.

TRIAL    := $(B)/tests/backends/trial
TRIAL_DIR := tests/backends/trial
LINT_C   += $(wildcard $(TRIAL_DIR)/*.c)

$(TRIAL)/%.o: $(TRIAL_DIR)/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BE_CFLAGS) -c -o $@ $<

$(TRIAL)/answer $(TRIAL)/grants: $(TRIAL)/%: $(TRIAL)/%.o $(BE_LIB_OBJ) | $(B)/xenstore-lite/libxenstore.so
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^ $(BE_XEN) $(BE_STORE)

$(TRIAL)/mark: $(TRIAL)/mark.o
	$(Q)$(CC) -static -o $@ $^

$(TRIAL)/count.so: $(TRIAL)/count.o
	$(Q)$(CC) -shared -o $@ $^

$(TRIAL)/guest-kernel.o: $(TRIAL_DIR)/guest.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(TRIAL)/guest.elf: $(TRIAL)/guest-kernel.o $(TINY_LIBO)
	$(call say,LD,$@)
	$(Q)$(LD) -nostdlib -static -no-pie -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments \
		-T tests/guest/lib/link.ld -o $@ $^

.PHONY: trial
trial: $(TRIAL)/answer $(TRIAL)/grants $(TRIAL)/mark $(TRIAL)/count.so $(TRIAL)/guest.elf

-include $(wildcard $(TRIAL)/*.d)
