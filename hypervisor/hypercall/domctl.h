/* SPDX-License-Identifier: BSD-2-Clause */
/* What the domctl and sysctl families share. */
#ifndef PAVISE_HYPERCALL_DOMCTL_H
#define PAVISE_HYPERCALL_DOMCTL_H

#include "hypercall.h"
#include "public/domctl.h"

/* cpu_policy.c */
struct pv_sysctl;
long domctl_get_cpu_policy(struct domain *d, struct pv_domctl *op);
long domctl_set_cpu_policy(struct domain *d, struct pv_domctl *op);
long sysctl_cpu_policy(struct pv_sysctl *op);
long sysctl_cpu_featureset(struct pv_sysctl *op);

/* domctl.c: fill in what is known of a domain. */
void domain_info(struct domain *d, struct pv_domctl_getdomaininfo *info);

/*
 * Maps of CPUs in the interface's form: bytes at a guest address. Reading takes
 * the bits that are there, writing clears the rest of the caller's. 0 or -EFAULT.
 */
int cpumask_from_guest(struct cpumask *m, const struct pv_xenctl_bitmap *map);
int cpumask_to_guest(const struct pv_xenctl_bitmap *map, const struct cpumask *m);

#endif
