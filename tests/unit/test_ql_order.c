/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/order.c lib/guest*.c lib/findings.c lib/origin.c lib/nearest.c lib/schema/guest*.c lib/schema/rule.c */
/* SOURCES: lib/conf*.c lib/interrupt.c lib/kernel_rule.c lib/kernel_match.c lib/kernel_config.c lib/cmdline.c lib/file*.c lib/strbuf.c lib/format_text.c lib/err.c lib/password_hash.c lib/sha512*.c lib/value/[a-z]*.c LIBS: inih */
/* test_ql_order.c: the order of guests, and what is wrong with it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "qemu-launch/order.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

/* Guests are called a, b, c and so on; each row's texts are what is in their [Guest]. */
enum { MOST = 6 };

static int root;
static struct guests guests;
static struct order order;

static void read_guests(const char *const *texts)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < MOST; i++) {
		char path[] = "etc/bedplate/guests/a.conf", text[200];

		path[strlen("etc/bedplate/guests/")] += (char)i;
		unlinkat(root, path, 0);
		if (!texts[i])
			continue;
		snprintf(text, sizeof(text), "[Guest]\n%s\n", texts[i]);
		fake_file(root, path, text);
	}
	ok(guests_read(&guests, root, &err) == 0, "the guests are read %s", err.text);
	ok(order_read(&order, guests.items, guests.count, &err) == 0, "and ordered");
}

static void release(void)
{
	order_release(&order);
	guests_release(&guests);
}

/* Flags of the guests with these letters. */
static bool *flags(const char *letters)
{
	bool *chosen = calloc(MOST, sizeof(*chosen));

	for (; *letters; letters++)
		chosen[*letters - 'a'] = true;
	return chosen;
}

static const char *letters_of(const bool *chosen)
{
	static char text[MOST + 1];
	size_t length = 0;

	for (size_t i = 0; i < guests.count; i++)
		if (chosen[i])
			text[length++] = (char)('a' + i);
	text[length] = '\0';
	return text;
}

/* ---- sequences ---- */

static const struct row {
	const char *name, *texts[MOST];
	const char *chosen;    /* these are to start */
	const char *completed; /* so these do */
	const char *sequence;
} rows[] = {
	{ "guests that do not wait go by their names",
	  { "", "", "" },
	  "abc",
	  "abc",
	  "abc" },
	{ "a chain", { "Requires=b", "Requires=c", "" }, "a", "abc", "cba" },
	{ "After= starts nobody", { "After=b", "" }, "a", "a", "a" },
	{ "After= orders those that start", { "After=b", "" }, "ab", "ab", "ba" },
	{ "both keys may name the same guest",
	  { "After=b\nRequires=b", "" },
	  "a",
	  "ab",
	  "ba" },
	{ "a diamond",
	  { "Requires=b c", "After=d", "Requires=d", "" },
	  "a",
	  "abcd",
	  "dbca" },
	{ "a name that nobody has is nobody", { "After=x" }, "a", "a", "a" },
	{ "who waits in a circle has no place",
	  { "", "After=c", "After=b", "After=b" },
	  "abcd",
	  "abcd",
	  "a" },
	{ "but for those that start only",
	  { "", "After=c", "After=b" },
	  "ab",
	  "ab",
	  "ab" },
};

static void test_sequence(const struct row *row)
{
	_cleanup_free_ bool *chosen = flags(row->chosen);
	size_t sequence[MOST], count;
	char text[MOST + 1] = "";

	read_guests(row->texts);
	order_complete(&order, chosen);
	is_str(letters_of(chosen), row->completed, "%s: who starts", row->name);
	count = order_sequence(&order, chosen, sequence);
	for (size_t i = 0; i < count; i++)
		text[i] = (char)('a' + sequence[i]);
	is_str(text, row->sequence, "%s: in this order", row->name);
	release();
}

/* ---- mistakes ---- */

static const struct fault {
	const char *name, *texts[MOST];
	const char *asked;
	const char *findings; /* "SUBJECT SEVERITY ORIGIN: WHAT", one a line */
} faults[] = {
	{ "all is well", { "Requires=b", "" }, "ab", "" },
	{ "an unknown name is required",
	  { "Requires=bb\nAfter=c", "", "" },
	  "abc",
	  "a problem guests/a.conf:2: it requires bb, and there is no such guest\n" },
	{ "an unknown name in After= is less than that",
	  { "After=x" },
	  "a",
	  "a warning guests/a.conf:2: it is to start after x, and there is no such guest\n" },
	{ "who waits for himself",
	  { "After=a" },
	  "a",
	  "a problem guests/a.conf:2: it waits for itself: a -> a (guests/a.conf:2, After=)\n" },
	{ "a circle is told whole, to each of it",
	  { "Requires=b", "\nAfter=c", "Requires=a", "" },
	  "abcd",
	  "a problem guests/a.conf:2: it waits for itself: a -> b (guests/a.conf:2, Requires=) -> c "
	  "(guests/b.conf:3, After=) -> a (guests/c.conf:2, Requires=)\n"
	  "b problem guests/b.conf:3: it waits for itself: b -> c (guests/b.conf:3, After=) -> a "
	  "(guests/c.conf:2, Requires=) -> b (guests/a.conf:2, Requires=)\n"
	  "c problem guests/c.conf:2: it waits for itself: c -> a (guests/c.conf:2, Requires=) -> b "
	  "(guests/a.conf:2, Requires=) -> c (guests/b.conf:3, After=)\n" },
	{ "two circles are two mistakes",
	  { "After=a", "After=b" },
	  "ab",
	  "a problem guests/a.conf:2: it waits for itself: a -> a (guests/a.conf:2, After=)\n"
	  "b problem guests/b.conf:2: it waits for itself: b -> b (guests/b.conf:2, After=)\n" },
	{ "others' mistakes are not asked about",
	  { "", "After=b", "Requires=x" },
	  "a",
	  "" },
	{ "but those of whom it requires are",
	  { "Requires=b", "Requires=c", "Requires=x" },
	  "a",
	  "c problem guests/c.conf:2: it requires x, and there is no such guest\n"
	  "b problem guests/b.conf:2: it requires c, which cannot start\n"
	  "a problem guests/a.conf:2: it requires b, which cannot start\n" },
	{ "who is only ordered after a mistake can start",
	  { "After=b", "Requires=x" },
	  "a",
	  "" },
	{ "who waits for a circle is not in it",
	  { "Requires=b", "After=c", "After=b" },
	  "a",
	  "b problem guests/b.conf:2: it waits for itself: b -> c (guests/b.conf:2, After=) -> b "
	  "(guests/c.conf:2, After=)\n"
	  "a problem guests/a.conf:2: it requires b, which cannot start\n" },
};

static void test_fault(const struct fault *fault)
{
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;
	_cleanup_free_ bool *asked = flags(fault->asked);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	read_guests(fault->texts);
	order_judge(&order, asked, &findings);
	for (size_t i = 0; i < findings.count; i++)
		strbuf_addf(&text, "%s %s %s: %s\n", findings.items[i].subject,
			    check_severity_word(findings.items[i].severity),
			    findings.items[i].origin, findings.items[i].what);
	is_str(text.text, fault->findings, "%s", fault->name);
	release();
}

int main(void)
{
	root = fake_tree_open();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		test_sequence(&rows[i]);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		test_fault(&faults[i]);
	close(root);
	fake_tree_remove();
	return done_testing();
}
