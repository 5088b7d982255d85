/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netguest.h: a guest that has no operating system and is up in a second, also where one
 * emulation runs inside of another. With the card that leads outside it is a router with a DHCP
 * server; without, it asks for an address and then whether somebody outside answers.
 */
#ifndef BEDPLATE_TESTS_NETGUEST_H
#define BEDPLATE_TESTS_NETGUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

enum {
	TICKS_SECOND = 50,
	FRAME_MAX = 1600,
	CARDS_MAX = 2,
};

enum {
	WAN_ROUTER = IP(192, 0, 2, 2),
	WAN_PEER = IP(192, 0, 2, 1),
	LAN_ROUTER = IP(10, 20, 0, 1),
	LAN_LEASE = IP(10, 20, 0, 50),
	EVERYBODY = 0xffffffff,
};

/* ---- machine.c ---- */

/* TICKS_SECOND of them are a second. */
extern volatile uint32_t ticks;

/* As in C; the compiler calls them, too. */
void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memset(void *at, int byte, size_t length);
/* Has the timer tick and the power button seen. */
void machine_init(void);
/* Until the next tick; switches the machine off if the button was pressed. */
void machine_wait(void);
/* Writes to the first serial port: %s, %d as decimal, %i as an IP address, %m as a MAC. */
void say(const char *format, ...);
uint32_t pci_read(uint32_t place, uint32_t reg);
void pci_write(uint32_t place, uint32_t reg, uint32_t value);

/* ---- card.c ---- */

struct card;

/* All of Intel's 82574L (e1000e), ready to send and receive; how many. */
unsigned card_find_all(void);
struct card *card_at(unsigned i);
const uint8_t *card_mac(const struct card *card);
void card_send(struct card *card, const void *frame, size_t length);
/* The next frame that came, NULL for none; it is there until the next call. */
uint8_t *card_receive(struct card *card, size_t *length);

/* ---- ip.c ---- */

struct port {
	struct card *card;
	uint32_t address; /* 0: none yet */
};

struct packet {
	struct port *port; /* that it came by */
	uint8_t *ip;
	size_t length;
};

/* Big-endian numbers within frames. */
uint32_t get32(const uint8_t *at);
uint16_t get16(const uint8_t *at);
void put32(uint8_t *at, uint32_t value);
void put16(uint8_t *at, uint16_t value);

/* Answers ARP and learns from it. True where the frame is a packet of IP's, which is then `packet`. */
bool ip_take(struct port *port, uint8_t *frame, size_t length, struct packet *packet);
/* Sends what stands at `ip`, its header complete, to `next`; asks for that one's MAC where nobody
 * knows it, and the packet is lost. */
void ip_send(struct port *port, uint8_t *ip, size_t length, uint32_t next);
/* Writes the header of a packet with `length` bytes behind it. */
void ip_header(uint8_t *ip, uint8_t protocol, uint32_t from, uint32_t to, size_t length);
/* One less to live; false for none. */
bool ip_age(uint8_t *ip);

/* ---- dhcp.c ---- */

/* The server's answer to a packet, if it is a question; true then. */
bool dhcp_serve(const struct packet *packet);
/* Asks: DISCOVER, or with an offer REQUEST. */
void dhcp_ask(struct port *port, uint32_t offer);
/* What the server says: the message's type, 0 for none, with the address and the router. */
int dhcp_told(const struct packet *packet, uint32_t *address, uint32_t *router);

enum { DHCP_DISCOVER = 1, DHCP_OFFER, DHCP_REQUEST, DHCP_ACK = 5 };

#endif
