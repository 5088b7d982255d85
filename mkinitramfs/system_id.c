/* SPDX-License-Identifier: GPL-2.0-or-later */
/* system_id.c: reads lvm.conf and lvmlocal.conf for the source of a system ID. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/lvm_config.h"
#include "mkinitramfs/system_id.h"

enum { CONFIG_MAX = 1 << 20 };

/* Copies global/system_id_source of a file over `source`, if it is there. */
static void read_source(int root_fd, const char *path, char *source, size_t size)
{
	_cleanup_lvm_config_ struct lvm_config config = LVM_CONFIG_INIT;
	_cleanup_strbuf_ struct strbuf text;
	const struct lvm_node *node;
	const char *value;

	strbuf_init(&text, CONFIG_MAX);
	if (file_read(root_fd, path, &text, NULL) < 0 ||
	    lvm_config_parse(&config, text.text, NULL) < 0)
		return;
	node = lvm_node_find(&config.nodes[0], "global/system_id_source");
	if (node && node->kind == LVM_STRING)
		snprintf(source, size, "%s", node->string);
	node = lvm_node_section(&config.nodes[0], "global", NULL);
	if (node && !lvm_node_string(node, "system_id_source", &value, NULL))
		snprintf(source, size, "%s", value);
}

void system_id_check(int root_fd)
{
	char source[64] = "none";

	read_source(root_fd, "etc/lvm/lvm.conf", source, sizeof(source));
	read_source(root_fd, "etc/lvm/lvmlocal.conf", source, sizeof(source));
	if (strcmp(source, "none") != 0)
		log_warning(
			"lvm gives this host's volume groups a system ID "
			"(system_id_source = \"%s\"), which /init does not have: if "
			"\"vgs -o+systemid\" shows one for the root's group, take it "
			"away by \"vgchange --systemid ''\", or the host will not boot",
			source);
}
