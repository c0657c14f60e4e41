/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions per operation. Under QEMU's -icount shift=0 the TSC advances by
 * one tick per emulated instruction (at a TSC of 1 GHz, which the emulator
 * has), so a timing loop counts instructions: those of the guest's own stub
 * included, which are the same under any hypervisor.
 *
 * Prints "BENCH <name> <instructions>" per operation: the median of several
 * batches, less the empty loop.
 */
#include "lib/guest.h"

#define BATCHES 9
#define MANY	512

static uint64_t empty_loop;
static void *heap_pages[4];

static uint64_t median(uint64_t *v, unsigned int n)
{
	for (unsigned int i = 1; i < n; i++) {
		for (unsigned int j = i; j > 0 && v[j] < v[j - 1]; j--) {
			uint64_t t = v[j];

			v[j] = v[j - 1];
			v[j - 1] = t;
		}
	}
	return v[n / 2];
}

/* A prepared state, if any, is not counted: prepare() runs between batches. */
static uint64_t measure(void (*operation)(void), void (*prepare)(void), unsigned int per_batch)
{
	uint64_t v[BATCHES];

	for (unsigned int batch = 0; batch < BATCHES; batch++) {
		uint64_t start;

		if (prepare)
			prepare();
		start = rdtsc();
		for (unsigned int i = 0; i < per_batch; i++)
			operation();
		v[batch] = (rdtsc() - start) / per_batch;
	}
	return median(v, BATCHES);
}

static void report(const char *name, void (*operation)(void), void (*prepare)(void),
		   unsigned int per_batch)
{
	uint64_t v = measure(operation, prepare, per_batch);

	print("BENCH %s %lu\n", name, v > empty_loop ? v - empty_loop : 0);
}

static void nothing(void)
{
	barrier();
}

static void must(const char *what, int64_t rc)
{
	if (rc) {
		error("%s: %ld", what, rc);
		result_exit();
	}
}

/* ---- calls ---- */

static void null_call(void)
{
	version_op(VERSION, 0);
}

static struct pv_multicall_entry calls[32];

static void multicall_32(void)
{
	CALL2(MULTICALL, calls, 32);
}

/* ---- memory ---- */

static char area[MANY][PAGE_SIZE] __attribute__((aligned(4096)));
static char *window;
static struct pv_mmu_update updates[MANY];
static uint64_t frames[2];
static unsigned int turn;

static void mmu_update(unsigned int n)
{
	turn ^= 1;
	for (unsigned int i = 0; i < n; i++)
		updates[i].val = PTE(frames[turn], PTE_FLAGS_RW);
	CALL4(MMU_UPDATE, updates, n, 0, PV_DOMID_SELF);
}

static void mmu_update_1(void)
{
	mmu_update(1);
}

static void mmu_update_32(void)
{
	mmu_update(32);
}

static void mmu_update_512(void)
{
	mmu_update(MANY);
}

static void uvm_no_flush(void)
{
	turn ^= 1;
	update_va_mapping(window, PTE(frames[turn], PTE_FLAGS_RW), PV_UVMF_NONE);
}

static void uvm_flush(void)
{
	turn ^= 1;
	update_va_mapping(window, PTE(frames[turn], PTE_FLAGS_RW), PV_UVMF_INVLPG | PV_UVMF_LOCAL);
}

static volatile uint64_t *window_pte;

static void table_write_trap(void)
{
	turn ^= 1;
	*window_pte = PTE(frames[turn], PTE_FLAGS_RW);
}

static void table_xchg_trap(void)
{
	turn ^= 1;
	__atomic_exchange_n(window_pte, PTE(frames[turn], PTE_FLAGS_RW), __ATOMIC_SEQ_CST);
}

static uint64_t small_table;

static void pin_unpin_l1(void)
{
	mmuext(PV_MMUEXT_PIN_L1_TABLE, small_table, 0);
	mmuext(PV_MMUEXT_UNPIN_TABLE, small_table, 0);
}

static uint64_t tree;

static void pin_unpin_l4(void)
{
	mmuext(PV_MMUEXT_PIN_L4_TABLE, tree, 0);
	mmuext(PV_MMUEXT_UNPIN_TABLE, tree, 0);
}

