/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#define NODES	64
#define WATCHES 32
#define LEN	160

static struct {
	char path[LEN], value[LEN];
} nodes[NODES];
static char watches[WATCHES][LEN];
static bool introduced[16];

void fake_store_reset(void)
{
	memset(nodes, 0, sizeof(nodes));
	memset(watches, 0, sizeof(watches));
	memset(introduced, 0, sizeof(introduced));
}

static int find(const char *path)
{
	for (int i = 0; i < NODES; i++)
		if (!strcmp(nodes[i].path, path))
			return i;
	return -1;
}

void fake_store_put(const char *path, const char *value)
{
	int i = find(path);

	if (i < 0)
		i = find("");
	if (i < 0)
		abort();
	snprintf(nodes[i].path, LEN, "%s", path);
	snprintf(nodes[i].value, LEN, "%s", value);
}

const char *fake_store_get(const char *path)
{
	int i = find(path);

	return i < 0 ? NULL : nodes[i].value;
}

void fake_store_remove(const char *path)
{
	size_t len = strlen(path);

	for (int i = 0; i < NODES; i++)
		if (!strncmp(nodes[i].path, path, len) &&
		    (nodes[i].path[len] == '/' || !nodes[i].path[len]))
			nodes[i].path[0] = '\0';
}

void fake_store_introduce(unsigned int domid, bool is)
{
	introduced[domid] = is;
}

bool fake_store_watched(const char *path)
{
	for (int i = 0; i < WATCHES; i++)
		if (!strcmp(watches[i], path))
			return true;
	return false;
}

/* ---- what the back-ends call ---- */

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *len)
{
	const char *value = fake_store_get(path);

	(void)h;
	(void)t;
	if (!value) {
		errno = ENOENT;
		return NULL;
	}
	*len = (unsigned int)strlen(value);
	return strdup(value);
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
	      unsigned int len)
{
	char value[LEN];

	(void)h;
	(void)t;
	snprintf(value, sizeof(value), "%.*s", (int)len, (const char *)data);
	fake_store_put(path, value);
	return true;
}

/* Names of the children, each once; one block of memory, as the library's. */
char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *num)
{
	char **names = malloc(NODES * (sizeof(char *) + LEN));
	char *text = (char *)(names + NODES);
	size_t len = strlen(path);
	unsigned int n = 0;

	(void)h;
	(void)t;
	for (int i = 0; i < NODES; i++) {
		unsigned int k = 0;

		if (strncmp(nodes[i].path, path, len) || nodes[i].path[len] != '/')
			continue;
		names[n] = text + n * LEN;
		snprintf(names[n], LEN, "%s", nodes[i].path + len + 1);
		names[n][strcspn(names[n], "/")] = '\0';
		while (strcmp(names[k], names[n]))
			k++;
		n += k == n;
	}
	*num = n;
	return names;
}

bool xs_watch(struct xs_handle *h, const char *path, const char *token)
{
	(void)h;
	(void)token;
	for (int i = 0; i < WATCHES; i++)
		if (!watches[i][0]) {
			snprintf(watches[i], LEN, "%s", path);
			return true;
		}
	errno = ENOSPC;
	return false;
}

bool xs_unwatch(struct xs_handle *h, const char *path, const char *token)
{
	(void)h;
	(void)token;
	for (int i = 0; i < WATCHES; i++)
		if (!strcmp(watches[i], path)) {
			watches[i][0] = '\0';
			return true;
		}
	errno = ENOENT;
	return false;
}

/* The first attempt at each transaction meets a conflict. */
static bool conflict;

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
	(void)h;
	conflict = !conflict;
	return 1;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort)
{
	(void)h;
	(void)t;
	if (abort || !conflict)
		return true;
	errno = EAGAIN;
	return false;
}

bool xs_is_domain_introduced(struct xs_handle *h, unsigned int domid)
{
	(void)h;
	return introduced[domid];
}
