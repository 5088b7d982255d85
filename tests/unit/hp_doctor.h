/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hp_doctor.h: a host (hp_machine.h) and what host-prep check finds on it. */
#ifndef BEDPLATE_TESTS_HP_DOCTOR_H
#define BEDPLATE_TESTS_HP_DOCTOR_H

#include "host-prep/check.h"
#include "tests/unit/hp_machine.h"

struct doctor {
	struct machine machine;
	struct conf *conf;
	struct netfilter netfilter;
	struct check_context context;
	struct findings findings;
	struct strbuf text;
};

static void doctor_init(struct doctor *doctor)
{
	memset(doctor, 0, sizeof(*doctor));
	machine_init(&doctor->machine);
	doctor->conf = conf_new(&host_schema);
	strbuf_init(&doctor->text, 0);
	fake_file(doctor->machine.root, "proc/cmdline", "quiet\n");
	fake_file(doctor->machine.root, "proc/meminfo", "MemTotal: 8388608 kB\n");
	doctor->context = (struct check_context){
		.root_fd = doctor->machine.root,
		.host = conf_data(doctor->conf),
		.conf = doctor->conf,
		.guests = &doctor->machine.guests,
		.networks = &doctor->machine.networks,
		.want = &doctor->machine.want,
		.have = &doctor->machine.have,
		.netfilter = &doctor->netfilter,
		.synchronized = 1,
	};
}

static void doctor_release(struct doctor *doctor)
{
	findings_release(&doctor->findings);
	netfilter_release(&doctor->netfilter);
	conf_free(doctor->conf);
	strbuf_release(&doctor->text);
	machine_release(&doctor->machine);
}

/* What a check finds: "SEVERITY WHAT -> ADVICE" lines. */
static const char *ask(struct doctor *doctor,
		       void (*check)(const struct check_context *, struct findings *))
{
	findings_release(&doctor->findings);
	strbuf_truncate(&doctor->text, 0);
	doctor->findings.check = "test";
	check(&doctor->context, &doctor->findings);
	for (size_t i = 0; i < doctor->findings.count; i++) {
		const struct finding *finding = &doctor->findings.items[i];

		strbuf_addf(&doctor->text, "%s%s %s -> %s", i ? "\n" : "",
			    check_severity_word(finding->severity), finding->what,
			    finding->advice);
	}
	return doctor->text.text;
}

static int found(struct doctor *doctor,
		 void (*check)(const struct check_context *, struct findings *),
		 const char *severity, const char *what, const char *advice)
{
	const char *text = ask(doctor, check);
	bool all = !strncmp(text, severity, strlen(severity)) && strstr(text, what) &&
		   strstr(text, advice);

	if (!all)
		printf("# got \"%s\"\n", text);
	return all;
}

#endif
