#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A web server that leaves its clients: leaver.py PORT LOG ANSWERS fin|rst

Behind each ANSWERS answers on a connection it closes that, or resets it. Logs as nginx_up's does."""
import socket
import struct
import sys
import threading

port, log, answers, how = int(sys.argv[1]), open(sys.argv[2], 'a', buffering=1), int(sys.argv[3]), sys.argv[4]


def serve(s):
    conn = s.makefile('rwb')
    for n in range(answers):
        line = conn.readline().split()
        if len(line) < 2:
            break
        while conn.readline() not in (b'\r\n', b''):
            pass
        log.write('%s 200 %s - - 15\n' % (line[1].decode(), line[0].decode()))
        conn.write(b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n\r\na small answer\n')
        conn.flush()
    if how == 'rst':
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    conn.close()
    s.close()


def guarded(s):
    try:
        serve(s)
    except OSError:
        pass


with socket.create_server(('::', port), family=socket.AF_INET6, backlog=128, dualstack_ipv6=True) as listener:
    while True:
        threading.Thread(target=guarded, args=(listener.accept()[0],), daemon=True).start()
