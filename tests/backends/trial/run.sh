#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh DIR: the trial, inside a service domain whose store runs. DIR holds
# answer, grants and guest.elf. The console daemon makes room for `answer`, which
# serves the trial guest's console page in its place, and is started again.
set -u
dir=$1
cat >/tmp/trial.cfg <<EOT
name = 'trial'
memory = 32
kernel = '$dir/guest.elf'
on_poweroff = 'destroy'
EOT
"$dir/grants"
for round in 1 2 3; do
	pav create -p /tmp/trial.cfg || exit 1
	daemon=$(pidof consoled) && kill "$daemon"
	"$dir/answer" "$(pav domid trial)" &
	answer=$!
	sleep 1
	pav unpause trial
	wait $answer
	consoled
	sleep 1
	# It powers off; a monitor may have reaped it already.
	pav destroy trial 2>/dev/null
done
exit 0
