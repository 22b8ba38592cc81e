#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A service manager's notification socket (sd_notify(3)) that prints what it is told, a line a datagram.

    manager.py PATH"""
import socket
import sys

s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('begun', flush=True)
while True:
    print(s.recv(4096).decode().strip().replace('\n', ' '), flush=True)
