/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include "log.h"

/* Queued output at which a local client is served no more until it has taken all. */
#define OVERFLOW_LOCAL (64 << 20)
/* Bytes of input taken at a time. */
#define CHUNK 8192
/* Requests run for one connection before the others have their turn. */
#define TURN 64

struct conn *conns;
uint64_t conn_exact_out;
bool conn_more, conn_muted;
static struct conn *conn_dirty; /* those with output to flush */
static bool any_dead;

struct conn *conn_new(const struct transport *tp, struct domain *domain, uint32_t id)
{
	struct conn *c = xalloc(sizeof(*c));

	c->id = id;
	c->tp = tp;
	c->domain = domain;
	c->next = conns;
	conns = c;
	return c;
}

struct conn *conn_by_id(uint32_t id)
{
	struct conn *c = conns;

	while (c && (c->id != id || c->dead))
		c = c->next;
	return c;
}

static void settle_output_charge(struct conn *c)
{
	quota_add(c->domain, Q_QUEUED, (int64_t)c->out.len - (int64_t)c->out_charged);
	c->out_charged = c->out.len;
}

void conn_close(struct conn *c)
{
	if (c->dead)
		return;
	c->dead = any_dead = true;
	watch_forget(c);
	txn_forget(c);
	c->out.len = 0;
	settle_output_charge(c);
	quota_add(c->domain, Q_OUTSTANDING, -(int64_t)c->replies);
	if (c->domain->conn == c)
		c->domain->conn = NULL;
	c->tp->close(c);
	c->domain = domain0;
}

void conn_reap(void)
{
	struct conn **p = &conns, *c;
	bool look = any_dead;

	any_dead = false;
	while (look && (c = *p)) {
		if (c->dead && !c->dirty) {
			*p = c->next;
			buf_free(&c->in);
			buf_free(&c->out);
			free(c);
		} else {
			any_dead |= c->dead;
			p = &c->next;
		}
	}
}

static void mark_dirty(struct conn *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	c->dirty_next = conn_dirty;
	conn_dirty = c;
}

/* Queue a message, up to len bytes of its data; false if none goes to c now. */
static bool queue(struct conn *c, const struct xsd_sockmsg *head, const void *data, size_t len)
{
	/* In a replay, a local client that matters has had all its replies. */
	if (c->dead || conn_muted || (log_replaying && !c->tp->exact))
		return false;
	if (c->tp->exact)
		conn_exact_out += sizeof(*head) + head->len;
	buf_add(&c->out, head, sizeof(*head));
	buf_add(&c->out, data, len);
	mark_dirty(c);
	return true;
}

void conn_reply(struct conn *c, const struct xsd_sockmsg *req, const void *data, size_t len)
{
	struct xsd_sockmsg h = *req;

	h.len = (uint32_t)len;
	if (queue(c, &h, data, len)) {
		c->replies++;
		quota_add(c->domain, Q_OUTSTANDING, 1);
	}
}

void conn_event(struct conn *c, struct watch *w, const char *path)
{
	size_t plen = strlen(path) + 1, tlen = strlen(w->token) + 1;
	struct xsd_sockmsg h = {.type = XS_WATCH_EVENT, .len = (uint32_t)(plen + tlen)};

	/* Too long for a message: nobody could take it. */
	if (h.len > XENSTORE_PAYLOAD_MAX)
		return;
	w->missed |= c->overflow;
	if (!c->overflow && queue(c, &h, path, plen))
		buf_add(&c->out, w->token, tlen);
}

void conn_set_overflow(struct conn *c, bool on)
{
	if (c->overflow == on || c->dead)
		return;
	c->overflow = on;
	log_conn(c);
	if (on)
		return;
	watch_catch_up(c);
	conn_again(c);
}

static void flush(struct conn *c)
{
	int64_t limit = c->domain == domain0 ? OVERFLOW_LOCAL : quota_limit(c->domain, Q_QUEUED);
	ssize_t n = 0;

	while (!c->dead && c->out.len) {
		n = c->tp->write(c, c->out.data + c->out.head, c->out.len);
		if (n < 0)
			log_close(c);
		if (n <= 0)
			break;
		buf_take(&c->out, (size_t)n);
		c->out_pos += (uint32_t)n;
		if (!c->out.len)
			conn_set_overflow(c, false);
	}
	if (c->dead)
		return;
	if (!c->out.len) {
		quota_add(c->domain, Q_OUTSTANDING, -(int64_t)c->replies);
		c->replies = 0;
	} else if ((int64_t)c->out.len > limit) {
		conn_set_overflow(c, true);
	}
	settle_output_charge(c);
	log_busy(c, c->out.len || c->in.len);
	c->tp->want(c, c->out.len);
}

