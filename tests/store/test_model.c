/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations and transactions of several clients against a reference
 * model: an array of the few dozen paths there can be. A transaction in the model
 * is a copy of the array, and its commit is its operations done again on the
 * array of now. So what is tested is that transactions are serializable, that
 * they fail exactly when that would answer one of them otherwise, and that events
 * come to whom and when they should. Now and then the daemon dies and comes back.
 * STORE_STEPS sets the number of steps, STORE_SEED the start of the random numbers.
 */
#include <unistd.h>
#include "harness.h"

#define NAMES	3
#define NODES	(1 + NAMES + NAMES * NAMES + NAMES * NAMES * NAMES)
#define CLIENTS 4 /* domains 0 to 3 */
#define TXNS	2
#define MAX_OPS 12

struct mnode {
	bool exists;
	unsigned int value, perm;
};

struct op {
	uint32_t type;
	int node;
	unsigned int value;
	const char *want; /* in a transaction: what it answered, */
	unsigned int saw; /* and what it read */
};

struct mtxn {
	uint32_t id;
	struct mnode now[NODES];
	struct op ops[MAX_OPS];
	int n;
	bool lost;
};

/* Owner, what others may, and one exception: as strings and as a table. */
static const char *const perm_text[] = {"n0", "r0", "b0", "n1 r2", "r2 w3", "b3", "n0 b1 r2"};
#define PERMS 7

static struct mnode model[NODES];
static struct mtxn txns[CLIENTS][TXNS];
static struct client *clients[CLIENTS];
static bool watching[CLIENTS][NODES];
static uint64_t seed;
static char expected[CLIENTS][64][32];
static int n_expected[CLIENTS];

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(seed >> 33) % n;
}

static int parent_of(int i)
{
	return i ? (i - 1) / NAMES : -1;
}

static const char *path_of(int i)
{
	static char buf[4][32];
	static int turn;
	char *p = buf[turn = (turn + 1) % 4] + 31;

	*p = '\0';
	for (; i > 0; i = parent_of(i)) {
		*--p = (char)('a' + (i - 1) % NAMES);
		*--p = '/';
	}
	/* The model's root is /m. */
	*--p = 'm';
	*--p = '/';
	return p;
}

/* Of a created node: what it gets from the node above it. Owned by its maker: see inherit(). */
#define OWNED 100 /* perm numbers from here: parent's list number times 4, and the owner */

static unsigned int base_perm(unsigned int p)
{
	return p < OWNED ? p : (p - OWNED) / 4;
}

static int owner_of(unsigned int p)
{
	const char *text = perm_text[base_perm(p)];

	return p < OWNED ? text[1] - '0' : (int)(p - OWNED) % 4;
}

static unsigned int may(const struct mnode *n, int domid)
{
	const char *s;

	if (!domid || owner_of(n->perm) == domid)
		return 7;
	/* The list is the parent's but for who owns it. */
	s = perm_text[base_perm(n->perm)];
	for (const char *e = s + 2; *e; e += 3)
		if (e[2] - '0' == domid)
			return (unsigned int)(strchr("nrwb", e[1]) - "nrwb");
	return (unsigned int)(strchr("nrwb", s[0]) - "nrwb");
}

static unsigned int inherit(unsigned int perm, int domid)
{
	if (!domid || owner_of(perm) == domid)
		return perm;
	return OWNED + 4 * base_perm(perm) + (unsigned int)domid;
}

static bool is_below(int i, int top)
{
	while (i > top)
		i = parent_of(i);
	return i == top;
}

static void make(struct mnode *m, int i, int domid)
{
	int up = parent_of(i);

	if (m[i].exists)
		return;
	make(m, up, domid);
	m[i] = (struct mnode){.exists = true, .perm = inherit(m[up].perm, domid)};
}

static int nearest(const struct mnode *m, int i)
{
	while (!m[i].exists)
		i = parent_of(i);
	return i;
}

