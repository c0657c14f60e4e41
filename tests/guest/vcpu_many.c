/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: a domain has up to 128 vcpus, on however few CPUs. Each can be brought up,
 * runs, has its vcpu_info where it registered it, is sent events and sends some,
 * goes down, and can come up again.
 *
 * Provocation: all of them at once, each of which sends one event to the first.
 */
/* options: dom0_max_vcpus=128 */
#include "lib/guest.h"

#define VCPUS	   128
#define STACK_SIZE 4096

extern char event_entry[], failsafe_entry[], syscall_entry[];
static char stacks[VCPUS][STACK_SIZE] __attribute__((aligned(16)));
static struct pv_vcpu_info infos[VCPUS] __attribute__((aligned(PAGE_SIZE)));
static uint32_t to_first[VCPUS], to_each[VCPUS];
static volatile uint8_t ran[VCPUS];

/* Not on a stack of the library's: nothing here looks for this_cpu(). */
static void main_of(uint64_t id)
{
	struct pv_evtchn_send send = {.port = to_first[id]};
	struct pv_sched_poll poll = {.ports = (uint64_t)&to_each[id], .nr_ports = 1};

	for (;;) {
		while (!port_pending(to_each[id]))
			sched_op(POLL, &poll);
		ran[id]++;
		event_op(SEND, &send);
		vcpu_op(DOWN, id, 0);
	}
}

static int64_t start(unsigned int id)
{
	static struct pv_vcpu_guest_context c;
	int64_t rc;

	memset(&c, 0, sizeof(c));
	c.flags = PV_VGCF_IN_KERNEL;
	c.user_regs.rip = (uint64_t)main_of;
	c.user_regs.rsp = (uint64_t)stacks[id] + STACK_SIZE - 8;
	c.user_regs.rdi = id;
	c.user_regs.rflags = EFLAGS_FIXED | EFLAGS_IF;
	c.user_regs.cs = PV_FLAT_KERNEL_CS;
	c.user_regs.ss = c.kernel_ss = PV_FLAT_KERNEL_SS;
	c.kernel_sp = c.user_regs.rsp;
	c.ctrlreg[3] = PV_PFN_TO_CR3(root_mfn());
	c.event_callback_eip = (uint64_t)event_entry;
	c.failsafe_callback_eip = (uint64_t)failsafe_entry;
	c.syscall_callback_eip = (uint64_t)syscall_entry;
	rc = vcpu_op(INITIALISE, id, &c);
	return rc ? rc : vcpu_op(UP, id, 0);
}

static bool make(unsigned int id)
{
	struct pv_vcpu_register_vcpu_info info = {.mfn = va_to_mfn(&infos[id]),
						  .offset = (uint64_t)&infos[id] % PAGE_SIZE};
	struct pv_evtchn_bind_ipi first = {.vcpu = 0}, each = {.vcpu = id};

	infos[id].evtchn_upcall_mask = 1;
	expect_rc(vcpu_op(REGISTER_VCPU_INFO, id, &info), 0);
	expect_rc(event_op(BIND_IPI, &first), 0);
	expect_rc(event_op(BIND_IPI, &each), 0);
	to_first[id] = first.port;
	to_each[id] = each.port;
	/* Polled for, whether masked or not; nobody else is to take it. */
	port_mask(each.port);
	expect_rc(start(id), 0);
	expect_rc(vcpu_op(IS_UP, id, 0), 1);
	return result_get() == RESULT_SUCCESS;
}

static bool all_down(void)
{
	for (unsigned int id = 1; id < VCPUS; id++)
		if (vcpu_op(IS_UP, id, 0) != 0)
			return false;
	return true;
}

void test_main(void)
{
	if (vcpu_op(IS_UP, VCPUS - 1, 0) < 0) {
		skip("needs 128 vcpus");
		return;
	}
	expect_lt(vcpu_op(IS_UP, VCPUS, 0), 0);
	for (unsigned int id = 1; id < VCPUS; id++)
		if (!make(id))
			return;
	/* All wait; nothing has run yet. */
	for (unsigned int id = 1; id < VCPUS; id++) {
		struct pv_evtchn_send send = {.port = to_each[id]};

		expect_eq(ran[id], 0);
		expect_rc(event_op(SEND, &send), 0);
	}
	events_enable();
	/* Up to a minute, for an emulated machine that has one CPU for all of them. */
	expect_true(wait_until((sched_op(YIELD, 0), all_down()), MILLISECONDS(60000)));
	for (unsigned int id = 1; id < VCPUS; id++) {
		expect_eq(ran[id], 1);
		expect_eq(event_count[to_first[id]], 1);
	}
	/* One that went down comes up where it was. */
	expect_rc(vcpu_op(UP, VCPUS - 1, 0), 0);
	expect_true(wait_until((sched_op(YIELD, 0), all_down()), MILLISECONDS(5000)));
	expect_eq(ran[VCPUS - 1], 2);
	expect_rc(vcpu_op(UP, VCPUS, 0), -PV_ENOENT);
	events_disable();
}
