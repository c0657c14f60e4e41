# The hypervisor: build/pavise, and build/pavise-debug with `make debug=y`.

HV_FLOORS := lib arch platform core mm sched event grant domain hypercall entry boot
HV_OUT    := $(B)/hypervisor$(if $(filter y,$(debug)),-debug)
HV_IMAGE  := $(B)/pavise$(if $(filter y,$(debug)),-debug)
HV_C      := $(wildcard $(HV_FLOORS:%=hypervisor/%/*.c))
HV_S      := $(wildcard $(HV_FLOORS:%=hypervisor/%/*.S))
HV_OBJ    := $(HV_C:hypervisor/%.c=$(HV_OUT)/%.o) $(HV_S:hypervisor/%.S=$(HV_OUT)/%.S.o)
LINT_C    += $(HV_C)

# Linked at IMAGE_VIRT, out of reach of any code model but a relative one.
HV_CFLAGS := $(CSTD) -O$(O) -g $(WARN) -MMD -MP -ffreestanding -fno-builtin -fpie -fno-plt \
	-fvisibility=hidden -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing \
	-fno-omit-frame-pointer -fno-common -fno-delete-null-pointer-checks \
	-Ihypervisor/include -I$(HV_OUT) $(if $(filter y,$(debug)),-DPAVISE_DEBUG)

ALL += $(HV_IMAGE)

# The other kind is asked for by name, from the tests.
ifneq ($(debug),y)
.PHONY: $(B)/pavise-debug
$(B)/pavise-debug:
	$(Q)$(MAKE) --no-print-directory debug=y $@
endif

$(HV_OUT)/%.o: hypervisor/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HV_CFLAGS) -c -o $@ $<

$(HV_OUT)/%.S.o: hypervisor/%.S $(HV_OUT)/asm-offsets.h
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HV_CFLAGS) -D__ASSEMBLY__ -c -o $@ $<

-include $(HV_OBJ:.o=.d)

$(HV_OUT)/asm-offsets.h: hypervisor/asm-offsets.c
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HV_CFLAGS) -MF $@.d -MT $@ -S -o $(@:.h=.s) $<
	$(Q)sed -n 's/.*"->\([A-Z0-9_]*\) \([^"]*\)".*/#define \1 \2/p' $(@:.h=.s) >$@

-include $(HV_OUT)/asm-offsets.h.d

# Linked twice: without a symbol table, and with the one made of the first link.
HV_LINK = $(LD) -static -nostdlib -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments \
	--build-id=none -T hypervisor/pavise.lds

$(HV_OUT)/symbols0.S: hypervisor/tools/mksymbols
	@mkdir -p $(@D)
	$(Q)$< >$@

$(HV_OUT)/symbols.S: $(HV_OUT)/pavise0.elf hypervisor/tools/mksymbols
	$(Q)hypervisor/tools/mksymbols $< >$@

$(HV_OUT)/symbols%.o: $(HV_OUT)/symbols%.S
	$(Q)$(CC) -c -o $@ $<

$(HV_OUT)/symbols.o: $(HV_OUT)/symbols.S
	$(Q)$(CC) -c -o $@ $<

$(HV_OUT)/pavise0.elf: $(HV_OBJ) $(HV_OUT)/symbols0.o hypervisor/pavise.lds
	$(Q)$(HV_LINK) -o $@ $(HV_OBJ) $(HV_OUT)/symbols0.o

# The one with all symbols, for a debugger; the flat one is what boots.
$(HV_IMAGE).elf: $(HV_OBJ) $(HV_OUT)/symbols.o hypervisor/pavise.lds
	$(call say,LD,$@)
	$(Q)$(HV_LINK) -o $@ $(HV_OBJ) $(HV_OUT)/symbols.o

$(HV_IMAGE): $(HV_IMAGE).elf
	$(call say,IMAGE,$@)
	$(Q)$(OBJCOPY) -O binary $< $@

# Each internal header compiles alone: it includes what it needs.
.PHONY: check-headers
HV_HEADERS := $(wildcard hypervisor/include/*.h hypervisor/*/*.h)
check-headers: $(HV_OUT)/asm-offsets.h ## each header of the hypervisor compiles alone
	@p=0 f=0; for h in $(filter-out hypervisor/include/public/%,$(HV_HEADERS)); do \
		if echo "#include \"$$PWD/$$h\"" | $(CC) $(filter-out -MMD -MP,$(HV_CFLAGS)) \
			-Ihypervisor -fsyntax-only -x c -; then p=$$((p + 1)); else echo "$$h"; f=$$((f + 1)); fi; \
	done; echo "$$p passed, $$f failed"; [ $$f -eq 0 ]

CHECKS += headers
