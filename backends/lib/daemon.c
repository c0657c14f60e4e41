/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"

static int ready_pipe = -1;
static int pid_fd = -1;

/* ---- the command line ---- */

#define MAX_OPTIONS 16

static const struct daemon_option common[] = {
	{'F', "foreground", "stay in the foreground, messages to standard error", NULL},
	{'p', "pid-file=FILE", "write the process id there, and refuse to run twice", NULL},
	{'l', "log-file=FILE", "messages of the daemon itself (default: syslog)", NULL},
	{'h', "help", "this text", NULL},
	{0, NULL, NULL, NULL},
};

static void print_option(FILE *to, const struct daemon_option *o)
{
	const char *line = o->about, *end;

	fprintf(to, "  -%c, --%-16s ", o->letter, o->name);
	while ((end = strchr(line, '\n'))) {
		fprintf(to, "%.*s\n%25s", (int)(end - line), line, "");
		line = end + 1;
	}
	fprintf(to, "%s\n", line);
}

static void usage(FILE *to, const struct daemon_options *opt)
{
	fprintf(to, "usage: %s [options]\n%s\n", opt->program, opt->about);
	for (const struct daemon_option *o = common; o->letter; o++)
		print_option(to, o);
	for (const struct daemon_option *o = opt->own; o->letter; o++)
		print_option(to, o);
}

/* getopt's tables from ours: names[] gets the names without their values. */
static void fill_tables(const struct daemon_option *from, struct option *longs, char *shorts,
			char (*names)[24])
{
	const char *value;
	unsigned int n = 0;

	while (longs[n].name)
		n++;
	shorts += strlen(shorts);
	for (; from->letter; from++, n++) {
		value = strchr(from->name, '=');
		snprintf(names[n], sizeof(names[n]), "%.*s",
			 value ? (int)(value - from->name) : (int)strlen(from->name), from->name);
		longs[n] = (struct option){names[n], value ? required_argument : no_argument, NULL,
					   from->letter};
		*shorts++ = from->letter;
		if (value)
			*shorts++ = ':';
	}
	*shorts = '\0';
}

static int set_option(struct daemon_options *opt, int letter)
{
	switch (letter) {
	case 'F':
		opt->foreground = true;
		return 0;
	case 'p':
		opt->pid_file = optarg;
		return 0;
	case 'l':
		opt->log_file = optarg;
		return 0;
	case 'h':
		usage(stdout, opt);
		exit(0);
	}
	for (const struct daemon_option *o = opt->own; o->letter; o++)
		if (o->letter == letter)
			return o->set(optarg);
	/* getopt has said what was wrong. */
	fprintf(stderr, "`%s --help` lists the options\n", opt->program);
	return -1;
}

int daemon_parse(struct daemon_options *opt, int argc, char **argv)
{
	struct option longs[MAX_OPTIONS] = {{NULL, 0, NULL, 0}};
	char shorts[2 * MAX_OPTIONS] = "", names[MAX_OPTIONS][24];
	int c;

	fill_tables(common, longs, shorts, names);
	fill_tables(opt->own, longs, shorts, names);
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
		if (set_option(opt, c))
			return -1;
	if (optind == argc)
		return 0;
	fprintf(stderr, "%s: what is %s? It takes options alone\n", opt->program, argv[optind]);
	return -1;
}

/* ---- into the background ---- */

/* The parent's half: exits with what the daemon makes of its start. */
static _Noreturn void wait_for_daemon(int fd, pid_t pid)
{
	char byte;
	int status;

	if (read(fd, &byte, 1) == 1)
		_exit(0);
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status))
		_exit(WEXITSTATUS(status));
	_exit(1);
}

static int background(void)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(fds[1]);
		wait_for_daemon(fds[0], pid);
	}
	close(fds[0]);
	ready_pipe = fds[1];
	setsid();
	return chdir("/") < 0 ? -errno : 0;
}

/* The lock is what tells a running daemon from a pid file left behind. */
static int take_pid_file(const char *path)
{
	char text[16];
	int n;

	pid_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (pid_fd < 0) {
		n = -errno;
		log_err("cannot write the pid file %s: %s", path, strerror(errno));
		return n;
	}
	if (flock(pid_fd, LOCK_EX | LOCK_NB) < 0) {
		log_err("already running: %s is locked", path);
		return -EEXIST;
	}
	n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(pid_fd, 0) < 0 || pwrite(pid_fd, text, (size_t)n, 0) != n)
		return -EIO;
	return 0;
}

/* Each guest takes descriptors; the soft limit is made for other programs. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int daemon_begin(const struct daemon_options *opt)
{
	int rc = log_open(opt->program, LOG_TO_STDERR, NULL);

	raise_file_limit();
	if (!opt->foreground)
		rc = background();
	if (!rc && opt->log_file) {
		rc = log_open(opt->program, LOG_TO_FILE, opt->log_file);
		if (rc) {
			log_open(opt->program, LOG_TO_STDERR, NULL);
			log_err("cannot open the log %s: %s", opt->log_file, strerror(-rc));
		}
	}
	if (!rc && opt->pid_file)
		rc = take_pid_file(opt->pid_file);
	return rc;
}

void daemon_ready(const struct daemon_options *opt)
{
	int null;

	log_started();
	if (opt->foreground)
		return;
	if (!opt->log_file)
		log_open(opt->program, LOG_TO_SYSLOG, NULL);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
		if (null > 2)
			close(null);
	}
	if (write(ready_pipe, "", 1) != 1)
		log_err("nobody waits for this daemon to start");
	close(ready_pipe);
	ready_pipe = -1;
}

void daemon_end(const struct daemon_options *opt)
{
	if (pid_fd < 0)
		return;
	unlink(opt->pid_file);
	close(pid_fd);
	pid_fd = -1;
}

/* ---- signals ---- */

static struct {
	struct loop_source src;
	struct loop *loop;
	void (*child)(void);
	void (*reopen)(void);
} sig;

static void signal_ready(struct loop_source *src, uint32_t events)
{
	struct signalfd_siginfo info;

	(void)events;
	if (read(src->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGHUP:
		log_reopen();
		if (sig.reopen)
			sig.reopen();
		break;
	case SIGCHLD:
		if (sig.child)
			sig.child();
		break;
	default:
		loop_stop(sig.loop, 0);
	}
}

int daemon_signals(struct loop *loop, void (*child)(void), void (*reopen)(void))
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	/* Before any thread exists, so that all of them have it blocked. */
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	sig.loop = loop;
	sig.child = child;
	sig.reopen = reopen;
	sig.src.ready = signal_ready;
	sig.src.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (sig.src.fd < 0)
		return -errno;
	return loop_add(loop, &sig.src, EPOLLIN);
}
