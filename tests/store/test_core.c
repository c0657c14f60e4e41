/* SPDX-License-Identifier: BSD-2-Clause */
/* The tree by itself, then the protocol's requests one by one. */
#include "harness.h"

static bool less(const struct content *a, const struct content *b)
{
	int d = memcmp(a->bytes, b->bytes, a->name_len < b->name_len ? a->name_len : b->name_len);

	return d ? d < 0 : a->name_len < b->name_len;
}

/* A search tree by name, a heap by rank; returns its height. */
static int check_treap(const struct node *n)
{
	int l, r;

	if (!n)
		return 0;
	l = check_treap(n->left);
	r = check_treap(n->right);
	CU_ASSERT(!n->left || (n->left->rank <= n->rank && less(n->left->c, n->c)));
	CU_ASSERT(!n->right || (n->right->rank <= n->rank && less(n->c, n->right->c)));
	return 1 + (l > r ? l : r);
}

struct walked {
	int n;
	char last[XENSTORE_ABS_PATH_MAX + 1];
};

/* Parents first, siblings by name: as paths, in the order of their characters. */
static void count(struct node *n, const char *path, void *arg)
{
	struct walked *w = arg;

	CU_ASSERT(strcmp(w->last, path) < 0);
	CU_ASSERT(!memcmp(path + strlen(path) - n->c->name_len, n->c->bytes, n->c->name_len));
	snprintf(w->last, sizeof(w->last), "%s", path);
	w->n++;
}

static int size_of(struct node *top)
{
	struct walked w = {0};

	tree_walk(top, "/", count, &w);
	return w.n;
}

static struct node *fresh_root(struct permset *ps)
{
	return node_new(content_new("", 0, NULL, 0, ps));
}

static void add(struct node **root, const char *path, struct permset *ps)
{
	const char *name = strrchr(path, '/') + 1;

	tree_attach(root, path, name, node_new(content_new(name, strlen(name), "v", 1, ps)));
}

static void test_snapshot_stays(void)
{
	struct permset *ps = permset_new(1);
	struct node *root = fresh_root(ps), *snap, *gone;
	char path[32];

	for (int i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "/n%d", i * 7919 % 500);
		add(&root, path, ps);
		CU_ASSERT(check_treap(root->children) < 40);
	}
	CU_ASSERT_EQUAL(size_of(root), 501);
	snap = node_get(root);
	for (int i = 0; i < 500; i += 2) {
		snprintf(path, sizeof(path), "/n%d", i);
		gone = tree_detach(&root, path);
		CU_ASSERT_PTR_NOT_NULL(gone);
		CU_ASSERT(!gone->left && !gone->right);
		node_put(gone);
		CU_ASSERT(check_treap(root->children) < 40);
	}
	CU_ASSERT_EQUAL(size_of(root), 251);
	CU_ASSERT_EQUAL(size_of(snap), 501);
	CU_ASSERT_PTR_NULL(tree_find(root, "/n10"));
	CU_ASSERT_PTR_NOT_NULL(tree_find(snap, "/n10"));
	CU_ASSERT_PTR_EQUAL(tree_find(root, "/n11")->c, tree_find(snap, "/n11")->c);
	node_put(root);
	CU_ASSERT(check_treap(snap->children) < 40);
	CU_ASSERT_EQUAL(size_of(snap), 501);
	node_put(snap);
	permset_put(ps);
}

static void test_deep(void)
{
	struct permset *ps = permset_new(1);
	struct node *root = fresh_root(ps), *snap;
	char path[XENSTORE_ABS_PATH_MAX + 1] = "";

	for (int i = 0; i < XENSTORE_ABS_PATH_MAX / 2; i++) {
		strcat(path, "/d");
		add(&root, path, ps);
	}
	snap = node_get(root);
	CU_ASSERT_PTR_NOT_NULL(tree_find(root, path));
	add(&root, "/e", ps);
	node_put(root);
	CU_ASSERT_EQUAL(size_of(snap), XENSTORE_ABS_PATH_MAX / 2 + 1);
	node_put(snap);
	permset_put(ps);
}

static void test_paths(void)
{
	char longest[XENSTORE_ABS_PATH_MAX + 2];

	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	longest[XENSTORE_ABS_PATH_MAX + 1] = '\0';
	CU_ASSERT(!path_valid(longest));
	longest[XENSTORE_ABS_PATH_MAX] = '\0';
	CU_ASSERT(path_valid(longest));
	CU_ASSERT(path_valid("/"));
	CU_ASSERT(path_valid("/a-b_c@d/9"));
	CU_ASSERT(!path_valid(""));
	CU_ASSERT(!path_valid("a"));
	CU_ASSERT(!path_valid("/a/"));
	CU_ASSERT(!path_valid("//"));
	CU_ASSERT(!path_valid("/a//b"));
	CU_ASSERT(!path_valid("/a b"));
	CU_ASSERT(!path_valid("/\xe4"));
}

