/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a domain may be destroyed while another maps its frames. Each frame stays the
 * dying domain's, and what it was, until the last mapping and the last translation of
 * it are gone; only then does another domain get it, and gets it empty. When all
 * mappings are gone, so is the domain, with all of its frames.
 *
 * Provocation: one vcpu maps frames of a domain and its grants, writes to them, and
 * after it has unmapped them without a flush once more; another vcpu destroys that
 * domain meanwhile, gives the memory to a new one, and looks for what was written.
 */
#include "lib/guest.h"

#define ROUNDS 24
#define FRAMES 48
#define REF    8 /* of the first frame */
#define STAMP  0x5741u

static struct domain victim, heir;
static uint64_t frames[FRAMES], heirs[FRAMES];
static volatile uint32_t target; /* the victim's id while it may be mapped, then 0 */
static volatile bool dying, stop;
static volatile uint64_t mapped, granted, refused, cut_off, steps;
static char windows[2][PAGE_SIZE] __attribute__((aligned(4096)));

/* --- the vcpu that maps -------------------------------------------------------- */

/* Write, if there is a way, and go on as long as the victim's end and its heir's begin take. */
static void write_on(volatile uint64_t *at)
{
	do {
		steps++;
		for (int i = 0; i < 20; i++) {
			if (!try_write(&at[i], STAMP)) {
				cut_off++;
				return;
			}
		}
	} while (dying);
}

static void foreign(uint16_t id, uint64_t mfn, bool hold, bool after)
{
	volatile uint64_t *at = (volatile uint64_t *)windows[0];

	if (CALL4(UPDATE_VA_MAPPING_OTHERDOMAIN, at, PTE(mfn, PTE_FLAGS_RW), PV_UVMF_NONE, id)) {
		refused++;
		return;
	}
	mapped++;
	*at = STAMP;
	if (hold)
		write_on(at);
	expect_rc(update_va_mapping(at, 0, PV_UVMF_NONE), 0);
	if (after)
		write_on(at);
}

static void grant(uint16_t id, unsigned int i, bool hold)
{
	volatile uint64_t *at = (volatile uint64_t *)windows[1];
	struct pv_gnttab_map_grant_ref m = {
		.host_addr = (uint64_t)at, .flags = PV_GNTMAP_HOST_MAP, .ref = REF + i, .dom = id};
	struct pv_gnttab_unmap_grant_ref u = {.host_addr = (uint64_t)at};

	expect_rc(grant_op(MAP_GRANT_REF, &m, 1), 0);
	if (m.status != PV_GNTST_OKAY) {
		refused++;
		return;
	}
	granted++;
	*at = STAMP;
	if (hold)
		write_on(at);
	u.handle = m.handle;
	expect_rc(grant_op(UNMAP_GRANT_REF, &u, 1), 0);
	expect_eq(u.status, PV_GNTST_OKAY);
}

static void mapper(void)
{
	for (unsigned int turn = 0, i = 0; !stop; turn++) {
		uint16_t id = (uint16_t)target;

		steps++;
		if (!id)
			continue;
		i = (i + 7) % FRAMES;
		foreign(id, frames[i], turn % 4 == 0, turn % 4 == 1);
		grant(id, i, turn % 4 == 2);
	}
}

/* --- the vcpu that destroys ------------------------------------------------------ */

static int64_t populated(struct domain *d, uint64_t *list)
{
	int64_t rc = domain_create(d, 1, FRAMES);

	for (unsigned int i = 0; i < FRAMES; i++)
		list[i] = i;
	return rc ? rc : domain_populate(d, list, FRAMES);
}

