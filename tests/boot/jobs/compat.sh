# SPDX-License-Identifier: BSD-2-Clause
# 32-bit programs in the service domain and in a guest.
# brings tests/boot/compat32 as /job/compat32
. /job/lib.sh
plain_kernel

says_ok() { /job/compat32 | grep -qx "compat32 ok"; }
check "a 32-bit program runs in the service domain" says_ok

# The guest's initramfs, and behind it an archive with the program.
mkdir -p /tmp/more/bin
cp /job/compat32 /tmp/more/bin
{
	cat /demo/guest.cpio.gz
	(cd /tmp/more && find bin | cpio -o -H newc 2>/dev/null | gzip)
} >/tmp/compat.cpio.gz
config compat "ramdisk='/tmp/compat.cpio.gz'" "vcpus=2" "extra='console=hvc0 loglevel=4'"
check "a guest with the program comes up" start compat
say "compat32; echo status \$?"
check "and in a guest" wait_for 60 heard compat "^compat32 ok"
check "destroy it" pav destroy compat
check "nothing is left" nothing_left
