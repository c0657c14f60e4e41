/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "log.h"
#include "ring.h"
#include "socket.h"
#include "watch.h"

static const char *rundir, *socket_path, *pid_file;
static bool daemonize = true, use_xen = true, print_pid;
static volatile bool stop;
static int listener;

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
		if (!strncmp(quota_name[q], arg, (size_t)(eq - arg)) &&
		    !quota_name[q][eq - arg] && wire_number(eq + 1, 1ull << 40, &v)) {
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

static void write_pid(void)
{
	FILE *f;

	if (print_pid)
		printf("%d\n", getpid());
	fflush(stdout);
	if (!pid_file)
		return;
	f = fopen(pid_file, "we");
	if (!f || fprintf(f, "%d\n", getpid()) < 0 || fclose(f))
		fprintf(stderr, "xenstored: cannot write %s: %m\n", pid_file);
}

static void on_stop(int sig)
{
	(void)sig;
	stop = true;
}

static void on_connect(void)
{
	socket_accept(listener);
}

/* The nodes that every client may count on. */
static void make_root(void)
{
	const struct conn daemon_conn = {.domain = domain0};
	struct permset *ps = permset_new(1);

	ps->p[0].gen = domain0->gen;
	store_view.root = node_new(content_new("", 0, NULL, 0, ps), NULL, ++tree_gen);
	permset_put(ps);
	quota_force(domain0, Q_NODES, 1);
	quota_force(domain0, Q_MEMORY, content_bytes(store_view.root->c));
	view_write(&store_view, &daemon_conn, "/tool/xenstored", NULL, 0);
}

int main(int argc, char **argv)
{
	struct rlimit lim;
	int xen;

	if (!parse(argc, argv)) {
		fputs("Try `xenstored --help`.\n", stderr);
		return 1;
	}
	set_paths();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, on_stop);
	signal(SIGINT, on_stop);
	if (!getrlimit(RLIMIT_NOFILE, &lim)) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
	listener = socket_listen(socket_path);
	if (listener < 0)
		return 1;
	if (daemonize && daemon(0, 0)) {
		perror("xenstored: daemon");
		return 1;
	}
	domain_init();
	loop_init();
	make_root();
	loop_add(listener, on_connect);
	xen = use_xen ? xen_open() : -1;
	if (xen >= 0) {
		loop_add(xen, xen_events);
		ring_attach_dom0();
	}
	write_pid();
	loop_run(&stop);
	return 0;
}
