/* SPDX-License-Identifier: GPL-2.0-or-later */
/* block_nodes.h: the images that a running QEMU has open, and its name for each. */
#ifndef BEDPLATE_QEMU_LAUNCH_BLOCK_NODES_H
#define BEDPLATE_QEMU_LAUNCH_BLOCK_NODES_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/err.h"
#include "qemu-launch/qmp.h"

enum { BLOCK_NODES_MS = 30000 };

/* Asks QEMU (query-named-block-nodes); the caller drops it. */
int block_nodes_query(struct qmp *qmp, json_t **nodes, struct err *err);

/* The node that reads an image's format, or NULL where the image is not open. */
const char *block_nodes_name(const json_t *nodes, const char *path);

/* Whether there is a node of this name. */
bool block_nodes_have(const json_t *nodes, const char *name);

#endif
