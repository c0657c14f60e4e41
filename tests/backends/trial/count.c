/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A QEMU plugin that counts, between two markers, the instructions executed by
 * the hypervisor, by Linux kernels, by a tiny guest, and in user mode, and how
 * often the CPU went from the tiny guest to another domain or back.
 *
 * Told apart by address: the hypervisor's sixteen slots; the first 16 MiB of
 * the kernel image's window, where Linux has nothing and a tiny kernel all;
 * the rest of the upper half; the lower half. For -smp 1: counters are plain.
 *
 * The few declarations of QEMU's plugin interface, version 1, that are used
 * stand here because Debian ships no header for it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;
typedef void (*tb_trans_fn)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*exec_fn)(unsigned int, void *);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_fn fn);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, exec_fn fn, int flags,
					  void *arg);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_fn fn, int flags,
					    void *arg);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc,
			       char **argv);

enum place { HYPERVISOR, LINUX, TINY, USER, PLACES };

static uint64_t insns[PLACES], switches;
static enum place domain = LINUX; /* TINY or LINUX: who ran last */

static enum place place_of(uint64_t address)
{
	if (address >> 63 == 0)
		return USER;
	if (address >> 43 == 0x1ffff0)
		return HYPERVISOR;
	return address >= 0xffffffff80000000ull && address < 0xffffffff81000000ull ? TINY : LINUX;
}

static void executed(unsigned int cpu, void *arg)
{
	/* Place and count packed into the pointer: nothing to free. */
	enum place place = (enum place)((uintptr_t)arg & 3);

	(void)cpu;
	insns[place] += (uintptr_t)arg >> 2;
	if (place == HYPERVISOR)
		return;
	if ((place == TINY) != (domain == TINY)) {
		switches++;
		domain = place == TINY ? TINY : LINUX;
	}
}

static void marked(unsigned int cpu, void *arg)
{
	static uint64_t last[PLACES], last_switches;

	(void)cpu;
	fprintf(stderr, "COUNT mark=%d hv=%lu linux=%lu tiny=%lu user=%lu switches=%lu\n",
		(int)(uintptr_t)arg, insns[HYPERVISOR] - last[HYPERVISOR],
		insns[LINUX] - last[LINUX], insns[TINY] - last[TINY], insns[USER] - last[USER],
		switches - last_switches);
	memcpy(last, insns, sizeof(last));
	last_switches = switches;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	static const uint8_t tail[3] = {0x42, 0x41, 0x4c};
	size_t n = qemu_plugin_tb_n_insns(tb);
	enum place place = place_of(qemu_plugin_tb_vaddr(tb));

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0,
					     (void *)((uintptr_t)n << 2 | (uintptr_t)place));
	if (place != USER)
		return;
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *b = qemu_plugin_insn_data(insn);

		if (qemu_plugin_insn_size(insn) == 7 && b[0] == 0x0f && b[1] == 0x1f &&
		    b[2] == 0x80 && !memcmp(b + 4, tail, sizeof(tail)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, 0,
							       (void *)(uintptr_t)b[3]);
	}
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc,
			       char **argv)
{
	(void)info;
	(void)argc;
	(void)argv;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
