/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge.c: makes rules true of a command line. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "boot/merge.h"
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

/* ---- looking at the words ---- */

/* Where the words of the kernel's own end: a lone "--", or the end of all. */
static size_t own_end(const struct words *words)
{
	size_t i = 0;

	while (i < words->count && strcmp(words->items[i].text, "--") != 0)
		i++;
	return i;
}

/* Name and value of one word; to be released. */
static const struct cmdline_arg *part(struct cmdline *cmdline, const struct word *word)
{
	if (cmdline_parse(cmdline, word->text, NULL) || !cmdline->count)
		return NULL;
	return &cmdline->args[0];
}

static bool has_name(const struct word *word, const char *name)
{
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	const struct cmdline_arg *arg = part(&cmdline, word);

	return arg && cmdline_same_name(arg->name, name);
}

/* The last word of this name, which is the one that counts; NULL. */
static struct word *find_name(const struct words *words, const char *name)
{
	for (size_t i = own_end(words); i-- > 0;)
		if (has_name(&words->items[i], name))
			return &words->items[i];
	return NULL;
}

static bool read_size(const struct word *word, uint64_t *size)
{
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	const struct cmdline_arg *arg = part(&cmdline, word);

	return arg && arg->value && kernel_number(arg->value, strlen(arg->value), size);
}

/* The hugepages= for pages of a size, which is that of the hugepagesz= before it; 0 is the
 * default size, which nothing stands before. */
static struct word *find_pages(const struct words *words, uint64_t size)
{
	struct word *found = NULL;
	uint64_t current = 0;

	for (size_t i = 0; i < own_end(words); i++) {
		struct word *word = &words->items[i];

		if (has_name(word, "hugepagesz") || has_name(word, "default_hugepagesz"))
			read_size(word, &current);
		else if (has_name(word, "hugepages") && current == size)
			found = word;
	}
	return found;
}

static int parse_all(const struct words *words, struct cmdline *cmdline, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	words_write(words, &text);
	return text.overflow ? no_memory(err) : cmdline_parse(cmdline, text.text, err);
}

/* ---- what a rule comes to on the command line ---- */

/* An alternative in terms of arguments; false where nothing needs to be given for it. Names
 * are borrowed. */
static bool translate(const struct kernel_alternative *item,
		      const struct merge_machine *machine, struct kernel_alternative *out)
{
	*out = *item;
	if (item->subject == KERNEL_SUBJECT_ISOLATED)
		out->name = (char *)"isolcpus";
	if (item->subject != KERNEL_SUBJECT_IOMMU)
		return true;
	*out = (struct kernel_alternative){ .name = (char *)"intel_iommu",
					    .values = (char *)"on",
					    .test = KERNEL_TEST_VALUES };
	return machine->maker == CPU_MAKER_INTEL && machine->iommu_is_off;
}

/* An IOMMU that is switched off on the command line; NULL. */
static const struct word *find_iommu_off(const struct words *words)
{
	static const char *const names[] = { "intel_iommu", "amd_iommu", "iommu" };
	struct kernel_alternative off = { .values = (char *)"off",
					  .test = KERNEL_TEST_VALUES };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
		const struct word *word = find_name(words, names[i]);

		off.name = (char *)names[i];
		if (word && !cmdline_parse(&cmdline, word->text, NULL) &&
		    kernel_match_cmdline(&off, &cmdline, NULL))
			return word;
	}
	return NULL;
}

/* What generators give without being asked. */
static bool is_generated(const struct kernel_alternative *item)
{
	static const char *const names[] = { "root", "rootflags",  "ro",
					     "rw",   "BOOT_IMAGE", "initrd" };

	for (size_t i = 0; item->test == KERNEL_TEST_GIVEN && i < ARRAY_SIZE(names); i++)
		if (!strcmp(item->name, names[i]))
			return true;
	return false;
}

static bool holds(const struct kernel_alternative *item, const struct merge *merge,
		  const struct cmdline *cmdline)
{
	struct kernel_alternative given;

	if (is_generated(item))
		return true;
	if (item->subject == KERNEL_SUBJECT_IOMMU && find_iommu_off(merge->words))
		return false;
	return !translate(item, merge->machine, &given) ||
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

/* The other maker's IOMMU does not fit; the first of those that do is taken. */
static const struct kernel_alternative *choose(const struct kernel_rule *rule,
					       enum cpu_maker maker)
{
	for (size_t i = 0; i < rule->count; i++) {
		const char *name = rule->items[i].name;
		bool intel = !strncmp(name, "intel_", 6), amd = !strncmp(name, "amd_", 4);

		if (!(intel && maker == CPU_MAKER_AMD) &&
		    !(amd && maker == CPU_MAKER_INTEL))
			return &rule->items[i];
	}
	return &rule->items[0];
}

static uint64_t number_for(const struct kernel_alternative *item)
{
	return item->low ? item->low : item->high == UINT64_MAX ? 0 : item->high;
}

static void write_size(uint64_t bytes, struct strbuf *out)
{
	static const struct {
		unsigned shift;
		char letter;
	} units[] = { { 30, 'G' }, { 20, 'M' }, { 10, 'K' } };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (bytes % ((uint64_t)1 << units[i].shift) == 0) {
			strbuf_addf(out, "%" PRIu64 "%c", bytes >> units[i].shift,
				    units[i].letter);
			return;
		}
	}
	strbuf_addf(out, "%" PRIu64, bytes);
}

