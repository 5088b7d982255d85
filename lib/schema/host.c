/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.c: host_schema, made from host.def, and its rules. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/host.h"
#include "lib/schema/rule.h"

#define CONF_NAME host
#define CONF_DEF  "lib/schema/host.def"
#include "lib/conf_table.h"

/* 0 is every method's own default. */
static const int highest_level[] = {
	[host_image_compression_zstd] = 22, [host_image_compression_gzip] = 9,
	[host_image_compression_xz] = 9,    [host_image_compression_lz4] = 12,
	[host_image_compression_none] = 0,
};

int host_check_level(const struct host_conf *data, const struct conf *conf,
		     struct err *err)
{
	int highest = highest_level[data->image.compression];

	if (data->image.level <= highest)
		return 0;
	return conf_refuse(
		conf, "Image", "Level", 0, err, "without Level= it is the method's own",
		"level %d is too high for this Compression=; its highest is %d",
		(int)data->image.level, highest);
}

/* What lies beside images; grub-mkconfig takes the first three for kernels. */
static const char *const kernel_names[] = { "vmlinuz-", "vmlinux-", "kernel-", "config-",
					    "System.map-" };

/* A name that is the same for two kernels would have one's image overwrite the other's. */
int host_check_place(const struct host_conf *data, const struct conf *conf,
		     struct err *err)
{
	const char *name = data->image.name, *mark = strstr(name, "%v");

	if (!*data->image.directory)
		return conf_refuse(conf, "Image", "Directory", 0, err, "such as /boot",
				   "a folder is needed");
	if (!mark || strchr(name, '%') != mark || strchr(mark + 1, '%'))
		return conf_refuse(conf, "Image", "Name", 0, err,
				   "such as initramfs-%v.img: %v is the kernel's version",
				   "\"%s\" needs %%v once, and no other %%", name);
	if (strchr(name, '/') || name[0] == '.')
		return conf_refuse(
			conf, "Image", "Name", 0, err, "its folder is Directory=",
			"\"%s\" is no file's name: no \"/\" and no dot in front", name);
	for (size_t i = 0; i < ARRAY_SIZE(kernel_names); i++)
		if (!strncmp(name, kernel_names[i], strlen(kernel_names[i])))
			return conf_refuse(
				conf, "Image", "Name", 0, err, "such as initramfs-%v.img",
				"\"%s\" is what kernels' own files are called", name);
	return 0;
}

/* The kernel takes '-' and '_' in a module's name for the same. */
static bool is_same_module(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

int host_check_modules(const struct host_conf *data, const struct conf *conf,
		       struct err *err)
{
	for (size_t i = 0; i < data->modules.add.count; i++)
		for (size_t j = 0; j < data->modules.exclude.count; j++)
			if (is_same_module(data->modules.add.items[i],
					   data->modules.exclude.items[j]))
				return conf_refuse(conf, "Modules", "Exclude", 0, err,
						   "leave it out in one of them",
						   "%s is also in Add=",
						   data->modules.exclude.items[j]);
	return 0;
}

int host_check_kernel_args(const struct host_conf *data, const struct conf *conf,
			   struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->kernel_args.count; i++) {
		const struct rule_list lists[] =
			RULE_KERNEL_LISTS(&data->kernel_args.items[i]);

		result = rule_check_kernel_args(conf, i, lists, err);
	}
	return result;
}

int host_check_password(const struct host_conf *data, const struct conf *conf,
			struct err *err)
{
	return rule_check_password(conf, "Boot", data->boot.password, err);
}

int host_check_passthrough(const struct host_conf *data, const struct conf *conf,
			   struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->vfio.count; i++) {
		const struct rule_list devices = RULE_LIST(data->vfio.items[i].devices);

		result = rule_check_devices(conf, i, &devices, err);
	}
	return result;
}
