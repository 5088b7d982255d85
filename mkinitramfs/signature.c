/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signature.c: the signatures of kernel modules; see signature.h. */
#include <errno.h>

#include "lib/cleanup.h"
#include "mkinitramfs/signature.h"

/* By the kernel's names: CONFIG_MODULE_SIG_SHA256 is what MODULE_SIG_HASH="sha256" comes from. */
static const struct hash {
	const char *option;
	const char *module;
} hashes[] = {
	{ "CONFIG_MODULE_SIG_SHA1", "sha1-ssse3" },
	{ "CONFIG_MODULE_SIG_SHA256", "sha256-ssse3" },
	{ "CONFIG_MODULE_SIG_SHA384", "sha512-ssse3" },
	{ "CONFIG_MODULE_SIG_SHA512", "sha512-ssse3" },
};

int signature_speed_up(struct module_set *set, const struct kernel_config *config,
		       struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(hashes); i++) {
		int found;

		if (!kernel_config_has(config, hashes[i].option))
			continue;
		found = module_set_add(set, hashes[i].module, MODULE_AT_ONCE,
				       "checks modules' signatures faster", err);
		return found <= 0 ? found
				  : module_set_put_first(set, hashes[i].module, err);
	}
	return 0;
}

int signature_may_go(const struct kernel_config *config, const char *version,
		     struct err *err)
{
	if (!kernel_config_has(config, "CONFIG_MODULE_SIG_FORCE"))
		return 0;
	err_set(err, EPERM, "kernel %s loads no modules without a signature (%s)",
		version, config->path);
	err_hint(err, "[Modules] Signatures=keep");
	return -EPERM;
}
