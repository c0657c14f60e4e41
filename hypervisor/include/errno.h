/* SPDX-License-Identifier: BSD-2-Clause */
/* Error numbers inside the hypervisor: the ABI's values under their short names. */
#ifndef PAVISE_ERRNO_H
#define PAVISE_ERRNO_H

#include "public/errno.h"

#define EPERM	   PV_EPERM
#define ENOENT	   PV_ENOENT
#define ESRCH	   PV_ESRCH
#define E2BIG	   PV_E2BIG
#define EAGAIN	   PV_EAGAIN
#define ENOMEM	   PV_ENOMEM
#define EACCES	   PV_EACCES
#define EFAULT	   PV_EFAULT
#define EBUSY	   PV_EBUSY
#define EEXIST	   PV_EEXIST
#define ENODEV	   PV_ENODEV
#define EINVAL	   PV_EINVAL
#define ENOSPC	   PV_ENOSPC
#define ENOSYS	   PV_ENOSYS
#define EOPNOTSUPP PV_EOPNOTSUPP

/*
 * Not an error and never seen by a guest: the operation was preempted, has
 * stored its progress in its arguments (struct hypercall) or in the vCPU, and
 * is to be called again.
 */
#define ERESTART 85

#endif
