/* SPDX-License-Identifier: GPL-2.0-or-later */
/* framebuffer.c: finds the firmware's screen and takes it away. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "init/framebuffer.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/file_apart.h"

/* How they are called in /proc/iomem: efifb.c, vesafb.c, simplefb.c, simpledrm.c, since
 * Linux 6.16 efidrm.c and vesadrm.c, below the kernel's drivers/video and drivers/gpu, and
 * sysfb_simplefb.c. */
static const char *const screen_names[] = {
	"efifb",  "vesafb",  "simplefb", "simpledrm", "simple-framebuffer",
	"efidrm", "vesadrm", "ofdrm",    "BOOTFB",
};

/* Platform devices (kernel drivers/firmware/sysfb.c), without their ".0". */
static const char *const device_names[] = {
	"efi-framebuffer", "vesa-framebuffer", "simple-framebuffer", "efifb", "vesafb",
};

static bool is_one_of(const char *name, size_t length, const char *const *names,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) == length && !strncmp(names[i], name, length))
			return true;
	}
	return false;
}

/* "    START-END : NAME" */
static void take_line(struct framebuffers *framebuffers, const char *line, size_t length)
{
	unsigned long long start, end;
	char name[FRAMEBUFFER_NAME];
	size_t n = framebuffers->screen_count;

	if (n == FRAMEBUFFER_MAX || length >= 128 ||
	    sscanf(line, " %llx-%llx : %47[^\n]", &start, &end, name) != 3 || !end)
		return;
	if (!is_one_of(name, strlen(name), screen_names, ARRAY_SIZE(screen_names)))
		return;
	text_copy(framebuffers->screens[n].name, FRAMEBUFFER_NAME, name);
	framebuffers->screens[n].range = (struct pci_range){ start, end };
	framebuffers->screen_count++;
}

static void read_iomem(int root_fd, struct framebuffers *framebuffers)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 1 << 20);
	file_read(root_fd, "proc/iomem", &text, NULL);
	for (const char *line = text.text, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		take_line(framebuffers, line, (size_t)(end - line));
	}
}

static void read_devices(int root_fd, struct framebuffers *framebuffers)
{
	int fd = file_open(root_fd, "sys/bus/platform/devices", O_RDONLY | O_DIRECTORY,
			   NULL);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	char path[300];

	while (dir && (entry = readdir(dir)) &&
	       framebuffers->device_count < FRAMEBUFFER_MAX) {
		const char *name = entry->d_name;

		if (!is_one_of(name, strcspn(name, "."), device_names,
			       ARRAY_SIZE(device_names)))
			continue;
		snprintf(path, sizeof(path), "%s/driver", name);
		if (file_exists(dirfd(dir), path))
			text_copy(framebuffers->devices[framebuffers->device_count++],
				  FRAMEBUFFER_NAME, name);
	}
}

void framebuffers_read(int root_fd, struct framebuffers *framebuffers)
{
	*framebuffers = (struct framebuffers){ .screen_count = 0 };
	read_iomem(root_fd, framebuffers);
	read_devices(root_fd, framebuffers);
}

static bool overlap(const struct pci_range *a, const struct pci_range *b)
{
	return a->end && b->end && a->start <= b->end && b->start <= a->end;
}

const char *framebuffers_on(const struct framebuffers *framebuffers,
			    const struct pci_function *function)
{
	for (size_t i = 0; i < framebuffers->screen_count; i++) {
		for (size_t k = 0; k < PCI_BAR_COUNT; k++) {
			if (overlap(&framebuffers->screens[i].range, &function->bars[k]))
				return framebuffers->screens[i].name;
		}
	}
	if (!framebuffers->screen_count && framebuffers->device_count &&
	    function->boot_vga)
		return framebuffers->devices[0];
	return NULL;
}

int framebuffers_detach(int root_fd, const struct framebuffers *framebuffers,
			int timeout_ms, struct err *err)
{
	char path[128];
	int result = 0;

	for (size_t i = 0; i < framebuffers->device_count; i++) {
		const char *name = framebuffers->devices[i];

		snprintf(path, sizeof(path), "sys/bus/platform/devices/%s/driver/unbind",
			 name);
		if (file_exists(root_fd, path) &&
		    file_write_apart(root_fd, path, name, timeout_ms, err) < 0)
			result = err_wrap(err, "taking the screen %s away", name);
	}
	return result;
}

bool framebuffers_has_other_console(int root_fd)
{
	char names[256], *rest = names, *name;

	if (file_read_line(root_fd, "sys/class/tty/console/active", names, sizeof(names),
			   NULL) < 0)
		return false;
	while ((name = strsep(&rest, " "))) {
		/* tty0, tty1: the screen's; ttyS0, hvc0: others; ttynull shows nothing. */
		if (*name && strcmp(name, "ttynull") != 0 &&
		    (strncmp(name, "tty", 3) ||
		     strspn(name + 3, "0123456789") != strlen(name + 3)))
			return true;
	}
	return false;
}
