/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule: each mode runs on its own root at every instruction: a slot that only
 * one root has exists in that mode alone, a slot with different tables in the
 * two shows each mode its own, and edits of either root are in force at the
 * next use, whichever mode the edit came before.
 *
 * Provocation: four slots (kernel only, user only, both the same, both but
 * different), read in both modes, through edits of every kind and switches of
 * the user root.
 */
#include "lib/guest.h"

#define LINK   (PTE_P | PTE_RW | PTE_US | PTE_A)
#define FIRST  40ul
#define SLOTS  4u
#define VA(n)  ((FIRST + (n)) << 39)
#define ABSENT 0ul

static uint64_t *user_root, *other_root;
static uint64_t tree_link[3]; /* top-level entries of trees that show 0x1000, 0x1001, 0x1002 */
static uint64_t kernel_view[SLOTS], user_view[SLOTS];

static void user_read(uint64_t va)
{
	user_exit(*(volatile uint64_t *)va);
}

static uint64_t value_of(uint64_t link)
{
	for (unsigned int t = 0; t < ARRAY_SIZE(tree_link); t++) {
		if (link == tree_link[t])
			return 0x1000 + t;
	}
	return USER_FAULT;
}

static void check(const char *when)
{
	for (unsigned int n = 0; n < SLOTS; n++) {
		uint64_t value, in_kernel, in_user = user_run(user_read, VA(n));

		in_kernel = try_read((void *)VA(n), &value) ? value : USER_FAULT;
		if (in_kernel != value_of(kernel_view[n]))
			failure("%s, slot %u: kernel mode sees 0x%lx, not 0x%lx", when, n,
				in_kernel, value_of(kernel_view[n]));
		if (in_user != value_of(user_view[n]))
			failure("%s, slot %u: user mode sees 0x%lx, not 0x%lx", when, n, in_user,
				value_of(user_view[n]));
	}
}

static void set_kernel(unsigned int n, uint64_t link)
{
	kernel_view[n] = link;
	expect_rc(mmu_update_one((root_mfn() << 12) + (FIRST + n) * 8, link), 0);
}

static void set_user(unsigned int n, uint64_t link)
{
	user_view[n] = link;
	expect_rc(mmu_update_one((va_to_mfn(user_root) << 12) + (FIRST + n) * 8, link), 0);
}

static uint64_t make_tree(uint64_t value)
{
	uint64_t *l1 = page_alloc(), *l2 = page_alloc(), *l3 = page_alloc(), *data = page_alloc();

	*data = value;
	l1[0] = PTE(va_to_mfn(data), PTE_FLAGS_RW);
	l2[0] = PTE(va_to_mfn(l1), LINK);
	l3[0] = PTE(va_to_mfn(l2), LINK);
	expect_rc(set_readonly(l1), 0);
	expect_rc(set_readonly(l2), 0);
	expect_rc(set_readonly(l3), 0);
	return PTE(va_to_mfn(l3), LINK);
}

static uint64_t *make_root(void)
{
	uint64_t *root = page_alloc();

	root[511] = *pte_of((void *)VIRT_BASE, 4);
	expect_rc(set_readonly(root), 0);
	expect_rc(mmuext(PV_MMUEXT_PIN_L4_TABLE, va_to_mfn(root), 0), 0);
	return root;
}

void test_main(void)
{
	/* user_init's own root is replaced at once. */
	if (!user_init())
		return;
	for (unsigned int t = 0; t < ARRAY_SIZE(tree_link); t++)
		tree_link[t] = make_tree(0x1000 + t);
	user_root = make_root();
	other_root = make_root();
	expect_rc(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, va_to_mfn(user_root), 0), 0);
	check("empty");

	set_kernel(0, tree_link[0]);
	set_user(1, tree_link[1]);
	set_kernel(2, tree_link[2]);
	set_user(2, tree_link[2]);
	set_kernel(3, tree_link[0]);
	set_user(3, tree_link[1]);
	for (int i = 0; i < 3; i++)
		check("filled");

	/* Change, exchange, take away, put back; each in either root. */
	set_kernel(0, tree_link[1]);
	check("kernel slot changed");
	set_user(1, tree_link[2]);
	check("user slot changed");
	set_kernel(1, tree_link[0]);
	check("user slot joined by a kernel one");
	set_user(0, tree_link[2]);
	check("kernel slot joined by a user one");
	set_kernel(2, ABSENT);
	check("shared slot left by the kernel");
	set_kernel(2, tree_link[2]);
	set_user(2, ABSENT);
	check("shared slot left by the user");
	set_kernel(3, tree_link[1]);
	check("different slots made the same");
	set_user(3, tree_link[0]);
	check("same slots made different");
	for (unsigned int n = 0; n < SLOTS; n++)
		set_kernel(n, ABSENT);
	check("kernel slots gone");
	for (unsigned int n = 0; n < SLOTS; n++)
		set_user(n, ABSENT);
	check("all gone");

	/* Another user root, with the kernel's slots in place. */
	for (unsigned int n = 0; n < SLOTS; n++)
		set_kernel(n, tree_link[n % 3]);
	for (int i = 0; i < 4; i++) {
		uint64_t *t = user_root;

		user_root = other_root;
		other_root = t;
		expect_rc(mmuext(PV_MMUEXT_NEW_USER_BASEPTR, va_to_mfn(user_root), 0), 0);
		for (unsigned int n = 0; n < SLOTS; n++)
			set_user(n, i & 1 ? ABSENT : tree_link[(n + (unsigned int)i) % 3]);
		check("another user root");
	}
	/* An edit of the root that is not loaded stays with it. */
	expect_rc(mmu_update_one((va_to_mfn(other_root) << 12) + FIRST * 8, tree_link[1]), 0);
	check("edit elsewhere");
}
