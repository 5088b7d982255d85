/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpn.h: WireGuard: its keys, its configuration for wg(8), and what a new peer needs.
 *
 * A key is in one place only: its file, mode 0600, which is made where it is missing. It is
 * never printed but into the configuration of the peer that it is for.
 */
#ifndef BEDPLATE_HOST_PREP_VPN_H
#define BEDPLATE_HOST_PREP_VPN_H

#include "host-prep/want.h"
#include "lib/err.h"
#include "lib/strbuf.h"

enum { VPN_KEY_SIZE = 45 }; /* base64 of 32 bytes, and a '\0' */

#define VPN_KEY_DIR "etc/bedplate/wireguard"

/* A private key of random bytes. -errno where there are none. */
int vpn_make_key(char key[VPN_KEY_SIZE], struct err *err);

/* The public key of a private one, which wg(8) works out. */
int vpn_public_key(const char *private_key, char public_key[VPN_KEY_SIZE],
		   struct err *err);

/* The file of the network's private key, below the root. Returns `path`. */
enum { VPN_PATH_SIZE = 4096 };
const char *vpn_key_path(const struct want_network *network, char path[VPN_PATH_SIZE]);

/* Reads a key from its file. -ENOENT where it is not there; -EPERM where others than its
 * owner may read it, with the command that mends that; -EINVAL where it is none. */
int vpn_read_key(int root_fd, const char *path, char key[VPN_KEY_SIZE], struct err *err);

/* The same, and makes it where it is missing. */
int vpn_need_key(int root_fd, const char *path, char key[VPN_KEY_SIZE], struct err *err);

/* Keeps a key in a new file: mode 0600, in a folder of mode 0700. */
int vpn_write_key(int root_fd, const char *path, const char *key, struct err *err);

/* Adds what `wg syncconf` reads, with the private key and the preshared ones in it; these are
 * read below the root. On failure, too, `out` may hold keys. */
int vpn_text(const struct want_network *network, const char *private_key, int root_fd,
	     struct strbuf *out, struct err *err);

/* In what the interface differs from our text: `there` is what `wg showconf` says of it. NULL:
 * in nothing. `index` is that of the peer (from 0, by our text) that it is about, -1 for none.
 * No word of it is a key. Pure. */
const char *vpn_difference(const char *ours, const char *there, int *index);

/* What a new peer gets. */
struct vpn_peer {
	char name[WANT_NAME_SIZE];
	char private_key[VPN_KEY_SIZE], public_key[VPN_KEY_SIZE];
	struct ip_address addresses[2]; /* one of each family that the VPN has */
	size_t address_count;
};

/* Makes keys and chooses the lowest addresses that no peer has. -EEXIST where the name is
 * taken, -ENOSPC where no address is left. */
int vpn_new_peer(const struct want_network *network, const char *name,
		 struct vpn_peer *peer, struct err *err);

/* Adds the [Peer] section that the network's file gets: its public part. */
void vpn_peer_section(const struct vpn_peer *peer, struct strbuf *out);

/* Adds the configuration for the peer's own wg-quick(8) or app: the VPN's and its networks'
 * addresses go through it. -EINVAL where Endpoint= does not say how the host is reached. */
int vpn_client_text(const struct want *want, const struct want_network *network,
		    const struct vpn_peer *peer, const char *public_key,
		    struct strbuf *out, struct err *err);

#endif
