# SPDX-License-Identifier: BSD-2-Clause
# 50 times create and destroy: free memory after the last is that after the first.
. /job/lib.sh
plain_kernel
config cycle "disk=['/demo/disk.img,raw,xvda,r']"
n=0
while [ $n -lt 50 ]; do
	pav create -q /tmp/cycle.cfg && pav destroy cycle || break
	n=$((n + 1))
	[ $n = 1 ] && first=$(free_kib)
done
last=$(free_kib)
echo "FIGURE cycles=$n free_first_kib=$first free_last_kib=$last"
check "50 cycles" [ $n = 50 ]
check "free memory is the same" [ "$first" = "$last" ]
check "nothing is left" nothing_left
