/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ip.c: Ethernet (RFC 894), ARP (RFC 826) and IP's header (RFC 791). */
#include "tests/vm/netguest/netguest.h"

enum {
	ETHER_HEADER = 14,
	ETHER_ARP = 0x0806,
	ETHER_IP = 0x0800,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	ARP_LENGTH = 28,
	IP_HEADER = 20,
	NEIGHBOURS = 8,
};

static struct {
	uint32_t address;
	uint8_t mac[6];
} neighbours[NEIGHBOURS];
static unsigned next_neighbour;

uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at + 2, (uint16_t)value);
}

static const uint8_t *mac_of(uint32_t address)
{
	static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	if (address == EVERYBODY)
		return everybody;
	for (int i = 0; i < NEIGHBOURS; i++)
		if (neighbours[i].address == address)
			return neighbours[i].mac;
	return NULL;
}

static void learn(uint32_t address, const uint8_t *mac)
{
	if (!address)
		return;
	for (unsigned i = 0; i < NEIGHBOURS; i++)
		if (neighbours[i].address == address) {
			memcpy(neighbours[i].mac, mac, 6);
			return;
		}
	neighbours[next_neighbour].address = address;
	memcpy(neighbours[next_neighbour].mac, mac, 6);
	next_neighbour = (next_neighbour + 1) % NEIGHBOURS;
}

static void send_frame(const struct port *port, const uint8_t *to, uint16_t type,
		       const void *body, size_t length)
{
	static uint8_t frame[FRAME_MAX];

	memset(frame, 0, 60);
	memcpy(frame, to, 6);
	memcpy(frame + 6, card_mac(port->card), 6);
	put16(frame + 12, type);
	memcpy(frame + ETHER_HEADER, body, length);
	card_send(port->card, frame, ETHER_HEADER + length);
}

static void send_arp(const struct port *port, uint16_t kind, const uint8_t *mac,
		     uint32_t address)
{
	static const uint8_t head[] = { 0, 1, 8, 0, 6, 4 };
	uint8_t arp[ARP_LENGTH];

	memcpy(arp, head, sizeof(head));
	put16(arp + 6, kind);
	memcpy(arp + 8, card_mac(port->card), 6);
	put32(arp + 14, port->address);
	memcpy(arp + 18, mac, 6);
	put32(arp + 24, address);
	send_frame(port, mac, ETHER_ARP, arp, sizeof(arp));
}

static void take_arp(const struct port *port, const uint8_t *arp)
{
	learn(get32(arp + 14), arp + 8);
	if (get16(arp + 6) == ARP_REQUEST && port->address &&
	    get32(arp + 24) == port->address)
		send_arp(port, ARP_REPLY, arp + 8, get32(arp + 14));
}

bool ip_take(struct port *port, uint8_t *frame, size_t length, struct packet *packet)
{
	if (length >= ETHER_HEADER + ARP_LENGTH && get16(frame + 12) == ETHER_ARP)
		take_arp(port, frame + ETHER_HEADER);
	if (length < ETHER_HEADER + IP_HEADER || get16(frame + 12) != ETHER_IP)
		return false;
	*packet = (struct packet){ port, frame + ETHER_HEADER,
				   get16(frame + ETHER_HEADER + 2) };
	return packet->length >= IP_HEADER && packet->length <= length - ETHER_HEADER;
}

void ip_send(struct port *port, uint8_t *ip, size_t length, uint32_t next)
{
	const uint8_t *mac = mac_of(next);

	if (mac)
		send_frame(port, mac, ETHER_IP, ip, length);
	else
		send_arp(port, ARP_REQUEST, mac_of(EVERYBODY), next);
}

/* RFC 1071 */
static void set_checksum(uint8_t *ip)
{
	uint32_t sum = 0;

	put16(ip + 10, 0);
	for (int i = 0; i < IP_HEADER; i += 2)
		sum += get16(ip + i);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, (uint16_t) ~(sum + (sum >> 16)));
}

void ip_header(uint8_t *ip, uint8_t protocol, uint32_t from, uint32_t to, size_t length)
{
	memset(ip, 0, IP_HEADER);
	ip[0] = 0x45;
	put16(ip + 2, (uint16_t)(IP_HEADER + length));
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, from);
	put32(ip + 16, to);
	set_checksum(ip);
}

bool ip_age(uint8_t *ip)
{
	if (ip[0] != 0x45 || ip[8] <= 1)
		return false;
	ip[8]--;
	set_checksum(ip);
	return true;
}
