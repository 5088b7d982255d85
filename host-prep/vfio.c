/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio.c: the part "vfio": devices go to vfio-pci and come back.
 *
 * The journal's section has {ADDRESS: {"driver", "id"}} of what was bound here: the driver that
 * it had, and what it is, for another card may be at that place by then.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/kmod_need.h"
#include "host-prep/vfio.h"
#include "lib/cleanup.h"

struct job {
	int root_fd;
	char name[PCI_NAME_MAX], driver[PCI_DRIVER_MAX]; /* the driver it had */
};

static int run_bind(const struct step *step, struct err *err)
{
	const struct job *job = step->data;
	int result = vfio_bind(job->root_fd, job->name, err);

	/* Half-way it has no driver at all. */
	if (result)
		step_go_back(step);
	return result;
}

static int run_release(const struct step *step, struct err *err)
{
	const struct job *job = step->data;

	return vfio_release(job->root_fd, job->name, job->driver, err);
}

static int undo_release(const struct step *step, struct err *err)
{
	const struct job *job = step->data;

	return vfio_bind(job->root_fd, job->name, err);
}

static int add_step(const struct part_context *context,
		    const struct iommu_function *function, const char *driver, bool bind,
		    const char *origin, struct steps *steps, struct err *err)
{
	_cleanup_strbuf_ struct strbuf title;
	const char *now = *function->pci.driver ? function->pci.driver : "no driver";
	const char *back = *driver ? driver : "no driver";
	struct job *job = calloc(1, sizeof(*job));

	strbuf_init(&title, 0);
	if (!job)
		return err_sys(err, ENOMEM, "planning %s", function->pci.name);
	job->root_fd = context->root_fd;
	strcpy(job->name, function->pci.name);
	snprintf(job->driver, sizeof(job->driver), "%.63s", driver);
	iommu_title_write(function, &title);
	steps_addf(steps,
		   &(struct step){ .part = vfio_part.name,
				   .action = STEP_CHANGE,
				   .before = (char *)(!bind && !strcmp(now, back)
							      ? "meant for " VFIO_DRIVER
							      : now),
				   .after = (char *)(bind ? VFIO_DRIVER : back),
				   .origin = (char *)origin,
				   .run = bind ? run_bind : run_release,
				   .undo = bind ? run_release : undo_release,
				   .data = job },
		   "%s %s", function->pci.name, title.text);
	return 0;
}

static void id_text(const struct pci_function *function, char text[16])
{
	snprintf(text, 16, "%04x:%04x", function->id.vendor, function->id.device);
}

/* ---- to vfio-pci ---- */

/* Whether a guest can have the group, once all that is wanted is bound. */
static void check_group(const struct part_context *context, const struct iommu *iommu,
			const struct iommu_function *function,
			const struct vfio_wishes *wishes)
{
	for (size_t i = 0; i < iommu->count; i++) {
		const struct iommu_function *other = &iommu->items[i];

		if (function == other || other->pci.group != function->pci.group ||
		    other->pci.is_bridge || !other->pci.driver[0] ||
		    iommu_is_driver_for_guests(other->pci.driver) ||
		    vfio_find_wish(wishes, &other->pci))
			continue;
		part_note(
			context,
			"%s: no guest can have it while %s in its IOMMU group has driver "
			"%s; [Vfio] Devices=%s has that go with it",
			function->pci.name, other->pci.name, other->pci.driver,
			other->pci.name);
	}
}

/* A crash may have left it without a driver; what it had at first is what counts. */
static void note_function(const struct part_context *context,
			  const struct pci_function *function)
{
	char id[16];

	id_text(function, id);
	if (!json_object_get(context->journal, function->name))
		json_object_set_new(
			context->journal, function->name,
			json_pack("{s:s, s:s}", "driver", function->driver, "id", id));
}

static int need_modules(const struct part_context *context, struct steps *steps,
			struct err *err)
{
	int result =
		kmod_need(context, vfio_part.name, "vfio_iommu_type1", NULL, steps, err);

	return result ? result
		      : kmod_need(context, vfio_part.name, "vfio_pci", NULL, steps, err);
}

/* Once no device is left there that was brought. */
static int drop_modules(const struct part_context *context, struct steps *steps,
			struct err *err)
{
	if (json_object_size(context->journal))
		return 0;
	return kmod_need_no_more(context, vfio_part.name, steps, err);
}

static int plan_function(const struct part_context *context, const struct iommu *iommu,
			 const struct iommu_function *function,
			 const struct vfio_wishes *wishes, struct steps *steps,
			 struct err *err)
{
	const struct vfio_wish *wish = vfio_find_wish(wishes, &function->pci);
	char reason[VFIO_REASON];
	int result;

