/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: exchange trades frames that nothing uses for new ones, all or nothing:
 * nr_exchanged, the frame list and the M2P tell the same. Totals must agree;
 * frames in use or not owned are refused.
 *
 * Provocation: single frames for an extent of the same total, then each misuse.
 */
#include "lib/guest.h"

#define N 8

static uint64_t in[N], out[N], pfns[N];

static struct pv_memory_exchange exchange(unsigned int in_order, uint64_t nr_in,
					  unsigned int out_order, uint64_t nr_out)
{
	return (struct pv_memory_exchange){
		.in = {.extent_start = (uint64_t)in,
		       .nr_extents = nr_in,
		       .extent_order = in_order,
		       .domid = PV_DOMID_SELF},
		.out = {.extent_start = (uint64_t)out,
			.nr_extents = nr_out,
			.extent_order = out_order,
			.domid = PV_DOMID_SELF},
	};
}

void test_main(void)
{
	struct pv_memory_exchange x = exchange(0, N, 3, 1);
	char *page = page_alloc();
	uint16_t self = PV_DOMID_SELF;
	int64_t before = memory_op(CURRENT_RESERVATION, &self);

	for (int i = 0; i < N; i++) {
		in[i] = unmapped_mfn();
		pfns[i] = M2P[in[i]];
	}
	/* The new extent takes the lowest of the places. */
	out[0] = pfns[N - 1];
	expect_rc(memory_op(EXCHANGE, &x), 0);
	expect_eq(x.nr_exchanged, N);
	expect_eq(memory_op(CURRENT_RESERVATION, &self), before);
	for (uint64_t i = 0; i < N; i++) {
		expect_eq(M2P[out[0] + i], pfns[N - 1] + i);
		expect_rc(map_va(page, PTE(out[0] + i, PTE_FLAGS_RW)), 0);
	}
	expect_rc(map_va(page, 0), 0);

	/* And back, with the extent as the input. */
	x = exchange(3, 1, 0, N);
	in[0] = out[0];
	for (int i = 0; i < N; i++)
		out[i] = pfns[i];
	expect_rc(memory_op(EXCHANGE, &x), 0);
	expect_eq(x.nr_exchanged, 1);
	for (int i = 0; i < N; i++) {
		expect_eq(M2P[out[i]], pfns[i]);
		in[i] = out[i];
	}

	x = exchange(0, N, 2, 1);
	expect_lt(memory_op(EXCHANGE, &x), 0);
	x = exchange(0, 0x2000000000000001ul, 3, 1);
	expect_lt(memory_op(EXCHANGE, &x), 0);
	x = exchange(0, N, 0, N);
	x.nr_exchanged = N + 1;
	expect_lt(memory_op(EXCHANGE, &x), 0);
	x = exchange(0, N, 0, N);
	x.in.domid = 77;
	expect_lt(memory_op(EXCHANGE, &x), 0);
	x = exchange(0, 1, 0, 1);
	in[0] = root_mfn();
	out[0] = pfns[0];
	expect_lt(memory_op(EXCHANGE, &x), 0);
	expect_eq(x.nr_exchanged, 0);
	in[0] = 0xffffffffff;
	expect_lt(memory_op(EXCHANGE, &x), 0);
	in[0] = PTE_MFN(((const uint64_t *)start_info->pt_base)[256]);
	expect_lt(memory_op(EXCHANGE, &x), 0);
	expect_eq(memory_op(CURRENT_RESERVATION, &self), before);
}