/* A root whose tree has one full level-1 table and three half full ones. */
static void make_tree(void)
{
	uint64_t *l4 = page_alloc(), *l3 = page_alloc(), *l2 = page_alloc();

	for (unsigned int t = 0; t < 4; t++) {
		uint64_t *l1 = page_alloc();

		for (unsigned int i = 0; i < 512; i += t ? 2 : 1)
			l1[i] = PTE(frames[i & 1], PTE_FLAGS_RW);
		l2[t] = PTE(va_to_mfn(l1), PTE_P | PTE_RW | PTE_US);
		must("table read-only", set_readonly(l1));
		if (t == 0)
			small_table = va_to_mfn(l1);
	}
	l3[0] = PTE(va_to_mfn(l2), PTE_P | PTE_RW | PTE_US);
	l4[0] = PTE(va_to_mfn(l3), PTE_P | PTE_RW | PTE_US);
	must("table read-only", set_readonly(l2) | set_readonly(l3) | set_readonly(l4));
	tree = va_to_mfn(l4);
	must("pin", mmuext(PV_MMUEXT_PIN_L4_TABLE, tree, 0));
	must("unpin", mmuext(PV_MMUEXT_UNPIN_TABLE, tree, 0));
}

/* ---- traps and user mode ---- */

static char *hole;

static void fault_bounce(void)
{
	asm volatile("1: movb $0, %0; 2:" FIXUP(1b, 2b) : "=m"(*hole) : : "memory");
}

#define SYSCALLS 1000

static bool on_syscall(struct frame *frame)
{
	return frame->rax == 1;
}

static void user_loop(uint64_t count)
{
	while (count--) {
		uint64_t rax = 1;

		asm volatile("syscall" : "+a"(rax) : : "rcx", "r11", "memory");
	}
	user_exit(0);
}

static void syscalls(void)
{
	user_run(user_loop, SYSCALLS);
}

static void report_syscall(void)
{
	uint64_t v;

	user_syscall = on_syscall;
	if (!user_init())
		return;
	v = measure(syscalls, NULL, 1) / SYSCALLS;
	print("BENCH syscall_bounce_iret %lu\n", v);
}

/* ---- events, timer ---- */

static struct pv_evtchn_send to_self;

static void send_self_masked(void)
{
	CALL2(EVENT_CHANNEL_OP, PV_EVTCHNOP_SEND, &to_self);
	port_clear(to_self.port);
	this_cpu()->info->evtchn_upcall_pending = 0;
	this_cpu()->info->evtchn_pending_sel = 0;
}

static void send_self_upcall(void)
{
	CALL2(EVENT_CHANNEL_OP, PV_EVTCHNOP_SEND, &to_self);
}

static void set_timer(void)
{
	struct pv_vcpu_set_singleshot_timer t = {.timeout_abs_ns = 1ull << 60};

	vcpu_op(SET_SINGLESHOT_TIMER, 0, &t);
}

static uint32_t ping, pong;
static volatile bool stop;

static void wait_port(uint32_t port)
{
	struct pv_sched_poll poll = {.ports = (uint64_t)&port, .nr_ports = 1};

	while (!port_pending(port))
		sched_op(POLL, &poll);
	port_clear(port);
}

static void echo(void)
{
	struct pv_evtchn_send send = {.port = pong};

	while (!stop) {
		wait_port(ping);
		event_op(SEND, &send);
	}
}

static void round_trip(void)
{
	struct pv_evtchn_send send = {.port = ping};

	event_op(SEND, &send);
	wait_port(pong);
}

/* Both vcpus share the one CPU: two switches and two sends each time. */
static void report_round_trip(void)
{
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 1};
	uint64_t trip, send;

	if (vcpu_count() < 2) {
		skip("no second vcpu for the round trip");
		return;
	}
	must("ipi", event_op(BIND_IPI, &ipi));
	ping = ipi.port;
	ipi.vcpu = 0;
	must("ipi", event_op(BIND_IPI, &ipi));
	pong = ipi.port;
	port_mask(ping);
	port_mask(pong);
	must("vcpu", vcpu_start(1, echo));
	round_trip();
	trip = measure(round_trip, NULL, 200);
	send = measure(send_self_masked, NULL, 200);
	print("BENCH event_round_trip %lu\n", trip);
	print("BENCH vcpu_switch %lu\n", trip > 2 * send ? (trip - 2 * send) / 2 : 0);
	stop = true;
	round_trip();
}

/* ---- grants ---- */

static struct pv_gnttab_map_grant_ref maps[MANY];
static struct pv_gnttab_unmap_grant_ref unmaps[MANY];
static struct pv_gnttab_copy copies[MANY];

