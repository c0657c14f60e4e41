/* SPDX-License-Identifier: BSD-2-Clause */
#include "console_front.h"

#define IN_SIZE	 ((uint32_t)sizeof(((struct pv_xencons_interface *)0)->in))
#define OUT_SIZE ((uint32_t)sizeof(((struct pv_xencons_interface *)0)->out))

void console_front_init(struct console_front *con, struct pv_xencons_interface *page,
			void (*notify)(struct console_front *con))
{
	con->page = page;
	con->out_prod = __atomic_load_n(&page->out_prod, __ATOMIC_RELAXED);
	con->in_cons = __atomic_load_n(&page->in_cons, __ATOMIC_RELAXED);
	con->notify = notify;
}

size_t console_front_write(struct console_front *con, const char *buf, size_t len)
{
	/* Acquire: bytes are overwritten only after they were taken. */
	uint32_t used = con->out_prod - __atomic_load_n(&con->page->out_cons, __ATOMIC_ACQUIRE);
	uint32_t room = used > OUT_SIZE ? 0 : OUT_SIZE - used;

	if (len > room)
		len = room;
	for (size_t i = 0; i < len; i++)
		con->page->out[(con->out_prod + i) & (OUT_SIZE - 1)] = buf[i];
	con->out_prod += (uint32_t)len;
	/* Release: the bytes are there before the index says so. */
	__atomic_store_n(&con->page->out_prod, con->out_prod, __ATOMIC_RELEASE);
	if (len)
		con->notify(con);
	return len;
}

size_t console_front_read(struct console_front *con, char *buf, size_t len)
{
	uint32_t used = __atomic_load_n(&con->page->in_prod, __ATOMIC_ACQUIRE) - con->in_cons;

	if (used > IN_SIZE)
		used = 0;
	if (len > used)
		len = used;
	for (size_t i = 0; i < len; i++)
		buf[i] = con->page->in[(con->in_cons + i) & (IN_SIZE - 1)];
	con->in_cons += (uint32_t)len;
	__atomic_store_n(&con->page->in_cons, con->in_cons, __ATOMIC_RELEASE);
	if (len)
		con->notify(con);
	return len;
}

int console_front_drained(const struct console_front *con)
{
	return __atomic_load_n(&con->page->out_cons, __ATOMIC_ACQUIRE) == con->out_prod;
}
