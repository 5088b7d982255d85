/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: bedplate/chart.c bedplate/chart_span.c bedplate/chart_text.c bedplate/chart_svg.c bedplate/chart_json.c bedplate/chart_read.c bedplate/chart_init.c bedplate/chart_efi.c bedplate/chart_systemd.c bedplate/chart_units.c bedplate/chart_guests.c lib/svg.c lib/format_text.c lib/process.c lib/program_find.c lib/interrupt.c lib/show_json.c lib/log.c */
/* SOURCES: lib/guests.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_chart.c: the boot on one line, from what a real systemd and a real /init said of theirs
 * (tests/golden/chart). */
#include <stdlib.h>

#include "bedplate/chart_read.h"
#include "fake_tree.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "tap.h"

static struct chart_sources empty(void)
{
	return (struct chart_sources){ .overflow = false };
}

static void read_recorded(struct strbuf *text, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "tests/golden/chart/%s", name);
	strbuf_truncate(text, 0);
	file_read(AT_FDCWD, path, text, NULL);
}

/* A guest that belongs to the sources, which have room for four. */
static struct chart_guest *add_guest(struct chart_sources *sources, const char *name,
				     const char *state)
{
	struct chart_guest *guest;

	if (!sources->guests)
		sources->guests = calloc(4, sizeof(*sources->guests));
	guest = &sources->guests[sources->guest_count++];
	chart_take_guest(guest, name, state);
	return guest;
}

static void take_recorded(struct chart_sources *sources)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	read_recorded(&text, "boot.json");
	ok(chart_take_init(sources, text.text), "/init's report is taken");
	read_recorded(&text, "systemctl-manager");
	chart_take_manager(sources, text.text);
	read_recorded(&text, "systemctl-units");
	chart_take_units(sources, text.text);
	read_recorded(&text, "guests/db.json");
	add_guest(sources, "db", text.text);
	read_recorded(&text, "guests/web.json");
	add_guest(sources, "web", text.text);
}

/* "kind name start end note" of each span that is of interest, a line each. */
static const char *list(const struct chart *chart, enum span_kind first,
			struct strbuf *text)
{
	strbuf_truncate(text, 0);
	for (size_t i = 0; i < chart->spans.count; i++) {
		const struct span *span = &chart->spans.items[i];
		char start[CHART_SECONDS], end[CHART_SECONDS];

		if (span->kind < first)
			continue;
		strbuf_addf(text, "%s %s %s%s%s%s\n", span->name,
			    chart_seconds(span->start, start),
			    span->is_open ? "-" : chart_seconds(span->end, end),
			    *span->note ? " (" : "", span->note, *span->note ? ")" : "");
	}
	return text->text;
}

static void real_boot(void)
{
	_cleanup_sources_ struct chart_sources sources = empty();
	_cleanup_chart_ struct chart chart = CHART_INIT;
	_cleanup_strbuf_ struct strbuf text, expected;

	strbuf_init(&text, 0);
	strbuf_init(&expected, 0);
	take_recorded(&sources);
	is_int(chart_merge(&chart, &sources, false, NULL), 0, "it makes a chart");
	/* As systemd-analyze critical-chain had it, but that it takes units for what was waited
	 * for that were up only after who is ordered behind them had begun. */
	is_str(list(&chart, SPAN_SYSTEM, &text),
	       "systemd 29.989 164.309\n"
	       "systemd-remount-fs.service 59.836 71.679\n"
	       "systemd-sysusers.service 72.745 76.379\n"
	       "systemd-tmpfiles-setup-dev.service 77.539 80.389\n"
	       "local-fs-pre.target 80.432 80.432\n"
	       "systemd-fsck@dev-mapper-host\\x2dhome.service 120.252 124.027\n"
	       "home.mount 125.131 126.183\n"
	       "local-fs.target 126.249 126.249\n"
	       "systemd-tmpfiles-setup.service 126.427 128.026\n"
	       "systemd-update-utmp.service 128.127 128.683\n"
	       "sysinit.target 128.694 128.694\n"
	       "sockets.target 128.943 128.943\n"
	       "basic.target 128.954 128.954\n"
	       "bedplate-host-prep.service 129.099 131.197 (waited for "
	       "systemd-update-utmp.service)\n"
	       "network.target 131.249 131.249\n"
	       "bedplate-guests.target 160.556 160.556\n"
	       "multi-user.target 160.587 160.587\n"
	       "graphical.target 160.745 160.745\n"
	       "db 131.702 142.790 (waited for bedplate-host-prep.service)\n"
	       "db 142.790 144.792 (ready: its delay)\n"
	       "web 145.011 153.004 (waited for guest db)\n"
	       "web 153.004 160.388 (ready: \"here I am\" on its console)\n",
	       "what held the boot up, and what guests waited for");
	is_int(chart.start, 0, "it begins with the kernel");
	is_int(chart.end, 164309627, "and ends with systemd's boot");
	strbuf_truncate(&text, 0);
	chart_write_text(&chart, 100, true, &text, NULL);
	read_recorded(&expected, "expected.txt");
	is_str(text.text, expected.text, "as text");
	chart_release(&chart);
	chart = (struct chart)CHART_INIT;
	chart_merge(&chart, &sources, true, NULL);
	list(&chart, SPAN_SYSTEM, &text);
	ok(strstr(text.text, "\ndev-mqueue.mount 50.720 62.499\n"), "all has more");
	ok(strstr(text.text, "\nbedplate-guest@db.service 131.419 144.799 (waited for "),
	   "... also guests' units");
	ok(!strstr(text.text, "getty@tty1"), "... but no moments");
}

