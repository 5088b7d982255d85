/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_facts.c: reads the effect of the kernel's arguments from sysfs and procfs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kernel_facts.h"

static DIR *open_dir(int root_fd, const char *path)
{
	int fd = file_open(root_fd, path, O_RDONLY | O_DIRECTORY, NULL);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

static bool has_entries(int root_fd, const char *path)
{
	_cleanup_closedir_ DIR *dir = open_dir(root_fd, path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			return true;
	}
	return false;
}

/* hugepages-2048kB/nr_hugepages, and so on (kernel
 * Documentation/ABI/testing/sysfs-kernel-mm-hugepages). */
static void read_pages(struct kernel_facts *facts, int root_fd)
{
	static const char folder[] = "sys/kernel/mm/hugepages";
	_cleanup_closedir_ DIR *dir = open_dir(root_fd, folder);
	struct dirent *entry;
	unsigned long long kib;
	char path[400];

	while (dir && (entry = readdir(dir))) {
		if (facts->page_sizes == KERNEL_PAGES_MAX ||
		    sscanf(entry->d_name, "hugepages-%llukB", &kib) != 1)
			continue;
		facts->pages[facts->page_sizes].size = kib << 10;
		snprintf(path, sizeof(path), "%s/%s/nr_hugepages", folder, entry->d_name);
		if (file_read_u64(root_fd, path, &facts->pages[facts->page_sizes].count,
				  NULL) == 0)
			facts->page_sizes++;
	}
}

/* An empty set is an empty line; nohz_full says "(null)" where there is none. */
static void read_cpus(struct cpu_list *list, int root_fd, const char *name)
{
	char path[64], line[1024];

	*list = (struct cpu_list){ .bits = { 0 } };
	snprintf(path, sizeof(path), "sys/devices/system/cpu/%s", name);
	if (file_read_line(root_fd, path, line, sizeof(line), NULL) == 0)
		cpu_list_parse(line, list, NULL);
}

static enum cpu_maker read_maker(int root_fd)
{
	_cleanup_strbuf_ struct strbuf text;
	const char *line;

	strbuf_init(&text, 0);
	file_read(root_fd, "proc/cpuinfo", &text, NULL);
	line = strstr(text.text, "vendor_id");
	line = line ? strchr(line, ':') : NULL;
	if (!line)
		return CPU_MAKER_OTHER;
	line += strspn(line, ": \t");
	if (strncmp(line, "GenuineIntel", 12) == 0)
		return CPU_MAKER_INTEL;
	if (strncmp(line, "AuthenticAMD", 12) == 0 ||
	    strncmp(line, "HygonGenuine", 12) == 0)
		return CPU_MAKER_AMD;
	return CPU_MAKER_OTHER;
}

/* A module's folder has its name with '_'; the file has the parameter's as the module
 * declares it, so both ways are tried. */
static void read_parameter(struct kernel_parameter *parameter, int root_fd)
{
	char path[256], line[256];
	size_t dot = strcspn(parameter->name, ".");
	int length = snprintf(path, sizeof(path), "sys/module/%s", parameter->name);

	if (length < 0 || (size_t)length + 12 > sizeof(path))
		return;
	path[11 + dot] = '\0';
	for (char *c = path + 11; *c; c++)
		*c = *c == '-' ? '_' : *c;
	parameter->loaded = file_exists(root_fd, path);
	snprintf(path + 11 + dot, sizeof(path) - 11 - dot, "/parameters/%s",
		 parameter->name + dot + 1);
	if (!file_exists(root_fd, path))
		for (char *c = path + 11 + dot; *c; c++)
			*c = *c == '-' ? '_' : *c;
	if (file_read_line(root_fd, path, line, sizeof(line), NULL) == 0)
		parameter->value = strdup(line);
}

static int read_parameters(struct kernel_facts *facts, int root_fd,
			   const struct kernel_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++) {
		struct kernel_parameter *items;

		if (rule->items[i].subject != KERNEL_SUBJECT_PARAMETER)
			continue;
		items = reallocarray(facts->parameters, facts->parameter_count + 1,
				     sizeof(*items));
		if (!items)
			return -ENOMEM;
		facts->parameters = items;
		items += facts->parameter_count++;
		*items = (struct kernel_parameter){ .name = rule->items[i].name };
		read_parameter(items, root_fd);
	}
	return 0;
}

int kernel_facts_read(struct kernel_facts *facts, int root_fd,
		      const struct kernel_rules *rules, struct err *err)
{
	*facts = (struct kernel_facts){ .parameters = NULL };
	facts->iommu = has_entries(root_fd, "sys/kernel/iommu_groups");
	read_pages(facts, root_fd);
	read_cpus(&facts->isolated, root_fd, "isolated");
	read_cpus(&facts->nohz_full, root_fd, "nohz_full");
	read_cpus(&facts->possible, root_fd, "possible");
	facts->maker = read_maker(root_fd);
	for (size_t i = 0; i < rules->count; i++) {
		if (read_parameters(facts, root_fd, &rules->items[i]) < 0)
			return err_sys(err, ENOMEM, "reading modules' parameters");
	}
	return 0;
}

void kernel_facts_release(struct kernel_facts *facts)
{
	for (size_t i = 0; i < facts->parameter_count; i++)
		free(facts->parameters[i].value);
	free(facts->parameters);
	facts->parameters = NULL;
	facts->parameter_count = 0;
}

uint64_t kernel_facts_pages(const struct kernel_facts *facts, uint64_t size)
{
	for (size_t i = 0; i < facts->page_sizes; i++) {
		if (facts->pages[i].size == size)
			return facts->pages[i].count;
	}
	return 0;
}

const struct kernel_parameter *kernel_facts_parameter(const struct kernel_facts *facts,
						      const char *name)
{
	for (size_t i = 0; i < facts->parameter_count; i++) {
		if (strcmp(facts->parameters[i].name, name) == 0)
			return &facts->parameters[i];
	}
	return NULL;
}
