/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest memory word by word, for the hot paths: a move each, where copy_from_guest()
 * is a call. The caller checks the whole range with guest_range_ok() first, moves
 * words between user_access_begin() and user_access_end(), calls nothing else in
 * between, and closes the door at the label, too: a word that faults jumps there.
 */
#ifndef PAVISE_GUEST_WORD_H
#define PAVISE_GUEST_WORD_H

#include "arch.h"
#include "extable.h"
#include "mm.h"

/* cppcheck reads no `asm goto`. */
#if defined(PAVISE_HOST_TEST) || defined(__cppcheck__)
#define guest_get(to, va, fault)                              \
	do {                                                  \
		if (copy_from_guest(&(to), (va), sizeof(to))) \
			goto fault;                           \
	} while (0)
#define guest_put(word, va, fault)                        \
	do {                                              \
		__typeof__(word) w_ = (word);             \
		if (copy_to_guest((va), &w_, sizeof(w_))) \
			goto fault;                       \
	} while (0)
#else
/* Read the variable \p to, of 2, 4 or 8 bytes, from \p va. (By a scalar: GCC 12 dies of others.) */
#define guest_get(to, va, fault)                                                      \
	do {                                                                          \
		__typeof__(to) into_;                                                 \
		__asm__ volatile goto(                                                \
			"1: mov %[from], %[into]\n\t" EXTABLE("1b", "%l[" #fault "]") \
			: [into] "=r"(into_)                                          \
			: [from] "m"(*(const __typeof__(to) *)(va))                   \
			:                                                             \
			: fault);                                                     \
		(to) = into_;                                                         \
	} while (0)
/* Write \p word, of 2, 4 or 8 bytes, to \p va. */
#define guest_put(word, va, fault)                                                           \
	__asm__ volatile goto("1: mov %[word_], %[into]\n\t" EXTABLE("1b", "%l[" #fault "]") \
			      :                                                              \
			      : [word_] "r"(word), [into] "m"(*(__typeof__(word) *)(va))     \
			      : "memory"                                                     \
			      : fault)
#endif

#endif