static void write_word(const struct kernel_alternative *item, struct strbuf *out)
{
	strbuf_adds(out,
		    item->subject == KERNEL_SUBJECT_PAGES ? "hugepages" : item->name);
	if (item->test == KERNEL_TEST_RANGE || item->subject == KERNEL_SUBJECT_PAGES)
		strbuf_addf(out, "=%" PRIu64, number_for(item));
	else if (item->test == KERNEL_TEST_VALUES)
		strbuf_addf(out, strchr(item->values, ' ') ? "=\"%s\"" : "=%s",
			    item->values);
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

/* The alternative that a word was added for. */
static const struct kernel_alternative *added_for(const struct word *word,
						  const struct kernel_alternative *like)
{
	for (size_t i = 0; word->rule && i < word->rule->count; i++) {
		const struct kernel_alternative *item = &word->rule->items[i];

		if (item->subject == like->subject && item->test == like->test &&
		    item->page_size == like->page_size &&
		    cmdline_same_name(item->name, like->name))
			return item;
	}
	return NULL;
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

/* A word that a rule brought in becomes what both ask for: 1; 0 where it cannot. */
static int raise_word(struct word *word, const struct kernel_rule *rule,
		      const struct kernel_alternative *item, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	uint64_t number;
	int result;

	if (!added_for(word, item))
		return 0;
	strbuf_init(&text, 0);
	if (kernel_match_reading(item->name) & KERNEL_READS_CPUS &&
	    item->test == KERNEL_TEST_VALUES) {
		strbuf_addf(&text, "%s,%s", word->text, item->values);
	} else if (item->test == KERNEL_TEST_RANGE ||
		   item->subject == KERNEL_SUBJECT_PAGES) {
		const struct kernel_alternative *before = added_for(word, item);

		/* It does not hold, so the number that is there is too small for it, or
		 * too large; the latter stays a contradiction. */
		number = number_for(item);
		if (!read_size(word, &(uint64_t){ 0 }) || number > before->high ||
		    number < before->low)
			return 0;
		write_word(item, &text);
	} else {
		return 0;
	}
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
	size_t end = own_end(merge->words);
	int result;

	strbuf_init(&size, 0);
	strbuf_init(&count, 0);
	strbuf_adds(&size, "hugepagesz=");
	write_size(item->page_size, &size);
	write_word(item, &count);
	result = insert(merge, end, size.text, rule, err);
	return result ? result : insert(merge, end + 1, count.text, rule, err);
}

/* Pages of the default size are counted before any hugepagesz=. */
static size_t place_of(const struct merge *merge, const struct kernel_alternative *item)
{
	size_t end = own_end(merge->words);

	if (strcmp(item->name, "hugepages") != 0)
		return end;
	for (size_t i = 0; i < end; i++)
		if (has_name(&merge->words->items[i], "hugepagesz"))
			return i;
	return end;
}

static int add_word(struct merge *merge, const struct kernel_rule *rule,
		    const struct kernel_alternative *item, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	write_word(item, &text);
	return insert(merge, place_of(merge, item), text.text, rule, err);
}

/* The word that says something else; NULL where there is room for another one. */
static struct word *find_rival(const struct merge *merge,
			       const struct kernel_alternative *item)
{
	if (item->subject == KERNEL_SUBJECT_PAGES)
		return find_pages(merge->words, item->page_size);
	if (!strcmp(item->name, "hugepages"))
		return find_pages(merge->words, 0);
	if (kernel_match_reading(item->name) & KERNEL_ADDS_UP)
		return NULL;
	return find_name(merge->words, item->name);
}

static int merge_rule(struct merge *merge, const struct kernel_rule *rule,
		      struct err *err)
{
	const struct kernel_alternative *item = choose(rule, merge->machine->maker);
	const struct word *off = item->subject == KERNEL_SUBJECT_IOMMU
					 ? find_iommu_off(merge->words)
					 : NULL;
	struct kernel_alternative given;
	struct word *rival;
	int result = rule_holds(rule, merge, err);

	if (result)
		return result < 0 ? result : 0;
	translate(item, merge->machine, &given);
	rival = find_rival(merge, &given);
	if (rival && !off) {
		result = raise_word(rival, rule, &given, err);
		if (result)
			return result < 0 ? result : 0;
	}
	if (off || rival) {
		contradict(merge, off ? off : rival, rule);
		return 0;
	}
	return given.subject == KERNEL_SUBJECT_PAGES ? add_pages(merge, rule, &given, err)
						     : add_word(merge, rule, &given, err);
}

/* The word that makes a forbidden alternative hold: the last of those that do by
 * themselves. */
static const struct word *find_culprit(const struct merge *merge,
				       const struct kernel_alternative *item)
{
	if (item->subject == KERNEL_SUBJECT_PAGES)
		return find_pages(merge->words, item->page_size);
	for (size_t i = own_end(merge->words); i-- > 0;) {
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

int merge_rules(struct words *words, const struct kernel_rules *rules,
		const struct merge_machine *machine, struct strbuf *warnings,
		struct err *err)
{
	struct merge merge = { .words = words, .machine = machine, .warnings = warnings };
	int result = 0;

	strbuf_init(&merge.problems, 0);
	for (size_t i = 0; !result && i < rules->count; i++)
		if (rules->items[i].kind != KERNEL_RULE_FORBID)
			result = merge_rule(&merge, &rules->items[i], err);
	for (size_t i = 0; !result && i < rules->count; i++)
		if (rules->items[i].kind == KERNEL_RULE_FORBID)
			result = check_forbidden(&merge, &rules->items[i], err);
	if (!result && merge.problems.length)
		result = err_set(err, EINVAL, "%s", merge.problems.text);
	strbuf_release(&merge.problems);
	return result;
}
