/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <getopt.h>
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

static const char *rundir, *socket_path, *pid_file;
static bool foreground, no_xen, print_pid;
static int lock_fd, listener;
static char **args, self[4096];
static volatile pid_t worker;
static sigset_t ending; /* the signals that end us */

static const char usage[] =
	"Usage: xenstored [OPTION]...\n"
	"Serve the store to local programs over a socket and to domains over their rings.\n\n"
	"  -N, --no-fork             stay in the foreground\n"
	"  -F, --pid-file FILE       write the process id to FILE once ready\n"
	"  -P, --output-pid          print it\n"
	"  -D, --no-domain-init      serve the socket only, even under a hypervisor\n"
	"  -Q, --quota NAME=VALUE    default limit for guests (see `xenstore control quota`)\n"
	"  -d, --rundir DIR          directory of socket and log (XENSTORED_RUNDIR, /run/xenstored)\n"
	"  -s, --socket PATH         socket (XENSTORED_PATH, DIR/socket)\n"
	"  -h, --help                this text\n";

static const struct option options[] = {
	{"no-fork", no_argument, NULL, 'N'},
	{"pid-file", required_argument, NULL, 'F'},
	{"output-pid", no_argument, NULL, 'P'},
	{"no-domain-init", no_argument, NULL, 'D'},
	{"quota", required_argument, NULL, 'Q'},
	{"rundir", required_argument, NULL, 'd'},
	{"socket", required_argument, NULL, 's'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static bool set_quota(const char *arg)
{
	size_t len = strcspn(arg, "=");
	int q = quota_find(arg, len);
	uint64_t v;

	if (q < 0 || !arg[len] || !wire_number(arg + len + 1, QUOTA_LIMIT_MAX, &v)) {
		fprintf(stderr, "xenstored: no such quota setting: %s\n", arg);
		return false;
	}
	quotas[q].limit = (int64_t)v;
	return true;
}

static bool parse(int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "NF:PDQ:d:s:h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			exit(0);
		}
		if (c == '?' || (c == 'Q' && !set_quota(optarg)))
			return false;
		foreground |= c == 'N';
		print_pid |= c == 'P';
		no_xen |= c == 'D';
		pid_file = c == 'F' ? optarg : pid_file;
		rundir = c == 'd' ? optarg : rundir;
		socket_path = c == 's' ? optarg : socket_path;
	}
	if (optind < argc)
		fprintf(stderr, "xenstored: unexpected argument: %s\n", argv[optind]);
	return optind == argc;
}

static void set_paths(void)
{
	static char path[4096];

	if (!rundir)
		rundir = getenv("XENSTORED_RUNDIR");
	if (!rundir)
		rundir = "/run/xenstored";
	snprintf(path, sizeof(path), "%s/socket", rundir);
	if (!socket_path)
		socket_path = getenv("XENSTORED_PATH");
	if (!socket_path)
		socket_path = path;
	if (mkdir(rundir, 0755) && errno != EEXIST) {
		fprintf(stderr, "xenstored: cannot make %s: %m\n", rundir);
		exit(1);
	}
}

static void write_pid(pid_t pid)
{
	FILE *f = pid_file ? fopen(pid_file, "we") : NULL;

	if (pid_file && (!f || fprintf(f, "%d\n", pid) < 0 || fclose(f)))
		fprintf(stderr, "xenstored: cannot write %s: %m\n", pid_file);
}

/*
 * Go on as a fresh process with the same id, which keeps the connections: other
 * descriptors are closed on the way. quick: workers that ended at once, up to now.
 */
static void restart(const char *program, int quick)
{
	char state[48];

	snprintf(state, sizeof(state), "%d,%d,%d", lock_fd, listener, quick);
	setenv("XENSTORED_RESUME", state, 1);
	execv(program, args);
	perror("xenstored: cannot run the new program, going on with the old one");
	execv("/proc/self/exe", args);
	perror("xenstored: cannot run itself");
	exit(1);
}

static void on_signal(int sig)
{
	loop_end = sig == SIGUSR1 ? LOOP_ORPHANED : LOOP_EXIT;
}

static void on_connect(void)
{
	socket_accept(listener);
}

/*
 * Two switches between processes cost more than a request. So no client that a reply wakes
 * interrupts the worker, which has more replies to send, nor does the worker, woken by a
 * first request, interrupt who sends more. Without the right to it, all is but slower.
 */
static void set_policy(void)
{
	const struct sched_param none = {0};

	setpriority(PRIO_PROCESS, 0, -5);
	sched_setscheduler(0, SCHED_BATCH, &none);
}