/* One guest whose state is this. */
static const char *guest_alone(const char *state, int64_t finish, struct strbuf *text)
{
	_cleanup_sources_ struct chart_sources sources = empty();
	_cleanup_chart_ struct chart chart = CHART_INIT;

	sources.system = 2000000;
	sources.finish = finish;
	add_guest(&sources, "web", state);
	chart_merge(&chart, &sources, false, NULL);
	list(&chart, SPAN_START, text);
	for (size_t i = 0; i < chart.left_out.count; i++)
		strbuf_addf(text, "! %s\n", chart.left_out.items[i]);
	return text->text;
}

#define STATE(phase, times, reason)                                           \
	"{\"version\": 1, \"phase\": \"" phase "\", \"times\": {" times "}, " \
	"\"awaits\": \"its delay\", \"reason\": \"" reason "\"}"

static void guests(void)
{
	_cleanup_strbuf_ struct strbuf text;
	struct chart_guest guest;

	strbuf_init(&text, 0);
	is_str(guest_alone(STATE("starting", "\"start_us\": 3000000", ""), 0, &text),
	       "web 3.000 - (not ready yet; it waits for its delay)\n", "on its way");
	is_str(guest_alone(
		       STATE("running", "\"start_us\": 3000000, \"run_us\": 4000000", ""),
		       9000000, &text),
	       "web 3.000 4.000\nweb 4.000 - (not ready yet; it waits for its delay)\n",
	       "running, not ready");
	is_str(guest_alone(STATE("failed", "\"start_us\": 3000000", "no \\u001b[31mdisk"),
			   9000000, &text),
	       "web 3.000 - (it ended before it was ready; no ?[31mdisk)\n",
	       "failed; a terminal's commands are no text");
	is_str(guest_alone(STATE("running",
				 "\"start_us\": 3600000000, \"run_us\": 3600100000", ""),
			   9000000, &text),
	       "! guest web: it was started later, at 3600.000 s\n",
	       "started by hand long after the boot");
	is_str(guest_alone(STATE("running",
				 "\"start_us\": 3600000000, \"run_us\": 3600100000", ""),
			   0, &text),
	       "! guest web: it was started later, at 3600.000 s\n",
	       "... also where nobody says when the boot was over");
	ok(!chart_take_guest(&guest, "web", "{\"version\": 1}"), "an older one's state");
	ok(!chart_take_guest(&guest, "web", "{\"version\": 1, "), "half a state");
	ok(!chart_take_guest(&guest, "web",
			     "{\"version\": 2, \"times\": {\"start_us\": 1}}"),
	   "another version's");
}

/* Without systemd, the guests' files say whom each goes after. */
static void waits_by_file(void)
{
	_cleanup_sources_ struct chart_sources sources = empty();
	_cleanup_chart_ struct chart chart = CHART_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct chart_guest *web;

	strbuf_init(&text, 0);
	add_guest(&sources, "a",
		  STATE("running",
			"\"start_us\": 1, \"run_us\": 2, \"ready_us\": 3000000", ""));
	add_guest(&sources, "b",
		  STATE("running",
			"\"start_us\": 1, \"run_us\": 2, \"ready_us\": 4000000", ""));
	add_guest(&sources, "c",
		  STATE("running",
			"\"start_us\": 1, \"run_us\": 2, \"ready_us\": 6000000", ""));
	web = add_guest(&sources, "web", STATE("running", "\"start_us\": 5000000", ""));
	names_add(&web->after, "b");
	names_add(&web->after, "a");
	names_add(&web->after, "c");
	chart_merge(&chart, &sources, false, NULL);
	ok(strstr(list(&chart, SPAN_START, &text),
		  "\nweb 5.000 - (waited for guest b; not ready yet"),
	   "the last that was ready by then is what was waited for");
}

