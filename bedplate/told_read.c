/* SPDX-License-Identifier: GPL-2.0-or-later */
/* told_read.c: findings out of what each program says as JSON. */
#include <stdlib.h>
#include <string.h>

#include "bedplate/told.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"
#include "lib/json_text.h"

const char told_area_files[] = "Files";
static const char area_boot[] = "Boot loader", area_images[] = "Images",
		  area_guests[] = "Guests", area_host[] = "Host";

static enum check_severity severity_of(const char *word)
{
	for (int severity = CHECK_OK; severity < CHECK_SEVERITIES; severity++)
		if (!strcmp(word, check_severity_word(severity)))
			return severity;
	return CHECK_PROBLEM;
}

/* ---- host-prep check, qemu-launch check ---- */

static const struct {
	const char *check, *area;
} areas[] = {
	{ "files", told_area_files },
	{ "kvm", "Virtualisation" },
	{ "iommu", "Passthrough" },
	{ "kernel", "Kernel arguments" },
	{ "boot", "Boot" },
	{ "hugepages", "Memory" },
	{ "memory", "Memory" },
	{ "swap", "Memory" },
	{ "vfio", "Passthrough" },
	{ "bridges", "Network" },
	{ "addresses", "Network" },
	{ "forwarding", "Network" },
	{ "dhcp", "Network" },
	{ "owners", "Network" },
	{ "permissions", area_guests },
};

static const char *host_area(const char *check)
{
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
		if (!strcmp(check, areas[i].check))
			return areas[i].area;
	return area_host;
}

static void read_findings(struct told_list *list, const json_t *json, const char *source,
			  const char *file_check, bool is_host)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(json, "findings"), i, finding) {
		const char *check = json_text(finding, "check");
		bool mistake = !strcmp(check, file_check);
		enum check_severity severity =
			severity_of(json_text(finding, "severity"));

		told_add_lines(list,
			       &(struct told){
				       .severity = severity,
				       .area = mistake   ? told_area_files
					       : is_host ? host_area(check)
							 : area_guests,
				       .source = source,
				       .check = (char *)check,
				       .subject = (char *)json_text(finding, "guest"),
				       .origin = (char *)json_text(finding, "origin"),
				       .what = (char *)json_text(finding, "what"),
				       .advice = (char *)json_text(finding, "advice"),
				       .mistake = mistake && severity == CHECK_PROBLEM });
	}
}

void told_read_host(struct told_list *list, const json_t *json)
{
	read_findings(list, json, "host-prep", "files", true);
}

void told_read_guests(struct told_list *list, const json_t *json)
{
	const json_t *findings = json_object_get(json, "findings");

	read_findings(list, json, "qemu-launch", "file", false);
	if (json_is_array(findings) && !json_array_size(findings))
		told_add(list, &(struct told){
				       .severity = CHECK_OK,
				       .area = area_guests,
				       .source = "qemu-launch",
				       .check = "guests",
				       .what = "all guests can start",
			       });
}

/* ---- mkinitramfs status ---- */

static void add_image(struct told_list *list, const char *kernel,
		      enum check_severity severity, const char *what, const char *advice)
{
	told_add(list, &(struct told){ .severity = severity,
				       .area = area_images,
				       .source = "mkinitramfs",
				       .check = "images",
				       .subject = (char *)kernel,
				       .what = (char *)what,
				       .advice = (char *)advice });
}

static void read_stale(struct told_list *list, const json_t *row)
{
	const char *kernel = json_text(row, "kernel");
	const json_t *reasons = json_object_get(row, "stale");
	const char *first = json_string_value(json_array_get(reasons, 0));
	size_t more = json_array_size(reasons);
	_cleanup_free_ char *what = NULL, *advice = NULL;

	if (!more || !first)
		return;
	what = more == 1 ? format_text("the image is stale: %s", first)
			 : format_text("the image is stale: %s, and %zu more", first,
				       more - 1);
	advice = format_text("`bedplate mkinitramfs update %s`", kernel);
	add_image(list, kernel, CHECK_WARNING, what, advice);
}

static void read_verdict(struct told_list *list, const json_t *row)
{
	const json_t *verdict = json_object_get(row, "verified");
	const char *kernel = json_text(row, "kernel");
	_cleanup_free_ char *what = NULL;

	if (!json_is_object(verdict)) {
		add_image(list, kernel, CHECK_NOTE, "the image was not verified",
			  "`bedplate mkinitramfs verify` does; Verify= in [Image] has it "
			  "done by each update");
	} else if (!strcmp(json_text(verdict, "result"), "failed")) {
		what = format_text("the image did not pass its verification: %s",
				   json_text(verdict, "reason"));
		add_image(list, kernel, CHECK_PROBLEM, what,
			  "see bedplate-mkinitramfs-verify(8)");
	} else if (!strcmp(json_text(verdict, "result"), "skipped")) {
		what = format_text("the image was looked at, but not booted: %s",
				   json_text(verdict, "reason"));
		add_image(list, kernel, CHECK_NOTE, what,
			  "see bedplate-mkinitramfs-verify(8)");
	}
}

