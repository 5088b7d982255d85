/* SPDX-License-Identifier: GPL-2.0-or-later */
/* generator.c: makes guests' units while systemd reads its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/guests.h"
#include "lib/log.h"
#include "qemu-launch/generator.h"
#include "qemu-launch/order.h"
#include "qemu-launch/unit.h"
#include "qemu-launch/unit_text.h"

static int write_dropin(int out_fd, const struct order *order, size_t guest,
			const bool *in_circle, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	char path[600];
	int result;

	snprintf(path, sizeof(path), "bedplate-guest@%.255s.service.d",
		 order->guests[guest].name);
	result = file_make_dirs(out_fd, path, err);
	if (result)
		return result;
	strbuf_init(&text, 0);
	unit_text_add(&text, order, guest, in_circle);
	strncat(path, "/" UNIT_DROPIN, sizeof(path) - strlen(path) - 1);
	if (text.overflow)
		return err_sys(err, ENOMEM, "writing %s", path);
	return file_replace(out_fd, path, 0644, text.text, err);
}

/* Of a link in a .wants folder systemd looks at the name only. */
static int write_want(int out_fd, const char *guest, struct err *err)
{
	char path[600];
	int result = file_make_dirs(out_fd, UNIT_TARGET ".wants", err);

	snprintf(path, sizeof(path), UNIT_TARGET ".wants/bedplate-guest@%.255s.service",
		 guest);
	if (!result && symlinkat("../" UNIT_TEMPLATE, out_fd, path) < 0 &&
	    errno != EEXIST)
		result = err_sys(err, errno, "making %s", path);
	return result;
}

/* Whoever has no place in the order waits in a circle, or for one. */
static bool *find_circles(const struct order *order, struct err *err)
{
	_cleanup_free_ size_t *sequence = calloc(order->count + 1, sizeof(*sequence));
	_cleanup_free_ bool *all = calloc(order->count + 1, sizeof(*all));
	bool *unplaced = calloc(order->count + 1, sizeof(*unplaced));
	size_t placed = ORDER_NOBODY;

	if (sequence && all && unplaced) {
		memset(all, true, order->count);
		memset(unplaced, true, order->count);
		placed = order_sequence(order, all, sequence);
	}
	if (placed == ORDER_NOBODY) {
		err_sys(err, ENOMEM, "ordering the guests");
		free(unplaced);
		return NULL;
	}
	for (size_t i = 0; i < placed; i++)
		unplaced[sequence[i]] = false;
	return unplaced;
}

static int write_guests(int out_fd, const struct guests *guests, struct err *err)
{
	_cleanup_order_ struct order order = { .edges = NULL };
	_cleanup_free_ bool *in_circle = NULL;
	int result = order_read(&order, guests->items, guests->count, err);

	if (!result)
		in_circle = find_circles(&order, err);
	if (!in_circle)
		return err ? err->code : -ENOMEM;
	for (size_t i = 0; !result && i < guests->count; i++) {
		if (!guests->items[i].data)
			continue;
		result = write_dropin(out_fd, &order, i, in_circle, err);
		if (!result && guests->items[i].data->guest.autostart)
			result = write_want(out_fd, guests->items[i].name, err);
	}
	return result;
}

static int generate(const char *root, const char *out, struct err *err)
{
	_cleanup_guests_ struct guests guests = GUESTS_INIT;
	_cleanup_close_ int root_fd = file_open_root(root, err);
	_cleanup_close_ int out_fd = root_fd < 0 ? -1 : file_open_root(out, err);
	struct err mistakes = ERR_INIT;

	if (root_fd < 0 || out_fd < 0)
		return err->code;
	/* Guests whose files are wrong do not start, and say so then, too. */
	if (guests_read(&guests, root_fd, &mistakes))
		log_err(&mistakes);
	return write_guests(out_fd, &guests, err);
}

int generator_main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	const char *root = NULL;

	if (argc > 2 && !strcmp(argv[1], "--root")) {
		root = argv[2];
		argc -= 2;
		argv += 2;
	}
	log_open(root ? LOG_TO_STDERR : LOG_TO_KMSG, GENERATOR_NAME);
	if (argc != 2 && argc != 4) {
		log_error("usage: " GENERATOR_NAME
			  " [--root DIR] NORMAL-DIR [EARLY-DIR LATE-DIR]");
		return EXIT_USAGE;
	}
	if (!generate(root, argv[1], &err))
		return EXIT_DONE;
	log_err(&err);
	return EXIT_FAILED;
}
