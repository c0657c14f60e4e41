/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Basic types and the kinds of number that must never be mixed: machine frames,
 * guest frames, and addresses of both. A debug build boxes machine frames, so that
 * passing another number for one does not compile.
 */
#ifndef PAVISE_TYPES_H
#define PAVISE_TYPES_H

#include <stdint.h>
#include <stddef.h>
#include <stdbool.h>

#ifndef PAVISE_HOST_TEST
/* All symbols are the image's own: references need no table of addresses. */
#pragma GCC visibility push(hidden)
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef u64 paddr_t; /* machine address in bytes */
typedef u64 vaddr_t; /* virtual address, guest's or ours */
typedef u16 domid_t;

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#ifdef PAVISE_DEBUG
/* Boxed, so that a machine frame and another number cannot be swapped. */
typedef struct {
	u64 n;
} mfn_t;
#define mfn(x)	  ((mfn_t){(x)})
#define mfn_nr(m) ((m).n)
#else
typedef u64 mfn_t;
#define mfn(x)	  ((mfn_t)(x))
#define mfn_nr(m) ((u64)(m))
#endif
/* No frame: any all-ones number is out of every range check. */
#define MFN_NONE     mfn(~0ULL)
#define PFN_INVALID  (~0ULL) /* what the M2P holds for an unowned frame */
#define mfn_eq(a, b) (mfn_nr(a) == mfn_nr(b))
#define mfn_paddr(m) ((paddr_t)mfn_nr(m) << PAGE_SHIFT)
#define paddr_mfn(p) mfn((p) >> PAGE_SHIFT)

#define ARRAY_SIZE(a)	      (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)	      ((a) < (b) ? (a) : (b))
#define MAX(a, b)	      ((a) > (b) ? (a) : (b))
#define ROUND_UP(x, n)	      (((x) + (n)-1) & ~((__typeof__(x))(n)-1))
#define ROUND_DOWN(x, n)      ((x) & ~((__typeof__(x))(n)-1))
#define BIT(n)		      (1UL << (n))
#define container_of(p, t, m) ((t *)((char *)(p)-offsetof(t, m)))
#define STATIC_ASSERT(c)      _Static_assert(c, #c)

#define likely(x)      __builtin_expect(!!(x), 1)
#define unlikely(x)    __builtin_expect(!!(x), 0)
#define __packed       __attribute__((packed))
#define __aligned(n)   __attribute__((aligned(n)))
#define __noreturn     __attribute__((noreturn))
#define __unused       __attribute__((unused)) /* of an argument: others in its table need it */
#define __noinline     __attribute__((noinline))
#define __inlined      inline __attribute__((always_inline))
#define __printf(f, a) __attribute__((format(printf, f, a)))

/* Single-copy reads and writes of memory that others change. */
#define READ_ONCE(x)	 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define barrier()	 __asm__ volatile("" ::: "memory")

#endif
