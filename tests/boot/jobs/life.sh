# SPDX-License-Identifier: BSD-2-Clause
# A domain's life through every verb; reaping by the monitor; 1 and 2 vcpus; 6.12.
# brings image/linux-6.12/vmlinuz as /job/vmlinuz-6.12
# brings image/guest-6.12.cpio.gz as /job/guest-6.12.cpio.gz
. /job/lib.sh
plain_kernel

check "list shows the service domain" sh -c "pav list | grep -q '^Domain-0 *0 '"
echo "JSON list $(pav list --json | tr -d '\n')"
echo "JSON info $(pav info --json | tr -d '\n')"
# The store's library over the kernel's device, as guests have it: requests, and the thread that waits.
device() { XENSTORED_PATH=/dev/xen/xenbus timeout 30 xenstore "$@"; }
seen_over_device() { [ "$(device watch -n 2 /tool/device | tr '\n' ' ')" = "/tool/device /tool/device/x " ]; }
check "a write over the kernel's device" device write /tool/device one
check "and a read" sh -c '[ "$(XENSTORED_PATH=/dev/xen/xenbus xenstore read /tool/device)" = one ]'
(sleep 3 && xenstore write /tool/device/x two) &
check "and events" seen_over_device
device rm /tool/device

check "dmesg prints the hypervisor's messages" sh -c '[ $(pav dmesg | wc -l) -gt 20 ]'

config one
check "create paused" pav create -q -p /tmp/one.cfg
check "it is paused" sh -c "pav list | grep '^one ' | grep -q -- '--p---'"
check "domid and domname agree" sh -c '[ "$(pav domname $(pav domid one))" = one ]'
cp /tmp/one.cfg /tmp/twin.cfg
check "a second of the name is refused" sh -c "pav create -q /tmp/twin.cfg 2>&1 | grep -q 'exists already'"
check "and leaves one" sh -c '[ $(pav list | tail -n +3 | wc -l) = 1 ]'
console one
check "unpause" pav unpause one
check "1 vcpu comes up" wait_for 90 heard one "GUEST-UP .*vcpus=1"
check "pause" pav pause one
check "unpause again" pav unpause one
check "shutdown -w" pav shutdown -w -t 90 one
check "and it is gone" wait_for 10 gone one
check "nothing is left" nothing_left

config two "vcpus=2"
check "2 vcpus come up" start two
check "with both on line" heard two "vcpus=2"
first=$(pav domid two)
check "reboot is asked for" pav reboot two
restarted() { _now=$(pav domid two 2>/dev/null) && [ "$_now" != "$first" ]; }
check "reboot makes a new domain" wait_for 90 restarted
check "destroy" pav destroy two
check "nothing is left of it" nothing_left

config off "extra='console=hvc0 loglevel=4 guest=poweroff'" "on_poweroff='preserve'"
check "create a guest that ends itself" pav create -q /tmp/off.cfg
stopped() { pav list | grep '^off ' | grep -q -- '---s--'; }
check "on_poweroff=preserve keeps it" wait_for 90 stopped
check "destroy removes it" pav destroy off
config crash "extra='console=hvc0 loglevel=1 guest=crash'"
check "create a guest that crashes" pav create -q /tmp/crash.cfg
check "on_crash=destroy removes it" wait_for 90 gone crash
check "nothing is left of both" nothing_left

config late "kernel='/job/vmlinuz-6.12'" "ramdisk='/job/guest-6.12.cpio.gz'" "vcpus=2" "memory=256" \
	"disk=['/demo/disk.img,raw,xvda,r']" "extra='console=hvc0 loglevel=4'"
check "Linux 6.12 comes up" start late
check "as 6.12 with 2 vcpus" heard late "kernel=6.12.*vcpus=2"
sleep 1
say "mount -o ro /dev/xvda /mnt && cat /mnt/hello.txt"
check "and reads its disk" wait_for 60 heard late "^made on the host"
check "destroy while running" pav destroy late
check "nothing is left of it either" nothing_left

config quick
check "a guest to destroy while it shuts down" start quick
check "shutdown is asked for" pav shutdown quick
check "destroy at once" sh -c "pav destroy quick || ! pav domid quick"
check "nothing is left of that" nothing_left

config pair
pav create -q -p /tmp/pair.cfg 2>/tmp/pair.1 &
one=$!
pav create -q -p /tmp/pair.cfg 2>/tmp/pair.2 &
two=$!
wait $one
codes=$?
wait $two
codes=$codes$?
check "of two creates at once of one name one is refused" \
	sh -c "[ $codes = 01 ] || [ $codes = 10 ] && cat /tmp/pair.? | grep -q 'exists already'"
check "and one domain is there" sh -c '[ $(pav list | tail -n +3 | wc -l) = 1 ]'
pav destroy pair &
pav destroy pair
wait $!
check "two destroys at once leave nothing" nothing_left
config one "uuid='00000000-1111-2222-3333-444444444444'"
config other "uuid='00000000-1111-2222-3333-444444444444'"
check "a domain with a uuid" pav create -q -p /tmp/one.cfg
check "a second of the uuid is refused" sh -c "pav create -q -p /tmp/other.cfg 2>&1 | grep -q 'that of the domain one'"
pav destroy one
check "nothing is left of them" nothing_left
