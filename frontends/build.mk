# SPDX-License-Identifier: BSD-2-Clause
# Tiny guests that use the front-ends: build/frontends/tiny/NAME.elf. They stand
# on the library of the tiny test kernels.

TINY_B    := $(B)/frontends
TINY_SRC  := frontends/console/console_front.c frontends/ring/front_ring.c frontends/tiny/console.c
TINY_OBJ  := $(TINY_SRC:%.c=$(B)/%.o)
TINY_LIBO := $(patsubst %.c,$(B)/%.o,$(wildcard tests/guest/lib/*.c)) $(B)/tests/guest/lib/start.o
TINY_ELF  := $(TINY_B)/tiny/echo.elf
ALL       += $(TINY_ELF)
LINT_C    += $(wildcard frontends/*/*.c)

$(TINY_B)/%.o: frontends/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -Ifrontends -c -o $@ $<

$(TINY_B)/tiny/%.elf: $(TINY_B)/tiny/%.o $(TINY_OBJ) $(TINY_LIBO) tests/guest/lib/link.ld
	$(call say,LD,$@)
	$(Q)$(LD) -nostdlib -static -no-pie -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments \
		-T tests/guest/lib/link.ld -o $@ $(filter %.o,$^)

# Kept, though only the link needs them.
.SECONDARY: $(TINY_OBJ) $(TINY_ELF:.elf=.o)

-include $(TINY_OBJ:.o=.d) $(TINY_ELF:.elf=.d)
