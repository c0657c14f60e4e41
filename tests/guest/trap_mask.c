/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: bit 2 of a gate's flags decides whether entering it masks events. The
 * frame keeps the mask from before, and iret puts the mask back to the
 * inverse of the frame's IF.
 *
 * Provocation: INT3 through a gate with and without the bit, events masked
 * and not, and a handler that flips IF in its frame.
 */
#include "lib/guest.h"

static uint8_t inside;
static struct frame seen;
static bool flip;

static bool on_bp(struct frame *frame)
{
	inside = this_cpu()->info->evtchn_upcall_mask;
	seen = *frame;
	if (flip)
		frame->rflags ^= EFLAGS_IF;
	return true;
}

void test_main(void)
{
	struct pv_vcpu_info *info = this_cpu()->info;

	trap_handler(TRAP_BP, on_bp);
	for (unsigned int gate_masks = 0; gate_masks < 2; gate_masks++) {
		trap_register(TRAP_BP, (uint8_t)(3 | (gate_masks ? PV_TI_IF : 0)));
		for (unsigned int mask = 0; mask < 2; mask++) {
			for (unsigned int f = 0; f < 2; f++) {
				flip = f;
				info->evtchn_upcall_mask = (uint8_t)mask;
				asm volatile("int3" ::: "memory");
				expect_eq(inside, gate_masks ? 1 : mask);
				expect_eq(FRAME_MASK(&seen), mask);
				expect_eq(!!(seen.rflags & EFLAGS_IF), !mask);
				expect_eq(info->evtchn_upcall_mask, mask ^ f);
			}
		}
	}
}
