/* SPDX-License-Identifier: BSD-2-Clause */
#include <argp.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "log.h"
#include "ring.h"
#include "socket.h"

/* A worker's exit status when it was told to make room for a fresh one. */
#define EXIT_RESTART 75
/* So many workers in a row may end at once, each within so many seconds. */
#define QUICK_MAX  20
#define QUICK_SECS 2

static const char *given[128]; /* by letter: the argument of an option that was given, or "" */
static const char *rundir;
static int lock_fd, listener;
static char **args, self[4096];
static sigset_t ending; /* the signals that tell of an end: blocked, and taken one by one */

static const struct argp_option options[] = {
	{"no-fork", 'N', NULL, 0, "stay in the foreground", 0},
	{"pid-file", 'F', "FILE", 0, "write the process id to FILE once ready", 0},
	{"output-pid", 'P', NULL, 0, "print it", 0},
	{"no-domain-init", 'D', NULL, 0, "serve the socket only, even under a hypervisor", 0},
	{"quota", 'Q', "NAME=VALUE", 0, "default limit for guests (see `xenstore control quota`)",
	 0},
	{"rundir", 'd', "DIR", 0, "directory of socket and log (XENSTORED_RUNDIR, /run/xenstored)",
	 0},
	{"socket", 's', "PATH", 0, "socket (XENSTORED_PATH, DIR/socket)", 0},
	{NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
	{0},
};

static bool set_quota(const char *arg)
{
	char name[32], value[32];
	const char *const command[] = {"quota", "set", name, value};
	struct buf answer = {0};
	bool ok = sscanf(arg, "%31[^=]=%31[^\n]", name, value) == 2 &&
		  !control_run(4, command, &answer);

	buf_free(&answer);
	return ok;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key <= 0 || key >= 128)
		return ARGP_ERR_UNKNOWN;
	if (key == 'h')
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
	if (key == 'Q' && !set_quota(arg))
		argp_error(state, "no such quota setting: %s", arg);
	given[key] = arg ? arg : "";
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Serve the store to local programs over a socket and to domains over their rings.",
};

static const char *setting(char option, const char *variable, const char *otherwise)
{
	const char *s = given[(int)option] ? given[(int)option] : getenv(variable);

	return s ? s : otherwise;
}

static void write_pid(pid_t pid)
{
	FILE *f = given['F'] ? fopen(given['F'], "we") : NULL;

	if (given['F'] && (!f || fprintf(f, "%d\n", pid) < 0 || fclose(f)))
		warn("cannot write %s", given['F']);
}

/*
 * Go on as a fresh process with the same id, which keeps the connections: other
 * descriptors are closed on the way. quick: workers that ended at once, up to now.
 */
static void restart(const char *program, int quick)
{
	char state[32];

	snprintf(state, sizeof(state), "%d,%d", listener, quick);
	setenv("XENSTORED_RESUME", state, 1);
	execv(program, args);
	warn("cannot run the new program, going on with the old one");
	execv("/proc/self/exe", args);
	err(1, "cannot run itself");
}

/*
 * The worker: all that has to do with the store. The keeper beside it shares its
 * table of descriptors and does nothing else, so that local connections outlive a worker.
 */
