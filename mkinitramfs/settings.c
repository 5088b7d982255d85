/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.c: reads the configuration, with what the command line sets over it. */
#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "mkinitramfs/settings.h"

/* Each option that is one of the configuration's keys. */
static int conf_override(struct conf *conf, const struct args *args, struct err *err)
{
	const struct {
		const char *key, *value, *origin;
	} overrides[] = {
		{ "Mode", args->mode, "--mode" },
		{ "Compression", args->compression, "--compression" },
		{ "Level", args->level, "--level" },
	};
	int result = 0;

	for (size_t i = 0; !result && i < ARRAY_SIZE(overrides); i++)
		if (overrides[i].value)
			result = conf_set(conf, "Image", overrides[i].key,
					  overrides[i].value, overrides[i].origin, err);
	return result;
}

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

static int conf_load(struct conf *conf, const struct args *args, int root_fd,
		     struct err *err)
{
	int result = conf_read_file(conf, root_fd, "etc/bedplate/host.conf", err);

	if (result >= 0)
		result =
			conf_read_dropins(conf, root_fd, "etc/bedplate/host.conf.d", err);
	if (result >= 0)
		result = conf_override(conf, args, err);
	for (size_t i = 0; result >= 0 && i < args->set.count; i++)
		result = conf_set_one(conf, args->set.items[i], err);
	return result < 0 ? result : conf_check(conf, err);
}

int settings_read_conf(struct settings *settings, const struct args *args, int root_fd,
		       struct err *err)
{
	settings->conf = conf_new(&host_schema);
	if (!settings->conf)
		return err_sys(err, ENOMEM, "reading the configuration");
	settings->host = conf_data(settings->conf);
	return conf_load(settings->conf, args, root_fd, err);
}

int settings_read(struct settings *settings, const struct args *args, int root_fd,
		  struct err *err)
{
	int result = settings_read_conf(settings, args, root_fd, err);

	return result < 0 ? result : guests_read(&settings->guests, root_fd, err);
}

void settings_release(struct settings *settings)
{
	conf_free(settings->conf);
	guests_release(&settings->guests);
	*settings = (struct settings)SETTINGS_INIT;
}
