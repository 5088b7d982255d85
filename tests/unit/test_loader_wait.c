/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/loader.c lib/module_plan.c lib/strbuf.c lib/err.c */
/* test_loader_wait.c: modules that make headway are waited for, and one that hangs is not. A pipe
 * for a module's file hangs until somebody opens its other end; the kernel then refuses it. */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/loader.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

enum { SLICE_MS = 100, STUCK_MS = 3 * SLICE_MS };

static char folder[] = "/tmp/bedplate-loader-XXXXXX";
static const char *const files[] = { "a.ko", "b.ko" };

struct looks {
	struct loader *loader;
	int dir_fd, count;
};

/* Lets a module's file be read, and waits until it was. */
static void let(const struct looks *looks, int number)
{
	const char name[] = { files[number][0], '\0' };

	close(openat(looks->dir_fd, files[number], O_WRONLY | O_CLOEXEC));
	while (loader_is_loading(looks->loader, name))
		sched_yield();
}

/* One module is done in time, the other in time after that. */
static bool let_each(void *data)
{
	struct looks *looks = data;

	looks->count++;
	if (looks->count == 2 || looks->count == 4)
		let(looks, looks->count / 2 - 1);
	return false;
}

static bool look_only(void *data)
{
	((struct looks *)data)->count++;
	return false;
}

static bool say_enough(void *data)
{
	(void)data;
	return true;
}

/* The second module needs the first. */
static void begin(struct loader *loader, struct looks *looks, int dir_fd)
{
	const unsigned first = 0;

	*looks = (struct looks){ loader, dir_fd, 0 };
	if (loader_open(loader, dir_fd, NULL) ||
	    loader_add(loader, files[0], "", NULL, 0) ||
	    loader_add(loader, files[1], "", &first, 1) != 1)
		abort();
}

/* The init goes away with all of it; a test has to account for it. */
static void end(struct loader *loader)
{
	loader_close(loader);
	for (size_t i = 0; i < loader->count; i++) {
		free(loader->modules[i]->path);
		free(loader->modules[i]->options);
		free(loader->modules[i]->after);
		free(loader->modules[i]);
	}
	free(loader->modules);
	close(loader->event_fd);
}

static void test_headway(int dir_fd)
{
	struct loader loader;
	struct looks looks;

	begin(&loader, &looks, dir_fd);
	ok(loader_wait_for(&loader, let_each, &looks, STUCK_MS),
	   "two modules that take longer together than one may");
	ok(looks.count > STUCK_MS / SLICE_MS, "they have taken longer");
	end(&loader);
}

static void test_stuck(int dir_fd)
{
	struct loader loader;
	struct looks looks;

	begin(&loader, &looks, dir_fd);
	ok(loader_wait_for(&loader, say_enough, &looks, STUCK_MS),
	   "what is enough is not waited beyond");
	ok(!loader_wait_for(&loader, look_only, &looks, STUCK_MS),
	   "one that hangs is given up");
	is_int(looks.count, STUCK_MS / SLICE_MS, "after that time");
	is_str(loader_busy_with(&loader), "a", "and it is known by name");
	let(&looks, 0);
	let(&looks, 1);
	end(&loader);
}

int main(void)
{
	_cleanup_close_ int dir_fd = -1;

	if (!mkdtemp(folder))
		abort();
	dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (mkfifoat(dir_fd, files[i], 0600))
			abort();
	test_headway(dir_fd);
	test_stuck(dir_fd);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlinkat(dir_fd, files[i], 0);
	rmdir(folder);
	return done_testing();
}
