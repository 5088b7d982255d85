/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcp_packet.c: writes and reads DHCP's packets. */
#include <string.h>

#include "host-prep/dhcp_packet.h"

/* Where things are, from the beginning of each header. */
enum {
	IP_SIZE = 20,
	IP_LENGTH = 2,
	IP_FRAGMENT = 6,
	IP_TTL = 8,
	IP_PROTOCOL = 9,
	IP_CHECKSUM = 10,
	IP_FROM = 12,
	IP_TO = 16,
	UDP_SIZE = 8,
	UDP_TO = 2,
	UDP_LENGTH = 4,
	XID = 4,
	FLAGS = 10,
	CHADDR = 28,
	COOKIE = 236,
	OPTIONS = 240,
	PROTOCOL_UDP = 17,
	FRAGMENT_BITS = 0x3fff, /* more of them, and the offset */
};
enum { OP_REQUEST = 1, OP_REPLY = 2, ETHERNET = 1, MAC_SIZE = 6 };
enum { TYPE_DISCOVER = 1, TYPE_OFFER = 2 };
enum { OPTION_PAD = 0, OPTION_TYPE = 53, OPTION_SERVER = 54, OPTION_END = 255 };

static const uint8_t cookie[] = { 99, 130, 83, 99 };

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static unsigned ip_checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < IP_SIZE; i += 2)
		sum += get16(header + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* Without a checksum of UDP's, which IPv4 allows. */
static void write_headers(uint8_t *packet)
{
	uint8_t *udp = packet + IP_SIZE;

	packet[0] = 0x45;
	put16(packet + IP_LENGTH, DHCP_PACKET_SIZE);
	packet[IP_TTL] = 64;
	packet[IP_PROTOCOL] = PROTOCOL_UDP;
	memset(packet + IP_TO, 0xff, 4);
	put16(packet + IP_CHECKSUM, ip_checksum(packet));
	put16(udp, DHCP_PORT_CLIENT);
	put16(udp + UDP_TO, DHCP_PORT_SERVER);
	put16(udp + UDP_LENGTH, DHCP_PACKET_SIZE - IP_SIZE);
}

void dhcp_discover_write(uint8_t packet[DHCP_PACKET_SIZE], uint32_t xid,
			 const uint8_t mac[6])
{
	static const uint8_t options[] = { OPTION_TYPE, 1, TYPE_DISCOVER, OPTION_END };
	uint8_t *body = packet + IP_SIZE + UDP_SIZE;

	memset(packet, 0, DHCP_PACKET_SIZE);
	write_headers(packet);
	body[0] = OP_REQUEST;
	body[1] = ETHERNET;
	body[2] = MAC_SIZE;
	put16(body + XID, xid >> 16);
	put16(body + XID + 2, xid & 0xffff);
	body[FLAGS] = 0x80;
	memcpy(body + CHADDR, mac, MAC_SIZE);
	memcpy(body + COOKIE, cookie, sizeof(cookie));
	memcpy(body + OPTIONS, options, sizeof(options));
}

/* ---- answers ---- */

/* The message within the packet; NULL: it is no server's. */
static const uint8_t *find_message(const uint8_t *packet, size_t size, size_t *length)
{
	size_t header = size ? (size_t)(packet[0] & 15) * 4 : 0, whole;
	const uint8_t *udp = packet + header;

	if (header < IP_SIZE || size < header + UDP_SIZE || packet[0] >> 4 != 4)
		return NULL;
	whole = get16(packet + IP_LENGTH);
	if (whole > size || whole < header + UDP_SIZE ||
	    packet[IP_PROTOCOL] != PROTOCOL_UDP ||
	    (get16(packet + IP_FRAGMENT) & FRAGMENT_BITS))
		return NULL;
	*length = get16(udp + UDP_LENGTH);
	if (get16(udp) != DHCP_PORT_SERVER || get16(udp + UDP_TO) != DHCP_PORT_CLIENT ||
	    *length < UDP_SIZE || *length > whole - header)
		return NULL;
	*length -= UDP_SIZE;
	return udp + UDP_SIZE;
}

/* The option's value of this length; NULL: there is none. */
static const uint8_t *find_option(const uint8_t *message, size_t length, uint8_t option,
				  uint8_t size)
{
	for (size_t at = OPTIONS; at < length && message[at] != OPTION_END;) {
		if (message[at] == OPTION_PAD) {
			at++;
			continue;
		}
		if (length - at < 2 || length - at - 2 < message[at + 1])
			return NULL;
		if (message[at] == option && message[at + 1] == size)
			return message + at + 2;
		at += 2 + (size_t)message[at + 1];
	}
	return NULL;
}

bool dhcp_offer_read(const uint8_t *packet, size_t size, struct dhcp_offer *offer)
{
	size_t length = 0;
	const uint8_t *message = find_message(packet, size, &length);
	const uint8_t *type, *server;

	if (!message || length < OPTIONS || message[0] != OP_REPLY ||
	    message[2] != MAC_SIZE ||
	    memcmp(message + COOKIE, cookie, sizeof(cookie)) != 0)
		return false;
	type = find_option(message, length, OPTION_TYPE, 1);
	if (!type || *type != TYPE_OFFER)
		return false;
	server = find_option(message, length, OPTION_SERVER, 4);
	offer->xid = (uint32_t)get16(message + XID) << 16 | get16(message + XID + 2);
	memcpy(offer->mac, message + CHADDR, MAC_SIZE);
	memcpy(offer->server, server ? server : packet + IP_FROM, 4);
	return true;
}