void conn_flush_all(void)
{
	for (int privileged = 1; privileged >= 0; privileged--)
		for (struct conn *c = conn_dirty; c; c = c->dirty_next)
			if (!c->dead && !log_replaying && (c->domain == domain0) == privileged)
				flush(c);
	while (conn_dirty) {
		conn_dirty->dirty = false;
		conn_dirty = conn_dirty->dirty_next;
	}
}

/* How many bytes the request at the head of the input still lacks; -1: it can never be valid. */
static ssize_t lacking(const struct conn *c, struct xsd_sockmsg *h)
{
	size_t size = sizeof(*h);

	if (c->in.len >= size) {
		memcpy(h, c->in.data + c->in.head, size);
		if (h->len > XENSTORE_PAYLOAD_MAX)
			return -1;
		size += h->len;
	}
	return c->in.len < size ? (ssize_t)(size - c->in.len) : 0;
}

/*
 * Bytes of an exact connection are logged when they take effect: those of a
 * request with the request, those of an unfinished one as they come.
 */
static void log_unlogged(struct conn *c, const char *end, uint32_t err)
{
	if (c->unlogged)
		log_put(LOG_INPUT, c->id, (uint32_t[4]){err}, end - c->unlogged, c->unlogged);
	c->unlogged = 0;
}

static void run_request(struct conn *c, const struct xsd_sockmsg *h)
{
	size_t len = sizeof(*h) + h->len;
	const char *msg = c->in.data + c->in.head;
	struct outcome out;
	int err;

	err = ops_run(c, h, msg + sizeof(*h), &out);
	if (c->tp->exact)
		log_unlogged(c, msg + len, err);
	/* What a transaction has read decides whether it commits, so that counts too. */
	else if (ops_is_change(h) || h->tx_id)
		log_put(LOG_INPUT, c->id, (uint32_t[4]){err}, msg, len);
	if (!c->dead)
		buf_take(&c->in, len);
}

/* More is queued than the client may leave untaken. */
static bool stalled(const struct conn *c)
{
	return c->overflow || (c->out.len && !quota_room(c->domain, Q_OUTSTANDING, 1));
}

/*
 * More bytes from the transport, of an exact one never more than the current request lacks; false:
 * none now, or it is over. Less from a socket than was asked for is all there is.
 */
static bool take_input(struct conn *c, ssize_t lack, bool *drained)
{
	struct xsd_sockmsg h;
	char chunk[CHUNK];
	ssize_t n;

	if (*drained)
		return false;
	log_busy(c, true);
	n = c->tp->read(c, chunk, c->tp->exact ? (size_t)lack : sizeof(chunk));
	if (n < 0)
		log_close(c);
	if (n <= 0)
		return false;
	buf_add(&c->in, chunk, (size_t)n);
	c->in_pos += (uint32_t)n;
	*drained = !c->tp->exact && n < (ssize_t)sizeof(chunk);
	c->unlogged += c->tp->exact ? (size_t)n : 0;
	if (c->unlogged && lacking(c, &h) > 0)
		log_unlogged(c, c->in.data + c->in.head + c->in.len, 0);
	return true;
}

void conn_service(struct conn *c)
{
	bool drained = false, was_stalled;
	struct xsd_sockmsg h;
	int turn = 0;

	c->waiting = false;
	while (!c->dead && turn < TURN && !stalled(c)) {
		ssize_t lack = lacking(c, &h);

		if (lack < 0) {
			log_close(c);
		} else if (lack) {
			if (!take_input(c, lack, &drained))
				break;
		} else if (txn_must_wait(c, &h)) {
			c->waiting = true;
			break;
		} else {
			run_request(c, &h);
			turn++;
		}
	}
	if (c->dead)
		return;
	was_stalled = stalled(c);
	c->more = false;
	if (c->tp->exact)
		flush(c);
	else if (c->out.len)
		mark_dirty(c);
	else
		log_busy(c, c->in.len);
	if (!c->dead && (turn == TURN || (was_stalled && !stalled(c))))
		conn_again(c);
}

void conn_replay(struct conn *c, const void *data, size_t len)
{
	struct xsd_sockmsg h;
	ssize_t lack;

	buf_add(&c->in, data, len);
	c->in_pos += (uint32_t)len;
	while (!c->dead && (lack = lacking(c, &h)) <= 0) {
		if (lack < 0)
			conn_close(c);
		else
			run_request(c, &h);
	}
}

void conn_again(struct conn *c)
{
	c->more = conn_more = true;
}

/* Those that must wait on notice when they are served; only the others cost a system call. */
void conn_wake_waiting(void)
{
	for (struct conn *c = conns; c; c = c->next)
		if (c->waiting && !c->dead)
			conn_again(c);
}
