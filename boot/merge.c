/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge.c: makes rules true of a command line. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/merge.h"
#include "boot/merge_item.h"
#include "lib/cleanup.h"
#include "lib/cmdline.h"
#include "lib/format_text.h"
#include "lib/kernel_match.h"

struct merge {
	struct words *words;
	const struct merge_machine *machine;
	struct strbuf *warnings;
	struct strbuf problems;
};

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "merging the command line");
}

/* ---- what a rule comes to on the command line ---- */

static int parse_all(const struct words *words, struct cmdline *cmdline, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	words_write(words, &text);
	return text.overflow ? no_memory(err) : cmdline_parse(cmdline, text.text, err);
}

/* An IOMMU that is switched off on the command line; NULL. */
static const struct word *find_iommu_off(const struct words *words)
{
	static const char *const names[] = { "intel_iommu", "amd_iommu", "iommu" };
	struct kernel_alternative off = { .values = (char *)"off",
					  .test = KERNEL_TEST_VALUES };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
		const struct word *word = words_find(words, names[i]);

		off.name = (char *)names[i];
		if (word && !cmdline_parse(&cmdline, word->text, NULL) &&
		    kernel_match_cmdline(&off, &cmdline, NULL))
			return word;
	}
	return NULL;
}

static bool holds(const struct kernel_alternative *item, const struct merge *merge,
		  const struct cmdline *cmdline)
{
	struct kernel_alternative given;

	if (merge_item_is_generated(item))
		return true;
	if (item->subject == KERNEL_SUBJECT_IOMMU && find_iommu_off(merge->words))
		return false;
	return !merge_item_translate(item, merge->machine, &given) ||
	       kernel_match_cmdline(&given, cmdline, NULL);
}

static int rule_holds(const struct kernel_rule *rule, const struct merge *merge,
		      struct err *err)
{
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	int result = parse_all(merge->words, &cmdline, err);

	for (size_t i = 0; !result && i < rule->count; i++)
		if (holds(&rule->items[i], merge, &cmdline))
			result = 1;
	return result;
}

/* ---- contradictions ---- */

static const char *const asked[] = {
	[KERNEL_RULE_REQUIRE] = "is required",
	[KERNEL_RULE_FORBID] = "is forbidden",
	[KERNEL_RULE_ADVISE] = "is advised",
	[KERNEL_RULE_EFFECTIVE] = "must be in effect",
};

/* "cmdline:3: iommu=off, but iommu=pt is required (host.conf:12)". */
static void contradict(struct merge *merge, const struct word *word,
		       const struct kernel_rule *rule)
{
	struct strbuf *out =
		rule->kind == KERNEL_RULE_ADVISE ? merge->warnings : &merge->problems;

	if (out->length)
		strbuf_addc(out, '\n');
	strbuf_addf(out, "%s: %s, but %s %s (%s)", word->origin, word->text, rule->text,
		    asked[rule->kind], rule->origin);
}

/* The alternative that a word was added for, if it asks for the same kind of thing. */
static bool added_for(const struct merge *merge, const struct word *word,
		      const struct kernel_alternative *like,
		      struct kernel_alternative *found)
{
	if (!word->rule)
		return false;
	merge_item_translate(merge_item_choose(word->rule, merge->machine->maker),
			     merge->machine, found);
	return found->test == like->test && found->page_size == like->page_size;
}

static int replace(struct word *word, char *text, const struct kernel_rule *rule,
		   struct err *err)
{
	_cleanup_free_ char *origin = format_text("%s, %s", word->origin, rule->origin);

	if (!text || !origin) {
		free(text);
		return no_memory(err);
	}
	free(word->text);
	free(word->origin);
	word->text = text;
	word->origin = steal_pointer(origin);
	return 0;
}

/* A word that a rule brought in becomes what both ask for: 1; 0 where it cannot. Numbers only
 * grow, so that what asked for the smaller one holds as well. */
static int raise_word(const struct merge *merge, struct word *word,
		      const struct kernel_rule *rule,
		      const struct kernel_alternative *item, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	struct kernel_alternative before;
	uint64_t number = 0;
	int result;

	strbuf_init(&text, 0);
	if (!added_for(merge, word, item, &before))
		return 0;
	if (item->test == KERNEL_TEST_RANGE && word_number(word, &number) &&
	    number < item->low && item->low <= before.high)
		merge_item_write(item, &text);
	else if (item->test == KERNEL_TEST_VALUES &&
		 kernel_match_reading(item->name) & KERNEL_READS_CPUS)
		strbuf_addf(&text, "%s,%s", word->text, item->values);
	else
		return 0;
	result = replace(word, strbuf_steal(&text), rule, err);
	return result ? result : 1;
}

/* ---- adding ---- */

static int insert(struct merge *merge, size_t index, const char *text,
		  const struct kernel_rule *rule, struct err *err)
{
	return words_insert(merge->words, index, text, rule->origin, rule, err);
}

static int add_pages(struct merge *merge, const struct kernel_rule *rule,
		     const struct kernel_alternative *item, struct err *err)
{
	_cleanup_strbuf_ struct strbuf size, count;
	size_t end = words_end(merge->words);
	int result;

	strbuf_init(&size, 0);
	strbuf_init(&count, 0);
	strbuf_adds(&size, "hugepagesz=");
	merge_item_write_size(item->page_size, &size);
	merge_item_write(item, &count);
	result = insert(merge, end, size.text, rule, err);
	return result ? result : insert(merge, end + 1, count.text, rule, err);
}

