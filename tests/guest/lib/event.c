/* SPDX-License-Identifier: BSD-2-Clause */
/* The upcall, and the two-level event form: the bits of a port. */
#include "guest.h"
#include "internal.h"

volatile uint64_t event_count[PV_EVTCHN_2L_NR_CHANNELS];
volatile uint64_t upcall_count;
static event_handler_t handlers[PV_EVTCHN_2L_NR_CHANNELS];

void event_handler(uint32_t port, event_handler_t handler)
{
	handlers[port] = handler;
}

static void set_bit(uint64_t *word, unsigned int bit)
{
	asm volatile("lock btsq %1, %0" : "+m"(*word) : "r"((uint64_t)bit) : "memory");
}

static void clear_bit(uint64_t *word, unsigned int bit)
{
	asm volatile("lock btrq %1, %0" : "+m"(*word) : "r"((uint64_t)bit) : "memory");
}

void port_mask(uint32_t port)
{
	set_bit(&shared_info->evtchn_mask[port / 64], port % 64);
}

void port_unmask(uint32_t port)
{
	clear_bit(&shared_info->evtchn_mask[port / 64], port % 64);
}

void port_clear(uint32_t port)
{
	clear_bit(&shared_info->evtchn_pending[port / 64], port % 64);
}

void events_disable(void)
{
	WRITE_ONCE(this_cpu()->info->evtchn_upcall_mask, 1);
	barrier();
}

void events_enable(void)
{
	struct pv_vcpu_info *info = this_cpu()->info;

	barrier();
	WRITE_ONCE(info->evtchn_upcall_mask, 0);
	barrier();
	/* Any hypercall looks for events on its way back. */
	if (READ_ONCE(info->evtchn_upcall_pending))
		version_op(VERSION, 0);
}

static void two_level_dispatch(struct pv_vcpu_info *info, struct frame *frame)
{
	uint64_t words = __atomic_exchange_n(&info->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);

	for (; words; words &= words - 1) {
		unsigned int word = (unsigned int)__builtin_ctzll(words);
		uint64_t ports = READ_ONCE(shared_info->evtchn_pending[word]) &
				 ~READ_ONCE(shared_info->evtchn_mask[word]);

		for (; ports; ports &= ports - 1) {
			uint32_t port = word * 64 + (uint32_t)__builtin_ctzll(ports);

			port_clear(port);
			event_count[port]++;
			if (handlers[port])
				handlers[port](port, frame);
		}
	}
}

void event_dispatch(struct frame *frame)
{
	struct pv_vcpu_info *info = this_cpu()->info;

	upcall_count++;
	while (__atomic_exchange_n(&info->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST)) {
		if (fifo_control[this_cpu()->id])
			fifo_dispatch();
		else
			two_level_dispatch(info, frame);
	}
}

void event_init(void)
{
	struct pv_callback_register event = {
		.type = PV_CALLBACKTYPE_EVENT,
		.flags = PV_CALLBACKF_MASK_EVENTS,
		.address = (uint64_t)event_entry,
	};
	struct pv_callback_register failsafe = {
		.type = PV_CALLBACKTYPE_FAILSAFE,
		.address = (uint64_t)failsafe_entry,
	};
	struct pv_callback_register syscall = {
		.type = PV_CALLBACKTYPE_SYSCALL,
		.flags = PV_CALLBACKF_MASK_EVENTS,
		.address = (uint64_t)syscall_entry,
	};

	if (callback_op(REGISTER, &event) || callback_op(REGISTER, &failsafe) ||
	    callback_op(REGISTER, &syscall)) {
		error("the callbacks cannot be registered");
		result_exit();
	}
}
