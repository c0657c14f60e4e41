/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <poll.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "log.h"
#include "ring.h"
#include "socket.h"
#include "watch.h"

static const char *rundir, *socket_path, *pid_file;
static bool daemonize = true, use_xen = true, print_pid;
static volatile bool stop;
static int lock_fd, listener, keeper_fd;
static char **args, self[4096];
static volatile pid_t worker_pid;
static bool lost_keeper;

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

static bool set_quota(const char *arg)
{
	const char *eq = strchr(arg, '=');
	uint64_t v;

	for (int q = 0; eq && q < Q_COUNT; q++)
		if (!strncmp(quota_name[q], arg, (size_t)(eq - arg)) && !quota_name[q][eq - arg] &&
		    wire_number(eq + 1, 1ull << 40, &v)) {
			quota_default[q] = (int64_t)v;
			return true;
		}
	fprintf(stderr, "xenstored: no such quota setting: %s\n", arg);
	return false;
}

static bool parse(int argc, char **argv)
{
	static const struct option opts[] = {
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
	int c;

	while ((c = getopt_long(argc, argv, "NF:PDQ:d:s:h", opts, NULL)) != -1) {
		switch (c) {
		case 'N':
			daemonize = false;
			break;
		case 'F':
			pid_file = optarg;
			break;
		case 'P':
			print_pid = true;
			break;
		case 'D':
			use_xen = false;
			break;
		case 'Q':
			if (!set_quota(optarg))
				return false;
			break;
		case 'd':
			rundir = optarg;
			break;
		case 's':
			socket_path = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			return false;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "xenstored: unexpected argument: %s\n", argv[optind]);
		return false;
	}
	return true;
}

static void set_paths(void)
{
	static char path[4096];

	if (!rundir)
		rundir = getenv("XENSTORED_RUNDIR");
	if (!rundir)
		rundir = "/run/xenstored";
	if (!socket_path)
		socket_path = getenv("XENSTORED_PATH");
	if (!socket_path) {
		snprintf(path, sizeof(path), "%s/socket", rundir);
		socket_path = path;
	}
	if (mkdir(rundir, 0755) && errno != EEXIST) {
		fprintf(stderr, "xenstored: cannot make %s: %m\n", rundir);
		exit(1);
	}
}

static void write_pid(pid_t pid)
{
	FILE *f;

	if (print_pid) {
		printf("%d\n", pid);
		fflush(stdout);
	}
	if (!pid_file)
		return;
	f = fopen(pid_file, "we");
	if (!f || fprintf(f, "%d\n", pid) < 0 || fclose(f))
		fprintf(stderr, "xenstored: cannot write %s: %m\n", pid_file);
}

static void on_stop(int sig)
{
	(void)sig;
	stop = true;
}

static void on_keeper_gone(void)
{
	loop_remove(keeper_fd);
	close(keeper_fd);
	lost_keeper = true;
}

static void watch_keeper(pid_t pid)
{
	keeper_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (keeper_fd >= 0)
		loop_add(keeper_fd, on_keeper_gone);
}

static void pass_on(int sig)
{
	if (worker_pid)
		kill(worker_pid, sig);
}

static void on_connect(void)
{
	for (int i = 0; i < 64 && socket_accept(listener); i++)
		;
}

/* A process that shares our descriptors, now and later: what one opens, the other has. */
static pid_t fork_sharing_files(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void keep(pid_t worker, int pidfd);

/*
 * Keep the signals that end us for later. Held from before a process is forked
 * until it can tell what to do with them, so that none is lost or kills it.
 */
static void hold_signals(bool hold)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/* Our keeper was killed: start another, which shares our descriptors as the first did. */
static void new_keeper(void)
{
	pid_t me = getpid(), pid;

	lost_keeper = false;
	hold_signals(true);
	pid = fork_sharing_files();
	if (pid < 0)
		perror("xenstored: clone");
	if (pid > 0)
		watch_keeper(pid);
	if (pid) {
		hold_signals(false);
		return;
	}
	setsid();
	write_pid(getpid());
	keep(me, (int)syscall(SYS_pidfd_open, me, 0));
}

/*
 * The worker: all that has to do with the store. The keeper beside it holds the
 * same descriptors and nothing else, so that local connections outlive a worker.
 */
static void work(bool resume)
{
	int xen;

	signal(SIGTERM, on_stop);
	signal(SIGINT, on_stop);
	hold_signals(false);
	domain_init();
	log_open(rundir, resume, listener);
	loop_init();
	loop_add(listener, on_connect);
	watch_keeper(getppid());
	xen = use_xen ? xen_open() : -1;
	if (xen >= 0)
		loop_add(xen, xen_events);
	if (!log_load()) {
		state_new();
		log_has_rings = xen >= 0;
	}
	ring_attach_dom0();
	log_compact(LOG_CRASHED);
	domain_check_all();
	if (!resume)
		write_pid(getppid());
	while (!stop && !control_restart) {
		loop_run(&stop, &lost_keeper, &control_restart);
		if (lost_keeper)
			new_keeper();
	}
	log_compact(stop ? LOG_EXITED : LOG_RESTARTING);
	exit(0);
}

/* Go on as a fresh process, from the program file as it is now; the pid stays. */
static void restart(void)
{
	char fds[32];

	snprintf(fds, sizeof(fds), "%d,%d", lock_fd, listener);
	setenv("XENSTORED_RESUME", fds, 1);
	execv(self, args);
	perror("xenstored: cannot run the new program, going on with the old one");
}

/*
 * Wait for the worker's end, for ever: it is replaced, unless it was told to go.
 * pidfd is -1 when the worker is our child. Called with signals held.
 */
static void keep(pid_t worker, int pidfd)
{
	bool adopted = pidfd >= 0;
	int quick = 0;

	signal(SIGTERM, pass_on);
	signal(SIGINT, pass_on);
	for (;;) {
		struct pollfd p = {.fd = pidfd, .events = POLLIN};
		time_t start = time(NULL);

		worker_pid = worker;
		hold_signals(false);
		/* A child is waited for; a worker that outlived its first keeper is watched. */
		if (pidfd < 0)
			while (waitpid(worker, NULL, 0) < 0 && errno == EINTR)
				;
		else
			while (poll(&p, 1, -1) < 0 && errno == EINTR)
				;
		hold_signals(true);
		/* Not before: a starting worker closes what it does not know, here as well. */
		if (pidfd >= 0)
			close(pidfd);
		pidfd = -1;
		worker_pid = 0;
		switch (log_peek(rundir)) {
		case LOG_EXITED:
			if (pid_file)
				unlink(pid_file);
			exit(0);
		case LOG_RESTARTING:
			restart();
			break;
		case LOG_CRASHED:
			fprintf(stderr, "xenstored: worker %d ended; going on from the log\n",
				worker);
			/* A keeper that its worker made carries a copy of that one's memory. */
			if (adopted)
				restart();
			quick = time(NULL) - start < 2 ? quick + 1 : 0;
			if (quick > 20) {
				fprintf(stderr, "xenstored: it keeps ending at once; giving up\n");
				exit(1);
			}
			break;
		}
		worker = fork_sharing_files();
		if (!worker)
			work(true);
	}
}

/* One daemon for one directory: the lock lives as long as a process of ours. */
static bool take_lock(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/lock", rundir);
	lock_fd = open(path, O_RDWR | O_CREAT, 0600);
	if (lock_fd < 0 || flock(lock_fd, LOCK_EX | LOCK_NB)) {
		fprintf(stderr, "xenstored: %s: %s\n", path,
			lock_fd < 0 ? strerror(errno) : "another daemon has it");
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	const char *resume = getenv("XENSTORED_RESUME");
	struct rlimit lim;
	ssize_t n;
	pid_t pid;

	if (!parse(argc, argv)) {
		fputs("Try `xenstored --help`.\n", stderr);
		return 1;
	}
	args = argv;
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	set_paths();
	signal(SIGPIPE, SIG_IGN);
	if (!getrlimit(RLIMIT_NOFILE, &lim)) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
	if (resume && sscanf(resume, "%d,%d", &lock_fd, &listener) == 2) {
		unsetenv("XENSTORED_RESUME");
	} else {
		resume = NULL;
		if (!take_lock())
			return 1;
		listener = socket_listen(socket_path);
		if (listener < 0)
			return 1;
		if (daemonize && daemon(0, 0)) {
			perror("xenstored: daemon");
			return 1;
		}
	}
	hold_signals(true);
	pid = fork_sharing_files();
	if (pid < 0) {
		perror("xenstored: clone");
		return 1;
	}
	if (!pid)
		work(resume);
	keep(pid, -1);
}
