/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of domain/. */
#ifndef PAVISE_DOMAIN_INTERNAL_H
#define PAVISE_DOMAIN_INTERNAL_H

#include "domain.h"

/* As domain_create(), with the right to be dom0, and with a reference for the caller. */
int domain_make(domid_t id, const struct pv_domctl_createdomain *cfg, bool privileged,
		struct domain **out);
int vcpu_create(struct domain *d, u32 id);
void vcpu_free(struct vcpu *v);
/* Stop its timers and let go of the frames that it alone holds; false: was done before. The vCPU
 * does not run. */
bool vcpu_relinquish(struct vcpu *v);

/* The watchdogs' memory and timers: 0 or -ENOMEM; none of them fires after the stop. */
int watchdog_create(struct domain *d);
void watchdog_stop(struct domain *d);

#endif
