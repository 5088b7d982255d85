/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vpn_key.c: WireGuard's keys: made, read, kept from others. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "host-prep/vpn.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/process.h"
#include "lib/schema/network_rule.h"

enum { KEY_BYTES = 32 };

static void encode(const uint8_t *bytes, char key[VPN_KEY_SIZE])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
				      "yz0123456789+/";
	char *out = key;

	for (int i = 0; i < KEY_BYTES; i += 3) {
		uint32_t three = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 |
				 (i + 2 < KEY_BYTES ? bytes[i + 2] : 0);

		for (int shift = 18; shift >= 0; shift -= 6)
			*out++ = letters[three >> shift & 63];
	}
	/* 32 bytes leave one byte's room in the last four letters. */
	key[VPN_KEY_SIZE - 2] = '=';
	key[VPN_KEY_SIZE - 1] = '\0';
}

int vpn_make_key(char key[VPN_KEY_SIZE], struct err *err)
{
	uint8_t bytes[KEY_BYTES + 1] = { 0 };

	if (getrandom(bytes, KEY_BYTES, 0) != KEY_BYTES)
		return err_sys(err, errno ? errno : EIO, "make a key");
	/* The bits that X25519 has fixed (RFC 7748, 5). */
	bytes[0] &= 0xf8;
	bytes[KEY_BYTES - 1] = (uint8_t)((bytes[KEY_BYTES - 1] & 0x7f) | 0x40);
	encode(bytes, key);
	explicit_bzero(bytes, sizeof(bytes));
	return 0;
}

int vpn_public_key(const char *private_key, char public_key[VPN_KEY_SIZE],
		   struct err *err)
{
	static const char *const argv[] = { "wg", "pubkey", NULL };
	_cleanup_strbuf_ struct strbuf output;
	struct process process = { .argv = argv,
				   .input = private_key,
				   .output = &output,
				   .timeout_ms = 10000,
				   .package = "wireguard-tools" };
	int result;

	strbuf_init(&output, 4096);
	result = process_run_quiet(&process, err);
	if (result)
		return err_wrap(err, "work out a public key");
	output.text[strcspn(output.text, "\n")] = '\0';
	if (!network_is_wireguard_key(output.text))
		return err_set(err, EIO, "wg pubkey printed no key");
	memcpy(public_key, output.text, VPN_KEY_SIZE);
	return 0;
}

const char *vpn_key_path(const struct want_network *network, char path[VPN_PATH_SIZE])
{
	const char *own = network->data->wireguard.private_key_file;

	if (*own)
		snprintf(path, VPN_PATH_SIZE, "%s", own + 1);
	else
		snprintf(path, VPN_PATH_SIZE, VPN_KEY_DIR "/%s.key", network->file->name);
	return path;
}

static int check_mode(int fd, const char *path, struct err *err)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return err_sys(err, errno, "/%s", path);
	if (!S_ISREG(status.st_mode))
		return err_set(err, EINVAL, "/%s is no file", path);
	if (!(status.st_mode & 077))
		return 0;
	err_set(err, EPERM, "/%s: others may read the key (mode %04o)", path,
		status.st_mode & 07777);
	err_hint(err, "chmod 600 /%.150s; if they could have, make another key", path);
	return -EPERM;
}

int vpn_read_key(int root_fd, const char *path, char key[VPN_KEY_SIZE], struct err *err)
{
	_cleanup_close_ int fd = file_open(root_fd, path, O_RDONLY | O_NONBLOCK, err);
	char text[VPN_KEY_SIZE + 2] = "";
	int result = fd < 0 ? fd : check_mode(fd, path, err);
	ssize_t length;

	if (result)
		return result;
	length = read(fd, text, sizeof(text) - 1);
	text[length > 0 ? strcspn(text, "\r\n") : 0] = '\0';
	if (network_is_wireguard_key(text)) {
		memcpy(key, text, VPN_KEY_SIZE);
	} else {
		result = err_set(err, EINVAL, "/%s holds no WireGuard key", path);
		err_hint(err, "44 characters as wg genkey prints them; or remove the "
			      "file, and one is made");
	}
	explicit_bzero(text, sizeof(text));
	return result;
}

int vpn_write_key(int root_fd, const char *path, const char *key, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char folder[VPN_PATH_SIZE], line[VPN_KEY_SIZE + 1];
	int result = 0, fd;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) : 0, path);
	if (*folder && !file_exists(root_fd, folder)) {
		fd = file_make_dirs_in_root(root_fd, folder, err);
		if (fd < 0)
			return fd;
		result = fchmod(fd, 0700) ? err_sys(err, errno, "chmod /%s", folder) : 0;
		close(fd);
	}
	snprintf(line, sizeof(line), "%s\n", key);
	if (!result)
		result = file_replace(root_fd, path, 0600, line, err);
	explicit_bzero(line, sizeof(line));
	return result;
}

int vpn_need_key(int root_fd, const char *path, char key[VPN_KEY_SIZE], struct err *err)
{
	int result = vpn_read_key(root_fd, path, key, err);

	if (result != -ENOENT)
		return result;
	err_clear(err);
	result = vpn_make_key(key, err);
	return result ? result : vpn_write_key(root_fd, path, key, err);
}
