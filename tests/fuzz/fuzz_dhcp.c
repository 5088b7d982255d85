/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/dhcp_packet.c */
/* fuzz_dhcp.c: whatever comes to a DHCP client's port, an offer is read within its packet only,
 * and is one in which a server's message has room. */
#include "host-prep/dhcp_packet.h"
#include "tests/fuzz/fuzz.h"

enum { LEAST = 20 + 8 + 240 + 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of the exact size, so that a byte too far is seen. */
	uint8_t *packet = malloc(size ? size : 1);
	struct dhcp_offer offer;

	must(packet != NULL);
	memcpy(packet, data, size);
	if (dhcp_offer_read(packet, size, &offer))
		must(size >= LEAST);
	free(packet);
	return 0;
}
