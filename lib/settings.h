/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.h: what people have set: host.conf, options over it, and the guests' files. */
#ifndef BEDPLATE_LIB_SETTINGS_H
#define BEDPLATE_LIB_SETTINGS_H

#include "lib/conf.h"
#include "lib/guests.h"
#include "lib/option.h"
#include "lib/schema/host.h"

struct settings {
	struct conf *conf;
	const struct host_conf *host; /* conf's */
	struct guests guests;         /* guests_read reads them */
};

#define SETTINGS_INIT        \
	{                    \
		.conf = NULL \
	}

/* An option that is one of the configuration's keys. */
struct setting_override {
	const char *section, *key; /* a key NULL ends the list */
	const char *value;         /* NULL: not given */
	const char *origin;        /* "--mode" */
};

/* Reads and checks host.conf and its drop-ins, then the overrides (may be NULL), then each
 * "Section.Key=value" of `set`. The guests are not read. */
int settings_load(struct settings *settings, int root_fd,
		  const struct setting_override *overrides, const struct option_list *set,
		  struct err *err);

void settings_release(struct settings *settings);
#define _cleanup_settings_ __attribute__((cleanup(settings_release)))

#endif
