# SPDX-License-Identifier: BSD-2-Clause
# Debian's xl, console daemon and QEMU as back-end of disks, all of them unmodified, on our store: with
# the store's library they were built for, then with ours.
# unpacks image/xl.cpio
. /job/lib.sh
PATH=/usr/lib/xen-4.17/bin:$PATH
plain_kernel
mkdir -p /run/xen /run/lock /var/lib/xen /var/log/xen /var/lock
kill "$(pidof consoled)" "$(pidof blkd)" "$(pidof pav)"

image() { echo "format=raw,vdev=$1,access=rw,backendtype=qdisk,target=/tmp/$1.img"; }

listed() { xl list | grep '^x ' | grep -q -- " $1 "; }

# xl lets these three stand empty when its last domain goes.
xenstore mkdir /libxl /vm /local/domain/0/device-model
all() { xenstore ls -f -p /; }

clean() {
	! xl domid x 2>/dev/null && all >/tmp/after && diff /tmp/before /tmp/after &&
		[ -z "$(pidof xen-qemu-system-i386)" ] && ended "$daemon"
}

# join WORD: `xl console` takes nothing from what is no terminal. What it shows is in x.out; `say` writes
# to the device it reads.
join() {
	id=$(xl domid x)
	check "$1: the console has a device" wait_for 10 xenstore exists "/local/domain/$id/console/tty"
	xl console x >/tmp/x.out 2>&1 &
	tty=$(xenstore read "/local/domain/$id/console/tty")
	exec 9>"${tty:-/dev/null}"
}

# Each of the three programs that stay has mapped this library.
mapped() {
	for _pid in "$(xenstore read "/local/domain/$id/image/device-model-pid")" "$(pidof xenconsoled)" "$daemon"; do
		grep -q " $1\$" "/proc/$_pid/maps" || return 1
	done
}

# restarted: by the daemon that `xl create` leaves behind, as a new domain with a new QEMU.
restarted() { _now=$(xl domid x 2>/dev/null) && [ "$_now" != "$id" ]; }

# round LIBRARY WORD
round() {
	xenconsoled
	for d in xvda xvdb; do cp /demo/disk.img /tmp/$d.img; done
	all >/tmp/before
	config x "type='pv'" "extra='console=hvc0 loglevel=4'" "disk=['$(image xvda)']"

	check "$2: create paused" xl create -q -p /tmp/x.cfg
	# Without a domain the rest would wait in vain.
	xl domid x >/dev/null || return
	daemon=$(pidof xl)
	check "$2: it is paused" listed --p---
	join "$2"
	check "$2: all use $1" mapped "$1"
	check "$2: unpause" xl unpause x
	check "$2: the guest comes up" wait_for 90 heard x GUEST-UP
	sleep 1
	say "mount /dev/xvda /mnt; cat /mnt/hello.txt; cp /mnt/dir/numbers /mnt/$2; umount /mnt; echo umount=\$?"
	check "$2: reads its disk" wait_for 60 heard x '^made on the host'
	check "$2: and writes to it" wait_for 60 heard x '^umount=0'
	check "$2: block-list shows it connected" sh -c "xl block-list x | grep -q '^51712 *0 *$id *4 '"
	check "$2: pause" xl pause x
	check "$2: is seen" listed --p---
	check "$2: unpause again" xl unpause x
	check "$2: a second disk" xl block-attach x "$(image xvdb)"
	say "until [ -e /dev/xvdb ]; do usleep 100000; done; mount /dev/xvdb /mnt; echo >/mnt/$2; umount /mnt; echo two=\$?"
	check "$2: is mounted while the guest runs" wait_for 60 heard x '^two=0'
	check "$2: detach it" xl block-detach x xvdb
	check "$2: one is left" sh -c '[ "$(xl block-list x | wc -l)" = 2 ]'
	check "$2: reboot is asked for" xl reboot x
	check "$2: and made" wait_for 90 restarted
	join "$2"
	check "$2: it comes up again" wait_for 90 heard x GUEST-UP
	sleep 1
	say "mount -o ro /dev/xvda /mnt; wc -l </mnt/$2; umount /mnt; echo again=\$?"
	check "$2: and finds what it wrote" wait_for 60 heard x "^1000"
	check "$2: shutdown" xl shutdown -w x
	check "$2: nothing is left" wait_for 30 clean
	check "$2: the file has what the guest wrote" \
		sh -c "[ \"\$(debugfs -R 'cat /$2' /tmp/xvda.img 2>/dev/null | wc -l)\" = 1000 ]"

	check "$2: create another" xl create -q /tmp/x.cfg
	daemon=$(pidof xl)
	join "$2"
	check "$2: which comes up" wait_for 90 heard x GUEST-UP
	check "$2: destroy it while it runs" xl destroy x
	check "$2: and nothing is left" wait_for 30 clean
	kill "$(pidof xenconsoled)"
	wait_for 5 sh -c '! pidof xenconsoled'
}

LD_LIBRARY_PATH=/usr/lib/debian round /usr/lib/debian/libxenstore.so.4 theirs
# xen-init-dom0 lets a service domain be that was set up by someone else.
xenstore rm /local/domain/0/domid /local/domain/0/name /local/pool
check "xen-init-dom0" sh -c "xen-init-dom0 | grep 'Done setting up'"
round /lib/x86_64-linux-gnu/libxenstore.so.4 ours
