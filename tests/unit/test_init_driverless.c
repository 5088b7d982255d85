/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/driverless.c lib/file.c lib/err.c lib/strbuf.c */
/* Controllers of disks that have no driver are found in /sys, and others are not. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/driverless.h"
#include "lib/file.h"
#include "tests/unit/tap.h"

static char root[] = "/tmp/bedplate-test-XXXXXX";
static int root_fd;

static void put(const char *device, const char *modalias, bool has_driver)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "sys/bus/%s%s", device, has_driver ? "/driver" : "");
	file_make_dirs(root_fd, path, NULL);
	snprintf(path, sizeof(path), "sys/bus/%s/modalias", device);
	fd = openat(root_fd, path, O_WRONLY | O_CREAT, 0644);
	ok(write(fd, modalias, strlen(modalias)) > 0, "a device %s", device);
	close(fd);
}

static const char *found(void)
{
	static struct strbuf out;

	strbuf_release(&out);
	strbuf_init(&out, 0);
	driverless_add(root_fd, &out);
	return out.text;
}

int main(void)
{
	char command[64];

	if (!mkdtemp(root))
		return 1;
	root_fd = open(root, O_PATH | O_DIRECTORY);
	is_str(found(), "", "nothing is found where there is no /sys");
	put("pci/devices/0000:00:01.0", "pci:v1d2sv3sd4bc02sc00i00\n", false);
	put("pci/devices/0000:00:02.0", "pci:v1d2sv3sd4bc01sc06i01\n", true);
	is_str(found(), "", "nor a network card, nor what has a driver");
	put("virtio/devices/virtio0", "virtio:d00000002v00001AF4\n", false);
	is_str(found(), "; no driver has virtio0 (virtio:d00000002v00001AF4)",
	       "a virtio disk is");
	put("pci/devices/0000:00:03.0", "pci:v1d2sv3sd4bc01sc08i02\n", false);
	is_str(found(),
	       "; no driver has 0000:00:03.0 (pci:v1d2sv3sd4bc01sc08i02), virtio0 "
	       "(virtio:d00000002v00001AF4)",
	       "and an NVMe controller");
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command) ? 1 : done_testing();
}
