/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error numbers of the hypercall interface.
 *
 * A hypercall that fails returns one of these negated in RAX. The numbers are
 * those of Linux on x86, whatever system the guest runs. A hypervisor may use
 * further numbers inside (restart, interrupted); they never reach a guest.
 */
#ifndef PV_PUBLIC_ERRNO_H
#define PV_PUBLIC_ERRNO_H

#define PV_EPERM	 1 /* the caller lacks the privilege */
#define PV_ENOENT	 2 /* no such vcpu, entry or index */
#define PV_ESRCH	 3 /* no such domain */
#define PV_EIO		 5 /* device or firmware failed */
#define PV_ENXIO	 6 /* no such slot */
#define PV_E2BIG	 7 /* list or argument too long */
#define PV_ENOEXEC	 8 /* not a loadable image */
#define PV_EBADF	 9 /* bad handle */
#define PV_ECHILD	 10
#define PV_EAGAIN	 11 /* not now; the same call may work later */
#define PV_EWOULDBLOCK	 11
#define PV_ENOMEM	 12 /* out of memory, or over the domain's limit */
#define PV_EACCES	 13 /* refused; also: wrong interface version */
#define PV_EFAULT	 14 /* a guest pointer could not be read or written */
#define PV_EBUSY	 16 /* in use */
#define PV_EEXIST	 17 /* already there */
#define PV_EXDEV	 18
#define PV_ENODEV	 19 /* no such register or device */
#define PV_ENOTDIR	 20
#define PV_EISDIR	 21
#define PV_EINVAL	 22 /* malformed argument */
#define PV_ENFILE	 23
#define PV_EMFILE	 24
#define PV_ENOSPC	 28 /* no port, vector or slot left */
#define PV_EROFS	 30
#define PV_EMLINK	 31
#define PV_EDOM		 33
#define PV_ERANGE	 34 /* outside the permitted range */
#define PV_EDEADLK	 35
#define PV_EDEADLOCK	 35
#define PV_ENAMETOOLONG	 36
#define PV_ENOLCK	 37
#define PV_ENOSYS	 38 /* no such hypercall or sub-operation */
#define PV_ENOTEMPTY	 39
#define PV_ENODATA	 61 /* nothing recorded */
#define PV_ETIME	 62 /* the time asked for has passed */
#define PV_EBADMSG	 74
#define PV_EOVERFLOW	 75 /* a sum or count would wrap */
#define PV_EILSEQ	 84
#define PV_ENOTSOCK	 88
#define PV_EMSGSIZE	 90
#define PV_EOPNOTSUPP	 95 /* known, but not offered here */
#define PV_EADDRINUSE	 98
#define PV_EADDRNOTAVAIL 99
#define PV_ENOBUFS	 105 /* the caller's buffer is too small */
#define PV_EISCONN	 106
#define PV_ENOTCONN	 107
#define PV_ETIMEDOUT	 110
#define PV_ECONNREFUSED	 111

#endif
