/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subnet.c: chooses a network that nobody uses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bedplate/subnet.h"
#include "lib/cleanup.h"

enum { PREFIX_LENGTH = 24, DEFAULT_BELOW = 8 };

/* Of each private block, 10.0.0.0/8 and so on: first bytes and how the second and third run; -1 is a
 * byte that runs. */
static const struct range {
	int first, block_second;
	uint8_t block_length;
	int second, third, from, to, step;
} ranges[] = {
	{ 10, 0, 8, -1, 20, 10, 250, 10 },
	{ 172, 16, 12, -1, 20, 20, 31, 1 },
	{ 192, 168, 16, 168, -1, 200, 250, 1 },
};

int subnets_add(struct subnets *subnets, const struct ip_prefix *prefix)
{
	struct ip_prefix *more =
		reallocarray(subnets->items, subnets->count + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	subnets->items = more;
	more[subnets->count++] = *prefix;
	return 0;
}

void subnets_release(struct subnets *subnets)
{
	free(subnets->items);
	*subnets = (struct subnets)SUBNETS_INIT;
}

static bool is_free(const struct subnets *used, const struct ip_prefix *subnet)
{
	for (size_t i = 0; i < used->count; i++)
		if (used->items[i].length >= DEFAULT_BELOW &&
		    ip_prefix_overlaps(&used->items[i], subnet))
			return false;
	return true;
}

/* Whether the host has to do with anything in the whole block that a range is of. */
static bool is_touched(const struct subnets *used, const struct range *range)
{
	struct ip_prefix block = { { .family = AF_INET }, range->block_length };

	block.address.bytes[0] = (uint8_t)range->first;
	block.address.bytes[1] = (uint8_t)range->block_second;
	return !is_free(used, &block);
}

static bool choose_in(const struct subnets *used, const struct range *range,
		      struct ip_prefix *subnet)
{
	for (int byte = range->from; byte <= range->to; byte += range->step) {
		*subnet = (struct ip_prefix){ { .family = AF_INET }, PREFIX_LENGTH };
		subnet->address.bytes[0] = (uint8_t)range->first;
		subnet->address.bytes[1] =
			(uint8_t)(range->second < 0 ? byte : range->second);
		subnet->address.bytes[2] =
			(uint8_t)(range->third < 0 ? byte : range->third);
		subnet->address.bytes[3] = 1;
		if (is_free(used, subnet))
			return true;
	}
	return false;
}

bool subnet_choose(const struct subnets *used, struct ip_prefix *subnet)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
			if ((pass || !is_touched(used, &ranges[i])) &&
			    choose_in(used, &ranges[i], subnet))
				return true;
	*subnet = (struct ip_prefix){ { .family = 0 }, 0 };
	return false;
}