/* What the operation answers, and what it does to the array m. */
static const char *apply(struct mnode *m, const struct op *op, int domid)
{
	int i = op->node, near = nearest(m, i);
	unsigned int can = may(&m[near], domid);

	if ((op->type == XS_READ || op->type == XS_DIRECTORY) && !(can & 1))
		return "EACCES";
	if ((op->type == XS_WRITE || op->type == XS_RM || op->type == XS_MKDIR) && !(can & 2))
		return "EACCES";
	if (op->type == XS_SET_PERMS && (can & 6) != 6)
		return "EACCES";
	switch (op->type) {
	case XS_RM:
		if (near != i)
			return m[parent_of(i)].exists ? "" : "ENOENT";
		for (int k = NODES - 1; k >= i; k--)
			if (is_below(k, i))
				m[k].exists = false;
		return "";
	case XS_WRITE:
	case XS_MKDIR:
		make(m, i, domid);
		if (op->type == XS_WRITE)
			m[i].value = op->value;
		return "";
	case XS_SET_PERMS:
		if (near != i)
			return "ENOENT";
		if (domid && perm_text[op->value][1] - '0' != owner_of(m[i].perm))
			return "EPERM";
		m[i].perm = op->value;
		return "";
	default:
		return near == i ? "" : "ENOENT";
	}
}

static void expect_event(int node, unsigned int perm_of_node)
{
	struct mnode n = {.perm = perm_of_node};

	for (int c = 0; c < CLIENTS; c++)
		for (int w = 0; w < NODES; w++)
			if (watching[c][w] && is_below(node, w) && (may(&n, c) & 1) &&
			    n_expected[c] < 64)
				snprintf(expected[c][n_expected[c]++], 32, "%s %d", path_of(node),
					 w);
}

/* Events of an operation done at once, from the array before and after it. */
static void expect(const struct mnode *before, const struct op *op)
{
	int i = op->node;

	if (op->type == XS_RM && before[i].exists) {
		expect_event(i, before[i].perm);
		for (int c = 0; c < CLIENTS; c++)
			for (int w = i + 1; w < NODES; w++)
				if (watching[c][w] && is_below(w, i) && before[w].exists &&
				    (may(&before[w], c) & 1) && n_expected[c] < 64)
					snprintf(expected[c][n_expected[c]++], 32, "%s %d",
						 path_of(w), w);
	} else if (op->type == XS_WRITE || op->type == XS_SET_PERMS ||
		   (op->type == XS_MKDIR && !before[i].exists)) {
		expect_event(i, model[i].perm);
	}
}

static int by_text(const void *x, const void *y)
{
	return strcmp(x, y);
}

static bool events_match(void)
{
	bool ok = true;

	for (int c = 0; c < CLIENTS && ok; c++) {
		pump(clients[c]);
		ok = clients[c]->n_events == n_expected[c];
		qsort(expected[c], (size_t)n_expected[c], sizeof(expected[c][0]), by_text);
		qsort(clients[c]->events, (size_t)clients[c]->n_events,
		      sizeof(clients[c]->events[0]), by_text);
		for (int i = 0; i < n_expected[c] && ok; i++)
			ok = !strcmp(expected[c][i], clients[c]->events[i]);
		if (!ok) {
			for (int i = 0; i < n_expected[c]; i++)
				printf("expected %d: %s\n", c, expected[c][i]);
			for (int i = 0; i < clients[c]->n_events; i++)
				printf("got      %d: %s\n", c, clients[c]->events[i]);
		}
		n_expected[c] = clients[c]->n_events = 0;
	}
	return ok;
}

static bool send_op(struct client *cl, uint32_t tx, const struct op *op)
{
	char value[16];

	snprintf(value, sizeof(value), "%u", op->value);
	switch (op->type) {
	case XS_WRITE:
		return do_write(cl, tx, path_of(op->node), value);
	case XS_SET_PERMS:
		return do_perms(cl, tx, path_of(op->node), perm_text[op->value]);
	default: {
		const char *p = path_of(op->node);

		return call(cl, op->type, tx, p, strlen(p) + 1);
	}
	}
}