static void firmware(void)
{
	_cleanup_sources_ struct chart_sources sources = empty();
	_cleanup_chart_ struct chart chart = CHART_INIT;
	_cleanup_strbuf_ struct strbuf text;
	char manager[] =
		"FirmwareTimestampMonotonic=9000000\n"
		"LoaderTimestampMonotonic=2500000\n"
		"InitRDTimestampMonotonic=1200000\n"
		"UserspaceTimestampMonotonic=3000000\nFinishTimestampMonotonic=0\n";

	strbuf_init(&text, 0);
	chart_take_manager(&sources, manager);
	chart_merge(&chart, &sources, false, NULL);
	is_str(list(&chart, SPAN_FIRMWARE, &text),
	       "firmware -9.000 -2.500\nloader -2.500 0.000\nkernel 0.000 1.200\n"
	       "initramfs 1.200 3.000\nsystemd 3.000 - (its boot has not ended yet)\n",
	       "before the kernel, and another initramfs");
	is_int(chart.start, -9000000, "it begins with the firmware");
	is_int(chart_place(&chart, -9000000, 120), 0, "the first place");
	is_int(chart_place(&chart, 0, 120), 90, "the kernel's");
	is_int(chart_place(&chart, 3000000, 120), 120, "the last");
	is_int(chart_take_efi("\7\0\0\0"
			      "1\0"
			      "2\0"
			      "0\0\0",
			      12),
	       120, "an EFI variable");
	is_int(chart_take_efi("\7\0\0\0"
			      "1\0"
			      "x\0\0",
			      10),
	       0, "one that is no number");
	is_int(chart_take_efi("\7\0\0\0"
			      "1\1\0\0",
			      8),
	       0, "one of other letters");
	is_int(chart_take_efi("\7\0", 2), 0, "a short one");
}

static void units(void)
{
	_cleanup_sources_ struct chart_sources sources = empty();
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_chart_ struct chart chart = CHART_INIT;
	char shown[] =
		"Id=multi-user.target\nNames=multi-user.target default.target\n"
		"After=\"x\\\\x2dy.service\" loop.service\nInactiveExitTimestampMonotonic=9000000\n"
		"ActiveEnterTimestampMonotonic=9000000\n\n"
		"Id=x\\x2dy.service\nAfter=multi-user.target\nActiveState=failed\n"
		"Result=exit-code\nInactiveExitTimestampMonotonic=4000000\n"
		"ActiveEnterTimestampMonotonic=0\n"
		"InactiveEnterTimestampMonotonic=5000000\n\n"
		"Id=never.service\nInactiveExitTimestampMonotonic=0\n\n"
		"Id=bedplate-boot.service\nInactiveExitTimestampMonotonic=9500000\n"
		"ActiveEnterTimestampMonotonic=0\n\n"
		"Id=bedplate-host-prep.service\n"
		"InactiveExitTimestampMonotonic=99000000\n"
		"ActiveEnterTimestampMonotonic=99500000\nno line";

	strbuf_init(&text, 0);
	sources.system = 3000000;
	sources.finish = 10000000;
	chart_take_units(&sources, shown);
	chart_merge(&chart, &sources, false, NULL);
	is_str(list(&chart, SPAN_UNIT, &text),
	       "x\\x2dy.service 4.000 5.000 (failed: exit-code)\n"
	       "multi-user.target 9.000 9.000\nbedplate-boot.service 9.500 -\n",
	       "a quoted name, one that ended, one that goes on");
	is_str(chart.left_out.items[0],
	       "bedplate-host-prep.service: it was started later, at 99.000 s",
	       "and one that ran again after the boot");
}

static void narrow(void)
{
	_cleanup_chart_ struct chart chart = CHART_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct span *span;

	strbuf_init(&text, 0);
	span = spans_add(&chart.spans, SPAN_KERNEL, "kernel", 0, 500000);
	span = spans_add(&chart.spans, SPAN_STEP, "a step of a name that is far too long",
			 500000, 1000000);
	span_note(span, "gr\xc3\xbc\xc3\x9f");
	chart.end = 1000000;
	chart_write_text(&chart, 1, false, &text, NULL);
	is_str(text.text,
	       "1.000 s from the kernel's start to the end\n\n"
	       "                           start s    took s\n"
	       "before /init\n"
	       "  kernel                     0.000     0.500 #######\n"
	       "/init\n"
	       "  a step of a name that~     0.500     0.500   gr?? ########\n",
	       "60 columns, in ASCII");
}

int main(void)
{
	real_boot();
	guests();
	waits_by_file();
	firmware();
	units();
	narrow();
	return done_testing();
}