void suite_tree(void)
{
	CU_pSuite s = SUITE("tree");

	CU_add_test(s, "a snapshot stays what it was", test_snapshot_stays);
	CU_add_test(s, "deepest path, without recursion", test_deep);
	CU_add_test(s, "which paths are valid", test_paths);
}

static void test_values(void)
{
	struct client *c;

	store_begin(1);
	c = client_new(0);
	CU_ASSERT(do_write(c, 0, "/a/b/c", "hello"));
	CU_ASSERT(do_read(c, 0, "/a/b/c"));
	EQ_STR(c->data, "hello");
	CU_ASSERT(do_read(c, 0, "/a"));
	CU_ASSERT_EQUAL(c->len, 0);
	CU_ASSERT(!do_read(c, 0, "/nope"));
	CU_ASSERT(is_error(c, "ENOENT"));
	CU_ASSERT(call(c, XS_WRITE, 0, "/bin\0\0\1\2", 8));
	CU_ASSERT(do_read(c, 0, "/bin"));
	CU_ASSERT(c->len == 3 && !memcmp(c->data, "\0\1\2", 3));
	CU_ASSERT(call(c, XS_MKDIR, 0, "/a/b/c", 7));
	CU_ASSERT(do_read(c, 0, "/a/b/c"));
	EQ_STR(c->data, "hello");
	CU_ASSERT(call(c, XS_DIRECTORY, 0, "/a", 3));
	CU_ASSERT(c->len == 2 && !strcmp(c->data, "b"));
	CU_ASSERT(do_rm(c, 0, "/a/b"));
	CU_ASSERT(do_rm(c, 0, "/a/b"));
	CU_ASSERT(!do_rm(c, 0, "/x/y"));
	CU_ASSERT(is_error(c, "ENOENT"));
	CU_ASSERT(!do_rm(c, 0, "/"));
	CU_ASSERT(is_error(c, "EINVAL"));
	CU_ASSERT(!call(c, 99, 0, "", 0));
	CU_ASSERT(is_error(c, "ENOSYS"));
	CU_ASSERT(!call(c, 20, 0, "", 0));
	CU_ASSERT(is_error(c, "ENOSYS"));
	CU_ASSERT(accounts_right());
	client_free(c);
}

static void test_arguments(void)
{
	static const struct {
		uint32_t type;
		const char *data;
		size_t len;
	} bad[] = {
		{XS_READ, "", 0},
		{XS_READ, "/a", 2},
		{XS_READ, "/a\0/b", 6},
		{XS_READ, "/a/", 4},
		{XS_READ, "@releaseDomain", 15},
		{XS_WRITE, "/a", 2},
		{XS_WRITE, "", 0},
		{XS_DIRECTORY, "//", 3},
		{XS_DIRECTORY_PART, "/", 2},
		{XS_DIRECTORY_PART, "/\0x", 4},
		{XS_SET_PERMS, "/", 2},
		{XS_SET_PERMS, "/\0q0", 5},
		{XS_SET_PERMS, "/\0n", 4},
		{XS_SET_PERMS, "/\0n99999", 9},
		{XS_WATCH, "/a", 3},
		{XS_WATCH, "/a\0t\0x", 7},
		{XS_WATCH, "@other\0t", 9},
		{XS_UNWATCH, "/a", 3},
		{XS_TRANSACTION_END, "X", 2},
		{XS_INTRODUCE, "1", 2},
		{XS_INTRODUCE,
		 "0\0"
		 "1\0"
		 "1",
		 6},
		{XS_INTRODUCE,
		 "99999\0"
		 "1\0"
		 "1",
		 10},
		{XS_RELEASE, "x", 2},
		{XS_RELEASE, "0", 2},
		{XS_SET_TARGET, "1", 2},
		{XS_CONTROL, "", 0},
		{XS_CONTROL, "nothing", 8},
		{XS_CONTROL, "quota\0set\0nodes\0x", 18},
		{XS_IS_DOMAIN_INTRODUCED, "", 1},
	};
	struct client *c;

	store_begin(1);
	c = client_new(0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CU_ASSERT(!call(c, bad[i].type, 0, bad[i].data, bad[i].len));
		CU_ASSERT(is_error(c, "EINVAL"));
	}
	CU_ASSERT(!do_read(c, 77, "/"));
	CU_ASSERT(is_error(c, "ENOENT"));
	CU_ASSERT(!call(c, XS_RELEASE, 0, "9", 2));
	CU_ASSERT(is_error(c, "ENOENT"));
	client_free(c);
}

