/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/cmdline.c lib/file.c lib/strbuf.c lib/err.c */
/* test_cmdline.c: the command line is parted as the kernel parts it. */
#include "lib/cmdline.h"
#include "tests/unit/tap.h"

static void parted_as_the_kernel_does(void)
{
	_cleanup_cmdline_ struct cmdline c = CMDLINE_INIT;
	const struct cmdline_arg *arg = NULL;

	cmdline_parse(
		&c,
		" root=/dev/a ro  root=LABEL=\"my root\" \"dyndbg=file x.c +p\" quiet\n"
		"empty= rootflags=\"subvol=@,a b\" console=tty0 console=ttyS0 -- single a=b root=no\n",
		NULL);
	is_str(cmdline_value(&c, "root"), "LABEL=\"my root\"",
	       "the last one counts, and quotes inside a value stay");
	is_str(cmdline_value(&c, "dyndbg"), "file x.c +p",
	       "quotes around a whole argument");
	is_str(cmdline_value(&c, "rootflags"), "subvol=@,a b", "quotes around a value");
	is_str(cmdline_value(&c, "empty"), "", "an empty value is a value");
	ok(cmdline_find(&c, "ro") && !cmdline_value(&c, "ro"), "an argument without '='");
	ok(cmdline_find(&c, "quiet"), "a newline parts arguments, too");
	arg = cmdline_next(&c, "console", NULL);
	is_str(arg->value, "tty0", "arguments of one name are walked in order");
	arg = cmdline_next(&c, "console", arg);
	is_str(arg->value, "ttyS0", "to the last");
	ok(!cmdline_next(&c, "console", arg), "and no further");
	ok(!cmdline_find(&c, "single") && !cmdline_find(&c, "a"),
	   "what stands behind -- is init's");
	ok(c.args[c.count - 3].is_init && strcmp(c.args[c.count - 3].name, "single") == 0,
	   "and kept for it");
}

static void switches(void)
{
	_cleanup_cmdline_ struct cmdline c = CMDLINE_INIT;

	cmdline_parse(&c, "a b=1 c=0 d=no e=maybe f=yes f=off", NULL);
	ok(cmdline_bool(&c, "a", false), "a switch alone is on");
	ok(cmdline_bool(&c, "b", false), "1 is on");
	ok(!cmdline_bool(&c, "c", true), "0 is off");
	ok(!cmdline_bool(&c, "d", true), "no is off");
	ok(cmdline_bool(&c, "e", true) && !cmdline_bool(&c, "e", false),
	   "another word leaves the default");
	ok(!cmdline_bool(&c, "f", true), "the last one counts");
	ok(cmdline_bool(&c, "absent", true), "absent is the default");
}

static void module_options(void)
{
	_cleanup_cmdline_ struct cmdline c = CMDLINE_INIT;
	const char *option = NULL;

	cmdline_parse(
		&c, "snd-hda-intel.power_save=1 vfio_pci.ids=10de:1 vfio_pcix.a=1 nvme.",
		NULL);
	ok(cmdline_is_module_option(&c.args[0], "snd_hda_intel", &option),
	   "- and _ are the same in a module's name");
	is_str(option, "power_save", "the option is what follows the dot");
	ok(cmdline_is_module_option(&c.args[1], "vfio-pci", &option), "either way round");
	ok(!cmdline_is_module_option(&c.args[2], "vfio_pci", &option),
	   "a longer module name is another module");
	ok(!cmdline_is_module_option(&c.args[3], "nvme", &option),
	   "a dot without an option is none");
	ok(cmdline_same_name("a-b_c", "a_b-c") && !cmdline_same_name("a-b", "a-bc"),
	   "names are compared whole");
}

static void odd_input(void)
{
	static const char *const lines[] = { "",      " ",     "\"",       "\"\"",
					     "=",     "==",    "a=\"",     "--",
					     "a=\"b", "\"a=b", "a\"b c\"d" };
	_cleanup_cmdline_ struct cmdline quoted = CMDLINE_INIT;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		_cleanup_cmdline_ struct cmdline c = CMDLINE_INIT;

		is_int(cmdline_parse(&c, lines[i], NULL), 0, "odd line %zu is taken", i);
		ok(c.count <= 1, "odd line %zu is at most one argument", i);
	}
	cmdline_parse(&quoted, "\"a b\" c", NULL);
	is_str(quoted.args[0].name, "a b", "a quoted word without '=' is one argument");
	is_int(quoted.count, 2, "and what follows another");
}

int main(void)
{
	parted_as_the_kernel_does();
	switches();
	module_options();
	odd_input();
	return done_testing();
}
