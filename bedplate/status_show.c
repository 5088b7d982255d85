/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_show.c: the screen. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bedplate/paint.h"
#include "bedplate/status.h"
#include "lib/json_text.h"
#include "lib/show_json.h"

enum { GAP = 10, DRIFT_SHOWN = 5 };

/* The first line of a paragraph has its heading. */
static void begin(const char **heading)
{
	printf("%-*s", GAP, *heading);
	*heading = "";
}

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* ---- attention ---- */

static enum check_severity severity_of(const json_t *row)
{
	return strcmp(json_text(row, "severity"), "problem") != 0 ? CHECK_WARNING
								  : CHECK_PROBLEM;
}

/* Breaks between words, so that it stays within the screen. */
static void show_wrapped(const char *text, int indent, int column)
{
	while (*text) {
		int length = (int)strcspn(text, " ");

		if (column > indent && column + 1 + length > 79) {
			printf("\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			putchar(' ');
			column++;
		}
		printf("%.*s", length, text);
		column += length;
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void show_concern(const json_t *row)
{
	char text[1024];
	const char *origin = json_text(row, "origin"),
		   *subject = json_text(row, "subject");

	printf("  %s%-8s%s ", paint_begin(severity_of(row)), json_text(row, "severity"),
	       paint_end());
	snprintf(text, sizeof(text), "%s: %s%s%s%s%s", json_text(row, "area"), origin,
		 *origin ? ": " : "", subject, *subject ? ": " : "",
		 json_text(row, "what"));
	show_wrapped(text, 11, 11);
	if (!*json_text(row, "advice"))
		return;
	printf("%11s-> ", "");
	show_wrapped(json_text(row, "advice"), 14, 14);
}

static void show_attention(const json_t *list)
{
	const json_t *row;
	size_t i;

	if (!json_array_size(list)) {
		printf("%sall is well%s\n\n", paint_begin(CHECK_OK), paint_end());
		return;
	}
	printf("needs attention\n");
	json_array_foreach(list, i, row)
		show_concern(row);
	putchar('\n');
}

/* ---- boot, devices, memory ---- */

static void show_image(const json_t *image)
{
	const json_t *verified = json_object_get(image, "verified");

	if (!json_flag(image, "ours")) {
		puts("not booted by an image of bedplate's");
		return;
	}
	printf("image %s", *json_text(image, "path") ? json_text(image, "path")
						     : json_text(image, "id"));
	if (json_is_object(verified))
		printf(", verification %s", json_text(verified, "result"));
	puts(json_flag(image, "good") ? ", good" : "");
}

static void show_boot(const json_t *boot)
{
	const json_t *root = json_object_get(boot, "root");
	const char *heading = "boot", *loader = json_text(boot, "loader");

	begin(&heading);
	printf("kernel %s%s%s%s%s\n", json_text(boot, "kernel"), *loader ? ", by " : "",
	       loader, *json_text(boot, "first") ? ", first entry " : "",
	       json_text(boot, "first"));
	begin(&heading);
	show_image(json_object_get(boot, "image"));
	if (json_object_get(boot, "initramfs_us")) {
		begin(&heading);
		printf("kernel %.2f s, initramfs %.2f s",
		       (double)number(boot, "kernel_us") / 1e6,
		       (double)number(boot, "initramfs_us") / 1e6);
		printf("; root %s (%s)\n", json_text(root, "spec"),
		       json_text(root, "fstype"));
	}
}

static void show_vfio(const json_t *all)
{
	const char *heading = "vfio";
	const json_t *device;
	size_t i;

	json_array_foreach(json_object_get(all, "vfio"), i, device) {
		begin(&heading);
		printf("%-13s %-10s %-8s", json_text(device, "address"),
		       json_text(device, "id"), json_text(device, "result"));
		if (json_is_integer(json_object_get(device, "group")))
			printf(" group %lld %s", (long long)number(device, "group"),
			       json_text(device, "group_state"));
		putchar('\n');
	}
	begin(&heading);
	if (number(all, "iommu_groups"))
		printf("%sIOMMU: %lld groups\n", i ? "" : "no devices; ",
		       (long long)number(all, "iommu_groups"));
	else
		printf("%sno IOMMU is at work\n", i ? "" : "no devices; ");
}

static void show_size(json_int_t bytes)
{
	static const char units[] = "KMGT";
	double value = (double)bytes / 1024;
	int unit = 0;

	while (value >= 1024 && units[unit + 1]) {
		value /= 1024;
		unit++;
	}
	printf(value < 10 && value != (double)(int)value ? "%.1f%c" : "%.0f%c", value,
	       units[unit]);
}

static void show_memory(const json_t *memory)
{
	const char *heading = "memory";
	const json_t *pool;
	size_t i;

	begin(&heading);
	show_size(number(memory, "available"));
	printf(" of ");
	show_size(number(memory, "total"));
	printf(" available");
	json_array_foreach(json_object_get(memory, "hugepages"), i, pool) {
		printf("; huge pages of ");
		show_size(number(pool, "size"));
		printf(": %lld of %lld free", (long long)number(pool, "free"),
		       (long long)number(pool, "total"));
	}
	putchar('\n');
}

/* ---- networks, guests, drift ---- */

static void show_networks(const json_t *list)
{
	const char *heading = "network";
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row) {
		const char *state = json_text(row, "state");

		begin(&heading);
		printf("%-12s %-10s %s", json_text(row, "name"), json_text(row, "bridge"),
		       !strcmp(state, "as-wanted") ? "up" : state);
		if (*json_text(row, "detail"))
			printf(", %s", json_text(row, "detail"));
		if (json_is_integer(json_object_get(row, "clients")))
			printf(", %lld client%s", (long long)number(row, "clients"),
			       number(row, "clients") == 1 ? "" : "s");
		putchar('\n');
	}
	if (!i)
		printf("%-*snone\n", GAP, heading);
}

static void show_guest(const json_t *row)
{
	const char *state = json_text(row, "state");
	time_t since = (time_t)number(row, "since");
	const json_t *other;
	char when[32] = "";
	struct tm local;
	size_t i;

	if (since)
		strftime(when, sizeof(when), " since %F %R", localtime_r(&since, &local));
	printf("%-20s %s%s%s", json_text(row, "name"), state,
	       json_flag(row, "ready") ? ", ready" : "",
	       strcmp(state, "off") != 0 ? when : "");
	json_array_foreach(json_object_get(row, "waits_for"), i, other)
		printf("%s%s", i ? ", " : ", needs ", json_string_value(other));
	putchar('\n');
}

static void show_guests(const json_t *list)
{
	const char *heading = "guests";
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row) {
		begin(&heading);
		show_guest(row);
	}
	if (!i)
		printf("%-*snone\n", GAP, heading);
}

static void show_drift(const json_t *steps)
{
	const char *heading = "drift";
	const json_t *step;
	size_t i, count = json_array_size(steps);

	json_array_foreach(steps, i, step) {
		if (i == DRIFT_SHOWN && count > DRIFT_SHOWN + 1)
			break;
		begin(&heading);
		printf("%s: %s\n", json_text(step, "part"), json_text(step, "what"));
	}
	if (i < count)
		printf("%*sand %zu more\n", GAP, "", count - i);
	if (!count)
		printf("%-*s%s\n", GAP, heading,
		       json_is_array(steps) ? "none" : "not known");
}

int status_show(const json_t *all, struct err *err)
{
	show_attention(json_object_get(all, "attention"));
	show_boot(json_object_get(all, "boot"));
	show_vfio(all);
	show_memory(json_object_get(all, "memory"));
	show_networks(json_object_get(all, "networks"));
	show_guests(json_object_get(all, "guests"));
	show_drift(json_object_get(all, "drift"));
	return show_end(err);
}
