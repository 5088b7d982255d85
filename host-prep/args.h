/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.h: the command line of bedplate host-prep. */
#ifndef BEDPLATE_HOST_PREP_ARGS_H
#define BEDPLATE_HOST_PREP_ARGS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "host-prep/option_table.h"
#include "lib/option.h"

enum { CONFIRM_NONE = INT_MIN };

struct args {
	const char *root; /* where the configuration is; NULL: the running system's */
	bool json, verbose;
	bool svg;      /* of iommu and graph */
	bool dot;      /* of graph */
	int confirm_s; /* of up: restore what was unless confirmed within; or CONFIRM_NONE */
	const char *wait;         /* of up: how long for what is not there yet; NULL */
	bool late;                /* of up: what the last one did not find, without end */
	bool keep_going;          /* of up: a part that fails does not end it */
	bool restore;             /* of down: back to what was saved by up --confirm */
	const char *network;      /* of peer: NAME of network/NAME.conf; NULL */
	bool apply_ownership;     /* of check: have others leave our interfaces alone */
	const char *const *parts; /* the operands; of graph: networks */
	size_t part_count;
};

#endif
