/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/dhcp_packet.c */
/* test_hp_dhcp_packet.c: the question for DHCP servers, and which answers count. */
#include <string.h>

#include "host-prep/dhcp_packet.h"
#include "tests/unit/tap.h"

static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 7 };
enum { XID = 0x01020304, BODY = 28, OPTIONS = BODY + 240 };

/* A server's answer to the question, from 10.0.0.1, who calls himself 10.0.0.2. */
static void make_offer(uint8_t packet[DHCP_PACKET_SIZE])
{
	static const uint8_t options[] = { 0, 51, 4, 0,  0, 0, 9, 53, 1,
					   2, 54, 4, 10, 0, 0, 2, 255 };

	dhcp_discover_write(packet, XID, mac);
	memcpy(packet + 12, (const uint8_t[]){ 10, 0, 0, 1 }, 4);
	packet[21] = 67;
	packet[23] = 68;
	packet[BODY] = 2;
	memcpy(packet + OPTIONS, options, sizeof(options));
}

static void test_discover(void)
{
	uint8_t packet[DHCP_PACKET_SIZE];
	struct dhcp_offer offer;
	uint32_t sum = 0;

	dhcp_discover_write(packet, XID, mac);
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)packet[i] << 8 | packet[i + 1];
	is_int((sum & 0xffff) + (sum >> 16), 0xffff, "the header's checksum is right");
	is_int(packet[2] << 8 | packet[3], DHCP_PACKET_SIZE, "so is its length");
	is_int(packet[24] << 8 | packet[25], DHCP_PACKET_SIZE - 20, "and UDP's");
	ok(packet[20] == 0 && packet[21] == 68 && packet[23] == 67,
	   "it goes from a client to a server");
	ok(!memcmp(packet + BODY + 4, (const uint8_t[]){ 1, 2, 3, 4 }, 4),
	   "it has its number");
	ok(!memcmp(packet + BODY + 28, mac, 6), "and tells who asks");
	is_int(packet[BODY + 10], 0x80, "the answer is to go to all");
	ok(!memcmp(packet + OPTIONS, (const uint8_t[]){ 53, 1, 1, 255 }, 4),
	   "it is a DHCPDISCOVER");
	ok(!dhcp_offer_read(packet, sizeof(packet), &offer), "and no offer");
}

static void test_offer(void)
{
	uint8_t packet[DHCP_PACKET_SIZE];
	struct dhcp_offer offer;

	make_offer(packet);
	ok(dhcp_offer_read(packet, sizeof(packet), &offer), "an offer is one");
	is_int(offer.xid, XID, "it answers the question of this number");
	ok(!memcmp(offer.mac, mac, 6), "of this machine");
	ok(!memcmp(offer.server, (const uint8_t[]){ 10, 0, 0, 2 }, 4),
	   "the server is who it says");
	packet[OPTIONS + 10] = 12;
	ok(dhcp_offer_read(packet, sizeof(packet), &offer), "a server may not say");
	ok(!memcmp(offer.server, (const uint8_t[]){ 10, 0, 0, 1 }, 4),
	   "then it is who has sent it");
}

static const struct {
	size_t at;
	uint8_t byte;
	const char *what;
} wrongs[] = {
	{ 0, 0x65, "another version of IP" },
	{ 0, 0x44, "a header that is too short" },
	{ 0, 0x4f, "a header that moves all" },
	{ 2, 0xff, "a packet that is longer than what came" },
	{ 6, 0x20, "a fragment with more to come" },
	{ 7, 0x01, "a later fragment" },
	{ 9, 6, "TCP" },
	{ 21, 68, "a client's port" },
	{ 23, 67, "a server's port" },
	{ 24, 0xff, "a message that is longer than its packet" },
	{ BODY, 1, "a question" },
	{ BODY + 2, 16, "another kind of hardware" },
	{ BODY + 236, 0, "BOOTP, or what else it is" },
	{ OPTIONS + 9, 5, "an acknowledgement" },
	{ OPTIONS + 8, 2, "a type of two bytes" },
	{ OPTIONS + 2, 200, "an option that goes beyond the end" },
	{ OPTIONS, 255, "options that end at once" },
};

static void test_wrong(void)
{
	uint8_t packet[DHCP_PACKET_SIZE];
	struct dhcp_offer offer;

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		make_offer(packet);
		packet[wrongs[i].at] = wrongs[i].byte;
		ok(!dhcp_offer_read(packet, sizeof(packet), &offer), "no offer: %s",
		   wrongs[i].what);
	}
	make_offer(packet);
	for (size_t size = 0; size < sizeof(packet); size++)
		if (dhcp_offer_read(packet, size, &offer))
			ok(false, "of %zu bytes", size);
}

int main(void)
{
	test_discover();
	test_offer();
	test_wrong();
	return done_testing();
}
