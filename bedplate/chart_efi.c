/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_efi.c: when the boot loader began and ended, where it leaves that in EFI variables. */
#include <string.h>

#include "bedplate/chart_read.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define VARIABLE(name) \
	"sys/firmware/efi/efivars/" name "-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

enum { ATTRIBUTES = 4, DIGITS_MAX = 18 };

int64_t chart_take_efi(const char *bytes, size_t length)
{
	int64_t value = 0;

	for (size_t i = ATTRIBUTES; i + 1 < length; i += 2) {
		if (!bytes[i] && !bytes[i + 1])
			break;
		if (bytes[i] < '0' || bytes[i] > '9' || bytes[i + 1] ||
		    i > ATTRIBUTES + 2 * DIGITS_MAX)
			return 0;
		value = value * 10 + (bytes[i] - '0');
	}
	return value;
}

static int64_t read_variable(int root_fd, const char *path)
{
	_cleanup_strbuf_ struct strbuf bytes;

	strbuf_init(&bytes, 0);
	if (file_read(root_fd, path, &bytes, NULL))
		return 0;
	return chart_take_efi(bytes.text, bytes.length);
}

/* Both are counted from when the machine was switched on: "init" when the loader began, "exec"
 * when it gave way to the kernel. */
void chart_read_efi(struct chart_sources *sources, int root_fd)
{
	int64_t init = read_variable(root_fd, VARIABLE("LoaderTimeInitUSec"));
	int64_t exec = read_variable(root_fd, VARIABLE("LoaderTimeExecUSec"));

	if (!init || exec < init) {
		chart_missing(sources,
			      "firmware and loader: neither tells when it began");
		return;
	}
	sources->firmware = exec;
	sources->loader = exec - init;
}
