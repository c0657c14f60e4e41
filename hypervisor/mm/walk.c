/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Validating and taking down tables, an entry at a time, of level 1 some more.
 *
 * Where a walk stands is written down in the vCPU that does it (struct
 * table_walk): the table it began with and below it the child tables that are
 * half done. A table in a walk has its type and one use, FRAME_PARTIAL, and not
 * FRAME_VALID: nobody else can use it, change it, or give it another type.
 *
 *   up    an entry gets its references: the child becomes valid first
 *   down  an entry loses them; when that was the child's last use, it goes down
 *         first
 *
 * An entry that can't be accepted turns its table down, and when that is done
 * the table above turns down as well, to the root of the walk. Every table in
 * `step` below one that goes down goes down too, and every table above one that
 * goes up goes up.
 *
 * Two walks never wait for each other in a circle: a walk at level n waits only
 * for one at a lower level.
 */
#include "internal.h"

/*
 * What a step costs, in instructions. An entry of level 1 costs most, five times more,
 * when the frame that it maps was a table before.
 */
#define COST_EMPTY 5
#define COST_TABLE 300
#define COST_L1	   (80 * L1_ENTRIES)
#define L1_ENTRIES 64 /* in one step */

static void step_push(struct table_walk *w, struct frame *f, unsigned int level, bool down)
{
	struct walk_step *s = &w->step[w->depth++];

	*s = (struct walk_step){.table = f, .level = level, .down = down};
	if (down) {
		s->next = f->entries ? f->last + 1 : 0;
	} else {
		f->entries = f->first = f->last = 0;
		if (level == 4)
			memset(l4_slots(f), 0, ENTRIES / 8);
	}
}

/* The entry at `next` has its references now. */
static void entry_accept(struct walk_step *s, u64 e)
{
	u64 *t = frame_virt(s->table);

	WRITE_ONCE(t[s->next], e);
	table_count(s->table, s->next);
	if (s->level == 4 && (e & PTE_PRESENT))
		set_bit(l4_slots(s->table), s->next);
	s->next++;
}

static void turn_down(struct table_walk *w, struct walk_step *s, int error)
{
	w->error = error;
	s->down = true;
}

/* Leave the outcome of a walk for the operation that asked for it. */
static void result_leave(struct table_walk *w, const struct walk_step *s, int error)
{
	w->result = s->table;
	w->result_type = s->level;
	w->result_error = error;
}

static void table_valid(struct table_walk *w)
{
	struct walk_step *s = &w->step[w->depth - 1], *above;

	frame_type_done(s->table);
	w->depth--;
	if (w->depth) {
		above = &w->step[w->depth - 1];
		entry_accept(above, READ_ONCE(((u64 *)frame_virt(above->table))[above->next]) |
					    level_rules[above->level].forced);
	} else {
		result_leave(w, s, 0);
	}
}

static void table_gone(struct table_walk *w)
{
	struct walk_step *s = &w->step[w->depth - 1], *above;

	if (s->level == 4)
		root_renew(frame_mfn(s->table));
	w->depth--;
	if (w->depth) {
		above = &w->step[w->depth - 1];
		above->down = true;
	} else if (w->error) {
		result_leave(w, s, w->error);
		w->error = 0;
	}
	frame_type_undo(s->table);
}

static bool is_empty(const struct walk_step *s, u64 e)
{
	return !e || slot_reserved(s->level, s->next);
}

/*
 * Past empty entries, which most are, to the next that is not, and that one up. The
 * cost, or -EAGAIN while another CPU has the child.
 */
static int step_up(struct table_walk *w, struct walk_step *s)
{
	const u64 *t = frame_virt(s->table);
	int first = s->next, rc;
	struct frame *child;
	u64 e;

	while (is_empty(s, e = READ_ONCE(t[s->next])))
		if (++s->next == ENTRIES)
			return COST_EMPTY * (s->next - first);
	if (!(e & PTE_PRESENT)) {
		entry_accept(s, e);
		return COST_EMPTY * (s->next - first) + COST_TABLE;
	}
	rc = upper_entry_check(&e, s->level);
	child = frame_lookup(pte_nr(e));
	if (rc || !child) {
		turn_down(w, s, rc ? rc : (int)REFUSE(-EINVAL));
		return COST_TABLE;
	}
	rc = frame_type_begin(child, w->domain, s->level - 1);
	/* A guest may leave its own walks lying about, but not stop others by it. */
	if (rc == -EAGAIN && w->domain == current->domain)
		return rc;
	if (rc < 0)
		turn_down(w, s, (int)REFUSE(rc));
	else if (rc == 0)
		entry_accept(s, e);
	else
		step_push(w, child, s->level - 1, false);
	return COST_EMPTY * (s->next - first) + COST_TABLE;
}

