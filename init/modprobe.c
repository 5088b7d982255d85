/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modprobe.c: answers the kernel's requests for modules. */
#include <fcntl.h>
#include <string.h>

#include "init/modprobe.h"
#include "init/module.h"
#include "lib/file.h"
#include "lib/log.h"

enum { MODPROBE_TIMEOUT_MS = 30000 };

static const char path_setting[] = "proc/sys/kernel/modprobe";
static char path_before[256];

void modprobe_install(int root_fd)
{
	/* A kernel without the setting has no requests either. */
	if (file_read_line(root_fd, path_setting, path_before, sizeof(path_before),
			   NULL) < 0 ||
	    file_write(root_fd, path_setting, "/init", NULL) < 0)
		path_before[0] = '\0';
}

void modprobe_restore(int root_fd)
{
	if (path_before[0])
		file_write(root_fd, path_setting, path_before, NULL);
}

bool modprobe_is_call(int argc, char **argv)
{
	return argc == 4 && strcmp(argv[1], "-q") == 0 && strcmp(argv[2], "--") == 0;
}

int modprobe_main(const char *name)
{
	static struct modules modules;
	struct cmdline cmdline = CMDLINE_INIT;
	struct err err = ERR_INIT;
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	log_open(LOG_TO_KMSG, "bedplate");
	if (cmdline_read(&cmdline, root_fd, &err) < 0 ||
	    modules_open(&modules, root_fd, &cmdline, &err) < 0) {
		log_err(&err);
		return EXIT_FAILED;
	}
	if (!modules_request(&modules, name))
		return EXIT_FAILED;
	loader_wait(&modules.loader, MODPROBE_TIMEOUT_MS);
	modules_report_failures(&modules);
	return EXIT_DONE;
}
