/* SPDX-License-Identifier: GPL-2.0-or-later */
/* port.c: ports of transport protocols, and where they are forwarded to. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "lib/value/port.h"

static const struct {
	const char *word;
	enum port_protocol bit;
} protocols[] = {
	{ "tcp", PORT_TCP },
	{ "udp", PORT_UDP },
	{ "sctp", PORT_SCTP },
};

static const char digits[] = "0123456789";

/* Reads a port's number, and moves on. */
static bool read_port(const char **text, uint16_t *port)
{
	size_t length = strspn(*text, digits);
	unsigned long number = length && length < 6 ? strtoul(*text, NULL, 10) : 0;

	if (number < 1 || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	*text += length;
	return true;
}

/* Reads PORT or PORT-PORT to the text's end. */
static int read_ports(const char *text, uint16_t *first, uint16_t *last, struct err *err)
{
	const char *rest = text;
	bool good = read_port(&rest, first);

	*last = *first;
	if (good && *rest == '-') {
		rest++;
		good = read_port(&rest, last);
	}
	if (!good || *rest)
		return err_set(err, EINVAL,
			       "\"%.40s\" is neither a port (1 to 65535) nor a range "
			       "such as 8000-8010",
			       text);
	if (*last < *first) {
		err_set(err, EINVAL, "the range %.40s ends before it begins", text);
		err_hint(err, "write %u-%u", *last, *first);
		return -EINVAL;
	}
	return 0;
}

static bool read_protocol(const char **text, unsigned *known)
{
	size_t length = strcspn(*text, ", :\t");

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (strlen(protocols[i].word) == length &&
		    strncmp(*text, protocols[i].word, length) == 0) {
			*known |= protocols[i].bit;
			*text += length;
			return true;
		}
	}
	return false;
}

int port_range_parse(const char *text, struct port_range *range, struct err *err)
{
	struct port_range read = { .protocols = 0 };
	const char *rest = text;
	bool good = read_protocol(&rest, &read.protocols);
	int result;

	while (good && *rest == ',') {
		rest++;
		good = read_protocol(&rest, &read.protocols);
	}
	if (good && strchr(" \t:", *rest) && *rest) {
		rest += *rest == ':' ? 1 : strspn(rest, " \t");
	} else {
		err_set(err, EINVAL, "\"%.80s\" is not a protocol and its ports", text);
		err_hint(err, "such as: tcp 2222, udp 6000-6010, tcp,udp 53");
		return -EINVAL;
	}
	result = read_ports(rest, &read.first, &read.last, err);
	if (!result)
		*range = read;
	return result;
}

void port_protocols_format(unsigned known, struct strbuf *out)
{
	const char *comma = "";

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (!(known & protocols[i].bit))
			continue;
		strbuf_addf(out, "%s%s", comma, protocols[i].word);
		comma = ",";
	}
}

static void add_ports(struct strbuf *out, uint16_t first, uint16_t last)
{
	strbuf_addf(out, "%u", first);
	if (last != first)
		strbuf_addf(out, "-%u", last);
}

void port_range_format(const struct port_range *range, struct strbuf *out)
{
	if (!range->protocols)
		return;
	port_protocols_format(range->protocols, out);
	strbuf_addc(out, ' ');
	add_ports(out, range->first, range->last);
}

static int refuse_target(const char *text, struct err *err)
{
	err_set(err, EINVAL, "\"%.80s\" is no place to forward to", text);
	err_hint(err, "such as: 10.10.20.5:22, [fd00::5]:22, web:22 for the guest web");
	return -EINVAL;
}

static bool is_guest_name(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_.";

	return *name && *name != '-' && strspn(name, letters) == strlen(name) &&
	       strspn(name, "0123456789.") != strlen(name);
}

/* Parts HOST from what stands behind its colon (NULL where there is none). False where it
 * does not fit. */
static bool part(const char *text, char *host, size_t size, const char **ports)
{
	const char *from = text + (*text == '[');
	size_t length = strcspn(from, *text == '[' ? "]" : ":");
	const char *end = from + length + (*text == '[' && from[length]);

	/* More than one colon and no bracket: an IPv6 address alone. */
	if (*text != '[' && from[length] && strchr(from + length + 1, ':')) {
		length = strlen(from);
		end = from + length;
	}
	*ports = *end == ':' ? end + 1 : NULL;
	if (length >= size || (*end && *end != ':') || (*text == '[' && !from[length]))
		return false;
	memcpy(host, from, length);
	host[length] = '\0';
	return true;
}

int port_target_parse(const char *text, struct port_target *target, struct err *err)
{
	struct port_target read = { .first = 0 };
	const char *ports;
	int result = 0;

	if (!part(text, read.name, sizeof(read.name), &ports))
		return refuse_target(text, err);
	if (ip_address_parse(read.name, &read.address, NULL) == 0)
		memset(read.name, 0, sizeof(read.name));
	else if (!is_guest_name(read.name))
		return refuse_target(text, err);
	if (ports)
		result = read_ports(ports, &read.first, &read.last, err);
	if (!result)
		*target = read;
	return result;
}

void port_target_format(const struct port_target *target, struct strbuf *out)
{
	bool brackets = target->address.family == AF_INET6 && target->first;

	strbuf_adds(out, brackets ? "[" : "");
	strbuf_adds(out, target->name);
	ip_address_format(&target->address, out);
	strbuf_adds(out, brackets ? "]" : "");
	if (target->first) {
		strbuf_addc(out, ':');
		add_ports(out, target->first, target->last);
	}
}
