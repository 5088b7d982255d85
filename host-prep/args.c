/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.c: the table of options. */
#include "host-prep/args.h"

/* For completions: host_parts, and what means several of them. */
static const char *const part_words[] = {
	"modules", "sysctl", "ksm",           "cpu",     "swap",      "hugepages", "vfio",
	"udev",    "names",  "nat",           "coexist", "firewalld", "links",     "dhcp",
	"vpn",     "client", "bridge-helper", "network", NULL,
};

static const struct option_spec no_options[] = { OPTION_END };

#define ROW_JSON                                                                \
	{                                                                       \
		0, "json", NULL, "Print JSON", OPTION_SWITCH(struct args, json) \
	}
#define ROW_ROOT                                                               \
	{                                                                      \
		0, "root", "DIR", "Prepare the system below DIR (default: /)", \
			OPTION_TEXT(struct args, root)                         \
	}
#define ROW_VERBOSE                                                                   \
	{                                                                             \
		'v', "verbose", NULL, "Say more", OPTION_SWITCH(struct args, verbose) \
	}

static const struct option_spec part_options[] = { ROW_JSON, ROW_ROOT, ROW_VERBOSE,
						   OPTION_END };

static const struct option_spec up_options[] = {
	{ 0, "confirm", "SECONDS",
	  "Bring the network back to what it was unless `confirm` comes within this time",
	  OPTION_NUMBER(struct args, confirm_s) },
	{ 0, "keep-going", NULL, "Do the parts that do not need the one that fails",
	  OPTION_SWITCH(struct args, keep_going) },
	{ 0, "wait", "SPAN", "Wait up to this long for devices that are not there yet",
	  OPTION_TEXT(struct args, wait) },
	{ 0, "late", NULL,
	  "Wait without end for what the last up of all parts did not find, then do it",
	  OPTION_SWITCH(struct args, late) },
	ROW_JSON,
	ROW_ROOT,
	ROW_VERBOSE,
	OPTION_END
};

static const struct option_spec down_options[] = {
	{ 0, "restore", NULL, "Bring the network back to what it was before up --confirm",
	  OPTION_SWITCH(struct args, restore) },
	ROW_JSON,
	ROW_ROOT,
	ROW_VERBOSE,
	OPTION_END
};

static const struct option_spec confirm_options[] = { ROW_JSON, ROW_ROOT, ROW_VERBOSE,
						      OPTION_END };

static const struct option_spec peer_options[] = {
	{ 0, "network", "NAME",
	  "Whose VPN it is let into; needed where several networks have one",
	  OPTION_TEXT(struct args, network) },
	ROW_ROOT,
	ROW_VERBOSE,
	OPTION_END
};

static const struct option_spec check_options[] = {
	{ 0, "apply-ownership", NULL,
	  "Write the files that have NetworkManager, systemd-networkd, ifupdown or dhcpcd "
	  "leave our interfaces alone",
	  OPTION_SWITCH(struct args, apply_ownership) },
	ROW_JSON,
	{ 0, "root", "DIR", "Look at the system below DIR (default: /)",
	  OPTION_TEXT(struct args, root) },
	OPTION_END
};

static const struct option_spec iommu_options[] = {
	ROW_JSON,
	{ 0, "svg", NULL, "Print an SVG document", OPTION_SWITCH(struct args, svg) },
	{ 0, "root", "DIR", "Show the system below DIR (default: /)",
	  OPTION_TEXT(struct args, root) },
	OPTION_END
};

static const struct option_spec graph_options[] = {
	ROW_JSON,
	{ 0, "dot", NULL, "Print it in the language of graphviz",
	  OPTION_SWITCH(struct args, dot) },
	{ 0, "svg", NULL, "Print an SVG document", OPTION_SWITCH(struct args, svg) },
	ROW_ROOT,
	OPTION_END
};

static const struct option_command commands[] = {
	{ .name = "bedplate host-prep plan",
	  .operands = "[PART...]",
	  .operand_words = part_words,
	  .help = "Show what up would change",
	  .most = 64,
	  .options = part_options },
	{ .name = "bedplate host-prep up",
	  .operands = "[PART...]",
	  .operand_words = part_words,
	  .help = "Make the host what its configuration says",
	  .most = 64,
	  .options = up_options },
	{ .name = "bedplate host-prep down",
	  .operands = "[PART...]",
	  .operand_words = part_words,
	  .help = "Take away what up made and give back what it took",
	  .most = 64,
	  .options = down_options },
	{ .name = "bedplate host-prep confirm",
	  .help = "Keep what up --confirm has changed",
	  .options = confirm_options },
	{ .name = "bedplate host-prep status",
	  .operands = "[PART...]",
	  .operand_words = part_words,
	  .help = "Show where the host is not what its configuration says",
	  .most = 64,
	  .options = part_options },
	{ .name = "bedplate host-prep peer",
	  .operands = "add NAME",
	  .help = "Let a peer into a VPN, and print the configuration that it needs",
	  .most = 2,
	  .options = peer_options },
	{ .name = "bedplate host-prep check",
	  .operands = "[PART...]",
	  .operand_words = part_words,
	  .most = 64,
	  .help = "Look for what is wrong with the host, and say what to do about it",
	  .options = check_options },
	{ .name = "bedplate host-prep iommu",
	  .help = "Show IOMMU groups and what of them could be passed through",
	  .options = iommu_options },
	{ .name = "bedplate host-prep graph",
	  .operands = "[NETWORK...]",
	  .most = 64,
	  .help = "Show networks, interfaces and guests, and what is plugged into what",
	  .options = graph_options },
	{ .name = NULL },
};

const struct option_command host_prep_command = {
	.name = "bedplate host-prep",
	.operands = "COMMAND",
	.help = "Prepare the running host for its guests: memory, swap, networks, passthrough",
	.options = no_options,
	.commands = commands,
};
