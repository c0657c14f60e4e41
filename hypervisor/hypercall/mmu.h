/* SPDX-License-Identifier: BSD-2-Clause */
/* What the hypercalls on page tables share. */
#ifndef PAVISE_HYPERCALL_MMU_H
#define PAVISE_HYPERCALL_MMU_H

#include "hypercall.h"

/*
 * The domain whose frames a call maps or works on. The caller's own comes
 * without a reference, and so do PV_DOMID_IO and PV_DOMID_XEN; foreign_put() knows. 0, -ESRCH,
 * -EPERM (only the privileged name others).
 */
long foreign_get(domid_t id, struct domain **out);
void foreign_put(struct domain *d);
/* CPUs that may hold translations of the vCPUs in a guest's bit set. 0 or -EFAULT. */
long vcpu_set_cpus(vaddr_t set, struct domain *d, struct cpumask *cpus);

#endif
