#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""programs.py DIR: daemon, library and command line as a user has them, kills included."""
import ctypes
import errno
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

bin_dir = os.path.abspath(sys.argv[1])
kills = int(os.environ.get("STORE_KILLS", "40"))
run = tempfile.mkdtemp(prefix="store-test.")
os.environ["XENSTORED_RUNDIR"] = run
passed = failed = 0
started = []


def check(what, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAILED: %s %s" % (what, detail))


def cli(*args, rc=0):
    r = subprocess.run([bin_dir + "/xenstore", *args], capture_output=True, text=True, timeout=20)
    if rc is not None and r.returncode != rc:
        check("xenstore " + " ".join(args), False, "status %d: %s" % (r.returncode, r.stderr))
    return r.stdout


class Client:
    """The wire protocol over a socket, without the library."""

    def __init__(self, accepted=None):
        self.s = accepted or socket.socket(socket.AF_UNIX)
        if not accepted:
            self.s.connect(run + "/socket")
        self.s.settimeout(10)

    def send(self, kind, tx, data):
        self.s.sendall(struct.pack("<IIII", kind, 7, tx, len(data)) + data)

    def take(self, n):
        b = b""
        while len(b) < n:
            d = self.s.recv(n - len(b))
            if not d:
                raise EOFError
            b += d
        return b

    def recv(self):
        kind, _, _, n = struct.unpack("<IIII", self.take(16))
        return kind, self.take(n)

    def ask(self, kind, tx, data):
        self.send(kind, tx, data)
        return self.recv()


def start(*options):
    p = subprocess.Popen([bin_dir + "/xenstored", "-N", "-D", "-F", run + "/pid", *options],
                         stderr=subprocess.DEVNULL)
    started.append(p.pid)
    for _ in range(200):
        if os.path.exists(run + "/pid"):
            break
        time.sleep(0.02)
    return p


def children(pid):
    try:
        return [int(x) for x in open("/proc/%d/task/%d/children" % (pid, pid)).read().split()]
    except FileNotFoundError:
        return []


def keeper():
    while True:
        pid = open(run + "/pid").read()
        # It may just be being written.
        if pid.endswith("\n"):
            return int(pid)
        time.sleep(0.01)


def command_line():
    cli("write", "/t/a", "one", "/t/b", "two words")
    check("read", cli("read", "/t/a", "/t/b") == "one\ntwo words\n")
    check("read -p", cli("read", "-p", "/t/a") == "/t/a: one\n")
    check("list", cli("list", "/t") == "a\nb\n")
    check("list -p", cli("list", "-p", "/t") == "/t/a\n/t/b\n")
    cli("chmod", "/t/a", "n3", "r4")
    check("ls -p", cli("ls", "-p", "/t") == 'a = "one"   (n3,r4)\nb = "two words"   (n0)\n')
    check("ls -f", '/t/a = "one"\n' in cli("ls", "-f"))
    tree = json.loads(cli("--json", "ls", "-p"))
    check("ls --json", tree["t"]["children"]["a"] == {"value": "one", "perms": ["n3", "r4"], "children": {}})
    check("read --json", json.loads(cli("--json", "read", "/t/a")) == {"/t/a": "one"})
    check("list --json", json.loads(cli("--json", "list", "/t")) == {"/t": ["a", "b"]})
    cli("exists", "/t/a")
    cli("exists", "/t/none", rc=1)
    cli("read", "/t/none", rc=1)
    cli("write", "/t/a", rc=1)
    cli("nonsense", rc=1)
    cli("write", "/t/x/y/z", "1")
    cli("rm", "-t", "/t/x/y/z")
    check("rm -t", cli("list", "/t") == "a\nb\n")
    cli("write", "/t/odd", 'quote " and \\ and \t')
    check("escapes", json.loads(cli("--json", "read", "/t/odd"))["/t/odd"] == 'quote " and \\ and \t')
    w = subprocess.Popen([bin_dir + "/xenstore", "watch", "-n", "2", "/t/w"], stdout=subprocess.PIPE, text=True)
    time.sleep(0.2)
    cli("write", "/t/w/x", "1")
    check("watch", w.communicate(timeout=10)[0] == "/t/w\n/t/w/x\n")
    os.symlink(bin_dir + "/xenstore", run + "/xenstore-read")
    r = subprocess.run([run + "/xenstore-read", "/t/a"], capture_output=True, text=True)
    check("by its old name", r.stdout == "one\n", r.stderr)
    one = subprocess.Popen([bin_dir + "/xenstore", "--json", "watch", "-n", "1", "/t/w"], stdout=subprocess.PIPE)
    check("watch --json", json.loads(one.communicate(timeout=10)[0]) == {"path": "/t/w", "token": "/t/w"})
    check("control --json", json.loads(cli("--json", "control", "help")) == cli("control", "help"))
    cli("control", "quota", "set", "nodes", "999")
    check("control with arguments", "nodes             : 999\n" in cli("control", "quota"))
    cli("control", "quota", "set", "nodes", "1000")
    cli("control", "print", "x" * 4096, rc=1)
    check("read --json of none", cli("--json", "read", "/t/a", "/t/none", rc=1) == '{"/t/a": "one", ')
    cli("chmod", "/t/a", "n3", "x4", rc=1)
    cli("chmod", "-r", "-u", "/t/w", "n5")
    check("chmod -r -u", [json.loads(cli("--json", "ls", "-p", path))[name]["perms"] for path, name in
                          (("/t/w", "x"), ("/t", "w"), ("/", "t"), ("/t", "b"))] == [["n5"]] * 3 + [["n0"]])
    cli("rm", "/t")


class FakeStore(threading.Thread):
    """A daemon that says what a test wants it to: script(client) for each connection."""

    def __init__(self, script):
        super().__init__(daemon=True)
        self.path = tempfile.mktemp(dir=run)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self.script = script
        self.start()

    def run(self):
        while True:
            c = Client(self.listener.accept()[0])
            try:
                self.script(c)
            except (EOFError, OSError):
                pass
            c.s.close()


def retried():
    """The command line's work on a conflict: all of it again, as it was asked for, and told once."""
    asked, refusals = [], []

    def script(c):
        while True:
            kind, body = c.recv()
            asked.append((kind, body))
            if body == b"T\0" and refusals:
                c.send(16, 0, refusals.pop())
            else:
                c.send(kind, 0, {6: b"5\0", 1: b"", 2: b"" if body == b"/a/b\0" else b"v"}.get(kind, b"OK\0"))

    def conflict(*args):
        del asked[:]
        refusals.append(b"EAGAIN\0")
        return cli(*args)

    os.environ["XENSTORED_PATH"] = FakeStore(script).path
    conflict("rm", "-t", "/a/b/c", "/x")
    once = [(6, b"\0"), (2, b"/a/b/c\0"), (13, b"/a/b/c\0"), (2, b"/a/b\0"), (1, b"/a/b\0"), (13, b"/a/b\0"),
            (2, b"/a\0"), (1, b"/a\0"), (2, b"/x\0"), (13, b"/x\0"), (7, b"T\0")]
    check("rm -t after a conflict", asked == once * 2, asked)
    conflict("chmod", "-u", "/a/b", "n1", "r2")
    once = [(6, b"\0"), (14, b"/a/b\0n1\0r2\0"), (14, b"/a\0n1\0r2\0"), (7, b"T\0")]
    check("chmod -u after a conflict", asked == once * 2, asked)
    check("read in spite of a conflict", conflict("read", "/a", "/c") == "v\nv\n")
    del os.environ["XENSTORED_PATH"]


def library_input():
    """What the library makes of messages in pieces, in heaps, late, and wrong."""
    lib = ctypes.CDLL(bin_dir + "/libxenstore.so.4", use_errno=True)
    for name, result in (("xs_open", ctypes.c_void_p), ("xs_check_watch", ctypes.POINTER(ctypes.c_char_p)),
                         ("xs_read_watch", ctypes.POINTER(ctypes.c_char_p)), ("xs_read", ctypes.c_char_p),
                         ("xs_directory", ctypes.POINTER(ctypes.c_char_p)), ("xs_watch", ctypes.c_bool)):
        getattr(lib, name).restype = result
    num, go = ctypes.c_uint(), threading.Semaphore(0)

    def message(kind, body):
        return struct.pack("<IIII", kind, 7, 0, len(body)) + body

    def opened(script, flags=1 << 16):
        os.environ["XENSTORED_PATH"] = FakeStore(script).path
        return ctypes.c_void_p(lib.xs_open(ctypes.c_ulong(flags)))

    def event(e):
        return e and (e[0], e[1])

    def in_pieces(c):
        c.recv()
        for b in message(2, b"slow"):
            c.s.sendall(bytes([b]))
            time.sleep(0.001)
        c.recv()
        half = message(15, b"/late\0t\0")
        c.s.sendall(message(15, b"/1\0t\0") * 300 + message(2, b"heap") + half[:20])
        go.acquire()
        c.s.sendall(half[20:])
        go.acquire()
        c.s.sendall(struct.pack("<IIII", 2, 7, 0, 4097))
        go.acquire()

    h = opened(in_pieces)
    check("a reply in pieces", lib.xs_read(h, 0, b"/a", None) == b"slow")
    check("a reply behind events", lib.xs_read(h, 0, b"/a", None) == b"heap")
    check("the events", all(event(lib.xs_check_watch(h)) == (b"/1", b"t") for _ in range(300)))
    check("half an event", not lib.xs_check_watch(h) and ctypes.get_errno() == errno.EAGAIN)
    go.release()
    check("the other half", event(lib.xs_read_watch(h, ctypes.byref(num))) == (b"/late", b"t") and num.value == 2)
    go.release()
    check("too long a message", not lib.xs_read_watch(h, ctypes.byref(num)) and ctypes.get_errno() == errno.EINVAL)
    check("no more of that connection", not lib.xs_check_watch(h) and ctypes.get_errno() == errno.EINVAL)
    go.release()
    lib.xs_close(h)

    def closed(c):
        c.recv()
        c.send(4, 0, b"OK\0")
        go.acquire()

    h = opened(closed, 0)
    check("a watch", lib.xs_watch(h, b"/a", b"t"))
    go.release()
    check("an end while it waits", not lib.xs_read_watch(h, ctypes.byref(num)) and ctypes.get_errno() == errno.EBADF)
    check("a request after the end", lib.xs_read(h, 0, b"/a", None) is None and ctypes.get_errno() != 0)
    lib.xs_close(h)

    parts = [b"E2BIG\0", b"1\0a\0b\0", b"2\0d\0\0", b"2\0c\0", b"2\0d\0\0", b"E2BIG\0", b"3\0"]
    offsets = []

    def listing(c):
        for body in parts:
            offsets.append(c.recv()[1].split(b"\0")[1])
            c.send(16 if body == b"E2BIG\0" else 22, 0, body)

    h = opened(listing)
    names = lib.xs_directory(h, 0, b"/d", ctypes.byref(num))
    check("a list that changes under the reader", names and names[:num.value] == [b"c", b"d"])
    check("a list without an end", not lib.xs_directory(h, 0, b"/d", ctypes.byref(num)) and
          ctypes.get_errno() == errno.EIO)
    check("where its parts were asked for", offsets == [b"", b"0", b"4", b"0", b"2", b"", b"0"], offsets)
    lib.xs_close(h)
    del os.environ["XENSTORED_PATH"]


def symbols(path):
    out = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    return {line.split()[2] for line in out.splitlines() if line.split()[1] == "T"}


def library():
    own = {"LD_LIBRARY_PATH": bin_dir}
    installed = subprocess.run(["ldd", os.environ["XS_TEST"]], capture_output=True, text=True).stdout
    installed = installed.split("libxenstore.so.4 => ")[1].split()[0]
    theirs, ours = symbols(installed), symbols(bin_dir + "/libxenstore.so.4")
    check("every symbol of the installed library, with its version", theirs <= ours, str(theirs - ours))
    check("no other symbol", ours <= theirs, str(ours - theirs))
    for name, env in ("ours", own), ("the installed", {}):
        r = subprocess.run([os.environ["XS_TEST"]], capture_output=True, text=True, timeout=60, env={**os.environ, **env})
        check("calls of %s library" % name, r.returncode == 0, r.stdout + r.stderr)


def accounts():
    """What each domain uses, as the daemon has it; its nodes are counted here."""
    nodes = {"0": 1}

    def count(below):
        for node in below.values():
            owner = node["perms"][0][1:]
            nodes[owner] = nodes.get(owner, 0) + 1
            count(node["children"])

    count(json.loads(cli("--json", "ls", "-p")))
    used = {}
    for line in cli("control", "domains").splitlines():
        domid, _, *pairs = line.split()
        used[domid] = dict(zip(pairs[::2], map(int, pairs[1::2])))
        check("nodes of domain " + domid, used[domid]["nodes"] == nodes.get(domid, 0), line)
    return used


def hostile():
    """Whatever comes over one socket, another client and the daemon go on."""
    rnd = random.Random(1)
    good = Client()
    good.ask(11, 0, b"/h\0ok")
    before = accounts()
    worker = children(keeper())[0]
    time.sleep(0.2)
    descriptors = len(os.listdir("/proc/%d/fd" % worker))
    os.kill(worker, signal.SIGSTOP)
    for _ in range(9):
        c = Client()
        c.s.sendall(b"cut off")
        c.s.close()
    os.kill(worker, signal.SIGCONT)
    good.ask(2, 0, b"/h\0")
    time.sleep(0.2)
    check("an end that comes with input", len(os.listdir("/proc/%d/fd" % worker)) <= descriptors)
    for i in range(300):
        c = Client()
        try:
            if i % 3 == 0:
                c.s.sendall(rnd.randbytes(rnd.randrange(1, 5000)))
            elif i % 3 == 1:
                c.send(rnd.randrange(25), rnd.randrange(3), rnd.randbytes(rnd.randrange(60)))
                c.s.sendall(struct.pack("<IIII", 2, 0, 0, rnd.choice([4097, 1 << 31, 0xffffffff])))
            else:
                c.s.sendall(struct.pack("<IIII", 2, 0, 0, 100) + b"cut off")
        except OSError:
            pass
        c.s.close()
    check("another client after hostile ones", good.ask(2, 0, b"/h\0") == (2, b"ok"))
    time.sleep(0.2)
    check("accounts", accounts() == before, before)


def kill_loop():
    """Kill the worker at random times under load: what was acknowledged is there."""
    at_first = accounts()
    idle = Client()
    idle.ask(4, 0, b"/idle\0tok\0")
    idle.recv()
    tx = idle.ask(6, 0, b"\0")[1].rstrip(b"\0")
    idle.ask(11, int(tx), b"/from-txn\0yes")
    acked, lost, stop = {}, [0], []

    def writer(n):
        i = 0
        while not stop:
            try:
                c = Client()
                while not stop:
                    i += 1
                    if i % 5:
                        ok = c.ask(11, 0, b"/k/%d\0%d" % (n, i))[0] == 11
                    else:
                        t = int(c.ask(6, 0, b"\0")[1].rstrip(b"\0"))
                        c.ask(11, t, b"/k/%d\0%d" % (n, i))
                        ok = c.ask(7, t, b"T\0")[0] == 7
                    if ok:
                        acked[n] = i
            except (EOFError, OSError):
                lost[0] += 1
                time.sleep(0.01)

    threads = [threading.Thread(target=writer, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    rnd = random.Random(2)
    seen = {}
    for i in range(kills):
        time.sleep(rnd.random() * 0.08)
        before = dict(acked)
        if i % 8 == 7:
            cli("control", "live-restart", rc=None)
        else:
            for pid in children(keeper()):
                os.kill(pid, signal.SIGKILL)
        c = Client()
        for n, v in before.items():
            got = int(c.ask(2, 0, b"/k/%d\0" % n)[1])
            check("kill %d: acknowledged write" % i, got >= v, "%d < %d" % (got, v))
            check("kill %d: nothing goes back" % i, got >= seen.get(n, 0))
            seen[n] = got
        c.ask(11, 0, b"/idle\0%d" % i)
        check("kill %d: idle connection and its watch" % i, idle.recv() == (15, b"/idle\0tok\0"))
    stop.append(True)
    for t in threads:
        t.join()
    check("open transaction", idle.ask(7, int(tx), b"T\0") == (7, b"OK\0"))
    check("its write", cli("read", "/from-txn") == "yes\n")
    idle.s.close()
    cli("rm", "/k", "/idle", "/from-txn")
    time.sleep(0.2)
    check("accounts", accounts() == at_first, at_first)
    print("%d kills, %d connections lost in mid-request, %d writes" % (kills, lost[0], sum(acked.values())))


def processes():
    """Kill the keeper; then both at once; then end in order."""
    idle = Client()
    idle.ask(4, 0, b"/p\0tok\0")
    idle.recv()
    old = keeper()
    os.kill(old, signal.SIGKILL)
    for _ in range(200):
        if keeper() != old:
            break
        time.sleep(0.02)
    check("a new keeper", keeper() != old)
    started.append(keeper())
    cli("write", "/p", "1")
    check("watch after the keeper's end", idle.recv() == (15, b"/p\0tok\0"))
    half = Client()
    half.s.sendall(struct.pack("<IIII", 2, 7, 0, 3) + b"/")
    time.sleep(0.1)
    cli("control", "live-restart", rc=None)
    half.s.sendall(b"p\0")
    check("half a message over a live restart", half.recv() == (2, b"1"))
    half.s.close()
    r = subprocess.run([bin_dir + "/xenstored", "-N", "-D"], capture_output=True, text=True, timeout=10)
    check("a second daemon is refused", r.returncode == 1 and "another daemon" in r.stderr, r.stderr)
    holders = [int(p) for p in os.listdir("/proc") if p.isdigit() and holds_lock(p)]
    for pid in holders:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    os.unlink(run + "/pid")
    p = start()
    check("after all were killed", cli("read", "/p") == "1\n")
    p.terminate()
    check("SIGTERM", p.wait(timeout=10) == 0)
    p = start("-Q", "nodes=77")
    check("after SIGTERM", cli("read", "/p") == "1\n")
    check("a limit given at the start", "nodes             : 77\n" in cli("control", "quota"))
    cli("control", "quota", "set", "nodes", "78")
    cli("control", "live-restart", rc=None)
    check("a limit set since", "nodes             : 78\n" in cli("control", "quota"))
    accounts()
    p.terminate()
    p.wait(timeout=10)
    with open(run + "/log", "r+b") as f:
        f.seek(65536 + 40)
        f.write(b"\xff" * 2000)
    p = start()
    check("a damaged log", cli("list", "/") == "tool\n" and os.path.exists(run + "/log.bad"))
    p.terminate()
    p.wait(timeout=10)
    r = subprocess.run([bin_dir + "/xenstored", "-D", "-P"], capture_output=True, text=True, timeout=10)
    started.append(int(r.stdout))
    check("in the background", cli("list", "/") == "tool\n")
    os.kill(int(r.stdout), signal.SIGTERM)
    for option in ("-x", "x", "-Qnodes", "-Qnodes=x", "-Qfish=1", "-F"):
        r = subprocess.run([bin_dir + "/xenstored", option], capture_output=True, text=True, timeout=10)
        check("option " + option, r.returncode == 1 and "xenstored --help" in r.stderr, r.stderr)
    for option in ("-h", "--help"):
        r = subprocess.run([bin_dir + "/xenstored", option], capture_output=True, text=True, timeout=10)
        check("option " + option, r.returncode == 0 and "--pid-file=FILE" in r.stdout, r.stdout)


def holds_lock(pid):
    try:
        return any(os.readlink("/proc/%s/fd/%s" % (pid, f)) == run + "/lock" for f in os.listdir("/proc/%s/fd" % pid))
    except OSError:
        return False


start()
try:
    command_line()
    retried()
    library()
    library_input()
    hostile()
    kill_loop()
    processes()
finally:
    for p in os.listdir("/proc"):
        if p.isdigit() and holds_lock(p):
            os.kill(int(p), signal.SIGKILL)
    shutil.rmtree(run)
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed != 0)
