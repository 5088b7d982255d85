/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_config.c: reads a kernel's configuration. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/kernel_config.h"

int kernel_config_read(struct kernel_config *config, int root_fd, const char *version,
		       struct err *err)
{
	char *paths[] = {
		format_text("boot/config-%s", version),
		format_text("lib/modules/%s/config", version),
		format_text("usr/lib/modules/%s/config", version),
	};
	int result = 0;

	config->path = NULL;
	strbuf_init(&config->text, 0);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup_close_ int fd = -1;

		if (paths[i] && !config->path && !result)
			fd = file_open_in_root(root_fd, paths[i], O_RDONLY, NULL);
		if (fd >= 0) {
			result = file_read_fd(fd, paths[i], &config->text, err);
			config->path = steal_pointer(paths[i]);
		}
		free(paths[i]);
	}
	return result;
}

void kernel_config_release(struct kernel_config *config)
{
	free(config->path);
	config->path = NULL;
	strbuf_release(&config->text);
}

bool kernel_config_has(const struct kernel_config *config, const char *option)
{
	size_t length = strlen(option);

	for (const char *at = config->text.text; at && (at = strstr(at, option));
	     at += length)
		if ((at == config->text.text || at[-1] == '\n') &&
		    !strncmp(at + length, "=y", 2))
			return true;
	return false;
}
