// SPDX-License-Identifier: GPL-2.0
/*
 * The least that a server can do: answers HTTP requests without reading them.
 *
 *   sink PORT STATUS-PORT LARGE
 *
 * A request ends with an empty line; "GET /l..." is answered with LARGE bytes,
 * everything else with a few, and "Connection: close" is kept. A request is
 * taken to come in one piece. On STATUS-PORT: how many requests there were, in
 * the third word of the third line, as nginx says it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STATUS = 1 << 30 };

static int listen_at(int port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 4096)) {
		perror("sink");
		exit(1);
	}
	return fd;
}

static void watch(int epoll, int fd, unsigned int tag)
{
	struct epoll_event event = {
		.events = EPOLLIN,
		.data.u32 = (unsigned int)fd | tag,
	};

	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static char *answer(size_t body, size_t *len)
{
	char *p = malloc(body + 256);
	int n;

	if (!p)
		exit(1);
	n = sprintf(p, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", body);
	memset(p + n, 'm', body);
	*len = (size_t)n + body;
	return p;
}

int main(int argc, char **argv)
{
	struct epoll_event events[64];
	size_t small_len, large_len, len;
	char *small, *large, buf[4096], text[128];
	unsigned long requests = 0;
	int epoll = epoll_create1(0), web, status, i, n, fd;
	ssize_t got;

	if (argc != 4)
		return 2;
	small = answer(15, &small_len);
	large = answer((size_t)atoi(argv[3]), &large_len);
	web = listen_at(atoi(argv[1]));
	status = listen_at(atoi(argv[2]));
	watch(epoll, web, 0);
	watch(epoll, status, 0);
	for (;;) {
		n = epoll_wait(epoll, events, 64, -1);
		for (i = 0; i < n; i++) {
			fd = (int)(events[i].data.u32 & ~STATUS);
			if (fd == web || fd == status) {
				int s = accept4(fd, NULL, NULL, SOCK_NONBLOCK);

				if (s >= 0)
					watch(epoll, s, fd == status ? STATUS :
								       0);
				continue;
			}
			got = recv(fd, buf, sizeof(buf) - 1, 0);
			if (got <= 0) {
				if (!got || errno != EAGAIN)
					close(fd);
				continue;
			}
			buf[got] = 0;
			if (events[i].data.u32 & STATUS) {
				len = (size_t)sprintf(text, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na\nb\n%lu %lu %lu\n",
						      requests, requests,
						      requests);
				send(fd, text, len, MSG_NOSIGNAL);
				close(fd);
				continue;
			}
			requests++;
			if (!strncmp(buf, "GET /l", 6))
				got = send(fd, large, large_len, MSG_NOSIGNAL);
			else
				got = send(fd, small, small_len, MSG_NOSIGNAL);
			if (strstr(buf, "onnection: close") ||
			    strstr(buf, "onnection:close"))
				close(fd);
		}
	}
}
