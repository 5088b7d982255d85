/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arp.c: ARP probes by a packet socket (packet(7), RFC 826). */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-prep/arp.h"
#include "lib/cleanup.h"
#include "lib/clock.h"

/* What cannot be sent is a link that is down: nobody is there. */
static void send_probe(int fd, const struct arp_probe *probe)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ARP),
				  .sll_ifindex = probe->link,
				  .sll_halen = ETH_ALEN };
	struct ether_arp arp = { .ea_hdr = { .ar_hrd = htons(ARPHRD_ETHER),
					     .ar_pro = htons(ETHERTYPE_IP),
					     .ar_hln = ETH_ALEN,
					     .ar_pln = 4,
					     .ar_op = htons(ARPOP_REQUEST) } };

	memset(to.sll_addr, 0xff, ETH_ALEN);
	memcpy(arp.arp_sha, probe->mac, ETH_ALEN);
	memcpy(arp.arp_tpa, probe->ip, 4);
	sendto(fd, &arp, sizeof(arp), MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to));
}

/* Whoever speaks as the one who has the address has it, whether he answers or asks. */
static void note_answer(struct arp_probe *probes, size_t count,
			const struct sockaddr_ll *from, const struct ether_arp *arp)
{
	for (size_t i = 0; i < count; i++) {
		struct arp_probe *probe = &probes[i];

		if (probe->link != from->sll_ifindex ||
		    memcmp(probe->ip, arp->arp_spa, 4) != 0 ||
		    !memcmp(probe->mac, arp->arp_sha, ETH_ALEN))
			continue;
		probe->taken = true;
		memcpy(probe->by, arp->arp_sha, ETH_ALEN);
	}
}

static void receive(int fd, struct arp_probe *probes, size_t count)
{
	struct sockaddr_ll from = { .sll_family = AF_PACKET };
	socklen_t size = sizeof(from);
	struct ether_arp arp;

	while (recvfrom(fd, &arp, sizeof(arp), MSG_DONTWAIT, (struct sockaddr *)&from,
			&size) == (ssize_t)sizeof(arp)) {
		if (from.sll_pkttype != PACKET_OUTGOING &&
		    arp.ea_hdr.ar_pro == htons(ETHERTYPE_IP))
			note_answer(probes, count, &from, &arp);
		size = sizeof(from);
	}
}

static bool is_all_taken(const struct arp_probe *probes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!probes[i].taken)
			return false;
	return true;
}

static void listen_for(int fd, struct arp_probe *probes, size_t count)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int64_t end = clock_ms() + ARP_WAIT_MS, now;

	for (now = clock_ms(); now < end && !is_all_taken(probes, count);
	     now = clock_ms())
		if (poll(&ready, 1, (int)(end - now)) > 0)
			receive(fd, probes, count);
}

int arp_ask(struct arp_probe *probes, size_t count, struct err *err)
{
	_cleanup_close_ int fd = -1;

	if (!count)
		return 0;
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ARP));
	if (fd < 0)
		return err_sys(err, errno, "asking who has an address");
	for (int i = 0; i < ARP_PROBES && !is_all_taken(probes, count); i++) {
		for (size_t j = 0; j < count; j++)
			if (!probes[j].taken)
				send_probe(fd, &probes[j]);
		listen_for(fd, probes, count);
	}
	return 0;
}
