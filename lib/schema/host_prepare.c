/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_prepare.c: the rules of those sections of host.conf that are about the running host. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/host.h"
#include "lib/value/units.h"

enum { SWAP_LABEL_MAX = 15 }; /* of the 16 bytes in the header, mkswap(8) */

/* Up to "=": "MODULE.OPTION". */
static bool is_module_option(const char *text)
{
	size_t module = strcspn(text, ".="), length = strcspn(text, "=");

	return module && text[module] == '.' && length > module + 1 && text[length];
}

int host_check_kernel_modules(const struct host_conf *data, const struct conf *conf,
			      struct err *err)
{
	for (size_t i = 0; i < data->kernel_modules.load.count; i++) {
		const char *name = data->kernel_modules.load.items[i];

		if (*name && *name != '-' && !strpbrk(name, "/=. "))
			continue;
		conf_fail_item(conf, "KernelModules", "Load", 0, i, err,
			       "\"%s\" is no module's name", name);
		return err_hint(err, "such as kvm-intel: no path, no .ko and no options, "
				     "which stand in Options=");
	}
	for (size_t i = 0; i < data->kernel_modules.options.count; i++) {
		const char *text = data->kernel_modules.options.items[i];

		if (is_module_option(text))
			continue;
		conf_fail_item(conf, "KernelModules", "Options", 0, i, err,
			       "\"%s\" is not MODULE.OPTION=VALUE", text);
		return err_hint(err, "such as kvm-intel.nested=1");
	}
	return 0;
}

/* Guests' files and [HugePages] set it, too: each would undo the other. */
static bool is_huge_pages(const char *name, size_t length)
{
	static const char number[] = "vm/nr_hugepages";
	size_t all = strlen(number);

	if (length < all || strncmp(name, "vm", 2) != 0 || !strchr("./", name[2]))
		return false;
	return !strncmp(name + 3, number + 3, all - 3) &&
	       (length == all || name[all] == '_');
}

static const char huge_pages_fault[] = "is what [HugePages] Pages= is for";

static const char *sysctl_fault(const char *text)
{
	size_t length;

	text += *text == '-';
	length = strcspn(text, "=");
	if (!text[length] || !length)
		return "is not NAME=VALUE";
	if (strcspn(text, " \t") < length || *text == '/' || *text == '.' ||
	    memmem(text, length, "..", 2) || memmem(text, length, "//", 2))
		return "has no name of a setting, such as vm.swappiness";
	if (is_huge_pages(text, length))
		return huge_pages_fault;
	return NULL;
}

int host_check_sysctl(const struct host_conf *data, const struct conf *conf,
		      struct err *err)
{
	for (size_t i = 0; i < data->sysctl.set.count; i++) {
		const char *text = data->sysctl.set.items[i], *fault = sysctl_fault(text);

		if (!fault)
			continue;
		conf_fail_item(conf, "Sysctl", "Set", 0, i, err, "\"%s\" %s", text,
			       fault);
		if (fault == huge_pages_fault)
			err_hint(err,
				 "each would undo the other; without a section, guests' "
				 "files say how many");
		else if (!strchr(text, '='))
			err_hint(err,
				 "no blanks around the \"=\"; a value with blanks needs "
				 "quotes around the whole: \"NAME=A B\"");
		else
			err_hint(err, "such as vm.swappiness=10, a file below /proc/sys");
		return -EINVAL;
	}
	return 0;
}

/* One in which everything stands at its default is one that nobody has filled in yet. */
static const char *swap_given_key(const struct host_swap *swap)
{
	const struct {
		const char *key;
		bool given;
	} rows[] = {
		{ "Size", *swap->size },
		{ "Priority", swap->priority != -1 },
		{ "Discard", swap->discard != host_swap_discard_no },
		{ "Format", swap->format },
		{ "Label", *swap->label },
		{ "Uuid", *swap->uuid },
		{ "Algorithm", *swap->algorithm },
		{ "MemoryLimit", swap->memory_limit },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].given)
			return rows[i].key;
	return NULL;
}

/* What one section of [Swap] says of its kind. */
static int check_swap_kind(const struct host_swap *swap, const struct conf *conf,
			   size_t i, struct err *err)
{
	int kinds = (*swap->device != 0) + (*swap->file != 0) + swap->zram;
	const char *key = *swap->device ? "Device" : *swap->file ? "File" : "Zram";

	if (kinds == 1 || (!kinds && !swap_given_key(swap)))
		return 0;
	if (kinds)
		return conf_refuse(conf, "Swap", key, i, err,
				   "a [Swap] of its own for each",
				   "of Device=, File= and Zram= only one can be given");
	return conf_refuse(conf, "Swap", swap_given_key(swap), i, err,
			   "such as File=/swap/file with Size=4G",
			   "one of Device=, File= and Zram= is needed");
}

