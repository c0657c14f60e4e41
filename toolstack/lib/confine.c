/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decompressors read files that a guest's owner may have supplied, and pav runs
 * as root. So the work is done by a child that holds nothing: no descriptor but
 * the pipe for its one line of explanation, no system call but memory, write and
 * exit. Its output lies in a shared mapping of fixed size.
 */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unpack.h"

#define UNPACK_CPU_SECONDS 300

struct verdict {
	size_t produced;
	struct pav_error error;
};

static int enter_confinement(int keep)
{
	static const int allowed[] = {
		SCMP_SYS(brk),		SCMP_SYS(mmap),	      SCMP_SYS(munmap),
		SCMP_SYS(mremap),	SCMP_SYS(madvise),    SCMP_SYS(mprotect),
		SCMP_SYS(futex),	SCMP_SYS(exit_group), SCMP_SYS(exit),
		SCMP_SYS(rt_sigreturn), SCMP_SYS(getrandom),
	};
	const struct rlimit cpu = {UNPACK_CPU_SECONDS, UNPACK_CPU_SECONDS};
	scmp_filter_ctx ctx;
	size_t i;
	int r;

	setrlimit(RLIMIT_CPU, &cpu);
	prctl(PR_SET_DUMPABLE, 0);
	if (keep != 3 && dup2(keep, 3) < 0)
		return -errno;
	if (close_range(4, ~0u, 0) < 0)
		return -errno;
	close_range(0, 2, 0);
	ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!ctx)
		return -ENOMEM;
	r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_EQ, 3, 0));
	for (i = 0; r == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}

static void __attribute__((noreturn))
unpack_child(const struct pav_payload *payload, const char *name, void *out, int fd)
{
	struct verdict v;
	int r;

	memset(&v, 0, sizeof(v));
	r = enter_confinement(fd);
	if (r < 0)
		pav_fail(&v.error, "kernel %s: cannot confine the decompressor: %s", name,
			 strerror(-r));
	else {
		/*
		 * All the memory at once: a fault for each page would cost more than
		 * unpacking does. Where it fails, pages come by faults.
		 */
		if (payload->expected <= PAV_UNPACKED_MAX)
			madvise(out, payload->expected, MADV_POPULATE_WRITE);
		pav_unpack(payload, name, out, PAV_UNPACKED_MAX, &v.produced, &v.error);
	}
	r = (int)write(3, &v, sizeof(v));
	_exit(r != (int)sizeof(v));
}

static int read_verdict(int fd, struct verdict *v)
{
	size_t got = 0;
	ssize_t n;

	while (got < sizeof(*v)) {
		n = read(fd, (char *)v + got, sizeof(*v) - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		got += (size_t)n;
	}
	return 0;
}

int pav_unpack_confined(const struct pav_payload *payload, const char *name, void **image,
			size_t *size, struct pav_error *err)
{
	struct verdict v;
	int fds[2], status, told;
	pid_t child;
	void *out;

	out = mmap(NULL, PAV_UNPACKED_MAX, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (out == MAP_FAILED)
		return pav_fail_errno(err, "kernel %s: no memory to unpack it", name);
	if (pipe(fds) < 0) {
		munmap(out, PAV_UNPACKED_MAX);
		return pav_fail_errno(err, "kernel %s: pipe for the decompressor", name);
	}
	child = fork();
	if (child == 0) {
		close(fds[0]);
		unpack_child(payload, name, out, fds[1]);
	}
	close(fds[1]);
	told = child < 0 ? -1 : read_verdict(fds[0], &v);
	close(fds[0]);
	if (child < 0) {
		pav_fail_errno(err, "kernel %s: fork for the decompressor", name);
	} else {
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		if (told)
			pav_fail(err,
				 "kernel %s: the decompressor died (status %#x): the file is "
				 "damaged, or memory is short",
				 name, status);
		else if (v.error.text[0])
			pav_fail(err, "%.*s", (int)strnlen(v.error.text, sizeof(v.error.text) - 1),
				 v.error.text);
		else if (v.produced == 0 || v.produced > PAV_UNPACKED_MAX)
			pav_fail(err, "kernel %s: unpacks to nothing", name);
	}
	if (err->text[0]) {
		munmap(out, PAV_UNPACKED_MAX);
		return -1;
	}
	/* What was not filled is given back; the rest is what the caller unmaps. */
	*size = v.produced;
	*image = out;
	v.produced = (v.produced + 4095) & ~(size_t)4095;
	if (v.produced < PAV_UNPACKED_MAX)
		munmap((char *)out + v.produced, PAV_UNPACKED_MAX - v.produced);
	return 0;
}
