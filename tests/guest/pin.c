/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: pinning validates a frame as a table of a level and keeps it one
 * without any other use; it fails while the frame is writable anywhere, if an
 * entry is bad, at another level than it has, or a second time. Unpinning
 * gives it back, and fails for what is not pinned.
 *
 * Provocation: each of these on tables of all levels, and on bad frames.
 */
#include "lib/guest.h"

static int64_t pin(unsigned int level, uint64_t mfn)
{
	return mmuext(PV_MMUEXT_PIN_L1_TABLE + level - 1, mfn, 0);
}

static int64_t unpin(uint64_t mfn)
{
	return mmuext(PV_MMUEXT_UNPIN_TABLE, mfn, 0);
}

void test_main(void)
{
	uint64_t *data = page_alloc(), *t[5];

	for (unsigned int level = 1; level <= 4; level++) {
		t[level] = page_alloc();
		t[level][0] = level == 1 ? PTE(va_to_mfn(data), PTE_FLAGS_RW)
					 : PTE(va_to_mfn(t[level - 1]), PTE_P | PTE_RW | PTE_US);
	}
	for (unsigned int level = 1; level <= 4; level++) {
		uint64_t mfn = va_to_mfn(t[level]);

		expect_lt(pin(level, mfn), 0); /* still writable */
		expect_rc(set_readonly(t[level]), 0);
		expect_rc(unpin(mfn), -PV_EINVAL);
		expect_rc(pin(level, mfn), 0);
		expect_rc(pin(level, mfn), -PV_EINVAL);
		for (unsigned int other = 1; other <= 4; other++) {
			if (other != level)
				expect_lt(pin(other, mfn), 0);
		}
		expect_lt(set_writable(t[level]), 0);
		expect_false(try_write(&t[level][7], PTE(va_to_mfn(t[1]), PTE_FLAGS_RW)));
	}
	/* What the tables hold is in use through them. */
	expect_rc(unpin(va_to_mfn(t[1])), 0);
	expect_lt(set_writable(t[1]), 0);
	expect_rc(unpin(va_to_mfn(t[2])), 0);
	expect_rc(unpin(va_to_mfn(t[3])), 0);
	expect_lt(set_writable(t[2]), 0);
	expect_rc(unpin(va_to_mfn(t[4])), 0);
	for (unsigned int level = 1; level <= 4; level++) {
		expect_rc(unpin(va_to_mfn(t[level])), -PV_EINVAL);
		expect_rc(set_writable(t[level]), 0);
		t[level][1] = 0;
	}

	/* Bad entries: the root writable, a frame that does not exist, a superpage. */
	t[1][3] = PTE(root_mfn(), PTE_FLAGS_RW);
	expect_rc(set_readonly(t[1]), 0);
	expect_lt(pin(1, va_to_mfn(t[1])), 0);
	expect_rc(set_writable(t[1]), 0);
	t[1][3] = 0;
	t[2][511] = PTE(0, PTE_FLAGS_RW | PTE_PSE);
	expect_rc(set_readonly(t[1]), 0);
	expect_rc(set_readonly(t[2]), 0);
	expect_lt(pin(2, va_to_mfn(t[2])), 0);
	expect_rc(set_writable(t[2]), 0);
	t[2][511] = PTE(0xffffffffff, PTE_P | PTE_RW | PTE_US);
	expect_rc(set_readonly(t[2]), 0);
	expect_lt(pin(2, va_to_mfn(t[2])), 0);
	expect_rc(set_writable(t[2]), 0);
	expect_rc(set_writable(t[1]), 0);
	/* The failed ones left nothing behind: the data page can be anything again. */
	expect_rc(set_readonly(data), 0);
	expect_rc(pin(1, va_to_mfn(data)), 0);
	expect_rc(unpin(va_to_mfn(data)), 0);

	/* A table that maps itself writable; frames that are nobody's. */
	t[3][0] = 0;
	t[1][3] = PTE(va_to_mfn(t[1]), PTE_FLAGS_RW);
	expect_rc(set_readonly(t[1]), 0);
	expect_lt(pin(1, va_to_mfn(t[1])), 0);
	expect_lt(pin(4, 0xffffffffff), 0);
	expect_lt(pin(1, ~0ul), 0);
	expect_lt(unpin(0xffffffffff), 0);
	expect_lt(pin(4, PTE_MFN(((const uint64_t *)start_info->pt_base)[256])), 0);
}