/* The victim grants all its frames to this domain. */
static int64_t grants_write(void)
{
	static struct pv_grant_entry_v1 page[PAGE_SIZE / sizeof(struct pv_grant_entry_v1)];
	uint64_t table = 0;
	struct pv_mem_acquire_resource r = {
		.domid = victim.id,
		.type = PV_XENMEM_RESOURCE_GRANT_TABLE,
		.nr_frames = 1,
		.frame_list = (uint64_t)&table,
	};
	int64_t rc = memory_op(ACQUIRE_RESOURCE, &r);

	for (unsigned int i = 0; i < FRAMES; i++)
		page[REF + i] = (struct pv_grant_entry_v1){.flags = PV_GTF_PERMIT_ACCESS,
							   .frame = (uint32_t)frames[i]};
	return rc ? rc : domain_write(&victim, table, page);
}

/* How many of the heir's frames were the victim's. None may hold anything. */
static unsigned int inherited(const volatile uint64_t *at)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < FRAMES; i++) {
		expect_rc(domain_map(at, heir.id, PTE(heirs[i], PTE_FLAGS_RO)), 0);
		for (unsigned int k = 0; k < 20; k++) {
			if (at[k])
				failure("a frame that was another domain's is written to");
		}
		for (unsigned int k = 0; k < FRAMES; k++)
			n += frames[k] == heirs[i];
	}
	return n;
}

/* On a busy machine the mapper may stand still just now: let it go on. */
static void mapper_steps(void)
{
	uint64_t before = steps;

	wait_until(steps - before > 1, MILLISECONDS(50));
}

/* The end begins after some mappings, so that it meets the mapper at each of its turns. */
static unsigned int one_round(const volatile uint64_t *at, unsigned int mappings)
{
	struct pv_domctl_getdomaininfo info;
	unsigned int n;
	uint64_t before = granted;

	if (populated(&victim, frames) || grants_write()) {
		error("the domain to be destroyed cannot be made");
		return 0;
	}
	target = victim.id;
	wait_until(granted - before > mappings, MILLISECONDS(200));
	dying = true;
	mapper_steps();
	expect_rc(domain_destroy(&victim), 0);
	mapper_steps();
	if (populated(&heir, heirs)) {
		error("its heir cannot be made");
		return 0;
	}
	n = inherited(at);
	mapper_steps();
	n = inherited(at);
	target = 0;
	dying = false;
	expect_rc(map_va(at, 0), 0);
	expect_true(wait_until(domain_info(victim.id, &info) == -PV_ESRCH, MILLISECONDS(5000)));
	expect_rc(domain_destroy(&heir), 0);
	return n;
}

/* What stays with the one that maps comes with the first mapping. */
static void first_time(void)
{
	expect_rc(populated(&victim, frames), 0);
	expect_rc(grants_write(), 0);
	foreign(victim.id, frames[0], false, false);
	grant(victim.id, 0, false);
	expect_rc(domain_destroy(&victim), 0);
}

/* Enough of it, or longer until each thing has happened once. */
static bool go_on(unsigned int rounds, unsigned int reused)
{
	if (result_get() != RESULT_SUCCESS)
		return false;
	return rounds < ROUNDS || (rounds < 10 * ROUNDS && !(refused && cut_off && reused));
}

void test_main(void)
{
	const volatile uint64_t *at = page_alloc();
	unsigned int reused = 0, rounds;
	uint64_t before;

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	expect_rc(map_va(windows[0], 0), 0);
	expect_rc(map_va(windows[1], 0), 0);
	first_time();
	before = free_frames_settled();
	expect_rc(vcpu_start(1, mapper), 0);
	for (rounds = 0; go_on(rounds, reused); rounds++)
		reused += one_round(at, 3 + rounds % 4);
	stop = true;
	vcpu_join(1);
	print("%u rounds: %lu mappings, %lu of grants, %lu refused, %lu cut off; %u frames reused\n",
	      rounds, mapped, granted, refused, cut_off, reused);
	expect_ne(mapped, 0);
	expect_ne(granted, 0);
	expect_ne(refused, 0);
	expect_ne(cut_off, 0);
	expect_ne(reused, 0);
	expect_frames_back(before, 2 * rounds);
}
