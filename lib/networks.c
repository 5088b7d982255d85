/* SPDX-License-Identifier: GPL-2.0-or-later */
/* networks.c: reads the network files. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/names.h"
#include "lib/networks.h"
#include "lib/text_match.h"

static const char folder[] = "etc/bedplate/network";
static const char suffix[] = ".conf";

static bool is_network_file(const char *name)
{
	return text_ends_in(name, suffix);
}

/* A network's name becomes that of interfaces, units and DNS domains. */
static int check_name(const struct network *network, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
				      "YZ0123456789-";
	const char *name = network->name;

	if (strspn(name, letters) == strlen(name) && name[0] != '-' &&
	    name[strlen(name) - 1] != '-' && strlen(name) <= NETWORK_NAME_MAX)
		return 0;
	err_set(err, EINVAL, "%s: \"%s\" is no name for a network", network->path, name);
	err_hint(err, "rename the file; letters, digits and - inside are allowed");
	err_mistake(err);
	return -EINVAL;
}

/* A rule about a key that is missing may have no line to name. */
static int network_check(const struct network *network, struct err *err)
{
	int result = conf_check(network->conf, err);

	if (result < 0 && err && strncmp(err->text, network->path, strlen(network->path)))
		err_wrap(err, "%s", network->path);
	return result;
}

static int network_read(struct network *network, int root_fd, struct err *err)
{
	int result = check_name(network, err);

	network->conf = conf_new(&network_schema);
	if (!network->conf)
		return err_sys(err, ENOMEM, "reading the networks");
	network->data = conf_data(network->conf);
	if (result)
		return result;
	result = conf_read_file(network->conf, root_fd, network->path, err);
	if (result >= 0)
		result = network_check(network, err);
	return result < 0 ? result : 0;
}

static int network_add(struct networks *networks, const char *file)
{
	struct network *items =
		reallocarray(networks->items, networks->count + 1, sizeof(*items));
	struct network network = { .name = NULL };
	char path[sizeof(folder) + NAME_MAX + 1];

	if (!items)
		return -ENOMEM;
	networks->items = items;
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	network.name = strndup(file, strlen(file) - strlen(suffix));
	network.path = strdup(path);
	items[networks->count++] = network;
	return network.name && network.path ? 0 : -ENOMEM;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct network *)a)->name,
		      ((const struct network *)b)->name);
}

static int networks_find_files(struct networks *networks, int root_fd)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = names_read(&names, root_fd, folder);

	for (size_t i = 0; !result && i < names.count; i++)
		if (is_network_file(names.items[i]))
			result = network_add(networks, names.items[i]);
	if (networks->count)
		qsort(networks->items, networks->count, sizeof(*networks->items),
		      by_name);
	return result;
}

int networks_read(struct networks *networks, int root_fd, struct err *err)
{
	struct conf_errors errors;

	*networks = (struct networks)NETWORKS_INIT;
	if (networks_find_files(networks, root_fd))
		return err_sys(err, ENOMEM, "reading the networks");
	conf_errors_init(&errors);
	for (size_t i = 0; i < networks->count; i++) {
		struct err why = ERR_INIT;

		if (network_read(&networks->items[i], root_fd, &why))
			conf_errors_pass(&errors, &why);
	}
	return conf_errors_finish(&errors, err);
}

const struct network *networks_find(const struct networks *networks, const char *name)
{
	for (size_t i = 0; i < networks->count; i++)
		if (strcmp(networks->items[i].name, name) == 0)
			return &networks->items[i];
	return NULL;
}

void networks_leave_out(struct networks *networks, const char *name)
{
	for (size_t i = 0; i < networks->count; i++)
		if (strcmp(networks->items[i].name, name) == 0)
			networks->items[i].left_out = true;
}

void networks_release(struct networks *networks)
{
	for (size_t i = 0; i < networks->count; i++) {
		free(networks->items[i].name);
		free(networks->items[i].path);
		conf_free(networks->items[i].conf);
	}
	free(networks->items);
	*networks = (struct networks)NETWORKS_INIT;
}

void network_bridge_name(const struct network *network, char name[LINK_NAME_MAX + 1])
{
	const struct network_network *row = &network->data->network;

	if (row->mode == network_network_mode_none)
		name[0] = '\0';
	else if (*row->bridge)
		snprintf(name, LINK_NAME_MAX + 1, "%s", row->bridge);
	else
		snprintf(name, LINK_NAME_MAX + 1, "br-%.12s", network->name);
}
