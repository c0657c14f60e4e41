. /job/lib.sh
plain_kernel
config one "disk=['/demo/disk.img,raw,xvda,w']" "extra='console=hvc0'"
pav create -q -p /tmp/one.cfg; console one; pav unpause one
wait_for 30 heard one "Initialising balloon"
sleep 6
tail -n 2 /tmp/one.out
/job/rd 1 $(xenstore read /local/domain/1/store/ring-ref)
xenstore ls /local/domain/1/device
for p in $(pidof xenstored) ; do echo "$p $(cat /proc/$p/comm) $(cat /proc/$p/wchan) $(cut -c1-120 /proc/$p/stat)"; done
xenstore 2>&1 | head; xenstore help | head -30