/* Keys that mean nothing for this kind would be forgotten without a word. */
static int check_swap_keys(const struct host_swap *swap, const struct conf *conf,
			   size_t i, struct err *err)
{
	const struct {
		const char *key;
		bool wrong;
		const char *why, *hint;
	} rows[] = {
		{ "Size", *swap->size && *swap->device,
		  "a device has the size that it has", "leave it out" },
		{ "Algorithm", *swap->algorithm && !swap->zram, "only zram compresses",
		  "Zram=yes, or leave it out" },
		{ "MemoryLimit", swap->memory_limit && !swap->zram,
		  "only zram takes memory", "Zram=yes, or leave it out" },
		{ "Format", swap->format && !*swap->device,
		  "what is no device is made by itself", "leave it out" },
		{ "Label", *swap->label && *swap->device && !swap->format,
		  "is for new swap space: Format=yes",
		  "to choose a device by its label: Device=LABEL=NAME" },
		{ "Uuid", *swap->uuid && *swap->device && !swap->format,
		  "is for new swap space: Format=yes",
		  "to choose a device by its UUID: Device=UUID=NUMBER" },
	};

	for (size_t j = 0; j < ARRAY_SIZE(rows); j++)
		if (rows[j].wrong)
			return conf_refuse(conf, "Swap", rows[j].key, i, err,
					   rows[j].hint, "%s", rows[j].why);
	return 0;
}

/* As mkswap(8) takes it. */
static bool is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i = 0;

	for (; form[i]; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != '-')
			return false;
	return !text[i];
}

static bool is_device(const char *text)
{
	static const char *const tags[] = { "UUID=", "LABEL=", "PARTUUID=",
					    "PARTLABEL=" };

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (!strncmp(text, tags[i], strlen(tags[i])))
			return text[strlen(tags[i])];
	return *text == '/' && text[1];
}

/* What the new swap space and its device are called. */
static int check_swap_names(const struct host_swap *swap, const struct conf *conf,
			    size_t i, struct err *err)
{
	if (strlen(swap->label) > SWAP_LABEL_MAX)
		return conf_refuse(conf, "Swap", "Label", i, err, "a shorter one",
				   "\"%s\" is longer than %d letters", swap->label,
				   SWAP_LABEL_MAX);
	if (*swap->uuid && !is_uuid(swap->uuid))
		return conf_refuse(
			conf, "Swap", "Uuid", i, err,
			"uuidgen(1) makes one; without Uuid= it is a random one",
			"\"%s\" is no UUID", swap->uuid);
	if (*swap->device && !is_device(swap->device))
		return conf_refuse(
			conf, "Swap", "Device", i, err,
			"such as /dev/vg/swap or UUID=...; lsblk -f shows them",
			"\"%s\" is neither a path nor UUID=, LABEL=, PARTUUID= or "
			"PARTLABEL=",
			swap->device);
	if (strpbrk(swap->algorithm, " \t"))
		return conf_refuse(
			conf, "Swap", "Algorithm", i, err,
			"such as zstd; /sys/block/zram0/comp_algorithm has all",
			"\"%s\" is not one word", swap->algorithm);
	return 0;
}

static int check_swap_values(const struct host_swap *swap, const struct conf *conf,
			     size_t i, struct err *err)
{
	struct size_share share;
	struct err why = ERR_INIT;

	if (swap->zram && !*swap->size)
		return conf_refuse(conf, "Swap", "Zram", i, err,
				   "such as Size=50%, of the memory", "Size= is needed");
	if (*swap->size && size_share_parse(swap->size, &share, &why))
		return conf_refuse(conf, "Swap", "Size", i, err, "such as 4G or 50%",
				   "%s", why.text);
	if (*swap->size && !share.percent && share.bytes < 1 << 20)
		return conf_refuse(conf, "Swap", "Size", i, err, "sizes have a unit: 4G",
				   "less than 1M is too little");
	return check_swap_names(swap, conf, i, err);
}

static bool is_same_place(const struct host_swap *a, const struct host_swap *b)
{
	return (*a->device && !strcmp(a->device, b->device)) ||
	       (*a->file && !strcmp(a->file, b->file));
}

static int check_swap_twice(const struct host_conf *data, const struct conf *conf,
			    size_t i, struct err *err)
{
	const struct host_swap *swap = &data->swap.items[i];
	const char *key = *swap->device ? "Device" : "File";

	for (size_t j = 0; j < i; j++) {
		struct conf_origin first = conf_origin(conf, "Swap", key, j);

		if (is_same_place(&data->swap.items[j], swap))
			return conf_refuse(conf, "Swap", key, i, err,
					   "one [Swap] for each device or file",
					   "%s is swap space already (%s:%u)",
					   *swap->device ? swap->device : swap->file,
					   first.file ? first.file : "", first.line);
	}
	return 0;
}

int host_check_swap(const struct host_conf *data, const struct conf *conf,
		    struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->swap.count; i++) {
		const struct host_swap *swap = &data->swap.items[i];

		result = check_swap_kind(swap, conf, i, err);
		if (!result)
			result = check_swap_keys(swap, conf, i, err);
		if (!result)
			result = check_swap_values(swap, conf, i, err);
		if (!result)
			result = check_swap_twice(data, conf, i, err);
	}
	return result;
}

static bool is_number(const char *text)
{
	size_t length = strlen(text);

	return length && length < 10 && strspn(text, "0123456789") == length;
}

