/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c: looks at an image, then boots it.
 *
 * How it works: the image is read once into plain facts (image_facts.h), the host's chain
 * into another struct; the checks only compare these. What fails the look is not booted.
 */
#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "mkinitramfs/verify_private.h"

static void verify_image_release(struct verify_image *image)
{
	image_facts_release(&image->facts);
	conf_free(image->conf);
	chain_release(&image->chain);
}

/* The image's own configuration. What is wrong with it is a finding. */
static int conf_open(struct verify_result *result, struct verify_image *image,
		     struct err *err)
{
	const char *path = image_text_path(IMAGE_INIT_CONF);
	const char *text = image->facts.texts[IMAGE_INIT_CONF];
	struct err wrong = ERR_INIT;

	if (!text) {
		verify_finding(result, "%s is not in the image", path);
		return 0;
	}
	image->conf = conf_new(&init_schema);
	if (!image->conf)
		return err_sys(err, ENOMEM, "reading %s", path);
	if (conf_read_text(image->conf, path, text, &wrong) < 0 ||
	    conf_check(image->conf, &wrong) < 0) {
		verify_finding(result, "%s", wrong.text);
		conf_free(steal_pointer(image->conf));
	}
	return 0;
}

static bool is_host_image(const struct verify_image *image)
{
	const struct init_conf *conf = image->conf ? conf_data(image->conf) : NULL;

	return conf && conf->image.mode == init_image_mode_host;
}

static int image_open(struct verify_result *result, struct verify_image *image,
		      const struct verify_options *options, struct err *err)
{
	struct err wrong = ERR_INIT;
	const struct init_conf *conf;
	int failed = image_facts_read(&image->facts, options->file, &wrong);

	/* A file that cannot be read at all says nothing about the image. */
	if (failed && failed != -EBADMSG && failed != -ENOTSUP) {
		if (err)
			*err = wrong;
		return failed;
	}
	if (failed) {
		verify_finding(result, "%s", wrong.text);
		return 0;
	}
	verify_done(result, "the archive is sound: %zu entries", image->facts.entries);
	failed = conf_open(result, image, err);
	conf = image->conf ? conf_data(image->conf) : NULL;
	image->kernel = options->kernel               ? options->kernel
			: conf && *conf->image.kernel ? conf->image.kernel
						      : image->facts.version;
	if (!chain_read(&image->chain, options->root_fd, &image->chain_err))
		image->has_chain = true;
	return failed;
}

static int verify_all(struct verify_result *result, struct verify_image *image,
		      const struct verify_options *options, struct err *err)
{
	int failed = image_open(result, image, options, err);

	if (failed || !image->facts.entries || !image->conf)
		return failed;
	if (!options->no_static) {
		verify_static(result, image);
		if (is_host_image(image) && !image->has_chain)
			verify_note(result, "the host's root was not found: %s",
				    image->chain_err.text);
		failed = verify_needs(result, image, options, err);
	}
	if (failed || result->result == VERIFY_FAILED || options->no_boot)
		return failed;
	result->method = VERIFY_BOOT;
	return verify_boot(result, image, options, err);
}

int verify_run(const struct verify_options *options, struct verify_result *result,
	       struct err *err)
{
	__attribute__((cleanup(verify_image_release))) struct verify_image image = {
		.chain = CHAIN_INIT,
	};
	int failed;

	strbuf_init(&image.facts.files, 0);
	*result = (struct verify_result)VERIFY_RESULT_INIT;
	result->start_ms = clock_ms();
	failed = verify_all(result, &image, options, err);
	result->seconds = verify_seconds(result);
	return failed;
}
