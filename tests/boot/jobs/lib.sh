# SPDX-License-Identifier: BSD-2-Clause
# What the jobs share. They run in the service domain, under busybox's shell.
. /etc/services

ok() {
	echo "RESULT ok $*"
}

not_ok() {
	echo "RESULT not ok $*"
}

# check NAME COMMAND...: the command must succeed.
check() {
	_name=$1
	shift
	if "$@" >/tmp/check.out 2>&1; then
		ok "$_name"
	else
		not_ok "$_name: '$*' said: $(tail -n 3 /tmp/check.out | tr '\n' '|')"
	fi
}

# config NAME LINES...: write /tmp/NAME.cfg for a small guest; later lines win.
config() {
	_cfg=/tmp/$1.cfg
	{
		echo "name='$1'"
		echo "kernel='/tmp/vmlinux'"
		echo "ramdisk='/demo/guest.cpio.gz'"
		echo "memory=128"
		echo "extra='console=hvc0 loglevel=4 guest=idle'"
		shift
		for _line; do echo "$_line"; done
	} >"$_cfg"
}

# The kernel unpacked once: creating from it takes a third of the time.
plain_kernel() {
	[ -e /tmp/vmlinux ] || pav unpack-kernel /demo/vmlinuz /tmp/vmlinux
}

# All that a domain can leave behind, but for the service domain's own.
leftovers() {
	pav list | tail -n +3
	for _dir in /pav/domain /vm /local/domain/0/backend/vbd; do
		xenstore ls $_dir 2>/dev/null | sed "s,^,$_dir: ,"
	done
	xenstore list /local/domain 2>/dev/null | tr ' ' '\n' | grep -v '^0$'
}

nothing_left() {
	leftovers >/tmp/left
	[ ! -s /tmp/left ] || {
		cat /tmp/left
		return 1
	}
}

free_kib() {
	pav info | sed -n 's/^free_memory_kib *: //p'
}

gone() {
	! pav domid "$1" 2>/dev/null
}

# console NAME: join its console; what it prints is in /tmp/NAME.out, `say` types.
console() {
	rm -f "/tmp/$1.in"
	mkfifo "/tmp/$1.in"
	pav console "$1" <"/tmp/$1.in" >"/tmp/$1.out" 2>&1 &
	console_pid=$!
	exec 9>"/tmp/$1.in"
}

say() {
	echo "$*" >&9
}

# heard NAME PATTERN: the console has printed it; what it says now, if not.
heard() {
	grep -q "$2" "/tmp/$1.out" || {
		tail -n 3 "/tmp/$1.out" | cut -c 1-200
		return 1
	}
}

# ended PID: a child of this shell has, waited for or not.
ended() {
	[ -z "$(cat "/proc/$1/cmdline" 2>/dev/null)" ]
}

# start NAME: create from /tmp/NAME.cfg, join the console, wait until it is up.
start() {
	pav create -q -p "/tmp/$1.cfg" || return 1
	console "$1"
	pav unpause "$1" || return 1
	wait_for 240 heard "$1" GUEST-UP || {
		tail -n 5 "/tmp/$1.out"
		return 1
	}
}
