/* SPDX-License-Identifier: BSD-2-Clause */
#include "logbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int logbuf_init(struct logbuf *log, size_t size)
{
	log->size = 1;
	while (log->size < size)
		log->size *= 2;
	log->end = 0;
	log->data = malloc(log->size);
	return log->data ? 0 : -ENOMEM;
}

void logbuf_free(struct logbuf *log)
{
	free(log->data);
	log->data = NULL;
}

void logbuf_append(struct logbuf *log, const uint8_t *data, size_t len)
{
	while (len) {
		size_t at = (size_t)log->end & (log->size - 1);
		size_t n = log->size - at < len ? log->size - at : len;

		memcpy(log->data + at, data, n);
		log->end += n;
		data += n;
		len -= n;
	}
}

uint64_t logbuf_oldest(const struct logbuf *log)
{
	return log->end > log->size ? log->end - log->size : 0;
}

size_t logbuf_peek(const struct logbuf *log, uint64_t *pos, const uint8_t **run)
{
	size_t at;

	if (*pos < logbuf_oldest(log))
		*pos = logbuf_oldest(log);
	at = (size_t)*pos & (log->size - 1);
	*run = log->data + at;
	return log->end - *pos < log->size - at ? (size_t)(log->end - *pos) : log->size - at;
}
