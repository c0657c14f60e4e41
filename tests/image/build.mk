# SPDX-License-Identifier: BSD-2-Clause
# Kernels, initramfs and disk images, made from Debian packages under build/image.

IMG ?= $(B)/image
BUSYBOX := $(shell command -v busybox)

# The service domain's programs; the store's, the back-ends' and the tools'.
DOM0_PROGS := $(B)/bin/pav $(B)/xenstore-lite/xenstored $(B)/xenstore-lite/xenstore $(B)/bin/consoled $(B)/bin/blkd
DOM0_MODULES  := xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs
GUEST_MODULES := xen-blkfront ext4 crc32c_generic

.PHONY: images
images: $(IMG)/dom0.cpio.gz $(IMG)/vmlinux-6.1

$(IMG)/linux-6.1/version: tests/image/get-kernel
	$(call say,FETCH,linux-image-amd64)
	$(Q)mkdir -p $(IMG)
	$(Q)$< linux-image-amd64 $(IMG)/linux-6.1

$(IMG)/linux-6.12/version: tests/image/get-kernel
	$(call say,FETCH,linux-image-6.12-amd64)
	$(Q)mkdir -p $(IMG)
	$(Q)$< linux-image-6.12-amd64 $(IMG)/linux-6.12

$(IMG)/xen: tests/image/get-xen
	$(call say,FETCH,xen-hypervisor-4.17-amd64)
	$(Q)mkdir -p $(IMG)
	$(Q)$< $@

# Of Debian, unmodified: tools, daemons and device model for Xen 4.17.
DEBIAN := $(IMG)/debian
$(DEBIAN)/packages: tests/image/get-debian
	$(call say,FETCH,xen-utils-4.17)
	$(Q)mkdir -p $(IMG)
	$(Q)$< $(DEBIAN) xen-utils-4.17 xen-utils-common xenstore-utils libxenmisc4.17 libxenstore4 qemu-system-xen

$(IMG)/vmlinux-%: $(IMG)/linux-%/version $(B)/bin/pav
	$(call say,UNPACK,$@)
	$(Q)$(B)/bin/pav unpack-kernel $(IMG)/linux-$*/vmlinuz $@

$(IMG)/disk.img: tests/image/mkdisk
	$(call say,DISK,$@)
	$(Q)mkdir -p $(IMG)
	$(Q)$< $@

$(IMG)/guest-%.cpio.gz: tests/image/mkinitramfs.py tests/image/guest-init \
		tests/image/guest-poweroff $(IMG)/linux-%/version
	$(call say,CPIO,$@)
	$(Q)$< --out $@ --busybox $(BUSYBOX) --init tests/image/guest-init \
		--file tests/image/guest-poweroff:/sbin/poweroff \
		--file tests/image/guest-poweroff:/sbin/reboot \
		--modules $(IMG)/linux-$*/modules $(GUEST_MODULES)

$(IMG)/dom0.cpio.gz: tests/image/mkinitramfs.py tests/image/dom0-init tests/image/services \
		tests/image/guest-poweroff tests/image/demo.cfg $(DOM0_PROGS) \
		$(B)/xenstore-lite/libxenstore.so.4 $(IMG)/linux-6.1/version $(IMG)/guest-6.1.cpio.gz $(IMG)/disk.img
	$(call say,CPIO,$@)
	$(Q)$< --out $@ --busybox $(BUSYBOX) --init tests/image/dom0-init \
		--library-path $(B)/xenstore-lite $(foreach p,$(DOM0_PROGS),--bin $(p):/usr/bin/$(notdir $(p))) \
		--bin /sbin/debugfs:/sbin/debugfs \
		--file tests/image/services:/etc/services \
		--file tests/image/guest-poweroff:/sbin/poweroff \
		--file tests/image/guest-poweroff:/sbin/reboot \
		--file $(IMG)/linux-6.1/vmlinuz:/demo/vmlinuz \
		--file $(IMG)/guest-6.1.cpio.gz:/demo/guest.cpio.gz \
		--file $(IMG)/disk.img:/demo/disk.img \
		--file tests/image/demo.cfg:/demo/demo.cfg \
		--modules $(IMG)/linux-6.1/modules $(DOM0_MODULES)

# What `xl` needs, to be laid over dom0.cpio.gz. That has our libxenstore.so.4 in Debian's place;
# Debian's lies in a folder of its own, for who asks for it.
XL_BIN  := usr/lib/xen-4.17/bin
XL_LIBS := usr/lib/x86_64-linux-gnu
$(IMG)/xl.cpio: tests/image/mkinitramfs.py $(DEBIAN)/packages $(B)/xenstore-lite/libxenstore.so.4
	$(call say,CPIO,$@)
	$(Q)$< --out $@ --plain --library-path $(B)/xenstore-lite:$(DEBIAN)/$(XL_LIBS):$(DEBIAN)/lib/x86_64-linux-gnu \
		$(foreach p,xl xenconsoled xenconsole xen-init-dom0,--bin $(DEBIAN)/$(XL_BIN)/$(p):/$(XL_BIN)/$(p)) \
		--bin $(DEBIAN)/usr/libexec/xen-qemu-system-i386:/usr/libexec/xen-qemu-system-i386 \
		--file /usr/share/qemu/keymaps/en-us:/usr/share/qemu/keymaps/en-us \
		--file $(DEBIAN)/etc/xen/xl.conf:/etc/xen/xl.conf \
		--file $(DEBIAN)/$(XL_LIBS)/libxenstore.so.4:/usr/lib/debian/libxenstore.so.4
