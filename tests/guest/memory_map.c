/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: the first domain can read the machine's memory map; a buffer that is
 * too small is refused. machphys_mapping tells where the M2P is and how far
 * it reaches.
 *
 * Provocation: the map into a large and a small buffer, and its plausibility.
 */
#include "lib/guest.h"

void test_main(void)
{
	static struct pv_e820_entry map[128];
	struct pv_memory_map request = {.nr_entries = ARRAY_SIZE(map), .buffer = (uint64_t)map};
	struct pv_machphys_mapping m2p = {0};
	uint64_t ram = 0, highest = (uint64_t)memory_op(MAXIMUM_RAM_PAGE, 0);

	expect_rc(memory_op(MACHINE_MEMORY_MAP, &request), 0);
	expect_true(request.nr_entries > 1 && request.nr_entries <= ARRAY_SIZE(map));
	for (unsigned int i = 0; i < request.nr_entries; i++) {
		expect_ne(map[i].size, 0);
		expect_true(map[i].addr + map[i].size > map[i].addr);
		expect_true(map[i].type >= PV_E820_RAM && map[i].type < 32);
		if (map[i].type == PV_E820_RAM)
			ram += map[i].size;
	}
	expect_true(ram >= start_info->nr_pages * PAGE_SIZE);
	request.nr_entries = 1;
	expect_rc(memory_op(MACHINE_MEMORY_MAP, &request), -PV_EINVAL);
	request.nr_entries = 0;
	expect_lt(memory_op(MACHINE_MEMORY_MAP, &request), 0);
	request.nr_entries = ARRAY_SIZE(map);
	request.buffer = PV_HYPERVISOR_VIRT_START;
	expect_lt(memory_op(MACHINE_MEMORY_MAP, &request), 0);

	expect_rc(memory_op(MACHPHYS_MAPPING, &m2p), 0);
	expect_eq(m2p.v_start, PV_MACH2PHYS_VIRT_START);
	expect_true(m2p.v_end > m2p.v_start && m2p.v_end <= PV_MACH2PHYS_VIRT_END);
	expect_true(m2p.max_mfn >= va_to_mfn(map));
	expect_true(highest >= va_to_mfn(map) && highest < 1ul << 40);
}