	if (!wish)
		return 0;
	switch (vfio_decide(function, wish, function->up, reason)) {
	case VFIO_THERE:
		return 0;
	case VFIO_STAYS:
		part_note(context, "%s is not passed through: %s (%s)",
			  function->pci.name, reason, wish->origin);
		return 0;
	default:
		break;
	}
	check_group(context, iommu, function, wishes);
	note_function(context, &function->pci);
	result = need_modules(context, steps, err);
	return result ? result
		      : add_step(context, function, function->pci.driver, true,
				 wish->origin, steps, err);
}

/* A wish that nothing here fulfils. */
static void note_absent(const struct part_context *context, const struct iommu *iommu,
			const struct vfio_wish *wish)
{
	const struct vfio_wishes one = { .items = (struct vfio_wish *)wish, .count = 1 };
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	for (size_t i = 0; i < iommu->count; i++)
		if (vfio_find_wish(&one, &iommu->items[i].pci))
			return;
	pci_select_format(&wish->select, &text);
	part_note(context, "there is no %s to be passed through (%s)", text.text,
		  wish->origin);
	part_missing(context, "%s: there is no %s to be passed through", wish->origin,
		     text.text);
}

/* ---- and back ---- */

static const char *entry_text(const json_t *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return text ? text : "";
}

static const struct iommu_function *find_function(const struct iommu *iommu,
						  const char *name)
{
	for (size_t i = 0; i < iommu->count; i++)
		if (!strcmp(iommu->items[i].pci.name, name))
			return &iommu->items[i];
	return NULL;
}

/* Whether something of the way to vfio-pci is left to be gone back; after a crash it may be on
 * vfio-pci, without a driver, or only meant for vfio-pci. */
static bool is_away(const struct part_context *context,
		    const struct iommu_function *function, const char *driver)
{
	const char *now = function->pci.driver;

	return !strcmp(now, VFIO_DRIVER) || (!*now && *driver) ||
	       vfio_is_overridden(context->root_fd, function->pci.name);
}

/* 1 where it has to stay, which the journal then keeps. */
static int give_back(const struct part_context *context, const struct iommu *iommu,
		     const char *name, const json_t *entry, struct steps *steps,
		     struct err *err)
{
	const struct iommu_function *function = find_function(iommu, name);
	const char *driver = entry_text(entry, "driver");
	unsigned user;
	char id[16];

	if (!function || !is_away(context, function, driver))
		return 0;
	id_text(&function->pci, id);
	if (strcmp(id, entry_text(entry, "id")) != 0)
		return 0;
	/* The kernel would have whoever asks wait for as long as the guest runs. */
	user = vfio_user(context->root_fd, &function->pci);
	if (user) {
		part_note(context, "%s stays with vfio-pci: process %u, a guest, has it",
			  name, user);
		return 1;
	}
	return add_step(context, function, driver, false, "", steps, err);
}

static int give_back_all(const struct part_context *context, const struct iommu *iommu,
			 const struct vfio_wishes *wishes, struct steps *steps,
			 struct err *err)
{
	const char *name;
	json_t *entry;
	void *next;

	json_object_foreach_safe(context->journal, next, name, entry)
	{
		const struct iommu_function *function = find_function(iommu, name);
		int result;

		if (function && vfio_find_wish(wishes, &function->pci))
			continue;
		result = give_back(context, iommu, name, entry, steps, err);
		if (result < 0)
			return result;
		if (!result)
			json_object_del(context->journal, name);
	}
	return 0;
}

/* ---- the part ---- */

static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	_cleanup_wishes_ struct vfio_wishes wishes = VFIO_WISHES_INIT;
	_cleanup_iommu_ struct iommu iommu = IOMMU_INIT;
	int result = vfio_want(&wishes, context, err);

	/* A machine that passes nothing through need not be looked over. */
	if (result || (!wishes.count && !json_object_size(context->journal)))
		return result;
	result = iommu_read(&iommu, context->root_fd, err);
	if (!result)
		result = give_back_all(context, &iommu, &wishes, steps, err);
	for (size_t i = 0; !result && i < wishes.count; i++)
		note_absent(context, &iommu, &wishes.items[i]);
	for (size_t i = 0; !result && i < iommu.count; i++)
		result = plan_function(context, &iommu, &iommu.items[i], &wishes, steps,
				       err);
	return result || wishes.count ? result : drop_modules(context, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	const struct vfio_wishes none = VFIO_WISHES_INIT;
	_cleanup_iommu_ struct iommu iommu = IOMMU_INIT;
	int result;

	if (!json_object_size(context->journal))
		return drop_modules(context, steps, err);
	result = iommu_read(&iommu, context->root_fd, err);
	if (!result)
		result = give_back_all(context, &iommu, &none, steps, err);
	return result ? result : drop_modules(context, steps, err);
}

const struct part vfio_part = {
	.name = "vfio",
	.help = "devices for guests",
	.plan = plan,
	.down = down,
	.drops_entries = true,
};
