/* SPDX-License-Identifier: BSD-2-Clause */
/* Making and ending vCPUs, and the two things a guest does to one: up/down, and its vcpu_info. */
#include "internal.h"
#include "arch.h"
#include "errno.h"
#include "event.h"
#include "hypercall.h"
#include "mm.h"
#include "sched.h"
#include "public/sched.h"

/* Descriptor windows are numbered; there are as many as vCPUs may exist at once. */
#define WINDOWS 8192

static u64 windows_used[WINDOWS / 64];
static struct spinlock windows_lock;

/* Where the vCPUs of a dead domain have their events: nowhere that anyone looks. */
static struct pv_vcpu_info dead_info = {.evtchn_upcall_mask = 1};

static void window_destroy(struct vcpu *v)
{
	if (!v->desc_window)
		return;
	hv_unmap(v->desc_window + GDT_HV_PAGE * PAGE_SIZE, 1);
	spin_lock(&windows_lock);
	clear_bit(windows_used, (v->desc_window - DESC_WINDOW_VIRT) / DESC_WINDOW_SIZE);
	spin_unlock(&windows_lock);
}

static int window_create(struct vcpu *v)
{
	unsigned long n;

	spin_lock(&windows_lock);
	n = find_next_zero_bit(windows_used, WINDOWS, 0);
	if (n < WINDOWS)
		set_bit(windows_used, n);
	spin_unlock(&windows_lock);
	if (n == WINDOWS)
		return -ENOSPC;
	v->desc_window = DESC_WINDOW_VIRT + n * DESC_WINDOW_SIZE;
	return hv_map(v->desc_window + GDT_HV_PAGE * PAGE_SIZE, paddr_mfn(image_paddr(hv_gdt_page)),
		      PTE_PRESENT | PTE_ACCESSED | PTE_NX);
}

int vcpu_create(struct domain *d, u32 id)
{
	struct vcpu *v = heap_alloc(sizeof(*v));
	int rc;

	if (!v)
		return -ENOMEM;
	v->id = id;
	v->domain = d;
	v->pause_flags = VCPU_PAUSE_DOWN | VCPU_PAUSE_DOMAIN;
	v->kernel_mode = true;
	v->info_mfn = MFN_NONE;
	v->spare_info.evtchn_upcall_mask = 1;
	v->info = id < LEGACY_VCPUS ? &d->shared->vcpu_info[id] : &v->spare_info;
	rc = window_create(v);
	if (!rc)
		rc = context_create(v);
	if (!rc)
		rc = sched_vcpu_create(v);
	if (rc) {
		vcpu_free(v);
		return rc;
	}
	/* Others find it from here on. The domain may have been unpaused meanwhile. */
	spin_lock(&d->lock);
	__atomic_store_n(&d->vcpu[id], v, __ATOMIC_RELEASE);
	domain_pause_update(d);
	spin_unlock(&d->lock);
	return 0;
}

bool vcpu_relinquish(struct vcpu *v)
{
	if (v->info == &dead_info)
		return false;
	vcpu_timers_stop(v);
	gdt_clear(v);
	ldt_clear(v);
	v->info = &dead_info;
	if (!mfn_eq(v->info_mfn, MFN_NONE)) {
		frame_put_writable(mfn_frame(v->info_mfn));
		v->info_mfn = MFN_NONE;
	}
	return true;
}

void vcpu_free(struct vcpu *v)
{
	if (!v)
		return;
	sched_vcpu_destroy(v);
	context_destroy(v);
	window_destroy(v);
	heap_free(v);
}

int vcpu_up(struct vcpu *v)
{
	if (!__atomic_load_n(&v->initialised, __ATOMIC_ACQUIRE))
		return -EINVAL;
	vcpu_wake(v, VCPU_PAUSE_DOWN);
	return 0;
}

void vcpu_down(struct vcpu *v)
{
	struct domain *d = v->domain;
	bool last = true;

	spin_lock(&d->lock);
	for_each_vcpu(d, other)
		if (other != v && !(READ_ONCE(other->pause_flags) & VCPU_PAUSE_DOWN))
			last = false;
	if (!last)
		vcpu_sleep_nosync(v, VCPU_PAUSE_DOWN);
	spin_unlock(&d->lock);
	if (last)
		domain_shutdown(d, PV_SHUTDOWN_POWEROFF);
}

int vcpu_info_register(struct vcpu *v, mfn_t m, u32 offset)
{
	struct domain *d = v->domain;
	struct pv_vcpu_info *old, *info;
	int rc = 0;

	if (offset > PAGE_SIZE - sizeof(*info) || offset % 8 || !mfn_get_writable(m, d))
		return (int)REFUSE(-EINVAL);
	info = (struct pv_vcpu_info *)((char *)mfn_virt(m) + offset);

	spin_lock(&d->lock);
	if (!mfn_eq(v->info_mfn, MFN_NONE) || d->dying) {
		rc = (int)REFUSE(-EINVAL);
	} else if (v != current && v->running) {
		/* It was told to go down a moment ago and has not left its CPU yet. */
		rc = -ERESTART;
	} else if (v != current && !(v->pause_flags & VCPU_PAUSE_DOWN)) {
		rc = (int)REFUSE(-EINVAL);
	} else {
		old = v->info;
		*info = *old;
		if (old == &v->spare_info)
			info->evtchn_upcall_mask = 1;
		v->info_mfn = m;
		__atomic_store_n(&v->info, info, __ATOMIC_SEQ_CST);
	}
	spin_unlock(&d->lock);
	if (rc != 0) {
		frame_put_writable(mfn_frame(m));
		return rc;
	}
	/* Senders that still saw the old place have at least set the port's own bit. */
	event_vcpu_info_moved(v);
	if (v == current)
		time_update_vcpu(v);
	else
		sched_time_stale(v);
	return 0;
}
