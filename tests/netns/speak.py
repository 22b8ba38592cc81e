#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""HTTP by MPTCP, which no client or server of Debian 12 speaks by itself.

    speak.py serve ADDR PORT LOG    a server that also speaks plain TCP; logs each URI
    speak.py get ADDR PORT COUNT    so many requests on each of two connections"""
import http.client
import http.server
import socket
import socketserver
import sys

MPTCP = 262


def family(addr):
    return socket.AF_INET6 if ':' in addr else socket.AF_INET


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def __init__(self, addr, port, handler):
        socketserver.BaseServer.__init__(self, (addr, port), handler)
        self.socket = socket.socket(family(addr), socket.SOCK_STREAM, MPTCP)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((addr, port))
        self.server_address = (addr, port)
        self.socket.listen(128)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        body = b'a small answer\n'
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        with open(sys.argv[4], 'a', encoding='ascii') as f:
            f.write(self.path + '\n')


def get(addr, port, count):
    for c in range(2):
        conn = http.client.HTTPConnection(addr, port)
        conn.sock = socket.socket(family(addr), socket.SOCK_STREAM, MPTCP)
        conn.sock.settimeout(60)
        conn.sock.connect((addr, port))
        for i in range(count):
            conn.request('GET', f'/s/mptcp-{c}-{i}')
            answer = conn.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f'{answer.status}')
        conn.close()
    print(f'{2 * count} requests were answered')


if sys.argv[1] == 'serve':
    Server(sys.argv[2], int(sys.argv[3]), Handler).serve_forever()
else:
    get(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
