/* SPDX-License-Identifier: GPL-2.0-or-later */
/* left_out.c: the networks that `up --keep-going` goes on without, and why. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/left_out.h"
#include "lib/log.h"

int left_out_add(struct left_out *left, const char *name)
{
	struct left_network *items =
		reallocarray(left->items, left->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	left->items = items;
	items[left->count] = (struct left_network){ .out = true };
	snprintf(items[left->count].name, sizeof(items->name), "%s", name);
	left->count++;
	return 0;
}

void left_out_release(struct left_out *left)
{
	free(left->items);
	*left = (struct left_out){ .items = NULL };
}

void left_out_apply(const struct left_out *left, struct networks *networks)
{
	for (size_t i = 0; left && i < left->count; i++)
		if (left->items[i].out)
			networks_leave_out(networks, left->items[i].name);
}

static void tell_guests(const struct guests *guests, const char *network)
{
	for (size_t i = 0; i < guests->count; i++) {
		const struct guest *guest = &guests->items[i];

		for (size_t j = 0; j < guest->data->nic.count; j++)
			if (strcmp(guest->data->nic.items[j].network, network) == 0)
				log_warning("the guest %s is without its network %s",
					    guest->name, network);
	}
}

int left_out_tell(const struct left_out *left, const struct guests *guests,
		  struct strbuf *names)
{
	int code = 0;

	for (size_t i = 0; i < left->count; i++) {
		const struct left_network *network = &left->items[i];
		struct err why = network->why;

		if (!network->out)
			continue;
		err_wrap(&why, "network %s is left out", network->name);
		log_err(&why);
		tell_guests(guests, network->name);
		strbuf_addf(names, "%snetwork %s", names->length ? ", " : "",
			    network->name);
		code = code ? code : why.code;
	}
	return code;
}