/* The reply's contents, beside its being none of an error. */
static bool right_data(const struct client *cl, const struct mnode *m, const struct op *op)
{
	char want[64] = "";
	size_t n = 0;

	if (op->type == XS_READ) {
		if (m[op->node].value)
			snprintf(want, sizeof(want), "%u", m[op->node].value);
		return !strcmp(cl->data, want);
	}
	if (op->type != XS_DIRECTORY)
		return true;
	for (int k = op->node * NAMES + 1; k <= op->node * NAMES + NAMES && k < NODES; k++)
		if (m[k].exists) {
			want[n++] = (char)('a' + (k - 1) % NAMES);
			want[n++] = '\0';
		}
	return cl->len == n && !memcmp(cl->data, want, n);
}

/* What a read or a listing tells about the array. */
static unsigned int sight(const struct mnode *m, const struct op *op)
{
	unsigned int saw = 0;

	if (op->type == XS_READ)
		return m[op->node].value;
	if (op->type != XS_DIRECTORY)
		return 0;
	for (int k = op->node * NAMES + 1; k <= op->node * NAMES + NAMES && k < NODES; k++)
		saw = saw * 2 + m[k].exists;
	return saw;
}

static bool step_op(int c, struct mtxn *t)
{
	static const uint32_t types[] = {XS_READ, XS_WRITE,	XS_WRITE,    XS_MKDIR,
					 XS_RM,	  XS_DIRECTORY, XS_SET_PERMS};
	struct op op = {.type = types[rnd(7)], .node = (int)rnd(NODES), .value = 1 + rnd(1000)};
	struct mnode before[NODES], *m = t ? t->now : model;
	const char *want;
	bool ok;

	if (op.type == XS_RM && op.node == 0)
		op.type = XS_READ;
	if (op.type == XS_SET_PERMS)
		op.value = rnd(PERMS);
	memcpy(before, m, sizeof(before));
	want = apply(m, &op, c);
	ok = send_op(clients[c], t ? t->id : 0, &op);
	if (ok != !*want || (!ok && !is_error(clients[c], want)) ||
	    (ok && !right_data(clients[c], m, &op))) {
		printf("client %d type %u %s: want '%s', got type %u '%s'\n", c, op.type,
		       path_of(op.node), want, clients[c]->type, clients[c]->data);
		return false;
	}
	if (!t && ok)
		expect(before, &op);
	op.want = want;
	op.saw = ok ? sight(m, &op) : 0;
	if (t)
		t->ops[t->n++] = op;
	return true;
}

/* Run the transaction's operations on m: are they all answered as they were before? */
static bool run_again(struct mnode *m, int c, const struct mtxn *t)
{
	for (int i = 0; i < t->n; i++) {
		const struct op *op = &t->ops[i];
		const char *want = apply(m, op, c);

		if (strcmp(want, op->want) || (!*want && sight(m, op) != op->saw))
			return false;
	}
	return true;
}

/* With a new snapshot of the store, transactions move onto the store of now, or have lost. */
static bool renew(int c, struct mtxn *t)
{
	bool lost = txn_find(domain_find((unsigned int)c)->conn, t->id)->lost;

	memcpy(t->now, model, sizeof(model));
	if (!run_again(t->now, c, t)) {
		/* It starts over, though in vain. */
		memcpy(t->now, model, sizeof(model));
		t->n = 0;
		t->lost = true;
	}
	if (lost == t->lost)
		return true;
	printf("a transaction of client %d has %slost\n", c, lost ? "" : "not ");
	return false;
}

static bool step_end(int c, struct mtxn *t)
{
	struct mnode after[NODES];
	bool commit = rnd(4), ok = do_end(clients[c], t->id, commit);

	t->id = 0;
	if (!commit)
		return ok;
	memcpy(after, model, sizeof(model));
	if (ok != (!t->lost && run_again(after, c, t)) ||
	    (!ok && !is_error(clients[c], "EAGAIN"))) {
		printf("commit of client %d: type %u %s\n", c, clients[c]->type, clients[c]->data);
		return false;
	}
	if (ok)
		memcpy(model, after, sizeof(model));
	/* Which events a commit sends is tested elsewhere; here only that all nodes agree. */
	for (int k = 0; k < CLIENTS; k++) {
		pump(clients[k]);
		clients[k]->n_events = n_expected[k] = 0;
	}
	return true;
}

