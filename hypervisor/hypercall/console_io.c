/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console_io(cmd, count, buffer). dom0 has the console: its bytes go out as they
 * are. What other guests write is a debugging aid, shown when guest_loglvl asks
 * for it: whole lines, marked with the domain, without control characters,
 * and not too many.
 */
#include "arch.h"
#include "boot.h"
#include "hypercall.h"

#define CHUNK 128

static void line_end(struct domain *d)
{
	d->console_line[d->console_length] = '\0';
	if (d->console_length && printk_ratelimit())
		log_info("d%u: %s", d->id, d->console_line);
	d->console_length = 0;
}

static void guest_write(struct domain *d, const char *s, size_t n)
{
	if (options.guest_loglvl < LOG_INFO)
		return;
	spin_lock(&d->lock);
	for (; n; s++, n--) {
		if (*s == '\n')
			line_end(d);
		else if (*s >= ' ' && *s < 0x7f)
			d->console_line[d->console_length++] = *s;
		if (d->console_length == sizeof(d->console_line) - 1)
			line_end(d);
	}
	spin_unlock(&d->lock);
}

static long op_write(struct hypercall *hc)
{
	struct domain *d = current->domain;
	char buf[CHUNK];

	while (hc->arg[1]) {
		size_t n = MIN(hc->arg[1], (u64)CHUNK);

		if (copy_from_guest(buf, hc->arg[2], n))
			return REFUSE(-EFAULT);
		if (d->privileged)
			serial_write(buf, n);
		else
			guest_write(d, buf, n);
		hc->arg[1] -= n;
		hc->arg[2] += n;
		if (hc->arg[1] && preempt_pending())
			return -ERESTART;
	}
	return 0;
}

static long op_read(vaddr_t to, u64 count)
{
	char buf[CHUNK];
	size_t n;
	int c;

	if (!current->domain->privileged)
		return REFUSE(-EPERM);
	for (n = 0; n < MIN(count, (u64)CHUNK) && (c = console_read()) >= 0; n++)
		buf[n] = (char)c;
	if (copy_to_guest(to, buf, n))
		return REFUSE(-EFAULT);
	return (long)n;
}

HYPERCALL(console_io)
{
	hc->arg[1] = (u32)hc->arg[1];
	if ((s32)hc->arg[1] < 0)
		return REFUSE(-EINVAL);
	switch ((u32)hc->arg[0]) {
	case PV_CONSOLEIO_WRITE:
		return op_write(hc);
	case PV_CONSOLEIO_READ:
		return op_read(hc->arg[2], hc->arg[1]);
	default:
		return REFUSE(-ENOSYS);
	}
}
