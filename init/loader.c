/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loader.c: loading modules in the order of their dependencies; see loader.h. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "init/clock.h"
#include "init/loader.h"
#include "lib/cleanup.h"

enum { LOADER_STACK = 32 << 10, SLOW_AFTER_US = 1000000 };

static bool is_finished(const struct module *module)
{
	return module->state == MODULE_LOADED || module->state == MODULE_FAILED;
}

/* One that failed does not hold up those behind it: the kernel knows best whether they
 * can do without. */
static bool is_ready(const struct loader *loader, const struct module *module)
{
	if (module->state != MODULE_WAITING)
		return false;
	for (size_t i = 0; i < module->after_count; i++) {
		if (!is_finished(loader->modules[module->after[i]]))
			return false;
	}
	return true;
}

static struct module *take_ready(struct loader *loader)
{
	for (size_t i = 0; i < loader->count; i++) {
		if (!is_ready(loader, loader->modules[i]))
			continue;
		loader->modules[i]->state = MODULE_LOADING;
		return loader->modules[i];
	}
	return NULL;
}

static int module_load(const struct loader *loader, const struct module *module)
{
	_cleanup_close_ int fd =
		openat(loader->dir_fd, module->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	if (syscall(SYS_finit_module, fd, module->options, 0) == 0 || errno == EEXIST)
		return 0;
	/* A symbol that nobody exports; told apart from a file that is not there. */
	return errno == ENOENT ? ELIBACC : errno;
}

/* Called with the lock held; lets go of it while the kernel works. */
static void load_unlocked(struct loader *loader, struct module *module)
{
	int error;

	module->start_us = clock_us();
	module->thread = (pid_t)syscall(SYS_gettid);
	pthread_mutex_unlock(&loader->lock);
	error = module_load(loader, module);
	pthread_mutex_lock(&loader->lock);
	module->end_us = clock_us();
	module->error = error;
	module->state = error ? MODULE_FAILED : MODULE_LOADED;
	loader->finished++;
}

static void *loader_thread(void *argument)
{
	struct loader *loader = argument;
	struct module *module;

	pthread_mutex_lock(&loader->lock);
	while (!loader->stopping) {
		module = take_ready(loader);
		if (!module) {
			pthread_cond_wait(&loader->changed, &loader->lock);
			continue;
		}
		load_unlocked(loader, module);
		pthread_cond_broadcast(&loader->changed);
		eventfd_write(loader->event_fd, 1);
	}
	pthread_mutex_unlock(&loader->lock);
	return NULL;
}

static unsigned usable_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

static void start_thread(struct loader *loader)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, LOADER_STACK);
	if (loader->thread_count < LOADER_THREADS_MAX &&
	    !pthread_create(&loader->threads[loader->thread_count], &attributes,
			    loader_thread, loader))
		loader->thread_count++;
	pthread_attr_destroy(&attributes);
}

/* Even one processor has a thread: a module whose loading never ends must not keep us from
 * saying so. */
static void start_threads(struct loader *loader)
{
	for (unsigned wanted = usable_processors(); wanted; wanted--)
		start_thread(loader);
}

int loader_open(struct loader *loader, int dir_fd, struct err *err)
{
	pthread_condattr_t monotonic;

	*loader = (struct loader){ .dir_fd = dir_fd };
	loader->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loader->event_fd < 0)
		return err_sys(err, errno, "module loader");
	pthread_mutex_init(&loader->lock, NULL);
	/* A clock that a module's driver does not set. */
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&loader->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	start_threads(loader);
	return 0;
}

static void module_free(struct module *module)
{
	free(module->path);
	free(module->options);
	free(module->after);
	free(module);
}

static struct module *module_new(const char *path, const char *options,
				 const unsigned *after, size_t after_count)
{
	struct module *module = calloc(1, sizeof(*module));

	if (!module)
		return NULL;
	module_name_of(path, module->name);
	module->path = strdup(path);
	module->options = strdup(options);
	module->after = calloc(after_count + 1, sizeof(*after));
	if (!module->path || !module->options || !module->after) {
		module_free(module);
		return NULL;
	}
	if (after_count)
		memcpy(module->after, after, after_count * sizeof(*after));
	module->after_count = after_count;
	return module;
}

/* Called with the lock held. */
static int loader_append(struct loader *loader, struct module *module)
{
	if (loader->count == loader->size) {
		size_t size = loader->size ? 2 * loader->size : 32;
		struct module **modules =
			realloc(loader->modules, size * sizeof(*modules));

		if (!modules)
			return -ENOMEM;
		loader->modules = modules;
		loader->size = size;
	}
	loader->modules[loader->count++] = module;
	pthread_cond_signal(&loader->changed);
	return (int)loader->count - 1;
}

int loader_add(struct loader *loader, const char *path, const char *options,
	       const unsigned *after, size_t after_count)
{
	struct module *module = module_new(path, options, after, after_count);
	int number;

	if (!module)
		return -ENOMEM;
	pthread_mutex_lock(&loader->lock);
	number = loader_append(loader, module);
	pthread_mutex_unlock(&loader->lock);
	if (number < 0)
		module_free(module);
	return number;
}

/* The kernel ends a thread that crashes inside of it. The module's state there is that of
 * one being loaded, for ever. */
static bool is_lost(const struct module *module)
{
	return module->state == MODULE_LOADING && module->thread &&
	       syscall(SYS_tgkill, getpid(), module->thread, 0) < 0 && errno == ESRCH;
}

/* Called with the lock held. */
static void bury(struct loader *loader, struct module *module)
{
	module->error = EFAULT;
	module->end_us = clock_us();
	module->state = MODULE_FAILED;
	loader->finished++;
	loader->lost_threads++;
	pthread_cond_broadcast(&loader->changed);
}

