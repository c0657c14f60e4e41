/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: grants of a domain can be asked for at any moment of its making and its end:
 * while it is not there, or not complete, it is no domain; then its entries permit
 * nothing. What one element of a batch found out is no reason to believe the next.
 *
 * Provocation: one vcpu maps, and copies to, sixteen grants of one domain id in a call,
 * over and over; another makes and destroys a domain of that id meanwhile.
 */
#include "lib/guest.h"

#define ID	9
#define BATCH	16
#define ROUNDS	500
#define PATIENT MILLISECONDS(10000)

static volatile bool stop;
static volatile uint64_t calls, changes; /* a batch saw the domain come or go */
static char window[PAGE_SIZE] __attribute__((aligned(4096)));

static void statuses_check(const int16_t *status)
{
	for (unsigned int i = 0; i < BATCH; i++) {
		if (status[i] == PV_GNTST_OKAY)
			failure("a grant that nobody gave is good");
		if (i && status[i] != status[i - 1])
			changes++;
	}
	calls++;
}

static void map_batch(int16_t *status)
{
	static struct pv_gnttab_map_grant_ref m[BATCH];

	for (unsigned int i = 0; i < BATCH; i++)
		m[i] = (struct pv_gnttab_map_grant_ref){.host_addr = (uint64_t)window,
							.flags = PV_GNTMAP_HOST_MAP,
							.ref = i,
							.dom = ID};
	expect_rc(grant_op(MAP_GRANT_REF, m, BATCH), 0);
	for (unsigned int i = 0; i < BATCH; i++)
		status[i] = m[i].status;
}

static void copy_batch(int16_t *status)
{
	static struct pv_gnttab_copy c[BATCH];

	for (unsigned int i = 0; i < BATCH; i++) {
		c[i] = (struct pv_gnttab_copy){.flags = PV_GNTCOPY_DEST_GREF, .len = 8};
		c[i].source.domid = PV_DOMID_SELF;
		c[i].source.u.gmfn = va_to_mfn(c);
		c[i].dest.domid = ID;
		c[i].dest.u.ref = i;
	}
	expect_rc(grant_op(COPY, c, BATCH), 0);
	for (unsigned int i = 0; i < BATCH; i++)
		status[i] = c[i].status;
}

static void caller(void)
{
	static int16_t status[BATCH];

	while (!stop) {
		map_batch(status);
		statuses_check(status);
		copy_batch(status);
		statuses_check(status);
	}
}

/* Its large tables take a while to make. */
static int64_t make(void)
{
	struct pv_domctl op = {.u.createdomain = {.max_vcpus = 1,
						  .max_evtchn_port = 1023,
						  .max_grant_frames = 64,
						  .max_maptrack_frames = 1024,
						  .grant_opts = 1}};

	return domctl(&op, PV_DOMCTL_CREATEDOMAIN, ID);
}

void test_main(void)
{
	uint64_t end = system_time() + PATIENT, made = 0;
	struct domain d = {.id = ID};

	if (vcpu_count() < 2) {
		skip("needs two vcpus");
		return;
	}
	expect_rc(map_va(window, 0), 0);
	expect_rc(vcpu_start(1, caller), 0);
	while (made < ROUNDS && system_time() < end) {
		int64_t rc = make();

		/* The one before may be held for a moment. */
		if (rc == -PV_EEXIST)
			continue;
		expect_rc(rc, 0);
		made++;
		expect_rc(domain_destroy(&d), 0);
	}
	stop = true;
	vcpu_join(1);
	print("%lu made, %lu batches, of which %lu saw it\n", made, calls, changes);
	expect_ne(made, 0);
	expect_ne(calls, 0);
}
