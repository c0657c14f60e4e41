/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 32-bit Linux program without a C library: the ways into a PV kernel that such
 * programs have (int 0x80, and SYSCALL or SYSENTER behind the kernel's own entry
 * page), signals and back, and segments of its own in GDT and LDT. Says "compat32
 * ok", or exits with the number of the first step that failed.
 */
#define SYS_EXIT	    1
#define SYS_FORK	    2
#define SYS_WRITE	    4
#define SYS_WAITPID	    7
#define SYS_GETPID	    20
#define SYS_KILL	    37
#define SYS_MODIFY_LDT	    123
#define SYS_SCHED_YIELD	    158
#define SYS_RT_SIGACTION    174
#define SYS_SET_THREAD_AREA 243

#define AT_SYSINFO 32 /* address of the kernel's entry page */
#define SIGUSR1	   10

/* The kernel's, for 32-bit programs. */
struct signal_action {
	void (*handler)(int signal);
	unsigned int flags;
	void *restorer;
	unsigned long long mask;
};

struct user_descriptor {
	unsigned int entry, base, limit, flags;
};
#define DESCRIPTOR_FLAGS (1u | 1u << 4 | 1u << 6) /* 32-bit, limit in pages, usable */

static unsigned int entry_page;
static volatile int caught;
static int gdt_word = 0x600d, ldt_word = 0x1d7;

static int call_gate(int n, int a, int b, int c, int d)
{
	__asm__ volatile("int $0x80" : "+a"(n) : "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
	return n;
}

static int call_fast(int n, int a, int b)
{
	__asm__ volatile("call *%[page]"
			 : "+a"(n)
			 : "b"(a), "c"(b), [page] "D"(entry_page)
			 : "memory", "edx");
	return n;
}

static void on_signal(int signal)
{
	caught += signal;
}

static void check(int step, int holds)
{
	if (!holds)
		call_gate(SYS_EXIT, step, 0, 0, 0);
}

static unsigned int auxiliary(const unsigned int *stack, unsigned int type)
{
	stack += stack[0] + 2; /* argc, argv, NULL */
	while (*stack++)       /* environment */
		;
	for (; stack[0]; stack += 2)
		if (stack[0] == type)
			return stack[1];
	return 0;
}

static void calls(void)
{
	int pid = call_gate(SYS_GETPID, 0, 0, 0, 0), i;

	check(1, pid > 0);
	for (i = 0; i < 1000; i++)
		check(2, call_fast(SYS_GETPID, 0, 0) == pid);
}

static void signals(void)
{
	struct signal_action action = {.handler = on_signal};
	int pid = call_gate(SYS_GETPID, 0, 0, 0, 0);

	check(3, call_gate(SYS_RT_SIGACTION, SIGUSR1, (int)&action, 0, 8) == 0);
	check(4, call_fast(SYS_KILL, pid, SIGUSR1) == 0 && caught == SIGUSR1);
	check(5, call_gate(SYS_KILL, pid, SIGUSR1, 0, 0) == 0 && caught == 2 * SIGUSR1);
}

/* Selectors survive other processes running in between. */
static void segments(void)
{
	struct user_descriptor gdt = {.entry = -1u, .base = (unsigned int)&gdt_word};
	struct user_descriptor ldt = {.entry = 3, .base = (unsigned int)&ldt_word};
	int i, from_gdt, from_ldt;

	gdt.limit = ldt.limit = 0xfffff;
	gdt.flags = ldt.flags = DESCRIPTOR_FLAGS;
	check(6, call_gate(SYS_SET_THREAD_AREA, (int)&gdt, 0, 0, 0) == 0);
	check(7, call_gate(SYS_MODIFY_LDT, 1, (int)&ldt, sizeof(ldt), 0) == 0);
	__asm__ volatile("mov %0, %%gs" : : "r"(gdt.entry << 3 | 3));
	__asm__ volatile("mov %0, %%fs" : : "r"(ldt.entry << 3 | 7));
	for (i = 0; i < 10; i++) {
		call_fast(SYS_SCHED_YIELD, 0, 0);
		__asm__ volatile("mov %%gs:0, %0" : "=r"(from_gdt));
		__asm__ volatile("mov %%fs:0, %0" : "=r"(from_ldt));
		check(8, from_gdt == gdt_word);
		check(9, from_ldt == ldt_word);
	}
}

static void processes(void)
{
	int status = 0, child = call_gate(SYS_FORK, 0, 0, 0, 0);

	if (child == 0)
		call_fast(SYS_EXIT, 7, 0);
	check(10, child > 0);
	check(11, call_gate(SYS_WAITPID, child, (int)&status, 0, 0) == child);
	check(12, status == 7 << 8);
}

void start(const unsigned int *stack);
void start(const unsigned int *stack)
{
	static const char message[] = "compat32 ok\n";

	entry_page = auxiliary(stack, AT_SYSINFO);
	check(13, entry_page != 0);
	calls();
	signals();
	segments();
	processes();
	call_gate(SYS_WRITE, 1, (int)message, sizeof(message) - 1, 0);
	call_gate(SYS_EXIT, 0, 0, 0, 0);
}

__asm__(".globl _start\n"
	"_start: mov %esp, %eax\n"
	"	and $-16, %esp\n"
	"	sub $12, %esp\n"
	"	push %eax\n"
	"	call start\n");
