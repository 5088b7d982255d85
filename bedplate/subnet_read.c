/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subnet_read.c: which IPv4 networks the host has to do with. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bedplate/subnet.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/networks.h"
#include "lib/text_match.h"

/* Each of them adds what it finds in a line; -ENOMEM. */
typedef int read_line(struct subnets *subnets, const char *line);

static int add(struct subnets *subnets, const uint8_t bytes[4], unsigned length)
{
	struct ip_prefix prefix = { { .family = AF_INET }, (uint8_t)length };

	memcpy(prefix.address.bytes, bytes, 4);
	return length ? subnets_add(subnets, &prefix) : 0;
}

/* An address as the kernel prints one in hexadecimal: as a number of this machine. */
static int add_word(struct subnets *subnets, unsigned word)
{
	uint32_t value = word;
	uint8_t bytes[4];

	memcpy(bytes, &value, sizeof(bytes));
	return value ? add(subnets, bytes, 32) : 0;
}

/* proc/net/route: the routers. The routes themselves are in fib_trie, those of all tables. */
static int read_route(struct subnets *subnets, const char *line)
{
	unsigned to, via, mask;
	uint32_t word;
	uint8_t bytes[4];
	int result;

	if (sscanf(line, "%*s %x %x %*x %*u %*u %*u %x", &to, &via, &mask) != 3)
		return 0;
	word = to;
	memcpy(bytes, &word, sizeof(bytes));
	result = add(subnets, bytes, (unsigned)__builtin_popcount(mask));
	return result ? result : add_word(subnets, via);
}

/* proc/net/tcp and tcp6: the other ends of connections that are established (01). */
static int read_peer(struct subnets *subnets, const char *line)
{
	unsigned words[4], state;

	if (sscanf(line, "%*u: %*8x:%*x %8x:%*x %x", &words[0], &state) == 2)
		return state == 1 ? add_word(subnets, words[0]) : 0;
	if (sscanf(line, "%*u: %*32[0-9A-F]:%*x %8x%8x%8x%8x:%*x %x", &words[0],
		   &words[1], &words[2], &words[3], &state) == 5 &&
	    !words[0] && !words[1] && words[2] == htonl(0xffff) && state == 1)
		return add_word(subnets, words[3]);
	return 0;
}

static int read_server(struct subnets *subnets, const char *line)
{
	char text[INET_ADDRSTRLEN];
	uint8_t bytes[4];

	if (sscanf(line, " nameserver %15[0-9.]", text) != 1 ||
	    inet_pton(AF_INET, text, bytes) != 1)
		return 0;
	return add(subnets, bytes, 32);
}

static const struct {
	const char *path;
	read_line *read;
} sources[] = {
	{ "proc/net/route", read_route },
	{ "proc/net/tcp", read_peer },
	{ "proc/net/tcp6", read_peer },
	{ "etc/resolv.conf", read_server },
	{ "run/systemd/resolve/resolv.conf", read_server },
};

/* proc/net/fib_trie: "|-- ADDRESS", and below it a line "/LENGTH scope TYPE" for each route. */
static int read_tries(struct subnets *subnets, const char *line)
{
	char text[INET_ADDRSTRLEN] = "";
	uint8_t bytes[4];
	unsigned length;
	int result = 0;

	for (; *line && !result; line = text_next_line(line)) {
		if (sscanf(line, " |-- %15[0-9.]", text) == 1)
			continue;
		if (sscanf(line, " /%u", &length) == 1 && length <= 32 &&
		    inet_pton(AF_INET, text, bytes) == 1)
			result = add(subnets, bytes, length);
	}
	return result;
}

static int read_lines(struct subnets *subnets, int root_fd, const char *path,
		      read_line *read, bool whole)
{
	_cleanup_strbuf_ struct strbuf text;
	int result = 0;

	strbuf_init(&text, 0);
	if (file_read(root_fd, path, &text, NULL) < 0)
		return 0;
	if (whole)
		return read(subnets, text.text);
	for (const char *line = text.text; *line && !result; line = text_next_line(line))
		result = read(subnets, line);
	return result;
}

/* Those that are configured may be down just now. Files with mistakes are host-prep's to tell of. */
static int read_networks(struct subnets *subnets, int root_fd)
{
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	int result = 0;

	networks_read(&networks, root_fd, NULL);
	for (size_t i = 0; i < networks.count && !result; i++) {
		const struct network_conf *data = networks.items[i].data;

		for (size_t j = 0; data && j < data->address.count && !result; j++)
			result = subnets_add(subnets, &data->address.items[j].address);
	}
	return result;
}

int subnets_read(struct subnets *subnets, int root_fd, struct err *err)
{
	int result = read_lines(subnets, root_fd, "proc/net/fib_trie", read_tries, true);

	for (size_t i = 0; !result && i < ARRAY_SIZE(sources); i++)
		result = read_lines(subnets, root_fd, sources[i].path, sources[i].read,
				    false);
	if (!result)
		result = read_networks(subnets, root_fd);
	return result ? err_sys(err, -result, "reading the networks") : 0;
}
