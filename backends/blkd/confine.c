/* SPDX-License-Identifier: BSD-2-Clause */
#include "confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

/* "nobody", by number: an initramfs has no user database. */
#define NOBODY 65534

static int drop_privileges(void)
{
	/* Nothing below this root can be written, or belongs to another. */
	if (chdir("/proc/self/fdinfo") < 0 || chroot(".") < 0)
		return -errno;
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_change_id(NOBODY, NOBODY, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING))
		return errno ? -errno : -EPERM;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* io_uring_enter for the disk, read and write for /dev/xen/evtchn and the
 * control socket, ioctl for copies and notifications. The rest is the C
 * library's: memory, and the way out. */
static int filter_calls(void)
{
	static const int calls[] = {
		SCMP_SYS(io_uring_enter),
		SCMP_SYS(read),
		SCMP_SYS(write),
		SCMP_SYS(ioctl),
		SCMP_SYS(brk),
		SCMP_SYS(munmap),
		SCMP_SYS(rt_sigreturn),
		SCMP_SYS(restart_syscall),
		SCMP_SYS(exit),
		SCMP_SYS(exit_group),
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; !rc && i < sizeof(calls) / sizeof(calls[0]); i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	/* Memory, but never memory to run. */
	if (!rc)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0));
	if (!rc)
		rc = seccomp_load(ctx);
	if (ctx)
		seccomp_release(ctx);
	return rc;
}

int confine(const char **step)
{
	int rc;

	*step = "giving up privileges";
	rc = drop_privileges();
	if (rc)
		return rc;
	*step = "filtering system calls";
	return filter_calls();
}
