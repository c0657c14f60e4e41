# SPDX-License-Identifier: BSD-2-Clause
# A guest whose root means harm: its disk connected over and over, its console
# flooded, its own store nodes rewritten under every command. The tools answer in
# time, other guests are served, nothing is left. Time limits tell a hang from a
# slow machine, no more.
# brings frontends/tiny/echo.elf as /job/echo.elf
. /job/lib.sh
plain_kernel
cp /demo/disk.img /tmp/disk.img

# What runs in the guest, with the store's command line from this tree.
mkdir -p /job/usr/bin /job/lib/x86_64-linux-gnu /job/lib64
cp /usr/bin/xenstore /job/usr/bin
cp /lib/x86_64-linux-gnu/libxenstore.so.4 /lib/x86_64-linux-gnu/libc.so.6 /job/lib/x86_64-linux-gnu
cp /lib64/ld-linux-x86-64.so.2 /job/lib64
cat >/job/attack.sh <<'END'
PATH=$PATH:/usr/bin
disk=device/vbd/51712
# until_so COMMAND...: for half a minute at the most.
until_so() {
	tries=0
	until "$@" >/dev/null 2>&1 || [ $tries = 300 ]; do
		usleep 100000
		tries=$((tries + 1))
	done
}
connected() { [ "$(xenstore read $disk/state)" = 4 ]; }
# The front-end's directory goes and comes back: a new device for both ends.
reconnect() {
	back=$(xenstore read $disk/backend)
	n=0
	while [ $n -lt 20 ]; do
		xenstore rm $disk
		until_so test ! -e /sys/bus/xen/devices/vbd-51712
		xenstore write $disk/backend $back $disk/backend-id 0 $disk/virtual-device 51712 \
			$disk/device-type disk $disk/state 1
		until_so connected
		connected || echo "round $n: state $(xenstore read $disk/state), back-end $(xenstore read $back/state)"
		n=$((n + 1))
	done
	until_so test -e /dev/xvda
	echo "reconnected=$n"
}
flood() {
	exec tr '\000' x </dev/zero >/dev/hvc0
}
# Its own nodes with nonsense; others' nodes must refuse. It does not go, either.
rewrite() {
	ln -sf /bin/true /sbin/poweroff
	ln -sf /bin/true /sbin/reboot
	me=$(xenstore read domid)
	while :; do
		for k in control/shutdown control/sysrq data error drivers device/suspend/event-channel \
			$disk/state $disk/ring-ref $disk/event-channel $disk/backend $disk/virtual-device; do
			xenstore write $k "../../0/backend-99999999999999999999" 2>/dev/null
		done
		xenstore rm $disk/backend-id 2>/dev/null
		xenstore write $disk/state 4 $disk/backend /local/domain/0/backend/vbd/0/0 2>/dev/null
		xenstore rm device/vbd control/shutdown 2>/dev/null
		for k in name domid vm memory/target console/tty console/ring-ref console/port store/ring-ref \
			/local/domain/0/backend/vbd/$me/51712/params /local/domain/0/backend/vbd/$me/51712/state \
			/pav/domain/$me/config/0 /pav/domain/$me/preserved /vm/x; do
			xenstore write $k /etc/shadow 2>/dev/null && echo "BROKEN $k"
		done
		xenstore read /pav/domain/$me/config/0 >/dev/null 2>&1 && echo "BROKEN config is read"
		[ -e /round ] || echo "rewritten=once" | tee /round
	done
}
"$@"
END
(cd /job && find attack.sh usr lib lib64 | cpio -o -H newc 2>/dev/null) >/tmp/extra.cpio
{
	gzip -dc /demo/guest.cpio.gz
	cat /tmp/extra.cpio
} >/tmp/hostile.cpio

config hostile "ramdisk='/tmp/hostile.cpio'" "disk=['/tmp/disk.img,raw,xvda,w']" "vcpus=2" \
	"extra='console=hvc0 loglevel=1'"
config bystander "kernel='/job/echo.elf'" "ramdisk=''" "memory=16" "extra=''"
before=$(free_kib)
rss_kib() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(pidof consoled)/status"; }

check "a guest that means harm" start hostile
sleep 1
say "sh /attack.sh reconnect"
check "connects its disk twenty times" wait_for 300 heard hostile "^reconnected=20"
check "each of them to its end" sh -c '! grep "^round" /tmp/hostile.out'
check "of which one worker is left" wait_for 30 sh -c '[ $(pidof blkd | wc -w) = 2 ]'
check "and one journal" sh -c '[ $(ls /run/pavise/blkd | wc -l) = 1 ]'
say "mount /dev/xvda /mnt && cat /mnt/hello.txt; umount /mnt"
check "the disk still works" wait_for 60 heard hostile "^made on the host"

rss=$(rss_kib)
say "sh /attack.sh flood &"
check "it floods its console" wait_for 30 heard hostile xxxxxxxxxx
check "list answers" timeout 30 pav list
check "a session is left at once" sh -c "printf '\\035' | timeout 30 pav console hostile >/dev/null"
check "another guest is created" timeout 60 pav create -q -p /tmp/bystander.cfg
hostile_pid=$console_pid
exec 8>&9
console bystander
check "and runs" pav unpause bystander
say "are you served"
check "and is served" wait_for 30 heard bystander "^you said: are you served"
say quit
exec 9>&8 8>&-
check "the flood takes no memory" [ "$(rss_kib)" -le $((rss + 1024)) ]
check "the other guest ends" wait_for 60 gone bystander
say "kill %1"
sleep 1

say "sh /attack.sh rewrite &"
check "it rewrites its store nodes" wait_for 120 heard hostile "^rewritten=once"
id=$(pav domid hostile)
for verb in list "list --json" info "domname $id" "domid hostile" "pause hostile" "unpause hostile" \
	"shutdown hostile" "reboot hostile"; do
	check "pav $verb answers under it" timeout 30 pav $verb
done
check "and does not wait for ever" \
	sh -c "timeout 30 pav shutdown -w -t 3 hostile 2>&1 | grep -q 'did not stop within 3 seconds'"
check "it is still called what it was" [ "$(pav domname "$id")" = hostile ]
check "and wrote to no node of others" sh -c '! grep BROKEN /tmp/hostile.out'
check "destroy under it" timeout 60 pav destroy "$id"
check "its session ends" wait_for 30 ended "$hostile_pid"
check "nothing is left" nothing_left
check "no worker, no journal" sh -c '[ $(pidof blkd | wc -w) = 1 ] && [ $(ls /run/pavise/blkd | wc -l) = 0 ]'
check "and all memory is free again" [ "$(free_kib)" -ge "$((before - 8))" ]
