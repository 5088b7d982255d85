/* SPDX-License-Identifier: GPL-2.0-or-later */
/* block_nodes.c: the images that a running QEMU has open. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/json_text.h"
#include "qemu-launch/block_nodes.h"

int block_nodes_query(struct qmp *qmp, json_t **nodes, struct err *err)
{
	return qmp_execute(qmp, "query-named-block-nodes", json_pack("{s:b}", "flat", 1),
			   BLOCK_NODES_MS, nodes, err);
}

/* Nodes come in twos: one reads the file or device, one over it the format. */
static bool reads_format(const json_t *node)
{
	static const char *const others[] = { "file", "host_device", "throttle",
					      "host_cdrom" };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(json_text(node, "drv"), others[i]))
			return false;
	return true;
}

const char *block_nodes_name(const json_t *nodes, const char *path)
{
	const json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
		if (!strcmp(json_text(node, "file"), path) && reads_format(node))
			return json_text(node, "node-name");
	return NULL;
}

bool block_nodes_have(const json_t *nodes, const char *name)
{
	const json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
		if (!strcmp(json_text(node, "node-name"), name))
			return true;
	return false;
}
