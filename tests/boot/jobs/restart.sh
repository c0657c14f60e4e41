# SPDX-License-Identifier: BSD-2-Clause
# Killed daemons and killed commands: guests go on, destroy removes the rest.
. /job/lib.sh
plain_kernel
cp /demo/disk.img /tmp/disk.img

config disky "disk=['/tmp/disk.img,raw,xvda,w']" "extra='console=hvc0 loglevel=4'"
check "guest with a disk" start disky
sleep 1
say "mount /dev/xvda /mnt; echo mount=\$?"
check "mounts it" wait_for 60 heard disky "^mount=0"

kill -9 "$(pidof consoled)"
wait_for 5 sh -c '! pidof consoled'
start_consoled
sleep 1
# The open session finds the new terminal by itself.
say "echo again-\$((20+22))"
check "a restarted consoled serves the same session" wait_for 30 heard disky "^again-42"

say "while :; do cat /mnt/dir/numbers /mnt/hello.txt >/dev/null; done & "
say "dd if=/dev/zero bs=64k count=64 2>/dev/null | tr '\\000' x >/mnt/big; sync; echo first=\$?"
sleep 0.2
for p in $(pidof blkd); do kill -9 "$p" 2>/dev/null; done
wait_for 5 sh -c '! pidof blkd'
sleep 1
start_blkd
check "a write goes on when blkd is back" wait_for 90 heard disky "^first=0"
say "kill %1; echo 3 >/proc/sys/vm/drop_caches; tr -d x </mnt/big | wc -c; wc -c </mnt/big; umount /mnt; echo umount=\$?"
check "and the file system is whole" wait_for 90 heard disky "^umount=0"
check "with every byte" sh -c "grep -q '^4194304' /tmp/disky.out"
check "shutdown -w" pav shutdown -w -t 60 disky
check "the service domain reads the file" \
	sh -c "debugfs -R 'stat /big' /tmp/disk.img 2>/dev/null | grep -q 'Size: 4194304'"
check "nothing is left" nothing_left

config victim "disk=['/tmp/disk.img,raw,xvda,w']"
before=$(free_kib)
for delay in 0.05 0.2 0.4 0.8 1.2 1.6 2.0 2.5; do
	pav create -q /tmp/victim.cfg 2>/dev/null &
	pid=$!
	sleep $delay
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	for id in $(pav list | tail -n +3 | awk '{print $2}'); do pav destroy "$id"; done
	nothing_left >/tmp/left.out || break
done
check "destroy removes what killed creates leave" nothing_left
config victim "disk=['/tmp/disk.img,raw,xvda,w']"
for delay in 0.1 0.3 0.6 1.0 1.4 1.8; do
	for signal in INT TERM; do
		pav create -q /tmp/victim.cfg 2>/tmp/int.err &
		pid=$!
		sleep $delay
		kill -$signal $pid 2>/dev/null
		wait $pid
		[ $? = 0 ] && pav destroy victim
		nothing_left >/tmp/left.out || break 2
	done
done
check "an interrupted create cleans up by itself" nothing_left
check "with all memory free again" [ "$(free_kib)" -ge "$((before - 8))" ]

kill -9 "$(pidof pav)"
config off "extra='console=hvc0 loglevel=4 guest=poweroff'"
check "create starts a monitor if there is none" pav create -q /tmp/off.cfg
check "which reaps the guest" wait_for 90 gone off
check "nothing is left in the end" nothing_left
