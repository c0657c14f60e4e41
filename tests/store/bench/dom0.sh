# SPDX-License-Identifier: BSD-2-Clause
# Job for the service domain's initramfs: throughput of the daemon named in /job/which
# (ours, c, o: this project's, Xen's C one, Xen's OCaml one), to compare the three there.
lmod xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs
mount -t xenfs xenfs /proc/xen
read -r which < /job/which
mkdir -p /etc/xen /run/xenstored /var/lib/xenstored
ulimit -n 4096
case $which in
ours) /job/xenstored --pid-file /run/d.pid ;;
c) /usr/lib/xen-4.17/bin/xenstored --pid-file /run/d.pid ;;
o) cp /job/oxenstored.conf /etc/xen/; LD_LIBRARY_PATH=/job/lib /job/oxenstored --pid-file /run/d.pid ;;
esac
i=0; while [ ! -S /run/xenstored/socket ] && [ $i -lt 100 ]; do usleep 50000; i=$((i+1)); done
sleep 1
BENCH_SECONDS=2 /job/store-bench throughput watch | sed "s/^/BENCH $which /"