static void read_image(struct told_list *list, const json_t *row)
{
	const char *kernel = json_text(row, "kernel");
	_cleanup_free_ char *advice =
		format_text("`bedplate mkinitramfs update %s`", kernel);

	if (!json_flag(row, "there")) {
		add_image(list, kernel, CHECK_WARNING,
			  "there is no image for this kernel", advice);
	} else if (!json_flag(row, "recorded")) {
		add_image(
			list, kernel, CHECK_NOTE,
			"the image is not as bedplate has made it, or made by something "
			"else",
			advice);
	} else if (!json_flag(row, "installed")) {
		add_image(list, kernel, CHECK_NOTE, "the kernel's modules are gone",
			  "`bedplate mkinitramfs remove` takes its image away");
	} else {
		read_stale(list, row);
		read_verdict(list, row);
	}
}

static void read_failure(struct told_list *list, const json_t *row)
{
	const json_t *failure = json_object_get(row, "failure");
	const char *kernel = json_text(row, "kernel");
	_cleanup_free_ char *what = NULL, *update = NULL;

	if (!json_is_object(failure))
		return;
	what = format_text("the last update (%s) failed: %s", json_text(failure, "when"),
			   json_text(failure, "reason"));
	update = format_text("`bedplate mkinitramfs update %s` tries again", kernel);
	add_image(list, kernel, CHECK_PROBLEM, what,
		  json_flag(row, "there") ? "the image before it is still in its place"
					  : update);
}

void told_read_images(struct told_list *list, const json_t *json)
{
	const json_t *kernels = json_object_get(json, "kernels"), *row;
	size_t before = list->count, i;

	json_array_foreach(kernels, i, row) {
		read_image(list, row);
		read_failure(list, row);
	}
	if (json_is_array(kernels) && !i)
		add_image(list, NULL, CHECK_NOTE,
			  "there is no kernel that could have an image",
			  "`bedplate mkinitramfs status` lists kernels and images");
	else if (json_is_array(kernels) && list->count == before)
		add_image(list, NULL, CHECK_OK, "the images are up to date", NULL);
}

/* ---- boot status ---- */

static void add_boot(struct told_list *list, enum check_severity severity,
		     const char *what, const char *advice)
{
	told_add_lines(list, &(struct told){ .severity = severity,
					     .area = area_boot,
					     .source = "boot",
					     .check = "loader",
					     .what = (char *)what,
					     .advice = (char *)advice });
}

static void read_pending(struct told_list *list, const json_t *json)
{
	const json_t *pending = json_object_get(json, "pending"), *what;
	_cleanup_strbuf_ struct strbuf text;
	size_t i;

	strbuf_init(&text, 0);
	json_array_foreach(pending, i, what)
		strbuf_addf(&text, "%s%s",
			    i ? ", " : "the boot loader is not set up as configured: ",
			    json_string_value(what));
	if (i)
		add_boot(list, CHECK_WARNING, text.text,
			 "`bedplate boot plan` shows what follows, `bedplate boot apply` "
			 "does it");
}

static void read_trial(struct told_list *list, const json_t *json)
{
	const json_t *trial = json_object_get(json, "trial"),
		     *last = json_object_get(json, "last_trial");
	_cleanup_free_ char *what = NULL;

	if (strcmp(json_text(trial, "state"), "failed") != 0)
		return;
	what = format_text("%s for kernel %s was tried and did not come up",
			   json_text(trial, "new"), json_text(last, "kernel"));
	add_boot(list, CHECK_WARNING, what,
		 "`bedplate boot status` says more; `bedplate boot apply --retry` tries "
		 "again");
}

void told_read_loader(struct told_list *list, const json_t *json)
{
	const char *error = json_text(json, "error");
	size_t before = list->count;

	if (*error)
		add_boot(list, CHECK_PROBLEM, error, NULL);
	read_pending(list, json);
	read_trial(list, json);
	add_boot(list, CHECK_NOTE, json_text(json, "notes"), NULL);
	if (list->count == before)
		add_boot(list, CHECK_OK, "the boot loader is set up as configured", NULL);
}
