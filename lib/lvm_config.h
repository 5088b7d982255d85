/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lvm_config.h: the text in which lvm2 keeps its metadata, as a tree.
 *
 * The grammar is that of lvm2's libdm/libdm-config.c: sections `name { ... }`,
 * assignments `name = value` with a number, a "string" or an [array] of these, and #
 * comments. Nodes point into the text, which is parted in place.
 */
#ifndef BEDPLATE_LIB_LVM_CONFIG_H
#define BEDPLATE_LIB_LVM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum lvm_node_kind { LVM_SECTION, LVM_NUMBER, LVM_STRING, LVM_ARRAY };

struct lvm_node {
	const char *key; /* "" in an array */
	enum lvm_node_kind kind;
	const char *string;
	int64_t number;
	struct lvm_node *first; /* of a section's or an array's content */
	struct lvm_node *next;
};

struct lvm_config {
	struct lvm_node *nodes; /* one block; nodes[0] is the root section */
};

#define LVM_CONFIG_INIT       \
	{                     \
		.nodes = NULL \
	}

/* Parses `text` (ended by '\0') in place; the text must outlive the tree. Nesting is
 * bounded. */
int lvm_config_parse(struct lvm_config *config, char *text, struct err *err);
void lvm_config_release(struct lvm_config *config);
#define _cleanup_lvm_config_ __attribute__((cleanup(lvm_config_release)))

/* The member of this name, or NULL. */
const struct lvm_node *lvm_node_find(const struct lvm_node *section, const char *key);

/* A member that must be there and of this kind; the message says what is missing where.
 */
int lvm_node_number(const struct lvm_node *section, const char *key, uint64_t *number,
		    struct err *err);
int lvm_node_string(const struct lvm_node *section, const char *key, const char **string,
		    struct err *err);
const struct lvm_node *lvm_node_section(const struct lvm_node *section, const char *key,
					struct err *err);

/* Whether the array `key` of the section has this string; false where there is no such
 * array. */
bool lvm_node_has_word(const struct lvm_node *section, const char *key, const char *word);

#endif
