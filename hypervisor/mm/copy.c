/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies between the hypervisor and a guest. The copy runs on the guest's own
 * translations; a page that is missing or read-only faults at the copy
 * instruction, and the exception table turns that into -EFAULT.
 */
#include "internal.h"
#include "arch.h"
#include "extable.h"

/* Bytes that were not copied. Eight at a time: the arguments of most calls are whole words. */
static size_t copy_tolerant(void *dst, const void *src, size_t n)
{
	size_t words = n / 8, bytes = n % 8;

	__asm__ volatile("1: rep movsq\n\t"
			 "mov %[bytes], %%rcx\n\t"
			 "2: rep movsb\n\t"
			 "jmp 4f\n\t"
			 "3: inc %%rcx\n\t" /* stopped: whatever it says, not all was copied */
			 "4:\n\t" EXTABLE("1b", "3b") EXTABLE("2b", "3b")
			 : "+c"(words), "+D"(dst), "+S"(src)
			 : [bytes] "r"(bytes)
			 : "memory", "cc");
	return words;
}

/* \p guest is the guest's end of it. */
static inline int copy_checked(void *dst, const void *src, vaddr_t guest, size_t n)
{
	size_t left;

	if (unlikely(!guest_range_ok(guest, n)))
		return (int)REFUSE(-EFAULT);
	user_access_begin();
	left = copy_tolerant(dst, src, n);
	user_access_end();
	return likely(!left) ? 0 : (int)REFUSE(-EFAULT);
}

int copy_from_guest(void *dst, vaddr_t src, size_t n)
{
	return copy_checked(dst, (const void *)src, src, n);
}

int copy_to_guest(vaddr_t dst, const void *src, size_t n)
{
	return copy_checked((void *)dst, src, dst, n);
}

/*
 * The tables may change while they are walked, so the frame that comes out is
 * taken as writable data of the domain before it is written to. Frames of other
 * domains that the guest has mapped are not written this way.
 */
int guest_kernel_write(struct vcpu *v, vaddr_t va, const void *src, size_t n)
{
	const char *from = src;

	if (!guest_range_ok(va, n))
		return -EFAULT;
	while (n) {
		size_t offset = va & ~PAGE_MASK, part = MIN(n, PAGE_SIZE - offset);
		u64 e = walk_software(v, va);
		struct frame *f = e & PTE_RW ? frame_lookup_ram(pte_nr(e)) : NULL;

		if (!f || !frame_get_writable(f, v->domain))
			return -EFAULT;
		memcpy((char *)frame_virt(f) + offset, from, part);
		frame_put_writable(f);
		va += part;
		from += part;
		n -= part;
	}
	return 0;
}