static void test_big_directory(void)
{
	char path[32], offset[32], name[16];
	uint32_t have = 0, names = 0;
	struct client *c;

	store_begin(0);
	c = client_new(0);
	for (int i = 0; i < 2000; i++) {
		snprintf(path, sizeof(path), "/big/n%04d", i);
		CU_ASSERT(do_write(c, 0, path, ""));
	}
	CU_ASSERT(!call(c, XS_DIRECTORY, 0, "/big", 5));
	CU_ASSERT(is_error(c, "E2BIG"));
	for (bool end = false; !end;) {
		int n = snprintf(offset, sizeof(offset), "/big%c%u", 0, have) + 1;
		char *p;

		CU_ASSERT_FATAL(call(c, XS_DIRECTORY_PART, 0, offset, (size_t)n));
		for (p = c->data + strlen(c->data) + 1; p < c->data + c->len; p += strlen(p) + 1) {
			end = !*p;
			if (end)
				break;
			snprintf(name, sizeof(name), "n%04u", names++);
			EQ_STR(p, name);
			have += (uint32_t)strlen(p) + 1;
		}
	}
	CU_ASSERT_EQUAL(names, 2000);
	client_free(c);
}

static void test_relative_and_domains(void)
{
	struct client *c, *g;

	store_begin(5);
	c = client_new(0);
	g = client_new(5);
	CU_ASSERT(do_write(c, 0, "/local/domain/5", ""));
	CU_ASSERT(do_perms(c, 0, "/local/domain/5", "n5"));
	CU_ASSERT(do_write(g, 0, "data/x", "1"));
	CU_ASSERT(do_read(c, 0, "/local/domain/5/data/x"));
	EQ_STR(c->data, "1");
	CU_ASSERT(call(c, XS_GET_PERMS, 0, "/local/domain/5/data/x", 23));
	EQ_STR(c->data, "n5");
	CU_ASSERT(call(g, XS_GET_DOMAIN_PATH, 0, "5", 2));
	EQ_STR(g->data, "/local/domain/5");
	CU_ASSERT(call(g, XS_IS_DOMAIN_INTRODUCED, 0, "5", 2));
	EQ_STR(g->data, "F");
	CU_ASSERT(!do_introduce(g, 5, 1));
	CU_ASSERT(is_error(g, "EACCES"));
	CU_ASSERT(do_introduce(c, 5, 1));
	CU_ASSERT(call(g, XS_IS_DOMAIN_INTRODUCED, 0, "5", 2));
	EQ_STR(g->data, "T");
	CU_ASSERT(call(c, XS_RESUME, 0, "5", 2));
	CU_ASSERT(call(c, XS_SET_TARGET, 0,
		       "5\0"
		       "4",
		       4));
	/* The stub domain now acts for its target. */
	CU_ASSERT(do_write(c, 0, "/t", "x"));
	CU_ASSERT(do_perms(c, 0, "/t", "n0 r4"));
	CU_ASSERT(do_read(g, 0, "/t"));
	CU_ASSERT(!do_write(g, 0, "/t", "y"));
	client_free(g);
	client_free(c);
}

static void test_permissions(void)
{
	struct client *c, *g, *h;

	store_begin(2);
	c = client_new(0);
	g = client_new(1);
	h = client_new(2);
	CU_ASSERT(do_write(c, 0, "/p/q", "secret"));
	CU_ASSERT(!do_read(g, 0, "/p/q"));
	CU_ASSERT(is_error(g, "EACCES"));
	/* Nor does it learn what exists below. */
	CU_ASSERT(!do_read(g, 0, "/p/none"));
	CU_ASSERT(is_error(g, "EACCES"));
	CU_ASSERT(do_perms(c, 0, "/p/q", "n0 r1"));
	CU_ASSERT(do_read(g, 0, "/p/q"));
	CU_ASSERT(!do_write(g, 0, "/p/q", "x"));
	CU_ASSERT(!do_read(h, 0, "/p/q"));
	CU_ASSERT(do_perms(c, 0, "/p/q", "r0 b1"));
	CU_ASSERT(do_write(g, 0, "/p/q", "x"));
	CU_ASSERT(do_read(h, 0, "/p/q"));
	CU_ASSERT(!do_perms(g, 0, "/p/q", "b0 b1"));
	CU_ASSERT(is_error(g, "EACCES"));
	CU_ASSERT(do_write(g, 0, "/p/q/mine", "1"));
	CU_ASSERT(do_perms(g, 0, "/p/q/mine", "n1 r2"));
	CU_ASSERT(!do_perms(g, 0, "/p/q/mine", "n2"));
	CU_ASSERT(is_error(g, "EPERM"));
	CU_ASSERT(do_read(h, 0, "/p/q/mine"));
	CU_ASSERT(!call(g, XS_CONTROL, 0, "quota", 6));
	CU_ASSERT(is_error(g, "EACCES"));
	CU_ASSERT(accounts_right());
	client_free(h);
	client_free(g);
	client_free(c);
}

void suite_protocol(void)
{
	CU_pSuite s = SUITE("protocol");

	CU_add_test(s, "values, directories, removal", test_values);
	CU_add_test(s, "malformed arguments", test_arguments);
	CU_add_test(s, "a directory in parts", test_big_directory);
	CU_add_test(s, "relative paths, introduction, target", test_relative_and_domains);
	CU_add_test(s, "permissions", test_permissions);
}
