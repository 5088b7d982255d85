/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.c: the command check: whether guests can start, all findings at once. */
#include <errno.h>
#include <stdio.h>

#include "lib/show_json.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/context.h"
#include "qemu-launch/preflight.h"

static json_t *to_json(const struct preflight *preflight, const struct findings *findings)
{
	json_t *guests = json_array(), *list = json_array();

	for (size_t i = 0; i < preflight->count; i++)
		if (preflight->guests[i].is_asked)
			json_array_append_new(
				guests, json_string(preflight->guests[i].guest->name));
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "check",
				  finding->check, "guest", finding->subject, "severity",
				  check_severity_word(finding->severity), "origin",
				  show_json_text(finding->origin), "what",
				  show_json_text(finding->what), "advice",
				  show_json_text(finding->advice)));
	}
	return json_pack("{s:i, s:s, s:o, s:o}", "version", 1, "worst",
			 check_severity_word(findings_worst(findings, NULL)), "guests",
			 guests, "findings", list);
}

static void show_finding(const struct finding *finding)
{
	printf("%-8s %s: ", check_severity_word(finding->severity), finding->subject);
	if (*finding->origin)
		printf("%s: ", finding->origin);
	printf("%s\n", finding->what);
	if (*finding->advice)
		printf("         -> %s\n", finding->advice);
}

/* The worst stand last, where a terminal still shows them. */
static int show_text(const struct preflight *preflight, const struct findings *findings,
		     struct err *err)
{
	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_guest *guest = &preflight->guests[i];
		bool is_good = guest->is_asked;

		for (size_t j = 0; j < findings->count; j++)
			is_good &= findings->items[j].subject != guest->guest->name;
		if (is_good)
			printf("%-8s %s: it %s\n", "ok", guest->guest->name,
			       guest->is_running ? "runs" : "can start");
	}
	for (int severity = CHECK_NOTE; severity < CHECK_SEVERITIES; severity++)
		for (size_t i = 0; i < findings->count; i++)
			if ((int)findings->items[i].severity == severity)
				show_finding(&findings->items[i]);
	return show_end(err);
}

/* A guest whose file is wrong cannot start; the others are judged without it. */
static void judge_wrong(const struct guests *guests, struct findings *findings)
{
	findings->check = "file";
	for (size_t i = 0; i < guests->wrong_count; i++) {
		size_t count = findings_add_mistake(findings, &guests->wrong[i].why);

		while (count--)
			findings->items[findings->count - 1 - count].subject =
				guests->wrong[i].guest.name;
	}
}

int check_run(const struct args *args, struct err *err)
{
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;
	_cleanup_preflight_ struct preflight preflight = { .machine_fd = -1 };
	_cleanup_context_ struct context context;
	int (*open)(struct context *, const struct args *, struct err *);
	int result;

	/* Of all guests those that are left out are among the findings. */
	open = args->operand_count ? context_open : context_open_quietly;
	if (open(&context, args, err) ||
	    preflight_open(&preflight, &context, args->operands, args->operand_count,
			   err))
		return EXIT_USAGE;
	preflight_judge(&preflight, &findings);
	if (!args->operand_count)
		judge_wrong(&context.settings.guests, &findings);
	if (findings.overflow)
		result = err_sys(err, ENOMEM, "checking the guests");
	else if (args->json)
		result = show_json_value(to_json(&preflight, &findings), err);
	else
		result = show_text(&preflight, &findings, err);
	if (result)
		return EXIT_FAILED;
	/* What is wrong stands in the findings. */
	err_clear(err);
	return findings_worst(&findings, NULL) == CHECK_PROBLEM ? EXIT_FAILED : EXIT_DONE;
}
