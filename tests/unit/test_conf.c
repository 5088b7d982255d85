/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/conf_dump.c lib/value/units.c lib/value/pci.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c tests/unit/conf_all.c LIBS: inih */
/* clang-format on */
/* test_conf.c: what may stand in a configuration file, and what it does. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/value/units.h"
#include "tests/unit/conf_all.h"
#include "tests/unit/tap.h"

static struct conf *read_good(const char *text)
{
	struct conf *conf = conf_new(&all_schema);
	struct err err = ERR_INIT;

	if (conf_read_text(conf, "t.conf", text, &err))
		printf("# %s\n", err.text);
	return conf;
}

static void defaults_are_those_of_the_table(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	struct all_conf *all = conf_data(conf);

	ok(all->plain.a_bool, "a switch has its default");
	is_int(all->plain.an_int, -7, "a number has its default");
	is_int(all->plain.size, 4096, "a size has its default");
	is_int(all->plain.span_ms, 90000, "a time span has its default");
	is_str(all->plain.string, "", "a text without a default is empty, never NULL");
	is_str(all->plain.greeting, "good day", "a default may hold white space");
	is_int(all->plain.an_enum, all_plain_an_enum_ide, "a word has its default");
	ok(!all->plain.pci_address.is_set, "an address without a default is not set");
	is_int(cpu_list_count(&all->plain.cpus), 4, "a set of CPUs has its default");
	is_int(all->list.ints.count, 2, "a list has its default");
	is_int(all->list.strings.count, 0, "a list without a default is empty");
	is_int(all->disk.count, 0, "a repeated section has no instance at first");
}

static void lines_follow_systemd_syntax(void)
{
	_cleanup_conf_ struct conf *conf = read_good("\xef\xbb\xbf# comment\n"
						     "; comment = 1\n"
						     "  [Plain]  \n"
						     "\tString = a;b # c  \r\n"
						     "Int=1\n"
						     "Int=2\n"
						     "Greeting=one\\\n"
						     "# comment between, ending in \\\n"
						     "  two\n"
						     "[List]\n"
						     "Int=3\n"
						     "String=a \"b c\" 'd\\e'\n"
						     "[Plain]\n"
						     "Path=/x\n");
	struct all_conf *all = conf_data(conf);

	is_str(all->plain.string, "a;b # c", "a # behind a value belongs to the value");
	is_int(all->plain.an_int, 2, "of a scalar given twice the last counts");
	is_str(all->plain.greeting, "one   two", "a backslash joins lines over comments");
	is_str(all->plain.path, "/x", "a single section may be opened again");
	is_int(all->list.strings.count, 3,
	       "a list is parted by white space outside quotes");
	is_str(all->list.strings.items[1], "b c", "double quotes hold an item together");
	is_str(all->list.strings.items[2], "d\\e",
	       "in single quotes a backslash stands for itself");
	is_int(conf_origin(conf, "Plain", "Path", 0).line, 14,
	       "line numbers are right behind joined lines");
	is_int(conf_origin(conf, "Plain", "Greeting", 0).line, 7,
	       "a joined line has the number of its first part");
	is_str(conf_origin(conf, "Plain", "Path", 0).file, "t.conf",
	       "a value knows its file");
	ok(!conf_origin(conf, "Plain", "Bool", 0).file, "a default has no file");
}

static void quotes_hold_any_text(void)
{
	_cleanup_conf_ struct conf *conf =
		read_good("[Plain]\nString=\" \\\"\\\\\\n\\x41 \"\nGreeting=\"\"\n"
			  "[List]\nString=\"\" x\n");
	struct all_conf *all = conf_data(conf);

	is_str(all->plain.string, " \"\\\nA ", "escapes are known between double quotes");
	is_str(all->plain.greeting, "", "a quoted empty text is empty, not the default");
	is_str(all->list.strings.items[0], "", "an item may be empty");
}

static void lists_append_and_empty_values_reset(void)
{
	_cleanup_conf_ struct conf *conf =
		read_good("[List]\nInt=5\nInt=6 7\nString=a\nString=\n"
			  "[Plain]\nInt=4\nInt=\nGreeting=x\nGreeting=\n");
	struct all_conf *all = conf_data(conf);

	is_int(all->list.ints.count, 3,
	       "the first items replace the default, later ones add");
	is_int(all->list.ints.items[0], 5, "items keep their order");
	is_int(all->list.strings.count, 0, "an empty value empties a list");
	is_int(all->plain.an_int, -7, "an empty value is the default again");
	is_str(all->plain.greeting, "good day", "so it is for a text");
	conf_read_text(conf, "t", "[List]\nInt=\n", NULL);
	is_int(all->list.ints.count, 0, "a list with a default can be emptied");
}

static void repeated_sections_are_instances(void)
{
	_cleanup_conf_ struct conf *conf = read_good(
		"[Disk]\nDevice=/dev/a\n[Disk]\nDevice=/dev/b\nSize=2G\nTags=x y\n");
	struct all_conf *all = conf_data(conf);
	struct err err = ERR_INIT;

	is_int(all->disk.count, 2, "two sections are two disks");
	is_str(all->disk.items[1].device, "/dev/b", "each has its own values");
	is_int(all->disk.items[0].size, 1 << 30, "and its own defaults");
	is_int(conf_origin(conf, "Disk", "Size", 1).line, 5, "and its own origins");
	is_int(conf_set(conf, "Disk", "Size", "1", "x", &err), -EINVAL,
	       "one value of a repeated section cannot be set");
}

static const struct {
	const char *text, *message, *hint;
} bad[] = {
	{ "[Plain]\nBol=yes\n", "t.conf:2: there is no key Bol in [Plain]",
	  "did you mean Bool?" },
	{ "[Plani]\n", "t.conf:1: there is no section [Plani]", "did you mean [Plain]?" },
	{ "[Whatever]\nKey=1\n", "t.conf:1: there is no section [Whatever]",
	  "all.conf(5) has them all" },
	{ "[Plain]\nWhatever=1\n", "t.conf:2: there is no key Whatever in [Plain]",
	  "all.conf(5) has them all" },
	{ "[Plain]\nDevice=/x\n", "t.conf:2: there is no key Device in [Plain]",
	  "it belongs into [Disk]" },
	{ "Bool=yes\n", "t.conf:1: Bool= stands before the first [Section]",
	  "write [Plain] in front" },
	{ "What=1\n", "t.conf:1: What= stands before the first [Section]",
	  "write [Section] in front" },
	{ "[Plain]\nnonsense\n",
	  "t.conf:2: this is neither [Section] nor Key=Value nor a comment",
	  "a comment begins with #; a line that goes on in the next ends with \\" },
	{ "[Plain]\nA bool=yes\n",
	  "t.conf:2: this is neither [Section] nor Key=Value nor a comment",
	  "a key is one word of letters and digits" },
	{ "[Plain]\n\nBool: yes\n",
	  "t.conf:3: this is neither [Section] nor Key=Value nor a comment",
	  "write Bool=" },
	{ "[Plain]\nBool:x=yes\n",
	  "t.conf:2: this is neither [Section] nor Key=Value nor a comment",
	  "write Bool=" },
	{ "[Plain\n", "t.conf:1: a section's name without its ']'", "write [Plain]" },
	{ "[AVeryLongNameThatNoSectionHasAndThatNobodyWouldWrite]\n",
	  "t.conf:1: a section's name is longer than 40 bytes",
	  "no section has such a name" },
	{ "[Plain] x\n", "t.conf:1: something stands behind the ']' of a section",
	  "keys and comments have lines of their own" },
	{ "[Plain]\nInt=a\n", "t.conf:2: [Plain] Int: \"a\" is not a whole number",
	  "Int= says: A number; without it: -7" },
	{ "[Plain]\nInt=5 # why\n",
	  "t.conf:2: [Plain] Int: \"5 # why\" is not a whole number",
	  "a comment has a line of its own" },
	{ "[Plain]\nInt=99999999999999999999\n",
	  "t.conf:2: [Plain] Int: \"99999999999999999999\" is not a whole number",
	  "Int= says: A number; without it: -7" },
	{ "[Plain]\nRanged=11\n", "t.conf:2: [Plain] Ranged: 11 is not between 1 and 10",
	  "Ranged= says: A small number; without it: 5" },
	{ "[Plain]\nSmallSize=2M\n",
	  "t.conf:2: [Plain] SmallSize: 2M is not between 0 and 1M",
	  "SmallSize= says: Up to 1M; without it: 0" },
	{ "[Plain]\nEnum=scuzzy-disk\n",
	  "t.conf:2: [Plain] Enum: \"scuzzy-disk\" is not one of virtio-scsi, virtio-blk, ide",
	  "Enum= says: A word; without it: ide" },
	{ "[Plain]\nEnum=virtio-skci\n",
	  "t.conf:2: [Plain] Enum: \"virtio-skci\" is not one of virtio-scsi, virtio-blk, ide",
	  "did you mean virtio-scsi?" },
	{ "[Plain]\nPath=x\n", "t.conf:2: [Plain] Path: \"x\" is not an absolute path",
	  "Path= says: A path; without it: /etc" },
	{ "[Plain]\nPath=/x//y/./\n",
	  "t.conf:2: [Plain] Path: the path /x//y/./ is not in its plain form",
	  "write /x/y" },
	{ "[Plain]\nPath=/x/../y\n",
	  "t.conf:2: [Plain] Path: the path /x/../y has a \"..\" in it",
	  "Path= says: A path; without it: /etc" },
	{ "[Plain]\nPciId=10de\n",
	  "t.conf:2: [Plain] PciId: \"10de\" is not a VENDOR:DEVICE pair such as 10de:1b80",
	  "PciId= says: An identity" },
	{ "[Plain]\nString=\"a\n", "t.conf:2: [Plain] String: the quote \" is not closed",
	  "write another \" at its end" },
	{ "[Plain]\nString=\"a\" b\n",
	  "t.conf:2: [Plain] String: there is something behind the closing quote",
	  "quote the whole value; quotes inside it are written \\\"" },
	{ "[Plain]\nString=\"\\q\"\n",
	  "t.conf:2: [Plain] String: an unknown escape behind a backslash",
	  "known are \\\\ \\\" \\' \\n \\t \\r and \\xHH" },
	{ "[Plain]\nString=a\x01\n", "t.conf:2: the control character 0x01",
	  "delete it, or save the file as plain text" },
	{ "[Plain]\nString=a\xff\n", "t.conf:2: [Plain] String: the value is not UTF-8",
	  "have your editor save the file as UTF-8" },
	{ "[List]\nString=a x\"b c\"\n", "t.conf:2: [List] String: a quote inside x\"b",
	  "quote the whole item" },
	{ "[List]\nString=\"a\"b\n",
	  "t.conf:2: [List] String: no white space behind a closing quote",
	  "a blank parts it from the next item" },
	{ "[List]\nInt=1 \\\n2 \\\nx\nInt=5\n",
	  "t.conf:2: [List] Int: \"x\" is not a whole number",
	  "Int= says: Numbers; without it: 1 2" },
	{ "[Plain]\nString=1\\\n\\\n2\n[Plain] x\n",
	  "t.conf:5: something stands behind the ']' of a section",
	  "keys and comments have lines of their own" },
};

static void errors_name_the_line_and_the_nearest_word(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
		struct err err = ERR_INIT;
		int rc = conf_read_text(conf, "t.conf", bad[i].text, &err);

		is_int(rc, -EINVAL, "refused: %s", bad[i].message);
		is_str(err.text, bad[i].message, "the message says where and why");
		is_str(err.hint, bad[i].hint, "the hint helps");
	}
}

static void all_errors_come_at_once(void)
{
	_cleanup_conf_ struct conf *conf = read_good("[Plain]\nInt=3\n[Disk]\n");
	struct all_conf *all = conf_data(conf);
	struct err err = ERR_INIT;

	conf_read_text(conf, "t.conf",
		       "[Plain]\nInt=4\nInt=x\n[Disk]\nSize=\n?\nBool=1\n", &err);
	is_str(err.text,
	       "t.conf:3: [Plain] Int: \"x\" is not a whole number; Int= says: A number; "
	       "without it: -7\n"
	       "t.conf:6: this is neither [Section] nor Key=Value nor a comment; a comment "
	       "begins with #; a line that goes on in the next ends with \\\n"
	       "t.conf:7: there is no key Bool in [Disk]; it belongs into [Plain]",
	       "every error of a file has a line, in the file's order");
	is_int(all->plain.an_int, 3, "a file with an error changes no value");
	is_int(all->disk.count, 1, "and adds no section");
}

static void all_errors_of_a_file_are_told(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	_cleanup_strbuf_ struct strbuf text;
	struct err err = ERR_INIT;

	strbuf_init(&text, 0);
	strbuf_adds(&text, "[Plain]\n");
	for (int i = 0; i < 30; i++)
		strbuf_adds(&text, "Int=x\n");
	conf_read_text(conf, "t.conf", text.text, &err);
	ok(strstr(err.text, "\nt.conf:31: ") && !strstr(err.text, "more errors"),
	   "thirty mistakes are told in one go");
}

static void very_many_errors_fit(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	_cleanup_strbuf_ struct strbuf text;
	struct err err = ERR_INIT;

	strbuf_init(&text, 0);
	for (int i = 0; i < 1000; i++)
		strbuf_adds(&text, "nonsense\n");
	is_int(conf_read_text(conf, "t.conf", text.text, &err), -EINVAL,
	       "a thousand errors");
	ok(strstr(err.text, "\n... and more errors"), "what does not fit is mentioned");
}

static void long_lines_are_read_or_refused(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	struct all_conf *all = conf_data(conf);
	_cleanup_strbuf_ struct strbuf text;
	struct err err = ERR_INIT;

	strbuf_init(&text, 0);
	strbuf_adds(&text, "[List]\nInt=");
	for (int i = 0; i < 20000; i++)
		strbuf_adds(&text, "1 ");
	strbuf_adds(&text, "\n[Plain]\nInt=8\n");
	is_int(conf_read_text(conf, "t.conf", text.text, &err), 0,
	       "a line of 40000 bytes is read");
	is_int(all->list.ints.count, 20000, "whole");
	is_int(conf_origin(conf, "Plain", "Int", 0).line, 4, "and counts as one line");
	strbuf_truncate(&text, 0);
	strbuf_adds(&text, "[Plain]\nString=");
	for (int i = 0; i < 100000; i++)
		strbuf_addc(&text, 'x');
	strbuf_adds(&text, "\nInt=x\n");
	is_int(conf_read_text(conf, "t.conf", text.text, &err), -EINVAL,
	       "one of 100000 is refused");
	ok(strncmp(err.text, "t.conf:2: the line is longer than", 33) == 0 &&
		   strstr(err.text, "\nt.conf:3: "),
	   "with its number, and the next ones are still right");
}

static void rules_name_the_origin(void)
{
	_cleanup_conf_ struct conf *conf =
		read_good("[Plain]\nInt=96\n[Disk]\n[Disk]\nSize=1K\n");
	struct err err = ERR_INIT;

	is_int(conf_check(conf, &err), -EINVAL, "a rule that does not hold is an error");
	is_str(err.text,
	       "t.conf:5: [Disk] Size: a disk has 1M at least; Size= says: How large; "
	       "without it: 1G\n"
	       "t.conf:2: [Plain] Int: too much with Ranged=; Int= says: A number; "
	       "without it: -7",
	       "every rule that does not hold is named with its line");
	conf_set(conf, "Plain", "Int", "1", "/proc/cmdline", NULL);
	conf_check(conf, &err);
	is_str(err.text, "t.conf:5: [Disk] Size: a disk has 1M at least",
	       "the others are quiet");
	is_str(err.hint, "Size= says: How large; without it: 1G",
	       "a rule that knows no better says what the key is for");
}

static void single_values_are_set(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	struct all_conf *all = conf_data(conf);
	struct err err = ERR_INIT;

	is_int(conf_set(conf, "Plain", "Span", "5min", "/proc/cmdline", &err), 0,
	       "a value is set");
	is_int(all->plain.span_ms, 300000, "and is there");
	is_str(conf_origin(conf, "Plain", "Span", 0).file, "/proc/cmdline",
	       "with its origin");
	is_int(conf_set(conf, "Plain", "Span", "5 bananas", "/proc/cmdline", &err),
	       -EINVAL, "a bad value is refused");
	ok(strncmp(err.text,
		   "/proc/cmdline: [Plain] Span: \"5 bananas\" is not a time span",
		   58) == 0,
	   "with origin and reason");
	is_int(all->plain.span_ms, 300000, "and changes nothing");
	is_int(conf_set(conf, "Plain", "Nothing", "1", "x", &err), -EINVAL,
	       "a key is known or not");
}

static void put_bytes(const char *dir, const char *name, const char *text, size_t size)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, size) != (ssize_t)size)
		printf("# cannot write %s\n", path);
	close(fd);
}

#define put(dir, name, text) put_bytes(dir, name, text, sizeof(text) - 1)

static void files_and_dropins_are_read_in_order(void)
{
	char dir[] = "/tmp/test_conf.XXXXXX", dropins[64], command[96];
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	struct all_conf *all = conf_data(conf);
	struct err err = ERR_INIT;
	_cleanup_close_ int root = -1;

	ok(mkdtemp(dir), "a folder");
	root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(dropins, sizeof(dropins), "%s/a.conf.d", dir);
	mkdir(dropins, 0700);
	put(dir, "a.conf", "[Plain]\nInt=1\nString=first\n");
	put(dropins, "20.conf", "[Plain]\nInt=20\n");
	put(dropins, "10.conf", "[Plain]\nInt=10\n[List]\nInt=1\n");
	put(dropins, "30.conf~", "nonsense\n");
	put(dropins, ".40.conf", "nonsense\n");
	is_int(conf_read_file(conf, root, "/a.conf", &err), 1, "a file is read");
	is_int(conf_read_file(conf, root, "/b.conf", &err), 0,
	       "a missing file is no error");
	is_int(err.code, 0, "and leaves no message");
	is_int(conf_read_dropins(conf, root, "/a.conf.d", &err), 0, "drop-ins are read");
	is_int(conf_read_dropins(conf, root, "/b.conf.d", &err), 0, "or are not there");
	is_int(all->plain.an_int, 20, "the last by name counts");
	is_str(all->plain.string, "first", "what drop-ins leave alone stays");
	is_str(conf_origin(conf, "Plain", "Int", 0).file, "/a.conf.d/20.conf",
	       "each by its name");
	put(dropins, "50.conf",
	    "[Plain]\nInt=5\0"
	    "0\n");
	is_int(conf_read_dropins(conf, root, "a.conf.d", &err), -EINVAL,
	       "a NUL byte is refused");
	is_str(err.text, "a.conf.d/50.conf:2: the control character 0x00",
	       "with its line");
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		printf("# cannot remove %s\n", dir);
}

int main(void)
{
	defaults_are_those_of_the_table();
	lines_follow_systemd_syntax();
	quotes_hold_any_text();
	lists_append_and_empty_values_reset();
	repeated_sections_are_instances();
	errors_name_the_line_and_the_nearest_word();
	all_errors_come_at_once();
	all_errors_of_a_file_are_told();
	very_many_errors_fit();
	long_lines_are_read_or_refused();
	rules_name_the_origin();
	single_values_are_set();
	files_and_dropins_are_read_in_order();
	return done_testing();
}
