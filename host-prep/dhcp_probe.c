/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcp_probe.c: DHCP's question by a packet socket (packet(7)). */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-prep/dhcp_packet.h"
#include "host-prep/dhcp_probe.h"
#include "lib/cleanup.h"
#include "lib/clock.h"

/* What is lost is asked once more. */
enum { QUESTIONS = 2, AGAIN_MS = 500 };

/* Of all that comes to this host, only what is sent to a client's port: UDP, and no later
 * fragment. (bpf in socket(7); kernel Documentation/networking/filter.rst) */
static int filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 17, 0, 5),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 3, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_PORT_CLIENT, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT16_MAX),
	};
	const struct sock_fprog program = { .len = ARRAY_SIZE(code), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* What cannot be sent is a link that is down: nobody is there. */
static void send_question(int fd, const struct dhcp_probe *probe, uint32_t xid)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_IP),
				  .sll_ifindex = probe->link,
				  .sll_halen = ETH_ALEN };
	uint8_t packet[DHCP_PACKET_SIZE];

	memset(to.sll_addr, 0xff, ETH_ALEN);
	dhcp_discover_write(packet, xid, probe->mac);
	sendto(fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&to,
	       sizeof(to));
}

static void add_server(struct dhcp_probe *probe, const struct dhcp_server *server)
{
	for (size_t i = 0; i < probe->count; i++)
		if (!memcmp(&probe->servers[i], server, sizeof(*server)))
			return;
	if (probe->count < DHCP_PROBE_SERVERS)
		probe->servers[probe->count++] = *server;
}

static void note_offer(struct dhcp_probe *probes, size_t count,
		       const struct sockaddr_ll *from, const struct dhcp_offer *offer)
{
	struct dhcp_server server;

	memcpy(server.ip, offer->server, sizeof(server.ip));
	memcpy(server.mac, from->sll_addr, sizeof(server.mac));
	for (size_t i = 0; i < count; i++)
		if (probes[i].link == from->sll_ifindex &&
		    !memcmp(probes[i].mac, offer->mac, sizeof(offer->mac)))
			add_server(&probes[i], &server);
}

static void receive(int fd, struct dhcp_probe *probes, size_t count, uint32_t xid)
{
	struct sockaddr_ll from = { .sll_family = AF_PACKET };
	socklen_t size = sizeof(from);
	struct dhcp_offer offer;
	uint8_t packet[2048];
	ssize_t length;

	while ((length = recvfrom(fd, packet, sizeof(packet), MSG_DONTWAIT,
				  (struct sockaddr *)&from, &size)) >= 0) {
		if (from.sll_pkttype != PACKET_OUTGOING &&
		    dhcp_offer_read(packet, (size_t)length, &offer) && offer.xid == xid)
			note_offer(probes, count, &from, &offer);
		size = sizeof(from);
	}
}

static void listen_until(int fd, struct dhcp_probe *probes, size_t count, uint32_t xid,
			 int64_t end_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	for (int64_t now = clock_ms(); now < end_ms; now = clock_ms())
		if (poll(&ready, 1, (int)(end_ms - now)) > 0)
			receive(fd, probes, count, xid);
}

int dhcp_ask(struct dhcp_probe *probes, size_t count, struct err *err)
{
	_cleanup_close_ int fd = -1;
	int64_t begin_ms = clock_ms();
	uint32_t xid;

	if (!count)
		return 0;
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
	if (fd < 0 || filter(fd) < 0 || getrandom(&xid, sizeof(xid), 0) < 0)
		return err_sys(err, errno, "asking who answers DHCP");
	for (int i = 0; i < QUESTIONS; i++) {
		for (size_t j = 0; j < count; j++)
			send_question(fd, &probes[j], xid);
		listen_until(fd, probes, count, xid,
			     i + 1 < QUESTIONS ? begin_ms + AGAIN_MS
					       : begin_ms + DHCP_PROBE_WAIT_MS);
	}
	return 0;
}
