# SPDX-License-Identifier: BSD-2-Clause
"""One emulated machine: a hypervisor, Debian's kernel as service domain, its
serial console to read from and type into."""
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("BUILD", "build")
IMAGES = os.path.join(BUILD, "image")


class Failure(Exception):
    """The machine did not do what was expected; the text says what."""


def hypervisor(name):
    """Path, processor model and options for HV=name: a file, or 'xen' for Debian's."""
    if name == "xen":
        # Xen 4.17 dies under this emulator when it finds SMAP, and loses vector registers of the
        # service domain's processes when it switches them lazily.
        return os.path.join(IMAGES, "xen"), "max,-smap", "spec-ctrl=eager-fpu"
    return name, "max", ""


def add_job(initrd, out, files, archives=()):
    """Append archives, and files {path in dom0: path here} as one more, to an initramfs."""
    tmp = out + ".job"
    args = ["tests/image/mkinitramfs.py", "--plain", "--out", tmp]
    for dst, src in files.items():
        args += ["--file", "%s:%s" % (src, dst)]
    subprocess.run(args, check=True)
    with open(out, "wb") as f:
        for path in [initrd, *archives, tmp]:
            # Archives start on a multiple of four bytes.
            f.write(b"\0" * (-f.tell() % 4))
            with open(path, "rb") as part:
                shutil.copyfileobj(part, f)
    os.unlink(tmp)


class Machine:
    """Started by the constructor; use as a context manager."""

    def __init__(self, hv, job=None, archives=(), memory="2G", cpus=2, dom0_mem="1G", dom0_cpus=2,
                 interactive=False, log=None, echo=True, hv_args="", dom0_args=""):
        self.dir = tempfile.mkdtemp(prefix="pavise-boot.")
        image, cpu, options = hypervisor(hv)
        if not os.path.exists(image):
            raise Failure("no hypervisor image %s; `make %s` builds it, HV=xen takes Debian's"
                          % (image, image))
        initrd = os.path.join(IMAGES, "dom0.cpio.gz")
        if job:
            initrd = os.path.join(self.dir, "initrd")
            add_job(os.path.join(IMAGES, "dom0.cpio.gz"), initrd, job, archives)
        dom0 = "console=hvc0 earlyprintk=xen loglevel=%d panic=-1 %s" % (
            4 if interactive else 5, dom0_args)
        args = os.environ.get("QEMU", "qemu-system-x86_64").split() + [
            "-machine", "q35,accel=tcg", "-cpu", os.environ.get("CPU", cpu), "-m", memory,
            "-smp", str(cpus), "-display", "none", "-nodefaults", "-no-reboot",
            "-kernel", image, "-append",
            "console=com1 com1=115200,8n1 dom0_mem=%s,max:%s dom0_max_vcpus=%d loglvl=info "
            "noreboot %s %s" % (dom0_mem, dom0_mem, dom0_cpus, options, hv_args),
            "-initrd", "%s %s,%s" % (os.path.join(IMAGES, "vmlinux-6.1"),
                                     dom0.replace(",", ",,"), initrd)]
        self.text = ""
        self.seen = 0
        self.echo = echo
        self.log = open(log, "w", encoding="utf-8") if log else None
        self.start = time.monotonic()
        if interactive:
            args += ["-chardev", "stdio,id=com1,signal=off", "-serial", "chardev:com1"]
            self.proc = subprocess.Popen(args)
        else:
            args += ["-serial", "stdio"]
            self.proc = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()
        if self.log:
            self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def _more(self, timeout):
        """Read what there is within timeout; False at the end of the machine."""
        ready, _, _ = select.select([self.proc.stdout], [], [], timeout)
        if not ready:
            return True
        data = os.read(self.proc.stdout.fileno(), 65536)
        if not data:
            return False
        text = data.decode("utf-8", "replace").replace("\r", "")
        self.text += text
        if self.log:
            self.log.write(text)
            self.log.flush()
        if self.echo:
            sys.stdout.write(text)
            sys.stdout.flush()
        return True

    def expect(self, pattern, timeout=120):
        """Wait for a regular expression behind what was expected before."""
        end = time.monotonic() + timeout
        regex = re.compile(pattern, re.M)
        alive = True
        while True:
            m = regex.search(self.text, self.seen)
            if m:
                self.seen = m.end()
                return m
            if not alive:
                raise Failure("the machine ended before it printed '%s'" % pattern)
            if time.monotonic() > end:
                raise Failure("no '%s' within %d seconds" % (pattern, timeout))
            alive = self._more(min(1.0, max(0.0, end - time.monotonic())))

    def services(self, timeout=180):
        """Wait until the daemons of the service domain have started."""
        if self.expect(r"^SERVICES-(UP|FAILED)", timeout).group(1) != "UP":
            raise Failure("the daemons of the service domain did not start")

    def type(self, line):
        # Slowly: an emulated UART has 16 bytes of room and no flow control.
        for i in range(0, len(line) + 1, 8):
            self.proc.stdin.write((line + "\n")[i:i + 8].encode())
            self.proc.stdin.flush()
            time.sleep(0.05)

    def ends(self, timeout=60):
        """Wait until the machine has powered itself off."""
        end = time.monotonic() + timeout
        while self._more(0.5):
            if time.monotonic() > end:
                raise Failure("the machine did not power off within %d seconds" % timeout)
        if self.proc.wait() != 0:
            raise Failure("the emulator ended with status %d" % self.proc.returncode)
