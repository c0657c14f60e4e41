# SPDX-License-Identifier: BSD-2-Clause
# The tiny guest with our own console front-end, from create to destroy.
# brings frontends/tiny/echo.elf as /job/echo.elf
. /job/lib.sh

config tiny "kernel='/job/echo.elf'" "ramdisk=''" "memory=16" "extra=''" "on_poweroff='preserve'"
check "create a tiny guest" pav create -q -p /tmp/tiny.cfg
console tiny
check "unpause" pav unpause tiny
check "it says hello" wait_for 30 heard tiny "^hello from a tiny guest"
say "good morning"
check "it repeats what is typed" wait_for 30 heard tiny "^you said: good morning"
# More than the ring and the guest's line hold, a line at a time.
n=0
while [ $n -lt 60 ]; do
	say "line $n of many, long enough that all of them together wrap both rings"
	n=$((n + 1))
done
check "every line comes back" wait_for 60 heard tiny "^you said: line 59 of many"
check "each of them once" sh -c '[ $(grep -c "^you said: line " /tmp/tiny.out) = 60 ]'
say quit
check "it says goodbye" wait_for 30 heard tiny "^bye"
stopped() { pav list | grep '^tiny ' | grep -q -- '---s--'; }
check "and powers off" wait_for 30 stopped
check "its console session ends by itself" wait_for 30 ended $console_pid
check "destroy" pav destroy tiny
check "nothing is left" nothing_left

check "create it again" pav create -q -p /tmp/tiny.cfg
console tiny
check "unpause it" pav unpause tiny
check "it says hello again" wait_for 30 heard tiny "^hello from a tiny guest"
check "destroy it while it waits for input" pav destroy tiny
check "nothing is left of it" nothing_left