static bool step_watch(int c)
{
	int i = (int)rnd(NODES);
	const char *path = path_of(i);
	char msg[64];
	int n = snprintf(msg, sizeof(msg), "%s%c%d", path, 0, i) + 1;
	bool ok = call(clients[c], watching[c][i] ? XS_UNWATCH : XS_WATCH, 0, msg, (size_t)n);

	if (!watching[c][i])
		snprintf(expected[c][n_expected[c]++], 32, "%s %d", path, i);
	watching[c][i] = !watching[c][i];
	return ok;
}

static bool whole_store_matches(void)
{
	for (int i = 0; i < NODES; i++) {
		struct op op = {.type = rnd(2) ? XS_READ : XS_DIRECTORY, .node = i};
		bool ok = send_op(clients[0], 0, &op);

		if (ok != model[i].exists || (ok && !right_data(clients[0], model, &op))) {
			printf("%s differs\n", path_of(i));
			return false;
		}
	}
	return accounts_right();
}

static bool step(unsigned int n, const char *dir)
{
	int c = (int)rnd(CLIENTS);
	struct mtxn *t = &txns[c][rnd(TXNS)];

	/* Turns make others wait, which the model's clients cannot; they have a test. */
	for (struct conn *k = conns; k; k = k->next)
		k->retries = 0;
	if (n % 1000 == 999)
		return whole_store_matches();
	if (n % 2500 == 2499) {
		bool ok = true;

		crash_and_load(dir);
		for (int k = 0; k < CLIENTS * TXNS && ok; k++)
			if (txns[k / TXNS][k % TXNS].id)
				ok = renew(k / TXNS, &txns[k / TXNS][k % TXNS]);
		return ok;
	}
	switch (rnd(16)) {
	case 0:
		return step_watch(c);
	case 1:
	case 2:
		if (t->id)
			return step_end(c, t);
		memset(t, 0, sizeof(*t));
		t->id = do_begin(clients[c]);
		memcpy(t->now, model, sizeof(model));
		return t->id;
	case 3:
	case 4:
	case 5:
	case 6:
	case 7:
		if (t->id && t->n < MAX_OPS)
			return step_op(c, t);
		/* fall through */
	default:
		return step_op(c, NULL);
	}
}

static void test_model(void)
{
	const char *s = getenv("STORE_STEPS");
	unsigned int steps = s ? (unsigned int)atoi(s) : 60000, n;
	char dir[64], cmd[256];

	s = getenv("STORE_SEED");
	seed = s ? strtoull(s, NULL, 0) : 20260101;
	snprintf(dir, sizeof(dir), "/tmp/store-model.%d", getpid());
	snprintf(cmd, sizeof(cmd), "rm -rf %s && mkdir -p %s", dir, dir);
	CU_ASSERT_FATAL(system(cmd) == 0);
	store_begin_rings();
	log_open(dir);
	CU_ASSERT_FATAL(log_compact(false));
	CU_ASSERT(ring_introduce(domain0, 1));
	clients[0] = client_ring(0);
	for (int c = 1; c < CLIENTS; c++) {
		CU_ASSERT(do_introduce(clients[0], (unsigned int)c, 1));
		clients[c] = client_ring((unsigned int)c);
	}
	CU_ASSERT(do_write(clients[0], 0, "/m", "") && do_perms(clients[0], 0, "/m", perm_text[2]));
	memset(model, 0, sizeof(model));
	model[0].exists = true;
	model[0].perm = 2;
	for (n = 0; n < steps; n++)
		if (!step(n, dir) || !events_match())
			break;
	if (n < steps)
		printf("step %u of seed %llu\n", n, (unsigned long long)seed);
	CU_ASSERT_EQUAL(n, steps);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	CU_ASSERT(system(cmd) == 0);
	CU_ASSERT(!log_open(dir));
	for (int c = 0; c < CLIENTS; c++)
		client_free(clients[c]);
}

void suite_model(void)
{
	CU_pSuite s = SUITE("model");

	CU_add_test(s, "random clients against a reference", test_model);
}