/*
 * The worker: all that has to do with the store. The keeper beside it shares its
 * table of descriptors and does nothing else, so that local connections outlive a worker.
 */
static void work(pid_t keeper, bool resume)
{
	int xen;

	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGUSR1, on_signal);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (getppid() != keeper)
		loop_end = LOOP_ORPHANED;
	sigprocmask(SIG_UNBLOCK, &ending, NULL);
	if (getrandom(&hash_seed, sizeof(hash_seed), 0) != sizeof(hash_seed))
		perror("xenstored: getrandom");
	set_policy();
	/* Connections that no log knows: their clients shall learn it. */
	if (!log_open(rundir) && resume)
		close_range((unsigned int)listener + 1, ~0u, 0);
	loop_init();
	xen = no_xen || access("/dev/xen", F_OK) ? -1 : xen_open("/dev/xen/xenbus_backend");
	if (!log_load(resume))
		state_new();
	loop_add(listener, on_connect);
	if (xen >= 0)
		loop_add(xen, xen_events);
	if (!domain0->conn && !ring_introduce(domain0, domain0->port))
		fprintf(stderr, "xenstored: cannot map this domain's own ring\n");
	log_compact(false);
	domain_check_all();
	write_pid(keeper);
	if (print_pid && !resume) {
		printf("%d\n", keeper);
		fflush(stdout);
	}
	loop_run(&ending);
	log_compact(true);
	/* An orphan becomes the keeper of its successor. */
	if (loop_end == LOOP_ORPHANED)
		restart("/proc/self/exe", 0);
	exit(loop_end == LOOP_RESTART ? EXIT_RESTART : 0);
}

static void pass_on(int sig)
{
	if (worker)
		kill(worker, sig);
}

/* Wait for the worker's end: unless it was told to go, another one follows. */
static void keep(int quick)
{
	time_t start = time(NULL);
	int status;

	signal(SIGTERM, pass_on);
	signal(SIGINT, pass_on);
	signal(SIGUSR1, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &ending, NULL);
	while (waitpid(worker, &status, 0) < 0 && errno == EINTR)
		;
	sigprocmask(SIG_BLOCK, &ending, NULL);
	if (WIFEXITED(status) && !WEXITSTATUS(status)) {
		if (pid_file)
			unlink(pid_file);
		exit(0);
	}
	/* A new program is for those who ask for it. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_RESTART)
		restart(self, 0);
	fprintf(stderr, "xenstored: worker %d ended; going on from the log\n", worker);
	quick = time(NULL) - start < QUICK_SECS ? quick + 1 : 0;
	if (quick > QUICK_MAX) {
		fprintf(stderr, "xenstored: it keeps ending at once; giving up\n");
		exit(1);
	}
	restart("/proc/self/exe", quick);
}

/* One daemon for one directory: the lock lives as long as a process of ours. */
static bool take_lock(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/lock", rundir);
	lock_fd = open(path, O_RDWR | O_CREAT, 0600);
	if (lock_fd >= 0 && !flock(lock_fd, LOCK_EX | LOCK_NB))
		return true;
	fprintf(stderr, "xenstored: %s: %s\n", path,
		lock_fd < 0 ? strerror(errno) : "another daemon has it");
	return false;
}

int main(int argc, char **argv)
{
	const char *state = getenv("XENSTORED_RESUME");
	bool resume;
	int quick = 0;
	struct rlimit lim;
	pid_t me;

	if (!parse(argc, argv)) {
		fputs("Try `xenstored --help`.\n", stderr);
		return 1;
	}
	args = argv;
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		perror("xenstored: /proc/self/exe");
	/* The file may have been replaced; it is the new one that a live restart is for. */
	if (strstr(self, " (deleted)"))
		*strstr(self, " (deleted)") = '\0';
	set_paths();
	signal(SIGPIPE, SIG_IGN);
	if (!getrlimit(RLIMIT_NOFILE, &lim)) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
	resume = state && sscanf(state, "%d,%d,%d", &lock_fd, &listener, &quick) == 3;
	unsetenv("XENSTORED_RESUME");
	if (!resume) {
		if (!take_lock())
			return 1;
		listener = socket_listen(socket_path);
		if (listener < 0)
			return 1;
		if (!foreground && daemon(0, 0)) {
			perror("xenstored: daemon");
			return 1;
		}
	}
	/* Held until each process can tell what to do with them, so that none is lost or kills it.
	 */
	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	me = getpid();
	/* Descriptors are shared, now and later: what the worker opens, the keeper has. */
	worker = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	if (worker < 0) {
		perror("xenstored: clone");
		return 1;
	}
	if (!worker)
		work(me, resume);
	keep(quick);
}
