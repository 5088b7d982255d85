/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_tell.c: what a person must know about the volumes, said once and kept for boot.json. */
#include <string.h>

#include "init/lvm.h"

static void tell_refused(struct lvm_volume *volume, struct report *report)
{
	if (volume->active || !volume->refused[0] || volume->refused_told)
		return;
	volume->refused_told = true;
	report_warning(report, "volume %s%s%s is not activated: %s", volume->group,
		       volume->name[0] ? "/" : "", volume->name, volume->refused);
}

static void tell_degraded(struct lvm_volume *volume, struct report *report)
{
	if (!volume->degraded || volume->degraded_told)
		return;
	volume->degraded_told = true;
	report_warning(
		report,
		"volume %s/%s came up without all its legs; when the missing disk is "
		"back, run \"lvchange --refresh %s/%s\"; if it is lost, \"lvconvert "
		"--repair %s/%s\"",
		volume->group, volume->name, volume->group, volume->name, volume->group,
		volume->name);
}

void lvm_tell(struct lvm *lvm, struct report *report)
{
	for (size_t i = 0; i < lvm->count; i++) {
		tell_refused(&lvm->volumes[i], report);
		tell_degraded(&lvm->volumes[i], report);
	}
	if (lvm->trouble[0] && !lvm->trouble_told) {
		lvm->trouble_told = true;
		report_warning(report, "%s", lvm->trouble);
	}
}
