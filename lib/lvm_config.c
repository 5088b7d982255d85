/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_config.c: lvm2's metadata text as a tree. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/lvm_config.h"

enum { NESTING_MAX = 16 };

struct parser {
	char *next;
	struct lvm_node *nodes;
	size_t used;
	struct err *err;
	const char *start;
};

static int parser_fail(const struct parser *parser, const char *what)
{
	return err_set(parser->err, EBADMSG, "metadata text, byte %zu: %s",
		       (size_t)(parser->next - parser->start), what);
}

/* Every node but the root needs a key or an array's separator, so this many never run
 * out: a member takes two characters ("a{"), an element one and its comma. */
static size_t nodes_at_most(const char *text)
{
	size_t count = 2;

	for (; *text; text++)
		count += *text == '=' || *text == '{' || *text == ',' || *text == '[';
	return count;
}

static void skip_blanks(struct parser *parser)
{
	for (;;) {
		while (isspace((unsigned char)*parser->next))
			parser->next++;
		if (*parser->next != '#')
			return;
		parser->next += strcspn(parser->next, "\n");
	}
}

static struct lvm_node *node_new(struct parser *parser, const char *key)
{
	struct lvm_node *node = &parser->nodes[parser->used++];

	node->key = key;
	return node;
}

/* A string ends at its quote; \" and \\ stand for themselves. */
static int parse_string(struct parser *parser, struct lvm_node *node)
{
	char *from = parser->next + 1, *to = from;

	node->kind = LVM_STRING;
	node->string = from;
	for (; *from && *from != '"'; from++) {
		if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	if (!*from)
		return parser_fail(parser, "a string without its end");
	*to = '\0';
	parser->next = from + 1;
	return 0;
}

static int parse_number(struct parser *parser, struct lvm_node *node)
{
	char *end;

	errno = 0;
	node->kind = LVM_NUMBER;
	node->number = strtoll(parser->next, &end, 10);
	if (end == parser->next || errno)
		return parser_fail(parser, "neither a number nor a string nor an array");
	parser->next = end;
	return 0;
}

static int parse_scalar(struct parser *parser, struct lvm_node *node)
{
	return *parser->next == '"' ? parse_string(parser, node)
				    : parse_number(parser, node);
}

static int parse_array(struct parser *parser, struct lvm_node *array)
{
	struct lvm_node **link = &array->first;
	int result;

	array->kind = LVM_ARRAY;
	parser->next++;
	for (skip_blanks(parser); *parser->next != ']'; skip_blanks(parser)) {
		*link = node_new(parser, "");
		result = parse_scalar(parser, *link);
		if (result < 0)
			return result;
		link = &(*link)->next;
		skip_blanks(parser);
		if (*parser->next == ',')
			parser->next++;
		else if (*parser->next != ']')
			return parser_fail(parser, "an array without its end");
	}
	parser->next++;
	return 0;
}

static int parse_section(struct parser *parser, struct lvm_node *section, int depth);

/* The separator behind the key is overwritten by the key's end only after it was looked
 * at. */
static int parse_member(struct parser *parser, struct lvm_node **link, int depth)
{
	char *key = parser->next, *key_end;

	while (isalnum((unsigned char)*parser->next) ||
	       (*parser->next && strchr("_-.+/", *parser->next)))
		parser->next++;
	key_end = parser->next;
	if (key == key_end)
		return parser_fail(parser, "a name was expected");
	skip_blanks(parser);
	if (*parser->next != '{' && *parser->next != '=')
		return parser_fail(parser, "{ or = was expected");
	*link = node_new(parser, key);
	if (*parser->next++ == '{') {
		*key_end = '\0';
		return parse_section(parser, *link, depth + 1);
	}
	*key_end = '\0';
	skip_blanks(parser);
	return *parser->next == '[' ? parse_array(parser, *link)
				    : parse_scalar(parser, *link);
}

static int parse_section(struct parser *parser, struct lvm_node *section, int depth)
{
	struct lvm_node **link = &section->first;
	int result;

	section->kind = LVM_SECTION;
	if (depth > NESTING_MAX)
		return parser_fail(parser, "nested too deeply");
	for (skip_blanks(parser); *parser->next != '}'; skip_blanks(parser)) {
		if (!*parser->next)
			return depth ? parser_fail(parser, "a section without its end")
				     : 0;
		result = parse_member(parser, link, depth);
		if (result < 0)
			return result;
		link = &(*link)->next;
	}
	if (!depth)
		return parser_fail(parser, "a } too many");
	parser->next++;
	return 0;
}

int lvm_config_parse(struct lvm_config *config, char *text, struct err *err)
{
	struct parser parser = { .next = text, .start = text, .err = err };
	int result;

	parser.nodes = calloc(nodes_at_most(text), sizeof(*parser.nodes));
	if (!parser.nodes)
		return err_sys(err, ENOMEM, "parsing the metadata text");
	config->nodes = parser.nodes;
	result = parse_section(&parser, node_new(&parser, ""), 0);
	if (result < 0)
		lvm_config_release(config);
	return result;
}

void lvm_config_release(struct lvm_config *config)
{
	free(config->nodes);
	config->nodes = NULL;
}

const struct lvm_node *lvm_node_find(const struct lvm_node *section, const char *key)
{
	const struct lvm_node *node;

	for (node = section->first; node; node = node->next) {
		if (strcmp(node->key, key) == 0)
			return node;
	}
	return NULL;
}

static const struct lvm_node *node_of_kind(const struct lvm_node *section,
					   const char *key, enum lvm_node_kind kind,
					   struct err *err)
{
	const struct lvm_node *node = lvm_node_find(section, key);

	if (node && node->kind == kind)
		return node;
	err_set(err, EBADMSG, "metadata text: %s: no %s%s",
		*section->key ? section->key : "top", key,
		node ? " of the right kind" : "");
	return NULL;
}

int lvm_node_number(const struct lvm_node *section, const char *key, uint64_t *number,
		    struct err *err)
{
	const struct lvm_node *node = node_of_kind(section, key, LVM_NUMBER, err);

	if (!node)
		return -EBADMSG;
	if (node->number < 0)
		return err_set(err, EBADMSG, "metadata text: %s: %s is negative",
			       section->key, key);
	*number = (uint64_t)node->number;
	return 0;
}

int lvm_node_string(const struct lvm_node *section, const char *key, const char **string,
		    struct err *err)
{
	const struct lvm_node *node = node_of_kind(section, key, LVM_STRING, err);

	if (!node)
		return -EBADMSG;
	*string = node->string;
	return 0;
}

const struct lvm_node *lvm_node_section(const struct lvm_node *section, const char *key,
					struct err *err)
{
	return node_of_kind(section, key, LVM_SECTION, err);
}

bool lvm_node_has_word(const struct lvm_node *section, const char *key, const char *word)
{
	const struct lvm_node *node = lvm_node_find(section, key);

	if (!node || node->kind != LVM_ARRAY)
		return false;
	for (node = node->first; node; node = node->next) {
		if (node->kind == LVM_STRING && strcmp(node->string, word) == 0)
			return true;
	}
	return false;
}
