/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpn_peer.c: bedplate host-prep peer add: lets a peer into a VPN.
 *
 * How it works: everything that can fail comes first. Then the [Peer] section is put behind
 * the network's file, which is replaced as a whole, and then the peer's configuration, with
 * the only copy of its private key, goes to the standard output.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/commands.h"
#include "host-prep/journal.h"
#include "host-prep/own_file.h"
#include "host-prep/vpn.h"
#include "host-prep/want_all.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/nearest.h"
#include "lib/process.h"
#include "lib/secret.h"

enum { QR_TIMEOUT_MS = 10000 };

/* ---- which network ---- */

static int refuse_network(const struct want *want, const char *name, struct err *err)
{
	struct nearest nearest = { .word = name };

	for (size_t i = 0; i < want->count; i++)
		if (*want->items[i].vpn)
			nearest_offer(&nearest, want->items[i].file->name);
	err_set(err, EINVAL, "there is no network %.80s", name);
	if (nearest.best)
		err_hint(err, "did you mean %s?", nearest.best);
	return -EINVAL;
}

/* The one that was named, or the only one that has a VPN. */
static const struct want_network *choose(const struct want *want, const char *name,
					 struct err *err)
{
	const struct want_network *found = name ? want_find(want, name) : NULL;
	unsigned count = found != NULL;

	if (name && !found)
		refuse_network(want, name, err);
	for (size_t i = 0; !name && i < want->count; i++) {
		if (!*want->items[i].vpn)
			continue;
		found = &want->items[i];
		count++;
	}
	if (count > 1) {
		err_set(err, EINVAL, "there are several networks with a VPN");
		err_hint(err, "--network=%s", found->file->name);
		return NULL;
	}
	if (!found && !name) {
		err_set(err, EINVAL, "no network has a VPN");
		err_hint(err, "[WireGuard] with Address= in a file of "
			      "/etc/bedplate/network, see network.conf(5)");
	}
	return found;
}

/* ---- the network's file ---- */

/* What nobody has tried to read yet might not be what was meant. */
static int check_text(const struct want_network *network, const char *text,
		      struct err *err)
{
	_cleanup_conf_ struct conf *conf = conf_new(&network_schema);
	int result;

	if (!conf)
		return err_sys(err, ENOMEM, "reading the network");
	result = conf_read_text(conf, network->file->path, text, err);
	return result ? result : conf_check(conf, err);
}

static int append(const struct want_network *network, const char *section, int root_fd,
		  struct err *err)
{
	const char *path = network->file->path;
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	result = file_read(root_fd, path, &text, err);
	if (result)
		return result;
	if (text.length && text.text[text.length - 1] != '\n')
		strbuf_addc(&text, '\n');
	strbuf_adds(&text, section);
	result = check_text(network, text.text, err);
	return result ? result : own_file_write(root_fd, path, text.text, err);
}

/* ---- the peer ---- */

/* On a terminal, where a phone can see it. Without qrencode there is none. */
static void show_qr(const char *text)
{
	static const char *const argv[] = { "qrencode", "-t", "ansiutf8", NULL };
	struct process process = { .argv = argv,
				   .input = text,
				   .timeout_ms = QR_TIMEOUT_MS };
	struct err err = ERR_INIT;

	if (!isatty(STDOUT_FILENO))
		return;
	if (process_run(&process, &err) == -ENOENT)
		log_info("with qrencode there would be a QR code here");
	else if (err.code)
		log_err(&err);
}

static int show(const char *text, struct err *err)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		return err_sys(err, errno, "writing to the standard output");
	show_qr(text);
	return 0;
}

static int host_key(const struct want_network *network, int root_fd,
		    char public_key[VPN_KEY_SIZE], struct err *err)
{
	char path[VPN_PATH_SIZE], key[VPN_KEY_SIZE];
	int result = vpn_need_key(root_fd, vpn_key_path(network, path), key, err);

	if (!result)
		result = vpn_public_key(key, public_key, err);
	explicit_bzero(key, sizeof(key));
	return result;
}

static int add_peer(const struct want *want, const struct want_network *network,
		    const char *name, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf client, section;
	char public_key[VPN_KEY_SIZE];
	struct vpn_peer peer;
	int result;

	strbuf_init(&client, 0);
	strbuf_init(&section, 0);
	result = vpn_new_peer(network, name, &peer, err);
	if (!result)
		result = host_key(network, root_fd, public_key, err);
	if (!result)
		result = vpn_client_text(want, network, &peer, public_key, &client, err);
	if (!result) {
		vpn_peer_section(&peer, &section);
		result = append(network, section.text, root_fd, err);
	}
	if (!result)
		result = show(client.text, err);
	if (!result)
		log_info("%s is in /%s; `bedplate host-prep up vpn` lets it in",
			 peer.name, network->file->path);
	explicit_bzero(client.text, client.length);
	explicit_bzero(&peer, sizeof(peer));
	return result;
}

static int add(const struct args *args, struct err *err)
{
	_cleanup_guests_ struct guests guests = GUESTS_INIT;
	_cleanup_close_ int root_fd = file_open_root(args->root, err);
	_cleanup_close_ int lock_fd = root_fd < 0 ? -1 : journal_lock(root_fd, err);
	struct part_context context = { .root_fd = root_fd, .guests = &guests };
	const struct want_network *network;
	struct want_all all = { .nl = NETLINK_INIT };
	int result = lock_fd < 0 ? lock_fd : guests_read(&guests, root_fd, err);

	if (!result)
		result = want_all_read(&all, &context, err);
	network = result ? NULL : choose(&all.want, args->network, err);
	if (!result && !network)
		result = err_mistake(err);
	if (!result)
		result = add_peer(&all.want, network, args->parts[1], root_fd, err);
	want_all_release(&all);
	return result;
}

int peer_run(const struct args *args, struct err *err)
{
	if (args->part_count != 2 || strcmp(args->parts[0], "add") != 0) {
		err_set(err, EINVAL, "peer add NAME is all that there is");
		return EXIT_USAGE;
	}
	secret_hold();
	return add(args, err) ? err_exit_code(err) : EXIT_DONE;
}