static int check_pages(const struct host_huge_pages *pages, const struct conf *conf,
		       size_t i, struct err *err)
{
	bool automatic = !strcmp(pages->pages, "auto");

	if (pages->size < 4096 || pages->size & (pages->size - 1))
		return conf_refuse(conf, "HugePages", "Size", i, err,
				   "most machines have 2M and 1G",
				   "no page has this size");
	if (!automatic && !is_number(pages->pages))
		return conf_refuse(conf, "HugePages", "Pages", i, err,
				   "such as 512, or auto for what guests' files ask for",
				   "\"%s\" is neither a number nor auto", pages->pages);
	if (!automatic && pages->spare)
		return conf_refuse(conf, "HugePages", "Spare", i, err,
				   "add it to Pages=, or Pages=auto",
				   "is for Pages=auto only");
	if (automatic && pages->node >= 0)
		return conf_refuse(
			conf, "HugePages", "Node", i, err,
			"such as Pages=512 for this node",
			"Pages= needs a number here: guests' files do not say on "
			"which node their pages are to be");
	return 0;
}

static int check_mount(const struct host_conf *data, const struct conf *conf, size_t i,
		       struct err *err)
{
	const struct host_huge_pages *pages = &data->huge_pages.items[i];
	const char *key = pages->mount_size ? "MountSize"
			  : *pages->owner   ? "Owner"
			  : *pages->group   ? "Group"
					    : NULL;
	size_t length = strlen(pages->mode);

	if (!*pages->mount && key)
		return conf_refuse(conf, "HugePages", key, i, err,
				   "such as Mount=/dev/hugepages2M, or leave it out",
				   "means nothing without Mount=");
	if (length < 3 || length > 4 || strspn(pages->mode, "01234567") != length)
		return conf_refuse(
			conf, "HugePages", "Mode", i, err,
			"three or four digits from 0 to 7, as chmod(1) has them",
			"\"%s\" is no mode such as 0770", pages->mode);
	if (pages->mount_size % pages->size)
		return conf_refuse(conf, "HugePages", "MountSize", i, err,
				   "such as 4G; 0 is no limit",
				   "is no multiple of the pages' size");
	for (size_t j = 0; *pages->mount && j < i; j++)
		if (!strcmp(pages->mount, data->huge_pages.items[j].mount))
			return conf_refuse(
				conf, "HugePages", "Mount", i, err,
				"another folder, or leave it out in one of them",
				"%s is mounted by another section already", pages->mount);
	return 0;
}

/* Two numbers for the same pages would each take the other's away. */
static int check_pages_twice(const struct host_conf *data, const struct conf *conf,
			     size_t i, struct err *err)
{
	const struct host_huge_pages *pages = &data->huge_pages.items[i];

	if (!is_number(pages->pages))
		return 0;
	for (size_t j = 0; j < i; j++) {
		const struct host_huge_pages *other = &data->huge_pages.items[j];
		struct conf_origin first = conf_origin(conf, "HugePages", "Pages", j);

		if (other->size == pages->size && other->node == pages->node &&
		    is_number(other->pages))
			return conf_refuse(
				conf, "HugePages", "Pages", i, err,
				"one [HugePages] for both: their sum",
				"how many of this size%s is said already (%s:%u)",
				pages->node < 0 ? "" : " and node",
				first.file ? first.file : "", first.line);
	}
	return 0;
}

int host_check_huge_pages(const struct host_conf *data, const struct conf *conf,
			  struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->huge_pages.count; i++) {
		result = check_pages(&data->huge_pages.items[i], conf, i, err);
		if (!result)
			result = check_mount(data, conf, i, err);
		if (!result)
			result = check_pages_twice(data, conf, i, err);
	}
	return result;
}

/* The kernel takes no less (mm/ksm.c, max_page_sharing_store), and no longer (sleep_millisecs_store:
 * an unsigned int). */
int host_check_ksm(const struct host_conf *data, const struct conf *conf, struct err *err)
{
	if (data->ksm.sleep_ms > UINT32_MAX)
		return conf_refuse(conf, "Ksm", "Sleep", 0, err,
				   "to have it look at no pages, Run=no",
				   "the kernel sleeps 49 days at most");
	if (data->ksm.max_page_sharing != 1)
		return 0;
	return conf_refuse(conf, "Ksm", "MaxPageSharing", 0, err,
			   "0, or without it, it stays as the kernel has it",
			   "2 is the least");
}

/* They stand in a rule of udev's, in quotes there. */
int host_check_guests(const struct host_conf *data, const struct conf *conf,
		      struct err *err)
{
	static const char odd[] = "\"\\\n\t :,";

	if (data->guests.user[strcspn(data->guests.user, odd)])
		return conf_refuse(conf, "Guests", "User", 0, err,
				   "a name as in /etc/passwd, without blanks and quotes",
				   "\"%.40s\" is no user's name", data->guests.user);
	if (data->guests.group[strcspn(data->guests.group, odd)])
		return conf_refuse(conf, "Guests", "Group", 0, err,
				   "a name as in /etc/group, without blanks and quotes",
				   "\"%.40s\" is no group's name", data->guests.group);
	return 0;
}
