/* SPDX-License-Identifier: BSD-2-Clause */
/* What the domctl and sysctl families share. */
#ifndef PAVISE_HYPERCALL_DOMCTL_H
#define PAVISE_HYPERCALL_DOMCTL_H

#include "hypercall.h"
#include "public/domctl.h"
#include "public/vcpu.h"

/*
 * One operation on a domain, which is held. \p op is our private copy of the
 * argument; what it leaves there goes back to the caller if the table says so.
 * 0, a negative errno, or -ERESTART to be called again with the same argument.
 */
typedef long (*domctl_fn)(struct domain *d, struct pv_domctl *op);
/* The same on one of its vCPUs, the one that the argument names. */
typedef long (*domctl_vcpu_fn)(struct vcpu *v, struct pv_domctl *op);

/* domctl_vcpu.c */
long domctl_max_vcpus(struct domain *d, struct pv_domctl *op);
long domctl_set_vcpu_context(struct vcpu *v, struct pv_domctl *op);
long domctl_get_vcpu_context(struct vcpu *v, struct pv_domctl *op);
long domctl_get_vcpu_info(struct vcpu *v, struct pv_domctl *op);
long domctl_set_vcpu_affinity(struct vcpu *v, struct pv_domctl *op);
long domctl_get_vcpu_affinity(struct vcpu *v, struct pv_domctl *op);
long domctl_scheduler_op(struct domain *d, struct pv_domctl *op);

/* domctl_memory.c */
long domctl_max_mem(struct domain *d, struct pv_domctl *op);
long domctl_page_frame_info(struct domain *d, struct pv_domctl *op);
long domctl_hypercall_init(struct domain *d, struct pv_domctl *op);

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
