/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcp.c: as much of DHCP (RFC 2131, options: RFC 2132) as one lease takes. */
#include "tests/vm/netguest/netguest.h"

enum {
	UDP = 17,
	UDP_AT = 20,
	BOOTP_AT = 28,
	OPTIONS_AT = 28 + 240,
	SERVER_PORT = 67,
	CLIENT_PORT = 68,
	REQUEST = 1,
	REPLY = 2,
	COOKIE = 0x63825363,
	NUMBER = 0x62656470,
	PACKET = 28 + 300,
};

enum {
	OPTION_MASK = 1,
	OPTION_ROUTER = 3,
	OPTION_ADDRESS = 50,
	OPTION_TIME = 51,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_END = 255,
};

/* The option's value, NULL for none. */
static const uint8_t *find(const struct packet *packet, uint8_t option)
{
	const uint8_t *at = packet->ip + OPTIONS_AT, *end = packet->ip + packet->length;

	while (at + 2 <= end && *at != OPTION_END) {
		if (!*at) {
			at++;
			continue;
		}
		if (at + 2 + at[1] > end)
			return NULL;
		if (*at == option)
			return at + 2;
		at += 2 + at[1];
	}
	return NULL;
}

static int type_of(const struct packet *packet, uint16_t port)
{
	const uint8_t *ip = packet->ip, *type;

	if (packet->length < OPTIONS_AT || ip[0] != 0x45 || ip[9] != UDP ||
	    get16(ip + UDP_AT + 2) != port || get32(ip + OPTIONS_AT - 4) != COOKIE)
		return 0;
	type = find(packet, OPTION_TYPE);
	return type ? *type : 0;
}

static uint8_t *add_type(uint8_t *at, uint8_t type)
{
	at[0] = OPTION_TYPE;
	at[1] = 1;
	at[2] = type;
	return at + 3;
}

static uint8_t *add(uint8_t *at, uint8_t option, uint32_t value)
{
	at[0] = option;
	at[1] = 4;
	put32(at + 2, value);
	return at + 6;
}

static void begin(uint8_t *ip, uint8_t kind, uint32_t number, const uint8_t *mac)
{
	uint8_t *bootp = ip + BOOTP_AT;

	memset(ip, 0, PACKET);
	bootp[0] = kind;
	bootp[1] = 1;
	bootp[2] = 6;
	put32(bootp + 4, number);
	put16(bootp + 10, 0x8000);
	memcpy(bootp + 28, mac, 6);
	put32(bootp + 236, COOKIE);
}

static void broadcast(struct port *port, uint8_t *ip, uint16_t from, uint16_t to)
{
	put16(ip + UDP_AT, from);
	put16(ip + UDP_AT + 2, to);
	put16(ip + UDP_AT + 4, PACKET - UDP_AT);
	ip_header(ip, UDP, port->address, EVERYBODY, PACKET - UDP_AT);
	ip_send(port, ip, PACKET, EVERYBODY);
}

bool dhcp_serve(const struct packet *packet)
{
	int type = type_of(packet, SERVER_PORT);
	uint8_t ip[PACKET], *at;

	if (type != DHCP_DISCOVER && type != DHCP_REQUEST)
		return false;
	begin(ip, REPLY, get32(packet->ip + BOOTP_AT + 4), packet->ip + BOOTP_AT + 28);
	put32(ip + BOOTP_AT + 16, LAN_LEASE);
	at = add_type(ip + OPTIONS_AT, type == DHCP_DISCOVER ? DHCP_OFFER : DHCP_ACK);
	at = add(at, OPTION_SERVER, packet->port->address);
	at = add(at, OPTION_TIME, 3600);
	at = add(at, OPTION_MASK, 0xffffff00);
	at = add(at, OPTION_ROUTER, packet->port->address);
	*at = OPTION_END;
	broadcast(packet->port, ip, SERVER_PORT, CLIENT_PORT);
	return true;
}

void dhcp_ask(struct port *port, uint32_t offer)
{
	uint8_t ip[PACKET], *at;

	begin(ip, REQUEST, NUMBER, card_mac(port->card));
	at = add_type(ip + OPTIONS_AT, offer ? DHCP_REQUEST : DHCP_DISCOVER);
	if (offer)
		at = add(at, OPTION_ADDRESS, offer);
	*at = OPTION_END;
	broadcast(port, ip, CLIENT_PORT, SERVER_PORT);
}

int dhcp_told(const struct packet *packet, uint32_t *address, uint32_t *router)
{
	int type = type_of(packet, CLIENT_PORT);
	const uint8_t *by = type ? find(packet, OPTION_ROUTER) : NULL;

	if (!by || get32(packet->ip + BOOTP_AT + 4) != NUMBER)
		return 0;
	*address = get32(packet->ip + BOOTP_AT + 16);
	*router = get32(by);
	return type;
}
