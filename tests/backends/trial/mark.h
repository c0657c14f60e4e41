/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A marker that the counting plugin sees: a long no-op whose displacement
 * carries a number. Executed in user mode; harmless without the plugin.
 */
#ifndef TRIAL_MARK_H
#define TRIAL_MARK_H

#define MARK(number) __asm__ volatile("nopl 0x4c414200+" #number "(%%rax)" ::: "memory")

#endif
