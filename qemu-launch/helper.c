/* SPDX-License-Identifier: GPL-2.0-or-later */
/* helper.c: the command lines of swtpm and virtiofsd. */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/names.h"
#include "qemu-launch/helper.h"

__attribute__((format(printf, 2, 3))) static void add(struct helper *helper,
						      const char *fmt, ...)
{
	va_list ap;

	if (helper->count == HELPER_ARGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(helper->texts[helper->count], HELPER_TEXT_MAX, fmt, ap);
	va_end(ap);
	helper->argv[helper->count] = helper->texts[helper->count];
	helper->argv[++helper->count] = NULL;
}

void helper_tpm_state(const struct guest_tpm *tpm, const struct guest_setup *setup,
		      char path[SETUP_PATH_MAX + 8])
{
	if (*tpm->state)
		snprintf(path, SETUP_PATH_MAX + 8, "%s", tpm->state);
	else
		snprintf(path, SETUP_PATH_MAX + 8, "%s/tpm", setup->state);
}

void helper_tpm(struct helper *helper, const struct guest_tpm *tpm,
		const struct guest_setup *setup)
{
	char state[SETUP_PATH_MAX + 8];

	helper->count = 0;
	helper_tpm_state(tpm, setup, state);
	snprintf(helper->name, sizeof(helper->name), "tpm");
	snprintf(helper->socket, sizeof(helper->socket), "%s/tpm.sock", setup->run);
	add(helper, "swtpm");
	add(helper, "socket");
	if (strcmp(tpm->version, "1.2") != 0)
		add(helper, "--tpm2");
	add(helper, "--tpmstate");
	add(helper, "dir=%s,mode=0600", state);
	add(helper, "--ctrl");
	add(helper, "type=unixio,path=%s,mode=0600", helper->socket);
	/* With QEMU's end; of --ctrl it is a word only of newer ones. */
	add(helper, "--terminate");
	if (*tpm->key_file) {
		add(helper, "--key");
		add(helper, "file=%s,format=binary,mode=aes-256-cbc", tpm->key_file);
	}
}

static const char *cache_word(const struct guest_share *share)
{
	static const char *const words[] = {
		[guest_share_cache_auto] = "auto",
		[guest_share_cache_always] = "always",
		[guest_share_cache_metadata] = "auto",
		[guest_share_cache_never] = "none",
	};

	return words[share->cache];
}

/* The options that QEMU's own virtiofsd (to 7.2) and the one in Rust both know. */
void helper_share(struct helper *helper, const struct guest_share *share,
		  const struct guest_setup *setup, const char *binary)
{
	static const char *const sandboxes[] = {
		[guest_share_sandbox_namespace] = "namespace",
		[guest_share_sandbox_chroot] = "chroot",
		[guest_share_sandbox_none] = "none",
	};

	helper->count = 0;
	snprintf(helper->name, sizeof(helper->name), "fs-%.50s", share->tag);
	snprintf(helper->socket, sizeof(helper->socket), "%s/fs-%.50s.sock", setup->run,
		 share->tag);
	add(helper, "%s", *share->binary ? share->binary : binary);
	add(helper, "--socket-path=%s", helper->socket);
	add(helper, "-o");
	add(helper, "source=%s", share->path);
	add(helper, "-o");
	add(helper, "cache=%s", cache_word(share));
	add(helper, "-o");
	add(helper, "sandbox=%s", sandboxes[share->sandbox]);
	if (share->xattr) {
		add(helper, "-o");
		add(helper, "xattr");
	}
	for (size_t i = 0; i < share->options.count; i++)
		add(helper, "%s", share->options.items[i]);
}

static bool read_descriptor(int root_fd, const char *path, char binary[SETUP_PATH_MAX])
{
	_cleanup_strbuf_ struct strbuf text;
	json_t *root;
	bool is_fs;

	strbuf_init(&text, 1 << 20);
	if (file_read(root_fd, path, &text, NULL))
		return false;
	root = json_loadb(text.text, text.length, 0, NULL);
	is_fs = !strcmp(json_text(root, "type"), "fs") &&
		*json_text(root, "binary") == '/';
	if (is_fs)
		snprintf(binary, SETUP_PATH_MAX, "%s", json_text(root, "binary"));
	json_decref(root);
	return is_fs;
}

int helper_find_virtiofsd(int root_fd, char binary[SETUP_PATH_MAX], struct err *err)
{
	static const char *const folders[] = { "etc/qemu/vhost-user",
					       "usr/share/qemu/vhost-user" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_names_ struct names names = NAMES_INIT;

		names_read(&names, root_fd, folders[i]);
		for (size_t n = 0; n < names.count; n++) {
			char path[320];

			snprintf(path, sizeof(path), "%s/%.255s", folders[i],
				 names.items[n]);
			if (read_descriptor(root_fd, path, binary))
				return 0;
		}
	}
	err_set(err, ENOENT, "virtiofsd is not installed");
	return err_hint(err, "Binary= of [Share] says where it is");
}