/* Pages of the default size are counted before any hugepagesz=. */
static size_t place_of(const struct merge *merge, const struct kernel_alternative *item)
{
	size_t end = words_end(merge->words);

	if (strcmp(item->name, "hugepages") != 0)
		return end;
	for (size_t i = 0; i < end; i++)
		if (word_has_name(&merge->words->items[i], "hugepagesz"))
			return i;
	return end;
}

static int add_word(struct merge *merge, const struct kernel_rule *rule,
		    const struct kernel_alternative *item, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	merge_item_write(item, &text);
	return insert(merge, place_of(merge, item), text.text, rule, err);
}

/* The word that says something else; NULL where there is room for another one. */
static struct word *find_rival(const struct merge *merge,
			       const struct kernel_alternative *item)
{
	if (item->subject == KERNEL_SUBJECT_PAGES)
		return words_find_pages(merge->words, item->page_size);
	if (!strcmp(item->name, "hugepages"))
		return words_find_pages(merge->words, 0);
	if (kernel_match_reading(item->name) & KERNEL_ADDS_UP)
		return NULL;
	return words_find(merge->words, item->name);
}

/* The word that a rule does not get along with. */
static struct word *find_opponent(const struct merge *merge,
				  const struct kernel_alternative *item)
{
	struct kernel_alternative given;
	const struct word *off = NULL;

	if (item->subject == KERNEL_SUBJECT_IOMMU)
		off = find_iommu_off(merge->words);
	merge_item_translate(item, merge->machine, &given);
	return off ? (struct word *)off : find_rival(merge, &given);
}

/* Returns 1 where it holds in the end, 0 where it contradicts something. */
static bool can_be_given(const char *value)
{
	while (*value && *value != '"' && !iscntrl((unsigned char)*value))
		value++;
	return !*value;
}

static int merge_rule(struct merge *merge, const struct kernel_rule *rule,
		      struct err *err)
{
	const struct kernel_alternative *item =
		merge_item_choose(rule, merge->machine->maker);
	struct kernel_alternative given;
	struct word *opponent;
	int result = rule_holds(rule, merge, err);

	if (result)
		return result;
	merge_item_translate(item, merge->machine, &given);
	if (given.test == KERNEL_TEST_VALUES && !can_be_given(given.values))
		return err_set(err, EINVAL,
			       "%s: %s has a quote, which the kernel takes off, or white "
			       "space other than blanks: it cannot be given",
			       rule->origin, rule->text);
	opponent = find_opponent(merge, item);
	if (opponent) {
		result = raise_word(merge, opponent, rule, &given, err);
		if (!result)
			contradict(merge, opponent, rule);
		return result;
	}
	result = given.subject == KERNEL_SUBJECT_PAGES
			 ? add_pages(merge, rule, &given, err)
			 : add_word(merge, rule, &given, err);
	return result ? result : 1;
}

/* A number that one rule has made grow may have become too large for another. */
static int check_again(struct merge *merge, const struct kernel_rule *rule,
		       struct err *err)
{
	struct word *opponent;
	int result = rule_holds(rule, merge, err);

	if (result)
		return result < 0 ? result : 0;
	opponent = find_opponent(merge, merge_item_choose(rule, merge->machine->maker));
	if (opponent)
		contradict(merge, opponent, rule);
	return 0;
}

/* The word that makes a forbidden alternative hold: the last of those that do by
 * themselves. */
static const struct word *find_culprit(const struct merge *merge,
				       const struct kernel_alternative *item)
{
	if (item->subject == KERNEL_SUBJECT_PAGES)
		return words_find_pages(merge->words, item->page_size);
	for (size_t i = words_end(merge->words); i-- > 0;) {
		_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
		const struct word *word = &merge->words->items[i];

		if (!cmdline_parse(&cmdline, word->text, NULL) &&
		    kernel_match_cmdline(item, &cmdline, NULL))
			return word;
	}
	return NULL;
}

static int check_forbidden(struct merge *merge, const struct kernel_rule *rule,
			   struct err *err)
{
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	int result = parse_all(merge->words, &cmdline, err);

	for (size_t i = 0; !result && i < rule->count; i++) {
		const struct word *word;

		if (!kernel_match_cmdline(&rule->items[i], &cmdline, NULL))
			continue;
		word = find_culprit(merge, &rule->items[i]);
		if (word)
			contradict(merge, word, rule);
	}
	return result;
}

static int merge_all(struct merge *merge, const struct kernel_rules *rules,
		     struct err *err)
{
	_cleanup_free_ bool *held = calloc(rules->count + 1, sizeof(*held));
	int result = 0;

	if (!held)
		return no_memory(err);
	for (size_t i = 0; result >= 0 && i < rules->count; i++) {
		if (rules->items[i].kind == KERNEL_RULE_FORBID)
			continue;
		result = merge_rule(merge, &rules->items[i], err);
		held[i] = result > 0;
	}
	for (size_t i = 0; result >= 0 && i < rules->count; i++) {
		if (rules->items[i].kind == KERNEL_RULE_FORBID)
			result = check_forbidden(merge, &rules->items[i], err);
		else if (held[i])
			result = check_again(merge, &rules->items[i], err);
	}
	return result < 0 ? result : 0;
}

int merge_rules(struct words *words, const struct kernel_rules *rules,
		const struct merge_machine *machine, struct strbuf *warnings,
		struct err *err)
{
	struct merge merge = { .words = words, .machine = machine, .warnings = warnings };
	int result;

	strbuf_init(&merge.problems, 0);
	result = merge_all(&merge, rules, err);
	if (!result && merge.problems.length)
		result = err_set(err, EINVAL, "%s", merge.problems.text);
	strbuf_release(&merge.problems);
	return result;
}
