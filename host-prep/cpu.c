/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu.c: the part "cpu": the processors' clock, by cpufreq policies (kernel
 * Documentation/admin-guide/pm/cpufreq.rst, intel_pstate.rst).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/kmod_need.h"
#include "host-prep/setting.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kmod.h"
#include "lib/names.h"
#include "lib/origin.h"
#include "lib/text_match.h"

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

/* `module`: what the value's module would be called; NULL where there is none. */
struct row {
	const char *key, *file, *choices, *value, *module;
};

/* These drivers govern by themselves; what they call governors are their own two
 * (intel_pstate.rst, amd-pstate.rst). */
static bool governs_itself(const struct part_context *context, const char *policy)
{
	char path[320], driver[64];

	snprintf(path, sizeof(path), CPUFREQ "/%s/scaling_driver", policy);
	return file_read_line(context->root_fd, path, driver, sizeof(driver), NULL) >=
		       0 &&
	       text_has_word("intel_pstate amd-pstate-epp amd_pstate_epp", " ", driver);
}

/* The words that the driver takes; where it does not say, any. A governor that is a module is
 * not among them until that is loaded. */
static int check_word(const struct part_context *context, const struct row *row,
		      const char *policy, const char *origin, struct steps *steps,
		      struct err *err)
{
	char path[320], line[1024];

	snprintf(path, sizeof(path), CPUFREQ "/%s/%s", policy, row->choices);
	if (file_read_line(context->root_fd, path, line, sizeof(line), NULL) < 0 ||
	    text_has_word(line, " ", row->value))
		return 0;
	if (row->module && !governs_itself(context, policy) &&
	    kmod_can_be_loaded(context->root_fd, row->module))
		return kmod_need(context, cpu_part.name, row->module, NULL, steps, err);
	err_set(err, EINVAL, "%s: %s does not know \"%s\"", origin, policy, row->value);
	return err_hint(err, "it knows: %s", line);
}

static int want_of_policy(const struct part_context *context, const struct row *row,
			  const char *policy, struct settings_wanted *wanted,
			  struct steps *steps, struct err *err)
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
	result = check_word(context, row, policy, setting.origin, steps, err);
	return result ? result : setting_want(wanted, &setting, err);
}

/* `any`: there are clocks, but none of them is meant. */
static void note_nothing(const struct part_context *context, const char *key, bool any)
{
	char origin[SETTING_ORIGIN];

	origin_text(context->conf, "Cpu", any ? "Cpus" : key, 0, origin, sizeof(origin));
	if (any)
		part_note(context, "no CPU of Cpus= has a clock here (%s)", origin);
	else
		part_note(
			context,
			"nothing here lets the processors' clock be governed: a virtual "
			"machine's host does that, a firmware may keep it for itself, or "
			"a driver of cpufreq is missing (%s)",
			origin);
}

static int want_policies(const struct part_context *context,
			 struct settings_wanted *wanted, struct steps *steps,
			 struct err *err)
{
	char module[KMOD_NAME];
	/* The preference is allowed or not by the governor, which so comes first. */
	const struct row rows[] = {
		{ "Governor", "scaling_governor", "scaling_available_governors",
		  context->host->cpu.governor, module },
		{ "EnergyPreference", "energy_performance_preference",
		  "energy_performance_available_preferences",
		  context->host->cpu.energy_preference, NULL },
	};
	_cleanup_names_ struct names policies = NAMES_INIT;
	int result = 0;
	bool any = false, meant = false;

	snprintf(module, sizeof(module), "cpufreq_%.40s", context->host->cpu.governor);
	if (names_read(&policies, context->root_fd, CPUFREQ))
		return err_sys(err, ENOMEM, "reading " CPUFREQ);
	for (size_t i = 0; !result && i < policies.count; i++) {
		if (strncmp(policies.items[i], "policy", 6) != 0)
			continue;
		any = true;
		if (!is_meant(context, policies.items[i]))
			continue;
		meant = true;
		for (size_t j = 0; !result && j < ARRAY_SIZE(rows); j++)
			if (*rows[j].value)
				result = want_of_policy(context, &rows[j],
							policies.items[i], wanted, steps,
							err);
	}
	if (!meant && (*rows[0].value || *rows[1].value))
		note_nothing(context, rows[!*rows[0].value].key, any);
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
	int result = want_policies(context, &wanted, steps, err);

	if (!result)
		result = want_boost(context, &wanted, err);
	if (!result)
		result = setting_plan(context, cpu_part.name, &wanted, steps, err);
	return result || *context->host->cpu.governor
		       ? result
		       : kmod_need_no_more(context, cpu_part.name, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	int result = setting_down(context, cpu_part.name, steps, err);

	return result ? result : kmod_need_no_more(context, cpu_part.name, steps, err);
}

const struct part cpu_part = {
	.name = "cpu",
	.help = "the processors' clock",
	.plan = plan,
	.down = down,
	.drops_entries = true,
};