static void work(pid_t keeper, bool resume, int argc)
{
	const struct sched_param none = {0};
	int xen;

	/* It has no children: for the worker that signal means the keeper's end. */
	prctl(PR_SET_PDEATHSIG, SIGCHLD);
	if (getppid() != keeper)
		loop_end = LOOP_EXIT;
	if (getrandom(&hash_seed, sizeof(hash_seed), 0) != sizeof(hash_seed))
		warn("getrandom");
	/*
	 * Two switches between processes cost more than a request. So no client that a reply
	 * wakes interrupts the worker, which has more replies to send, nor does the worker, woken
	 * by a first request, interrupt who sends more. Without the right to it, all is but slower.
	 */
	setpriority(PRIO_PROCESS, 0, -5);
	sched_setscheduler(0, SCHED_BATCH, &none);
	/* Connections that no log knows: their clients shall learn it. */
	if (!log_open(rundir) && resume)
		close_range((unsigned int)listener + 1, ~0u, 0);
	xen = given['D'] || access("/dev/xen", F_OK) ? -1 : xen_open("/dev/xen/xenbus_backend");
	loop_init(listener, xen, &ending);
	if (!log_load(resume))
		state_new();
	/* The limits that it is started with count for more than those of an earlier daemon. */
	if (!resume)
		argp_parse(&argp, argc, args, 0, NULL, NULL);
	if (!domain0->conn && !ring_introduce(domain0, domain0->port))
		warnx("cannot map this domain's own ring");
	log_compact(false);
	domain_check_all();
	write_pid(keeper);
	loop_run();
	log_compact(true);
	/* An orphan becomes the keeper of its successor. */
	if (getppid() != keeper)
		restart("/proc/self/exe", 0);
	exit(loop_end == LOOP_RESTART ? EXIT_RESTART : 0);
}

/* Pass signals on, and wait for the worker's end: unless it was told to go, another follows. */
static void keep(pid_t worker, int quick)
{
	time_t start = time(NULL);
	int status, sig;

	while (waitpid(worker, &status, WNOHANG) != worker)
		if (!sigwait(&ending, &sig) && sig != SIGCHLD)
			kill(worker, sig);
	if (WIFEXITED(status) && !WEXITSTATUS(status)) {
		if (given['F'])
			unlink(given['F']);
		exit(0);
	}
	/* A new program is for those who ask for it. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_RESTART)
		restart(self, 0);
	warnx("worker %d ended; starting another", worker);
	quick = time(NULL) - start < QUICK_SECS ? quick + 1 : 0;
	if (quick > QUICK_MAX)
		errx(1, "it keeps ending at once; giving up");
	restart("/proc/self/exe", quick);
}

/* All that is done but once, by the first of our processes. */
static void begin(void)
{
	int null = open("/dev/null", O_RDWR), out;
	char path[4096];

	/* A connection must not become a standard stream for want of one. */
	while (null >= 0 && null <= STDERR_FILENO)
		null = dup(null);
	close(null);
	out = dup(STDOUT_FILENO);
	if (mkdir(rundir, 0755) && errno != EEXIST)
		err(1, "cannot make %s", rundir);
	/* One daemon for one directory: the lock lives as long as a process of ours. */
	snprintf(path, sizeof(path), "%s/lock", rundir);
	lock_fd = open(path, O_RDWR | O_CREAT, 0600);
	if (lock_fd < 0)
		err(1, "cannot open %s", path);
	if (flock(lock_fd, LOCK_EX | LOCK_NB))
		errx(1, "another daemon has %s", rundir);
	snprintf(path, sizeof(path), "%s/socket", rundir);
	listener = socket_listen(setting('s', "XENSTORED_PATH", path));
	if (!given['N'] && daemon(0, 0))
		err(1, "daemon");
	if (given['P'])
		dprintf(out, "%d\n", getpid());
	close(out);
}

int main(int argc, char **argv)
{
	const char *state = getenv("XENSTORED_RESUME");
	int quick = 0;
	bool resume = state && sscanf(state, "%d,%d", &listener, &quick) == 2;
	struct rlimit lim;
	pid_t me, worker;

	unsetenv("XENSTORED_RESUME");
	argp_err_exit_status = 1;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	args = argv;
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		warn("/proc/self/exe");
	/* The file may have been replaced; it is the new one that a live restart is for. */
	if (strstr(self, " (deleted)"))
		*strstr(self, " (deleted)") = '\0';
	rundir = setting('d', "XENSTORED_RUNDIR", "/run/xenstored");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	if (!getrlimit(RLIMIT_NOFILE, &lim)) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
	if (!resume)
		begin();
	/* Held until each process can tell what to do with them: none is lost, none kills it. */
	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	me = getpid();
	/* Descriptors are shared, now and later: what the worker opens, the keeper has. */
	worker = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	if (worker < 0)
		err(1, "clone");
	if (!worker)
		work(me, resume, argc);
	keep(worker, quick);
}
