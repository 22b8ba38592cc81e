#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A terminal with a program in it, for a shell script to look at.

    terminal.py DIRECTORY ROWS COLUMNS COMMAND...

DIRECTORY/screen is what it shows, a line a row, written anew with each change; DIRECTORY/pid is the program's. Lines
written to the FIFO DIRECTORY/keys are "type TEXT" or "size ROWS COLUMNS". TERM is xterm, or $TERMINAL. When the program
ends, DIRECTORY/end says by which exit code or signal, whether the terminal is as it was before ("same settings"), and
on which of its two screens ("first screen"), and this ends too. It understands what ncurses sends to an xterm, and
stops at anything else."""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios

SEQUENCE = re.compile(rb'\x1b(?:\[([?>]?)([0-9;]*)([@-~])|([()][A-Z0-9])|([=>78MDc]))|([\x00-\x1f\x7f])|([\x20-\x7e\x80-\xff]+)')


class Screen:
    def __init__(self, rows, cols):
        self.first = True
        self.size(rows, cols)

    def size(self, rows, cols):
        old = getattr(self, 'lines', [])
        self.rows, self.cols, self.y, self.x = rows, cols, 0, 0
        self.lines = [(old[y] if y < len(old) else [])[:cols] for y in range(rows)]
        for line in self.lines:
            line += [' '] * (cols - len(line))

    def write(self, text):
        for c in text.decode('latin-1'):
            if self.x >= self.cols:     # the next one wraps
                self.x = 0
                self.y = min(self.y + 1, self.rows - 1)
            self.lines[self.y][self.x] = c
            self.x += 1

    def control(self, c):
        if c == b'\r':
            self.x = 0
        elif c == b'\n':
            self.y = min(self.y + 1, self.rows - 1)
        elif c == b'\b':
            self.x = max(min(self.x, self.cols) - 1, 0)
        elif c == b'\t':
            self.x = min(self.x // 8 * 8 + 8, self.cols - 1)
        elif c not in (b'\0', b'\a', b'\x0e', b'\x0f'):
            raise SystemExit(f'unknown control character {c}')

    def clear(self, y, begin, end):
        self.lines[y][begin:end] = [' '] * (min(end, self.cols) - begin)

    def sequence(self, private, text, what):
        arg = [int(n or 0) for n in text.split(b';')] if text else []
        n = max(arg[0], 1) if arg else 1
        x = min(self.x, self.cols - 1)
        if private:
            if what in b'hl' and 1049 in arg:
                self.first = what == b'l'
            return
        if what == b'H':
            self.y = min(n, self.rows) - 1
            self.x = min(max(arg[1], 1), self.cols) - 1 if len(arg) > 1 else 0
        elif what == b'd':
            self.y = min(n, self.rows) - 1
        elif what == b'G':
            self.x = min(n, self.cols) - 1
        elif what == b'A':
            self.y = max(self.y - n, 0)
        elif what == b'B':
            self.y = min(self.y + n, self.rows - 1)
        elif what == b'C':
            self.x = min(x + n, self.cols - 1)
        elif what == b'D':
            self.x = max(x - n, 0)
        elif what == b'K':
            mode = arg[0] if arg else 0
            self.clear(self.y, 0 if mode else x, x + 1 if mode == 1 else self.cols)
        elif what == b'J':
            mode = arg[0] if arg else 0
            if mode == 0:
                self.clear(self.y, x, self.cols)
            for y in range(0 if mode else self.y + 1, self.y if mode == 1 else self.rows):
                self.clear(y, 0, self.cols)
        elif what == b'X':
            self.clear(self.y, x, x + n)
        elif what == b'b':
            self.write((self.lines[self.y][self.x - 1] * n).encode('latin-1'))
        elif what == b'P':
            self.lines[self.y][x:] = (self.lines[self.y][x + n:] + [' '] * n)[:self.cols - x]
        elif what == b'@':
            self.lines[self.y][x:] = ([' '] * n + self.lines[self.y][x:])[:self.cols - x]
        elif what not in b'mrtlh':
            raise SystemExit(f'unknown sequence {text} {what}')

    def feed(self, data):
        """Returns what is not a whole sequence yet."""
        at = 0
        while at < len(data):
            m = SEQUENCE.match(data, at)
            if not m:
                if len(data) - at > 32:
                    raise SystemExit(f'unknown sequence {data[at:at + 32]}')
                break
            at = m.end()
            if m[3]:
                self.sequence(m[1], m[2], m[3])
            elif m[6]:
                self.control(m[6])
            elif m[7]:
                self.write(m[7])
        return data[at:]

    def text(self):
        return ''.join(''.join(line).rstrip() + '\n' for line in self.lines)


def put(path, text):
    with open(path + '.new', 'w') as f:
        f.write(text)
    os.rename(path + '.new', path)


def set_size(fd, rows, cols):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0))


def main():
    where, rows, cols, command = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    os.mkdir(where)
    os.mkfifo(f'{where}/keys')
    keys = os.open(f'{where}/keys', os.O_RDWR)
    ready, go = os.pipe()
    pid, fd = pty.fork()
    if not pid:
        os.read(ready, 1)
        os.environ['TERM'] = os.environ.get('TERMINAL', 'xterm')
        os.execvp(command[0], command)
    set_size(fd, rows, cols)
    before = termios.tcgetattr(fd)
    screen, rest, typed = Screen(rows, cols), b'', b''
    put(f'{where}/pid', f'{pid}\n')
    os.write(go, b'.')
    while True:
        if fd in (readable := select.select([fd, keys], [], [])[0]):
            try:
                data = os.read(fd, 65536)
            except OSError:
                break
            rest = screen.feed(rest + data)
            put(f'{where}/screen', screen.text())
        if keys in readable:
            *lines, typed = (typed + os.read(keys, 4096)).split(b'\n')
            for line in lines:
                what, _, text = line.partition(b' ')
                if what == b'type':
                    os.write(fd, text)
                else:
                    rows, cols = map(int, text.split())
                    screen.size(rows, cols)
                    set_size(fd, rows, cols)
    status = os.waitpid(pid, 0)[1]
    end = f'exit {os.WEXITSTATUS(status)}\n' if os.WIFEXITED(status) else f'signal {os.WTERMSIG(status)}\n'
    end += 'same settings\n' if termios.tcgetattr(fd) == before else f'other settings {termios.tcgetattr(fd)} {before}\n'
    end += 'first screen\n' if screen.first else 'second screen\n'
    put(f'{where}/end', end)


main()