/* Some entries of a level 1 table up. */
static int step_up_l1(struct table_walk *w, struct walk_step *s)
{
	u64 *t = frame_virt(s->table);
	int end = MIN(s->next + L1_ENTRIES, ENTRIES);

	for (; s->next < end; s->next++) {
		u64 e = READ_ONCE(t[s->next]);
		int rc;

		if (!e)
			continue;
		if (e & PTE_PRESENT) {
			rc = l1_entry_get(&e, w->domain, w->domain);
			if (rc) {
				turn_down(w, s, rc);
				break;
			}
			WRITE_ONCE(t[s->next], e);
		}
		table_count(s->table, (unsigned int)s->next);
	}
	return COST_L1;
}

/* The next counted entry down; there is one. */
static int step_down(struct table_walk *w, struct walk_step *s)
{
	const u64 *t = frame_virt(s->table);
	int cost = COST_TABLE;
	struct frame *child;
	u64 e;

	do {
		s->next--;
		e = READ_ONCE(t[s->next]);
		cost += COST_EMPTY;
	} while (is_empty(s, e));
	s->table->entries--;
	if (!(e & PTE_PRESENT))
		return cost;
	child = mfn_frame(mfn(pte_nr(e)));
	if (frame_type_drop(child))
		step_push(w, child, s->level - 1, true);
	return cost;
}

static int step_down_l1(struct walk_step *s)
{
	const u64 *t = frame_virt(s->table);
	unsigned int n = L1_ENTRIES;

	while (s->table->entries && n--) {
		u64 e;

		s->next--;
		e = READ_ONCE(t[s->next]);
		if (!e)
			continue;
		s->table->entries--;
		l1_entry_put(e);
	}
	return COST_L1;
}

/* One step of the walk: its cost, or -EAGAIN. */
static int step(struct table_walk *w, struct walk_step *s)
{
	if (s->down) {
		if (s->table->entries)
			return s->level == 1 ? step_down_l1(s) : step_down(w, s);
		table_gone(w);
	} else {
		if (s->next < ENTRIES)
			return s->level == 1 ? step_up_l1(w, s) : step_up(w, s);
		table_valid(w);
	}
	return COST_TABLE;
}

/* Go on until the walk is over. 0, or -ERESTART. */
static int walk_run(struct table_walk *w)
{
	int rc;

	while (w->depth) {
		rc = step(w, &w->step[w->depth - 1]);
		if (rc == -EAGAIN) {
			cpu_relax();
			return -ERESTART;
		}
		if (preempt_after((u32)rc))
			return -ERESTART;
	}
	return 0;
}

/* Take the use that a finished walk holds off the record. */
static int result_take(struct table_walk *w)
{
	int rc = w->result_error;

	w->result = NULL;
	w->result_type = FRAME_NONE;
	w->result_error = 0;
	return rc;
}

/* The operation that wanted it was not called again. */
static int result_drop(struct table_walk *w)
{
	struct frame *f = w->result;

	return result_take(w) ? 0 : frame_put_typed(f);
}

int walk_promote(struct vcpu *v, struct frame *f, struct domain *d, unsigned int level)
{
	struct table_walk *w = &v->walk;
	int rc;

	rc = walk_resume(v);
	if (rc)
		return rc;
	if (w->result) {
		if (w->result == f && w->result_type == level && w->domain == d)
			return result_take(w);
		rc = result_drop(w);
		if (rc)
			return rc;
	}
	rc = frame_type_begin(f, d, level);
	if (rc == -EAGAIN)
		return d == v->domain ? -ERESTART : REFUSE(-EBUSY);
	if (rc <= 0)
		return rc;
	w->domain = d;
	w->error = 0;
	step_push(w, f, level, false);
	rc = walk_run(w);
	return rc ? rc : result_take(w);
}

int walk_demote(struct vcpu *v, struct frame *f, unsigned int level)
{
	struct table_walk *w = &v->walk;

	BUG_ON(w->depth);
	w->error = 0;
	step_push(w, f, level, true);
	return walk_run(w);
}

int walk_resume(struct vcpu *v)
{
	return likely(!v->walk.depth) ? 0 : walk_run(&v->walk);
}

int walk_abandon(struct vcpu *v)
{
	struct table_walk *w = &v->walk;
	int rc;

	for (unsigned int i = 0; i < w->depth; i++)
		w->step[i].down = true;
	rc = walk_run(w);
	if (!rc && w->result)
		rc = result_drop(w);
	return rc;
}
