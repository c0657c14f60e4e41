/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our public headers side by side with Debian's libxen-dev. Each line of a
 * table names one fact of the ABI; what differs is printed and counted.
 */
#ifndef ABI_CHECK_H
#define ABI_CHECK_H

#define __XEN_TOOLS__		  1
#define __XEN_INTERFACE_VERSION__ 0x00041300

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/arch-x86/cpuid.h>
#include <xen/arch-x86/xen-mca.h>
#include <xen/callback.h>
#include <xen/domctl.h>
#include <xen/elfnote.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/nmi.h>
#include <xen/physdev.h>
#include <xen/platform.h>
#include <xen/sched.h>
#include <xen/sysctl.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include <xen/io/blkif.h>
#include <xen/io/console.h>
#include <xen/io/netif.h>
#include <xen/io/protocols.h>
#include <xen/io/ring.h>
#include <xen/io/xenbus.h>
#include <xen/io/xs_wire.h>

/* Counts one fact; prints it if the two values differ. */
void check_fact(const char *what, const char *name, uint64_t ours, uint64_t theirs);

/* Values are compared as their 64-bit two's complement, so -1 and ~0u differ. */
#define SAME(ours, theirs) check_fact("value", #ours, (uint64_t)(ours), (uint64_t)(theirs))
#define SIZE(ours, theirs) check_fact("size", #ours, sizeof(ours), sizeof(theirs))
#define FIELD_AS(ours, our_field, theirs, their_field)                                         \
	do {                                                                                   \
		check_fact("offset", #ours "." #our_field, offsetof(ours, our_field),          \
			   offsetof(theirs, their_field));                                     \
		check_fact("field size", #ours "." #our_field, sizeof(((ours *)0)->our_field), \
			   sizeof(((theirs *)0)->their_field));                                \
	} while (0)
#define FIELD(ours, theirs, field) FIELD_AS(ours, field, theirs, field)

void check_core(void);
void check_calls(void);
void check_machine(void);
void check_domctl(void);
void check_io(void);

#endif
