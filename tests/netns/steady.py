#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Clients that keep their connections: steady.py HOST PORT CONNECTIONS SECONDS INTERVAL /PATH/

Each connection asks for /PATH/C-N, N = 1, 2, ..., one request in INTERVAL seconds. All of them must be
answered 200 and no connection may end. SIGTERM ends it before its time. Prints "begun" when every connection has had an answer, at the
end the number of requests.
"""
import http.client
import signal
import sys
import threading
import time

host, port, conns, seconds, interval, path = sys.argv[1:]
end = time.monotonic() + float(seconds)
begun = threading.Semaphore(0)
done = []
wrong = []


def client(c):
    n = 0
    try:
        conn = http.client.HTTPConnection(host, int(port), timeout=120)
        conn.connect()
        sock = conn.sock
        while time.monotonic() < end or not n:
            n += 1
            conn.request('GET', '%s%d-%d' % (path, c, n))
            answer = conn.getresponse()
            answer.read()
            if answer.status != 200 or conn.sock is not sock:
                raise OSError('status %d, or another connection' % answer.status)
            if n == 1:
                begun.release()
            time.sleep(float(interval))
        conn.close()
    except (OSError, http.client.HTTPException) as e:
        wrong.append('connection %d, request %d: %r' % (c, n, e))
        begun.release()
    done.append(n)


def enough(*_):
    global end
    end = 0


signal.signal(signal.SIGTERM, enough)
threads = [threading.Thread(target=client, args=(c,)) for c in range(int(conns))]
for t in threads:
    t.start()
for t in threads:
    begun.acquire()
print('begun', flush=True)
for t in threads:
    t.join()
for w in wrong:
    print(w, file=sys.stderr)
print(sum(done))
sys.exit(1 if wrong else 0)
