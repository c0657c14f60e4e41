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

$(HV_OUT)/%.o: hypervisor/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HV_CFLAGS) -c -o $@ $<

$(HV_OUT)/%.S.o: hypervisor/%.S $(HV_OUT)/asm-offsets.h
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HV_CFLAGS) -D__ASSEMBLY__ -c -o $@ $<

-include $(HV_OBJ:.o=.d)
