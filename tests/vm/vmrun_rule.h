/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmrun_rule.h: what vmrun does when the console says something. */
#ifndef BEDPLATE_TESTS_VM_VMRUN_RULE_H
#define BEDPLATE_TESTS_VM_VMRUN_RULE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#define RULES_MAX 32

enum action { ACTION_SEND, ACTION_QMP, ACTION_END, ACTION_COUNT };

struct rule {
	regex_t pattern;
	long delay_ms;
	enum action action;
	char *argument;
	bool matched;
	bool done;
	long due_ms; /* when it is carried out, once it matched */
};

struct rules {
	struct rule rule[RULES_MAX];
	size_t count;
};

/* Reads a file of rules: PATTERN, DELAY in seconds, send|qmp|end, ARGUMENT, by tabs. Ends
 * the program where the file cannot be read or a rule makes no sense. */
void rules_read(struct rules *rules, const char *file);

/* Marks the rules that match `text` (`flags`: of regexec) as due after their delay. Stops
 * after an answer and returns true then: the text is used up. */
bool rules_match(struct rules *rules, const char *text, int flags, long now_ms);

/* The next rule whose time has come, marked as done; NULL where there is none. */
struct rule *rules_next_due(struct rules *rules, long now_ms);

/* When the next rule is due, or `otherwise` if that is sooner. */
long rules_due_ms(const struct rules *rules, long otherwise);

#endif
