/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: no sequence of calls and arguments faults, hangs or corrupts the
 * hypervisor, and a guest that does nothing against itself goes on running.
 *
 * Provocation: a hundred thousand calls with numbers, operations and arguments
 * drawn from what is likely to hurt: borders, wrapping sums, tables, the
 * hypervisor's own frames and addresses, structures filled with the same.
 * Left out is only what a guest may do to itself: its entry points, its loaded
 * root and the frames it needs, breakpoints, results written over its own
 * memory, stopping, sleeping for ever, the tools' calls with a valid version.
 */
#include "lib/guest.h"

#define CALLS	100000
#define SCRATCH 8u

static uint64_t state = 0x9e3779b97f4a7c15;
static char *scratch[SCRATCH];
static uint64_t pool[64];
static unsigned int pool_size;
static uint64_t max_mfn;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* A frame of our own that this kernel needs: what happened to it would be our own doing. */
static bool needed(uint64_t mfn)
{
	const uint64_t *p2m = (const uint64_t *)start_info->mfn_list;
	uint64_t pfn;

	if (mfn > max_mfn)
		return false;
	pfn = M2P[mfn];
	if (pfn >= start_info->nr_pages || p2m[pfn] != mfn)
		return false;
	for (unsigned int i = 0; i < SCRATCH; i++) {
		if (pfn == va_to_pfn(scratch[i]))
			return false;
	}
	return mfn != root_mfn();
}

static uint64_t draw(void)
{
	uint64_t r = next(), value;

	switch (r % 8) {
	case 0:
		return (r >> 8) % 4;
	case 1:
		value = (r >> 8) % 64;
		break;
	case 2:
		value = next() >> (r >> 8) % 64;
		break;
	default:
		return pool[(r >> 8) % pool_size];
	}
	return needed(value) || needed(PTE_MFN(value)) ? 0 : value;
}

static void remember(uint64_t value)
{
	if (pool_size < ARRAY_SIZE(pool))
		pool[pool_size++] = value;
}

static void fill_pool(void)
{
	static const uint64_t borders[] = {
		0,	   1,	       2,	    7,		 8,	      4095,
		4096,	   4097,       0x7ff0,	    0x7ff1,	 0x7ff2,      0x7ff4,
		0x7fff,	   0x80000000, 0xffffffff,  1ul << 32,	 1ul << 40,   1ul << 52,
		1ul << 63, ~0ul,       ~0ul - 4095, 0xfffffffff, 0xffffffffff};
	const uint64_t *root = (const uint64_t *)start_info->pt_base;

	for (unsigned int i = 0; i < ARRAY_SIZE(borders); i++)
		remember(borders[i]);
	remember(PV_HYPERVISOR_VIRT_START);
	remember(PV_HYPERVISOR_VIRT_END - 8);
	remember(0xffff82d080200000);
	remember(0x800000000000);
	remember(root_mfn());
	remember(root_mfn() << 12);
	remember((root_mfn() << 12) + 256 * 8);
	remember(PTE_MFN(root[256]));
	remember(PTE_MFN(root[256]) << 12 | PTE_FLAGS_RW);
	for (unsigned int i = 0; i < SCRATCH; i++) {
		scratch[i] = page_alloc();
		remember((uint64_t)scratch[i]);
		remember(va_to_mfn(scratch[i]));
		remember(va_to_mfn(scratch[i]) << 12 | PTE_FLAGS_RW);
		/* The last two are windows whose entries may be changed. */
		if (i >= SCRATCH - 2)
			remember(pte_maddr(scratch[i], 1));
	}
}