void loader_tend(struct loader *loader)
{
	const int64_t slow = clock_us() - SLOW_AFTER_US;
	unsigned stuck;

	if (!loader->thread_count)
		return;
	pthread_mutex_lock(&loader->lock);
	for (size_t i = 0; i < loader->count; i++) {
		if (is_lost(loader->modules[i]))
			bury(loader, loader->modules[i]);
	}
	stuck = loader->lost_threads;
	for (size_t i = 0; i < loader->count; i++) {
		struct module *module = loader->modules[i];

		stuck += module->state == MODULE_LOADING && module->start_us < slow;
	}
	if (stuck >= loader->thread_count)
		start_thread(loader);
	pthread_mutex_unlock(&loader->lock);
}

void loader_run(struct loader *loader)
{
	struct module *module;

	if (loader->thread_count)
		return;
	pthread_mutex_lock(&loader->lock);
	while ((module = take_ready(loader)))
		load_unlocked(loader, module);
	pthread_mutex_unlock(&loader->lock);
}

bool loader_idle(struct loader *loader)
{
	bool idle;

	pthread_mutex_lock(&loader->lock);
	idle = loader->finished == loader->count;
	pthread_mutex_unlock(&loader->lock);
	return idle;
}

bool loader_done_with(struct loader *loader, bool (*wanted)(const char *name))
{
	bool done = true;

	pthread_mutex_lock(&loader->lock);
	for (size_t i = 0; done && i < loader->count; i++)
		done = is_finished(loader->modules[i]) ||
		       !wanted(loader->modules[i]->name);
	pthread_mutex_unlock(&loader->lock);
	return done;
}

bool loader_is_loading(struct loader *loader, const char *name)
{
	bool loading = false;

	pthread_mutex_lock(&loader->lock);
	for (size_t i = 0; !loading && i < loader->count; i++)
		loading = !is_finished(loader->modules[i]) &&
			  !strcmp(loader->modules[i]->name, name);
	pthread_mutex_unlock(&loader->lock);
	return loading;
}

bool loader_wait(struct loader *loader, int timeout_ms)
{
	struct timespec until;
	bool idle;

	loader_run(loader);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += timeout_ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&loader->lock);
	while (loader->finished < loader->count &&
	       pthread_cond_timedwait(&loader->changed, &loader->lock, &until) == 0)
		;
	idle = loader->finished == loader->count;
	pthread_mutex_unlock(&loader->lock);
	return idle;
}

static size_t count_finished(struct loader *loader)
{
	size_t finished;

	pthread_mutex_lock(&loader->lock);
	finished = loader->finished;
	pthread_mutex_unlock(&loader->lock);
	return finished;
}

bool loader_wait_for(struct loader *loader, bool (*is_enough)(void *data), void *data,
		     int stuck_ms)
{
	enum { SLICE_MS = 100 };
	size_t before = count_finished(loader);

	for (int left_ms = stuck_ms; left_ms > 0; left_ms -= SLICE_MS) {
		size_t finished;

		if (loader_wait(loader, SLICE_MS) || is_enough(data))
			return true;
		loader_tend(loader);
		finished = count_finished(loader);
		if (finished != before)
			left_ms = stuck_ms;
		before = finished;
	}
	return false;
}

const char *loader_busy_with(struct loader *loader)
{
	const char *name = NULL;

	pthread_mutex_lock(&loader->lock);
	for (size_t i = 0; !name && i < loader->count; i++) {
		if (loader->modules[i]->state == MODULE_LOADING)
			name = loader->modules[i]->name;
	}
	pthread_mutex_unlock(&loader->lock);
	return name;
}

int loader_find(struct loader *loader, const char *name)
{
	int found = -1;

	pthread_mutex_lock(&loader->lock);
	for (size_t i = 0; found < 0 && i < loader->count; i++) {
		if (strcmp(loader->modules[i]->name, name) == 0)
			found = (int)i;
	}
	pthread_mutex_unlock(&loader->lock);
	return found;
}

const struct module *loader_next_failure(struct loader *loader)
{
	const struct module *failure = NULL;

	pthread_mutex_lock(&loader->lock);
	while (!failure && loader->reported < loader->count &&
	       is_finished(loader->modules[loader->reported])) {
		if (loader->modules[loader->reported]->error)
			failure = loader->modules[loader->reported];
		loader->reported++;
	}
	pthread_mutex_unlock(&loader->lock);
	return failure;
}

const char *module_error_text(int error)
{
	static const struct {
		int error;
		const char *text;
	} texts[] = {
		{ ENOENT, "its file is missing from the image; make the image again" },
		{ ELIBACC,
		  "it needs symbols that no loaded module has (see the lines of the "
		  "kernel above); made for another kernel, or a dependency failed" },
		{ ENOEXEC, "it was made for another kernel; make the image again" },
		{ EPERM, "the kernel forbids it (module_blacklist=, or lockdown)" },
		{ EKEYREJECTED, "its signature is not one that the kernel trusts" },
		{ ENOKEY, "it is signed with a key that the kernel does not have" },
		{ EFAULT, "the kernel crashed in it (see its lines above)" },
		{ EINVAL, "the kernel refuses it or one of its options" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (texts[i].error == error)
			return texts[i].text;
	}
	return strerror(error);
}

void loader_close(struct loader *loader)
{
	pthread_mutex_lock(&loader->lock);
	loader->stopping = true;
	pthread_cond_broadcast(&loader->changed);
	pthread_mutex_unlock(&loader->lock);
	/* Nobody would wake us for a thread that the kernel has ended; exec ends the rest. */
	for (unsigned i = 0; !loader->lost_threads && i < loader->thread_count; i++)
		pthread_join(loader->threads[i], NULL);
	loader->thread_count = 0;
}