static void map_unmap(unsigned int n)
{
	grant_op(MAP_GRANT_REF, maps, n);
	for (unsigned int i = 0; i < n; i++)
		unmaps[i].handle = maps[i].handle;
	grant_op(UNMAP_GRANT_REF, unmaps, n);
}

static void map_1(void)
{
	map_unmap(1);
}

static void map_32(void)
{
	map_unmap(32);
}

static void map_512(void)
{
	map_unmap(MANY);
}

static void copy_1(void)
{
	grant_op(COPY, copies, 1);
}

static void copy_32(void)
{
	grant_op(COPY, copies, 32);
}

static void copy_512(void)
{
	grant_op(COPY, copies, MANY);
}

/* Copies of 8 bytes: the moving itself is next to nothing. */
static void prepare_grants(void)
{
	if (!grant_init())
		return;
	for (uint32_t i = 0; i < MANY; i++) {
		uint32_t ref = i < 8 ? 8 : i;

		grant_give(ref, 0, frames[0], 0);
		maps[i] = (struct pv_gnttab_map_grant_ref){
			.host_addr = (uint64_t)area[i],
			.flags = PV_GNTMAP_HOST_MAP,
			.ref = ref,
		};
		unmaps[i].host_addr = maps[i].host_addr;
		copies[i] = (struct pv_gnttab_copy){.len = 8, .flags = PV_GNTCOPY_SOURCE_GREF};
		copies[i].source.u.ref = ref;
		copies[i].dest.u.gmfn = frames[1];
		copies[i].dest.domid = PV_DOMID_SELF;
	}
}

void test_main(void)
{
	struct pv_evtchn_bind_ipi ipi = {.vcpu = 0};

	window = page_alloc();
	hole = page_alloc();
	for (unsigned int i = 0; i < ARRAY_SIZE(heap_pages); i++)
		heap_pages[i] = page_alloc();
	frames[0] = va_to_mfn(heap_pages[0]);
	frames[1] = va_to_mfn(heap_pages[1]);
	window_pte = (volatile uint64_t *)pte_of(window, 1);
	must("assist", CALL2(VM_ASSIST, PV_VMASST_CMD_ENABLE, PV_VMASST_TYPE_WRITABLE_PAGETABLES));
	must("hole", map_va(hole, 0));
	for (unsigned int i = 0; i < MANY; i++)
		updates[i].ptr = pte_maddr(area[i], 1);
	for (unsigned int i = 0; i < 32; i++)
		calls[i] = (struct pv_multicall_entry){.op = PV_HYPERCALL_XEN_VERSION};

	empty_loop = measure(nothing, NULL, 1000);
	report("null_call", null_call, NULL, 1000);
	report("multicall_32", multicall_32, NULL, 100);
	report("mmu_update_1", mmu_update_1, NULL, 200);
	report("mmu_update_32", mmu_update_32, NULL, 50);
	report("mmu_update_512", mmu_update_512, NULL, 10);
	report("update_va_mapping", uvm_no_flush, NULL, 200);
	report("update_va_mapping_flush", uvm_flush, NULL, 200);
	report("table_write_trap", table_write_trap, NULL, 200);
	report("table_xchg_trap", table_xchg_trap, NULL, 200);
	make_tree();
	report("pin_unpin_l1", pin_unpin_l1, NULL, 20);
	report("pin_unpin_l4_tree", pin_unpin_l4, NULL, 10);
	report("page_fault_bounce", fault_bounce, NULL, 200);
	report_syscall();

	must("ipi", event_op(BIND_IPI, &ipi));
	to_self.port = ipi.port;
	report("event_send_self", send_self_masked, NULL, 200);
	events_enable();
	report("event_send_upcall", send_self_upcall, NULL, 200);
	events_disable();
	report("set_timer", set_timer, NULL, 200);
	vcpu_op(STOP_SINGLESHOT_TIMER, 0, 0);

	prepare_grants();
	report("grant_copy_1", copy_1, NULL, 200);
	report("grant_copy_32", copy_32, NULL, 50);
	report("grant_copy_512", copy_512, NULL, 5);
	report("grant_map_unmap_1", map_1, NULL, 100);
	report("grant_map_unmap_32", map_32, NULL, 20);
	report("grant_map_unmap_512", map_512, NULL, 3);

	report_round_trip();
}
