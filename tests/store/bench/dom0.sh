# SPDX-License-Identifier: BSD-2-Clause
# Job for the service domain: the three store daemons by turns, in the same machine, under the
# same clients. One line "BENCH DAEMON FIGURE VALUE UNIT" for each figure.
rounds=$(cat /job/rounds)
export BENCH_SECONDS=1 LD_LIBRARY_PATH=/job/lib
ulimit -n 4096
chmod +x /job/*
mkdir -p /etc/xen /var/lib/xenstored /var/log/xen /var/run/xen

stop_all() {
	killall pav blkd consoled xenstored oxenstored debian-xenstored
	i=0
	while killall -0 xenstored || killall -0 oxenstored || killall -0 debian-xenstored; do
		usleep 100000
		i=$((i + 1))
		[ $i -lt 20 ] || killall -9 xenstored oxenstored debian-xenstored
	done
	rm -rf /run/xenstored /var/lib/xenstored/*
	mkdir -p /run/xenstored
}

# Each serves; BENCH_PID is the process that does.
start_daemon() {
	case $1 in
	ours) /job/xenstored --no-fork --pid-file /run/ours.pid & ;;
	c) /job/debian-xenstored --no-fork & ;;
	o) /job/oxenstored --no-fork --no-domain-init --config-file /job/oxenstored.conf & ;;
	esac
	export BENCH_PID=$!
	i=0
	while [ ! -S /run/xenstored/socket ] && [ $i -lt 200 ]; do
		usleep 50000
		i=$((i + 1))
	done
	sleep 1
	[ $1 != ours ] || BENCH_PID=$(echo $(cat /proc/$BENCH_PID/task/$BENCH_PID/children))
}

cat >/job/oxenstored.conf <<EOF
pid-file = /run/oxenstored.pid
persistent = false
quota-activate = false
merge-activate = true
EOF
stop_all 2>/dev/null
r=0
while [ $r -lt $rounds ]; do
	for d in ours c o; do
		start_daemon $d
		/job/store-bench throughput=1 throughput=64 | sed "s/^/BENCH $d /"
		stop_all 2>/dev/null
	done
	r=$((r + 1))
done
