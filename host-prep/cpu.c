/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu.c: the part "cpu": the processors' clock, by cpufreq policies (kernel
 * Documentation/admin-guide/pm/cpufreq.rst, intel_pstate.rst).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/setting.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/origin.h"

#define CPUFREQ "sys/devices/system/cpu/cpufreq"

/* Whether a policy is for one of the CPUs that are meant; related_cpus parts them by
 * blanks. */
static bool is_meant(const struct part_context *context, const char *policy)
{
	const struct cpu_list *cpus = &context->host->cpu.cpus;
	char path[256], line[4096], *at = line, *end;

	if (!cpu_list_count(cpus))
		return true;
	snprintf(path, sizeof(path), CPUFREQ "/%s/related_cpus", policy);
	if (file_read_line(context->root_fd, path, line, sizeof(line), NULL) < 0)
		return false;
	for (unsigned long cpu = strtoul(at, &end, 10); end != at;
	     cpu = strtoul(at, &end, 10)) {
		if (cpu_list_has(cpus, (unsigned)cpu))
			return true;
		at = end;
	}
	return false;
}

/* The words that the driver takes; where it does not say, any. */
static int check_word(const struct part_context *context, const char *policy,
		      const char *file, const char *word, const char *origin,
		      struct err *err)
{
	char path[256], line[1024];
	size_t length = strlen(word);

	snprintf(path, sizeof(path), CPUFREQ "/%s/%s", policy, file);
	if (file_read_line(context->root_fd, path, line, sizeof(line), NULL) < 0)
		return 0;
	for (const char *at = line + strspn(line, " "); *at; at += strspn(at, " ")) {
		size_t here = strcspn(at, " ");

		if (here == length && !strncmp(at, word, length))
			return 0;
		at += here;
	}
	err_set(err, EINVAL, "%s: %s does not know \"%s\"", origin, policy, word);
	return err_hint(err, "it knows: %s", line);
}

struct row {
	const char *key, *file, *choices, *value;
};

static int want_of_policy(const struct part_context *context, const struct row *row,
			  const char *policy, struct settings_wanted *wanted,
			  struct err *err)
{
	char name[320], path[320];
	struct setting setting = { .name = name,
				   .path = path,
				   .value = (char *)row->value };
	int result;

	snprintf(name, sizeof(name), "%.255s %s", policy, row->file);
	snprintf(path, sizeof(path), CPUFREQ "/%.255s/%s", policy, row->file);
	origin_text(context->conf, "Cpu", row->key, 0, setting.origin,
		    sizeof(setting.origin));
	if (!file_exists(context->root_fd, path)) {
		part_note(context, "%s: the driver has no such thing (%s)", name,
			  setting.origin);
		return 0;
	}
	result = check_word(context, policy, row->choices, row->value, setting.origin,
			    err);
	return result ? result : setting_want(wanted, &setting, err);
}

static int want_policies(const struct part_context *context,
			 struct settings_wanted *wanted, struct err *err)
{
	/* The preference is allowed or not by the governor, which so comes first. */
	const struct row rows[] = {
		{ "Governor", "scaling_governor", "scaling_available_governors",
		  context->host->cpu.governor },
		{ "EnergyPreference", "energy_performance_preference",
		  "energy_performance_available_preferences",
		  context->host->cpu.energy_preference },
	};
	_cleanup_names_ struct names policies = NAMES_INIT;
	int result = 0;
	bool any = false;

	if (names_read(&policies, context->root_fd, CPUFREQ))
		return err_sys(err, ENOMEM, "reading " CPUFREQ);
	for (size_t i = 0; !result && i < policies.count; i++) {
		if (strncmp(policies.items[i], "policy", 6) != 0)
			continue;
		any = true;
		for (size_t j = 0; !result && j < ARRAY_SIZE(rows) &&
				   is_meant(context, policies.items[i]);
		     j++)
			if (*rows[j].value)
				result = want_of_policy(context, &rows[j],
							policies.items[i], wanted, err);
	}
	if (!any && (*rows[0].value || *rows[1].value))
		part_note(context, "[Cpu]: nothing here lets the processors' clock be "
				   "governed");
	return result;
}

static int want_boost(const struct part_context *context, struct settings_wanted *wanted,
		      struct err *err)
{
	static const char turbo[] = "sys/devices/system/cpu/intel_pstate/no_turbo";
	bool intel = file_exists(context->root_fd, turbo);
	bool yes = context->host->cpu.boost == host_cpu_boost_yes;
	struct setting setting = {
		.name = (char *)(intel ? "intel_pstate no_turbo" : "cpufreq boost"),
		.path = (char *)(intel ? turbo : CPUFREQ "/boost"),
		.value = (char *)(yes != intel ? "1" : "0"),
		.optional = true,
	};

	if (context->host->cpu.boost == host_cpu_boost_keep)
		return 0;
	origin_text(context->conf, "Cpu", "Boost", 0, setting.origin,
		    sizeof(setting.origin));
	return setting_want(wanted, &setting, err);
}

static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	_cleanup_wanted_ struct settings_wanted wanted = SETTINGS_WANTED_INIT;
	int result = want_policies(context, &wanted, err);

	if (!result)
		result = want_boost(context, &wanted, err);
	return result ? result
		      : setting_plan(context, cpu_part.name, &wanted, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	return setting_down(context, cpu_part.name, steps, err);
}

const struct part cpu_part = {
	.name = "cpu",
	.help = "the processors' clock",
	.plan = plan,
	.down = down,
	.drops_entries = true,
};
