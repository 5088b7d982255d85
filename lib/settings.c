/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.c: reads the configuration, with what a program's command line sets over it. */
#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/settings.h"

/* One --set: "Modules.Signatures=drop". */
static int conf_set_one(struct conf *conf, const char *text, struct err *err)
{
	_cleanup_free_ char *section = strdup(text);
	char *key = section ? strchr(section, '.') : NULL;
	char *value = key ? strchr(key, '=') : NULL;

	if (!section)
		return err_sys(err, ENOMEM, "reading --set %s", text);
	if (!value)
		return err_set(err, EINVAL, "--set %s: SECTION.KEY=VALUE was expected",
			       text);
	*key++ = '\0';
	*value++ = '\0';
	return conf_set(conf, section, key, value, "--set", err);
}

int settings_load(struct settings *settings, int root_fd,
		  const struct setting_override *overrides, const struct option_list *set,
		  struct err *err)
{
	struct conf *conf = conf_new(&host_schema);
	int result;

	settings->conf = conf;
	if (!conf)
		return err_sys(err, ENOMEM, "reading the configuration");
	settings->host = conf_data(conf);
	result = conf_read_file(conf, root_fd, "etc/bedplate/host.conf", err);
	if (result >= 0)
		result =
			conf_read_dropins(conf, root_fd, "etc/bedplate/host.conf.d", err);
	for (; result >= 0 && overrides && overrides->key; overrides++)
		if (overrides->value)
			result = conf_set(conf, overrides->section, overrides->key,
					  overrides->value, overrides->origin, err);
	for (size_t i = 0; result >= 0 && i < set->count; i++)
		result = conf_set_one(conf, set->items[i], err);
	return result < 0 ? result : conf_check(conf, err);
}

void settings_release(struct settings *settings)
{
	conf_free(settings->conf);
	guests_release(&settings->guests);
	*settings = (struct settings)SETTINGS_INIT;
}
