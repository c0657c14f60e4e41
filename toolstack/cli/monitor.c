/* SPDX-License-Identifier: BSD-2-Clause */
/* monitor and init-dom0: the parts that start-up scripts call. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "verb.h"

#define LOG_DIR	 "/var/log/pav"
#define LOG_FILE LOG_DIR "/monitor.log"

static void log_line(const char *line)
{
	const time_t now = time(NULL);
	char stamp[32];
	struct tm tm;

	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", localtime_r(&now, &tm));
	fprintf(stderr, "%s %s\n", stamp, line);
}

/* Detach for good: own session, no terminal, stderr into the log. */
static int become_daemon(void)
{
	int null, log;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return -1;
	if (pid > 0)
		_exit(0);
	setsid();
	if (chdir("/") < 0)
		return -1;
	mkdir(LOG_DIR, 0755);
	null = open("/dev/null", O_RDWR);
	log = open(LOG_FILE, O_WRONLY | O_CREAT | O_APPEND, 0640);
	if (null < 0)
		return -1;
	dup2(null, 0);
	dup2(null, 1);
	dup2(log >= 0 ? log : null, 2);
	close_range(3, ~0u, 0);
	return 0;
}

int verb_monitor(struct pav *pav, int argc, char **argv)
{
	const volatile int *stop;
	bool foreground = false;
	int rc;

	rc = one_flag(argc, argv, 'F', "foreground", &foreground);
	if (rc)
		return rc;
	if (optind != argc)
		return misuse("takes no argument");
	stop = catch_signals();
	if (!foreground && become_daemon() < 0)
		return complain("cannot become a daemon: %s", strerror(errno));
	if (pav_monitor(pav, stop, log_line) == 0)
		return 0;
	log_line(pav_error(pav));
	return 1;
}

void start_monitor(void)
{
	pid_t pid;

	if (pav_monitor_running())
		return;
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "pav", "monitor", (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
}

int verb_init_dom0(struct pav *pav, int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return misuse("takes no argument");
	return pav_init_dom0(pav) ? report(pav) : 0;
}
