#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write an initramfs: busybox, an init, programs with the libraries they need,
kernel modules in the order they load. The same input gives the same bytes."""
import argparse
import gzip
import os
import re
import subprocess
import sys

DIRS = ["bin", "dev", "etc", "lib", "lib64", "mnt", "proc", "root", "run", "sbin", "sys", "tmp",
        "usr", "usr/bin", "usr/sbin", "var", "var/log", "var/lib"]


class Tree:
    """Path -> (mode, bytes). Parents are made as needed."""

    def __init__(self):
        self.node = {}

    def directory(self, path):
        while path:
            self.node.setdefault(path, (0o040755, b""))
            path = os.path.dirname(path)

    def file(self, path, data, mode):
        self.directory(os.path.dirname(path))
        self.node[path] = (0o100000 | mode, data)

    def link(self, path, target):
        self.directory(os.path.dirname(path))
        self.node[path] = (0o120777, target.encode())

    def cpio(self):
        """The archive in the 'newc' format the kernel reads."""
        out = []

        def record(name, mode, data, ino):
            name = name.encode() + b"\0"
            head = "070701" + "%08x" * 13 % (
                ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
            for part in (head.encode() + name, data):
                out.append(part + b"\0" * (-len(part) % 4))

        for ino, (path, (mode, data)) in enumerate(sorted(self.node.items()), 1):
            record(path, mode, data, ino)
        record("TRAILER!!!", 0, b"", 0)
        return b"".join(out)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def libraries(path, env):
    """Paths of the shared libraries a program needs, as the dynamic linker finds them."""
    out = subprocess.run(["ldd", path], capture_output=True, text=True, env=env).stdout
    if "not found" in out:
        sys.exit("mkinitramfs: %s: a library is missing:\n%s" % (path, out))
    return re.findall(r"(?:=> )?(/\S+) \(0x", out)


def add_program(tree, src, dst, env):
    tree.file(dst.lstrip("/"), read(src), 0o755)
    for lib in libraries(src, env):
        # By the name it is asked for, in the linker's default path.
        where = "lib64" if "ld-linux" in lib else "lib/x86_64-linux-gnu"
        name = "%s/%s" % (where, os.path.basename(lib))
        if name not in tree.node:
            tree.file(name, read(os.path.realpath(lib)), 0o755)


def module_needs(path):
    m = re.search(rb"\0depends=([^\0]*)\0", b"\0" + read(path))
    return [n for n in m.group(1).decode().split(",") if n] if m else []


def add_modules(tree, directory, names):
    have = {}
    for top, _, files in os.walk(directory):
        for f in files:
            if f.endswith(".ko"):
                have[f[:-3].replace("-", "_")] = os.path.join(top, f)
    order = []

    def add(name):
        name = name.replace("-", "_")
        if name in order:
            return
        if name not in have:
            sys.exit("mkinitramfs: no module %s in %s" % (name, directory))
        for need in module_needs(have[name]):
            add(need)
        order.append(name)
        tree.file("lib/modules/%s.ko" % name, read(have[name]), 0o644)

    for name in names:
        add(name)
    tree.file("etc/modules", "".join("/lib/modules/%s.ko\n" % n for n in order).encode(), 0o644)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--out", required=True)
    p.add_argument("--busybox")
    p.add_argument("--init", help="becomes /init")
    p.add_argument("--bin", action="append", default=[], metavar="SRC:DST")
    p.add_argument("--file", action="append", default=[], metavar="SRC:DST")
    p.add_argument("--modules", nargs="*", default=[], metavar="DIR NAME",
                   help="directory, then module names")
    p.add_argument("--library-path", default="", help="where libraries are looked for first")
    p.add_argument("--plain", action="store_true", help="do not compress")
    a = p.parse_args()
    env = dict(os.environ, LD_LIBRARY_PATH=":".join(map(os.path.abspath, a.library_path.split(":"))))
    tree = Tree()
    if a.busybox:
        for d in DIRS:
            tree.directory(d)
        tree.file("bin/busybox", read(a.busybox), 0o755)
        tree.link("var/run", "/run")
        applets = subprocess.run([a.busybox, "--list"], capture_output=True, text=True, check=True)
        for name in applets.stdout.split():
            if name != "busybox":
                tree.link("bin/" + name, "busybox")
        tree.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
                  0o644)
        tree.file("etc/group", b"root:x:0:\nnogroup:x:65534:\n", 0o644)
    if a.init:
        tree.file("init", read(a.init), 0o755)
    for spec in a.bin:
        add_program(tree, *spec.split(":"), env)
    for spec in a.file:
        src, dst = spec.split(":")
        tree.file(dst.lstrip("/"), read(src), 0o755 if os.access(src, os.X_OK) else 0o644)
    if a.modules:
        add_modules(tree, a.modules[0], a.modules[1:])
    data = tree.cpio()
    if not a.plain:
        data = gzip.compress(data, 6, mtime=0)
    with open(a.out + ".new", "wb") as f:
        f.write(data)
    os.rename(a.out + ".new", a.out)


main()
