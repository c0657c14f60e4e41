# SPDX-License-Identifier: BSD-2-Clause
# Bad input: one clear line, exit status 1, nothing left behind.
. /job/lib.sh

# refused NAME WORDS COMMAND...
refused() {
	_name=$1 _words=$2
	shift 2
	"$@" >/tmp/out 2>/tmp/err
	_rc=$?
	echo "    $(head -n 1 /tmp/err)"
	if [ $_rc -ne 1 ]; then
		not_ok "$_name: exit status $_rc"
	elif [ "$(wc -l </tmp/err)" -ne 1 ] || [ -s /tmp/out ]; then
		not_ok "$_name: more than one line: $(tr '\n' '|' </tmp/err)"
	elif ! grep -q -- "$_words" /tmp/err; then
		not_ok "$_name: no '$_words' in: $(cat /tmp/err)"
	elif ! nothing_left >/tmp/left.out; then
		not_ok "$_name: left behind: $(tr '\n' '|' </tmp/left.out)"
	else
		ok "$_name"
	fi
}

# create_refused NAME WORDS LINES...
create_refused() {
	_n=$1 _w=$2
	shift 2
	config bad "$@"
	refused "$_n" "$_w" pav create /tmp/bad.cfg
}

plain_kernel
head -c 4000000 /demo/vmlinuz >/tmp/cut-vmlinuz
head -c 40000000 /tmp/vmlinux >/tmp/cut-vmlinux
echo 'this is no kernel' >/tmp/text

create_refused "missing kernel" "kernel /nowhere: open: No such file" "kernel='/nowhere'"
create_refused "text file as kernel" "not a kernel image" "kernel='/tmp/text'"
create_refused "truncated bzImage" "truncated" "kernel='/tmp/cut-vmlinuz'"
create_refused "truncated ELF kernel" "truncated" "kernel='/tmp/cut-vmlinux'"
create_refused "kernel without PV notes" "no PV notes" "kernel='/bin/busybox'"
create_refused "missing ramdisk" "ramdisk /nowhere: open" "ramdisk='/nowhere'"
create_refused "unknown key" "unknown key 'colour'" "colour='red'"
create_refused "bad syntax" "bad.cfg:6: expected" "memory"
create_refused "too much memory" "MiB free" "memory=100000"
create_refused "too little memory" "too small" "memory=48"
create_refused "missing disk image" "open /nowhere.img for writing: No such file" "disk=['/nowhere.img,raw,xvda,w']"
create_refused "disk that is a directory" "open /tmp for writing: Is a directory" "disk=['/tmp,raw,xvda,w']"
create_refused "other disk format" "only raw" "disk=['/demo/disk.img,qcow2,xvda,w']"
refused "missing configuration" "/nowhere.cfg: open" pav create /nowhere.cfg
refused "unknown domain" "no domain named nobody" pav destroy nobody
refused "unknown number" "no domain 77" pav destroy 77
refused "destroy of the service domain" "service domain itself" pav destroy 0
refused "shutdown of an unknown domain" "no domain 77" pav shutdown 77
refused "console of an unknown domain" "no running domain 77" pav console 77

kill "$(pidof blkd)"
wait_for 5 sh -c '! pidof blkd'
create_refused "disk without a back-end" "is blkd running" "disk=['/demo/disk.img,raw,xvda,w']"
start_blkd
