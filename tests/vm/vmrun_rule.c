/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads rules and keeps track of which have matched and when they are due. */
#include "tests/vm/vmrun_rule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const action_names[ACTION_COUNT] = { "send", "qmp", "end" };

static bool rule_parse(struct rule *rule, char *text)
{
	char *end, *pattern = strtok_r(text, "\t\n", &end);
	char *delay = strtok_r(NULL, "\t\n", &end);
	char *action = strtok_r(NULL, "\t\n", &end);
	char *argument = strtok_r(NULL, "\n", &end);
	int kind = 0;

	while (action && kind < ACTION_COUNT && strcmp(action, action_names[kind]) != 0)
		kind++;
	if (!action || kind == ACTION_COUNT ||
	    regcomp(&rule->pattern, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	rule->delay_ms = (long)(strtod(delay, NULL) * 1000);
	rule->action = kind;
	rule->argument = strdup(argument ? argument : "");
	return rule->argument;
}

void rules_read(struct rules *rules, const char *file)
{
	char text[4096];
	FILE *stream = fopen(file, "re");

	if (!stream) {
		fprintf(stderr, "vmrun: open %s: %s\n", file, strerror(errno));
		exit(2);
	}
	while (fgets(text, sizeof(text), stream)) {
		if (rules->count == RULES_MAX ||
		    !rule_parse(&rules->rule[rules->count], text)) {
			fprintf(stderr, "vmrun: %s: rule %zu is not usable\n", file,
				rules->count + 1);
			exit(2);
		}
		rules->count++;
	}
	fclose(stream);
}

bool rules_match(struct rules *rules, const char *text, int flags, long now_ms)
{
	for (size_t i = 0; i < rules->count; i++) {
		struct rule *rule = &rules->rule[i];

		if (rule->matched || regexec(&rule->pattern, text, 0, NULL, flags))
			continue;
		rule->matched = true;
		rule->due_ms = now_ms + rule->delay_ms;
		if (rule->action == ACTION_SEND)
			return true;
	}
	return false;
}

struct rule *rules_next_due(struct rules *rules, long now_ms)
{
	for (size_t i = 0; i < rules->count; i++) {
		struct rule *rule = &rules->rule[i];

		if (rule->matched && !rule->done && rule->due_ms <= now_ms) {
			rule->done = true;
			return rule;
		}
	}
	return NULL;
}

long rules_due_ms(const struct rules *rules, long otherwise)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rule[i];

		if (rule->matched && !rule->done && rule->due_ms < otherwise)
			otherwise = rule->due_ms;
	}
	return otherwise;
}