/* What a guest may do to itself, or is not meant to be tried with luck. */
static bool harmful(uint64_t number, const uint64_t *a)
{
	switch (number) {
	case PV_HYPERCALL_SET_TRAP_TABLE:
	case PV_HYPERCALL_SET_CALLBACKS:
	case PV_HYPERCALL_SCHED_OP_COMPAT:
	case PV_HYPERCALL_EVENT_CHANNEL_OP_COMPAT:
	case PV_HYPERCALL_IRET:
	case PV_HYPERCALL_CALLBACK_OP:
	case PV_HYPERCALL_NMI_OP:
	case PV_HYPERCALL_MULTICALL: /* would bring in the others */
	case PV_HYPERCALL_PHYSDEV_OP:
	case PV_HYPERCALL_PHYSDEV_OP_COMPAT:
	case PV_HYPERCALL_KEXEC_OP:
		return true;
	case PV_HYPERCALL_SET_DEBUGREG:
		return (uint32_t)a[0] == 7 || (uint32_t)a[0] == 5;
	case PV_HYPERCALL_SCHED_OP:
		return a[0] != PV_SCHEDOP_YIELD && a[0] < 8;
	case PV_HYPERCALL_CONSOLE_IO:
		return (uint32_t)a[0] == PV_CONSOLEIO_WRITE;
	case PV_HYPERCALL_VCPU_OP:
		return (uint32_t)a[0] <= PV_VCPUOP_DOWN ||
		       (uint32_t)a[0] == PV_VCPUOP_REGISTER_VCPU_INFO ||
		       (uint32_t)a[0] == PV_VCPUOP_SEND_NMI;
	case PV_HYPERCALL_UPDATE_VA_MAPPING:
	case PV_HYPERCALL_UPDATE_VA_MAPPING_OTHERDOMAIN:
		/* Any address but those of this kernel outside the windows. */
		return a[0] >= VIRT_BASE && (a[0] & ~4095ul) != (uint64_t)scratch[SCRATCH - 1] &&
		       (a[0] & ~4095ul) != (uint64_t)scratch[SCRATCH - 2];
	default:
		return false;
	}
}

/* The structures of memory calls: nothing but windows and junk is given away. */
static void fill(char *page, bool with_commands)
{
	uint64_t *words = (uint64_t *)page;

	for (unsigned int i = 0; i < 64; i++)
		words[i] = draw();
	if (with_commands) {
		/* A list of mmuext operations: never a new root for ourselves. */
		for (unsigned int i = 0; i < 64; i += 3) {
			words[i] %= 24;
			if (words[i] == PV_MMUEXT_NEW_BASEPTR)
				words[i] = PV_MMUEXT_PIN_L1_TABLE;
		}
	}
}

/* "seed=N" on the kernel's command line: another sequence. */
static void take_seed(void)
{
	const char *text = (const char *)start_info->cmd_line;

	for (; *text; text++) {
		if (memcmp(text, "seed=", 5))
			continue;
		for (text += 5; *text >= '0' && *text <= '9'; text++)
			state = state * 10 + (uint64_t)(*text - '0');
		return;
	}
}

void test_main(void)
{
	uint64_t succeeded = 0;

	struct pv_machphys_mapping m2p;

	take_seed();
	if (memory_op(MACHPHYS_MAPPING, &m2p)) {
		error("no M2P");
		return;
	}
	max_mfn = m2p.max_mfn;
	fill_pool();
	for (unsigned int i = 0; i < CALLS; i++) {
		uint64_t number = next() % 58, a[5];
		uint64_t *page = (uint64_t *)scratch[next() % 4];

		for (unsigned int j = 0; j < 5; j++)
			a[j] = draw();
		if (next() & 1)
			a[next() % 3] = (uint64_t)page;
		fill((char *)page, number == PV_HYPERCALL_MMUEXT_OP);
		/* Results are written to each element: lists end within their page. */
		switch (number) {
		case PV_HYPERCALL_MMUEXT_OP:
		case PV_HYPERCALL_MMU_UPDATE:
			a[0] = (uint64_t)page;
			a[1] %= 16;
			break;
		case PV_HYPERCALL_GRANT_TABLE_OP:
			a[2] %= 16;
			break;
		case PV_HYPERCALL_MEMORY_OP:
			page[1] %= 64;
			page[5] %= 64;
			break;
		case PV_HYPERCALL_CONSOLE_IO:
			a[1] %= 64;
			break;
		}
		if (harmful(number, a))
			continue;
		if (hypercall(number, a[0], a[1], a[2], a[3], a[4]) >= 0)
			succeeded++;
	}
	print("%lu of %u calls succeeded\n", succeeded, CALLS);
	expect_eq(version_op(PAGESIZE, 0), 4096);
	expect_ne(succeeded, 0);
}
