/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: the router, and the one who needs it. */
#include "tests/vm/netguest/netguest.h"

enum { ICMP = 1, ICMP_REPLY = 0, ICMP_REQUEST = 8, ICMP_LENGTH = 8, WAN_CARD = 0x10 };

static struct port ports[CARDS_MAX];

/* ---- the router ---- */

/* Those that the test's machine has; any other is one that its host has made for the guest. */
static bool is_given(const struct card *card)
{
	static const uint8_t maker[] = { 0x52, 0x54, 0x00, 0xaa, 0xbb };
	const uint8_t *mac = card_mac(card);

	for (size_t i = 0; i < sizeof(maker); i++)
		if (mac[i] != maker[i])
			return false;
	return true;
}

static bool is_wan(const struct card *card)
{
	return is_given(card) && card_mac(card)[5] == WAN_CARD;
}

static void forward(const struct packet *packet)
{
	uint32_t to = get32(packet->ip + 16);
	bool to_lan = (to ^ LAN_ROUTER) >> 8 == 0;
	struct port *port = &ports[to_lan];

	if (port != packet->port && ip_age(packet->ip))
		ip_send(port, packet->ip, packet->length, to_lan ? to : WAN_PEER);
}

static void route(struct card *wan, struct card *lan)
{
	ports[0] = (struct port){ wan, WAN_ROUTER };
	ports[1] = (struct port){ lan, LAN_ROUTER };
	say("router: %i by %m, %i by %m\nrouter: ready\n", WAN_ROUTER,
	    card_mac(ports[0].card), LAN_ROUTER, card_mac(ports[1].card));
	for (;; machine_wait())
		for (int i = 0; i < 2; i++) {
			struct packet packet;
			size_t length;
			uint8_t *frame;

			while ((frame = card_receive(ports[i].card, &length)))
				if (ip_take(&ports[i], frame, length, &packet) &&
				    !(i == 1 && dhcp_serve(&packet)))
					forward(&packet);
		}
}

/* ---- the one who needs it ---- */

static uint32_t offer, router;

static void ping(void)
{
	uint8_t ip[20 + ICMP_LENGTH];

	memset(ip, 0, sizeof(ip));
	ip[20] = ICMP_REQUEST;
	put16(ip + 22, (uint16_t) ~(ICMP_REQUEST << 8));
	ip_header(ip, ICMP, ports->address, WAN_PEER, ICMP_LENGTH);
	ip_send(ports, ip, sizeof(ip), router);
}

static void ask(void)
{
	if (ports->address)
		ping();
	else
		dhcp_ask(ports, offer);
}

static void listen(const struct packet *packet)
{
	static bool was_answered;
	uint32_t address;
	int type = dhcp_told(packet, &address, &router);

	if (type == DHCP_OFFER && !ports->address) {
		offer = address;
		ask();
	} else if (type == DHCP_ACK && !ports->address) {
		ports->address = address;
		say("client: address %i from %i\n", address, router);
		ask();
	} else if (ports->address && !was_answered && packet->ip[9] == ICMP &&
		   packet->ip[20] == ICMP_REPLY && get32(packet->ip + 12) == WAN_PEER) {
		was_answered = true;
		say("client: %i answers\n", WAN_PEER);
	}
}

static void use(struct card *lan)
{
	uint32_t asked = ticks - TICKS_SECOND;

	ports->card = lan;
	say("client: %m\n", card_mac(ports->card));
	for (;; machine_wait()) {
		struct packet packet;
		size_t length;
		uint8_t *frame;

		while ((frame = card_receive(ports->card, &length)))
			if (ip_take(ports, frame, length, &packet))
				listen(&packet);
		if (ticks - asked >= TICKS_SECOND) {
			asked = ticks;
			ask();
		}
	}
}

void guest_main(void);
void guest_main(void)
{
	unsigned count = card_find_all();
	struct card *wan = NULL, *lan = NULL;

	machine_init();
	say("netguest: %d cards\n", count);
	for (unsigned i = 0; i < count; i++) {
		if (is_wan(card_at(i)))
			wan = card_at(i);
		else if (!is_given(card_at(i)))
			lan = card_at(i);
	}
	if (lan && wan)
		route(wan, lan);
	if (lan)
		use(lan);
}
