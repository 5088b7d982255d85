/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader.h: loads modules, several at a time where there are processors for it.
 *
 * How it works: modules are added with the numbers of those that must come first. Worker
 * threads take whatever is ready; an event descriptor tells the main loop that something
 * was finished. Where no thread can be had loader_run loads what is ready and returns.
 */
#ifndef BEDPLATE_INIT_LOADER_H
#define BEDPLATE_INIT_LOADER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/module_plan.h"

enum module_state { MODULE_WAITING, MODULE_LOADING, MODULE_LOADED, MODULE_FAILED };

struct module {
	char name[MODULE_NAME_MAX];
	char *path;
	char *options;
	unsigned *after;
	size_t after_count;
	enum module_state state;
	int error;    /* positive errno of the failure */
	pid_t thread; /* that loads it, or did */
	int64_t start_us, end_us;
};

enum { LOADER_THREADS_MAX = 4 };

struct loader {
	int dir_fd;   /* /lib/modules/VERSION */
	int event_fd; /* readable when a thread has finished a module */
	struct module **modules;
	size_t count, size;
	size_t finished;
	size_t reported; /* failures up to here were told */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t threads[LOADER_THREADS_MAX];
	unsigned thread_count; /* 0: no threads, loader_run does the work */
	unsigned lost_threads; /* of them, that the kernel has ended */
	bool stopping;
};

/* Prepares a loader for a folder of modules, with as many threads as there are processors
 * to use (at most 4). */
int loader_open(struct loader *loader, int dir_fd, struct err *err);

/* Adds a module; texts and numbers are copied. Returns its number, or -ENOMEM. */
int loader_add(struct loader *loader, const char *path, const char *options,
	       const unsigned *after, size_t after_count);

/* Loads what is ready where there are no threads; else nothing. */
void loader_run(struct loader *loader);

/* Takes note of modules that the kernel crashed in, which counts as their failure, and
 * gets another thread where all are stuck. To be called now and then while modules are
 * waited for. */
void loader_tend(struct loader *loader);

/* Whether every module that was added is loaded or has failed. */
bool loader_idle(struct loader *loader);

/* Whether every module for which `wanted` is true is loaded or has failed. */
bool loader_done_with(struct loader *loader, bool (*wanted)(const char *name));

/* Whether the module of this name was added and is not finished. */
bool loader_is_loading(struct loader *loader, const char *name);

/* Waits until the loader is idle; false when that takes longer than this. */
bool loader_wait(struct loader *loader, int timeout_ms);

/* Waits until `is_enough` says so or the loader is idle, asking ten times a second. False when no module
 * has been finished for this long, however long it took until then: what makes headway is slow,
 * and not stuck. */
bool loader_wait_for(struct loader *loader, bool (*is_enough)(void *data), void *data,
		     int stuck_ms);

/* The name of a module that is being loaded just now, or NULL. It stays valid. */
const char *loader_busy_with(struct loader *loader);

/* The number of a module by its name, or -1. */
int loader_find(struct loader *loader, const char *name);

/* Hands out each failure once, after the module has finished; NULL when there is none. */
const struct module *loader_next_failure(struct loader *loader);

/* A failed load in words: what is wrong and, where known, what to do. */
const char *module_error_text(int error);

/* Ends the threads; modules that are still being loaded are waited for. */
void loader_close(struct loader *loader);

#endif
