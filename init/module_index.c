/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_index.c: parsing of depmod's text files and of modprobe.d. */
#include <stdlib.h>
#include <string.h>

#include "init/module_index.h"

static size_t count_lines(const char *text)
{
	size_t count = 1;

	for (; text && (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

static char *next_word(char **rest)
{
	char *word;

	do
		word = strsep(rest, " \t");
	while (word && !*word);
	return word;
}

static bool is_same_module(const char *a, const char *b)
{
	char first[MODULE_NAME_MAX], second[MODULE_NAME_MAX];

	module_name_of(a, first);
	module_name_of(b, second);
	return strcmp(first, second) == 0;
}

static int entry_compare(const void *a, const void *b)
{
	const struct index_entry *first = a, *second = b;

	return strcmp(first->name, second->name);
}

/* "kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko kernel/fs/mbcache.ko" */
static bool parse_dep(struct module_index *index, char *text)
{
	char *line, *depends;

	index->entries = calloc(count_lines(text), sizeof(*index->entries));
	if (!index->entries)
		return false;
	while ((line = strsep(&text, "\n"))) {
		struct index_entry *entry = &index->entries[index->entry_count];

		depends = strchr(line, ':');
		if (!depends)
			continue;
		*depends++ = '\0';
		entry->path = line;
		entry->depends = depends + strspn(depends, " ");
		entry->number = -1;
		module_name_of(line, entry->name);
		index->entry_count++;
	}
	qsort(index->entries, index->entry_count, sizeof(*index->entries), entry_compare);
	return true;
}

static void parse_softdep_line(struct module_index *index, char *line)
{
	struct index_softdep *softdep = &index->softdeps[index->softdep_count];
	char *pre, *post;

	softdep->name = next_word(&line);
	if (!softdep->name || !line)
		return;
	pre = strstr(line, "pre:");
	post = strstr(line, "post:");
	if (pre)
		*pre = '\0';
	if (post)
		*post = '\0';
	softdep->pre = pre ? pre + strlen("pre:") : line + strlen(line);
	softdep->post = post ? post + strlen("post:") : line + strlen(line);
	index->softdep_count++;
}

static void parse_rule_line(struct module_index *index, const char *word, char *line)
{
	struct index_rule *rule = &index->rules[index->rule_count];

	rule->name = next_word(&line);
	rule->text = strcmp(word, "options") == 0 ? (line ? line : "") : NULL;
	if (rule->name)
		index->rule_count++;
}

/* modules.softdep and modprobe.d have the same grammar; other words (install, alias) mean
 * nothing here. */
static void parse_rules(struct module_index *index, char *text)
{
	char *line, *word;

	while (text && (line = strsep(&text, "\n"))) {
		word = next_word(&line);
		if (!word || *word == '#' || !line)
			continue;
		if (strcmp(word, "softdep") == 0)
			parse_softdep_line(index, line);
		else if (strcmp(word, "options") == 0 || strcmp(word, "blacklist") == 0)
			parse_rule_line(index, word, line);
	}
}

bool module_index_parse(struct module_index *index, char *dep, char *alias, char *softdep,
			char *builtin, char *rules)
{
	*index = (struct module_index){
		.dep_text = dep,
		.alias_text = alias,
		.softdep_text = softdep,
		.rule_text = rules,
		.builtin_text = builtin,
	};
	index->softdeps = calloc(count_lines(softdep) + count_lines(rules),
				 sizeof(*index->softdeps));
	index->rules =
		calloc(count_lines(rules) + count_lines(softdep), sizeof(*index->rules));
	if (!index->softdeps || !index->rules)
		return false;
	parse_rules(index, softdep);
	parse_rules(index, rules);
	return (!dep || parse_dep(index, dep)) &&
	       (!alias || alias_table_parse(&index->aliases, alias));
}

void module_index_release(struct module_index *index)
{
	alias_table_release(&index->aliases);
	free(index->entries);
	free(index->softdeps);
	free(index->rules);
	free(index->dep_text);
	free(index->alias_text);
	free(index->softdep_text);
	free(index->rule_text);
	free(index->builtin_text);
	*index = (struct module_index)MODULE_INDEX_INIT;
}

struct index_entry *module_index_find(const struct module_index *index, const char *name)
{
	struct index_entry key;

	module_name_of(name, key.name);
	if (!index->entry_count)
		return NULL;
	return bsearch(&key, index->entries, index->entry_count, sizeof(key),
		       entry_compare);
}

bool module_index_is_builtin(const struct module_index *index, const char *name)
{
	const char *line = index->builtin_text;
	char path[256];

	for (; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
		size_t length = strcspn(line, "\n");

		if (length >= sizeof(path))
			continue;
		memcpy(path, line, length);
		path[length] = '\0';
		if (is_same_module(path, name))
			return true;
	}
	return false;
}

bool module_index_is_blacklisted(const struct module_index *index, const char *name)
{
	for (size_t i = 0; i < index->rule_count; i++) {
		if (!index->rules[i].text && is_same_module(index->rules[i].name, name))
			return true;
	}
	return false;
}

const struct index_softdep *module_index_softdep(const struct module_index *index,
						 const char *name,
						 const struct index_softdep *after)
{
	size_t i = after ? (size_t)(after - index->softdeps) + 1 : 0;

	for (; i < index->softdep_count; i++) {
		if (is_same_module(index->softdeps[i].name, name))
			return &index->softdeps[i];
	}
	return NULL;
}

const struct index_rule *module_index_options(const struct module_index *index,
					      const char *name,
					      const struct index_rule *after)
{
	size_t i = after ? (size_t)(after - index->rules) + 1 : 0;

	for (; i < index->rule_count; i++) {
		if (index->rules[i].text && is_same_module(index->rules[i].name, name))
			return &index->rules[i];
	}
	return NULL;
}
