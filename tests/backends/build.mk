# SPDX-License-Identifier: BSD-2-Clause
# Unit tests of the back-ends and of the front-ends' portable cores, compiled
# for this machine with sanitizers.

TBE_OUT  := $(B)/tests/backends
TBE_SRC  := $(wildcard tests/backends/*.c) $(wildcard backends/lib/*.c) \
	$(filter-out backends/consoled/consoled.c,$(wildcard backends/consoled/*.c)) \
	$(filter-out backends/blkd/blkd.c,$(wildcard backends/blkd/*.c)) \
	frontends/console/console_front.c frontends/ring/front_ring.c
TBE_OBJ  := $(TBE_SRC:%.c=$(TBE_OUT)/obj/%.o)
CHECKS   += backends
LINT_C   += $(wildcard tests/backends/*.c)

$(TBE_OUT)/obj/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BE_CFLAGS) $(SANITIZE) -Ifrontends -Itests/backends -c -o $@ $<

$(TBE_OUT)/unit: $(TBE_OBJ) | $(B)/xenstore-lite/libxenstore.so
	$(call say,LD,$@)
	$(Q)$(CC) $(BE_CFLAGS) $(SANITIZE) -o $@ $^ $(BE_XEN) $(BE_LIBS) -lcunit

.PHONY: check-backends
check-backends: $(TBE_OUT)/unit ## unit tests of back-ends and front-ends
	$(Q)LD_LIBRARY_PATH=$(B)/xenstore-lite $<

-include $(TBE_OBJ:.o=.d)
include tests/backends/trial/build.mk
