/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choice.c: chooses what is started. */
#include <string.h>

#include "boot/choice.h"
#include "lib/format_text.h"

/* Whether an image was good, with a kernel that has another in its place now. */
static bool has_lost_kernel(const struct state *state, const struct boot_image *image)
{
	const struct booted present = { .image = image->id,
					.kernel_id = image->kernel_id };
	const struct booted any = { .image = image->id };

	return state_is_good(state, &any) && !state_is_good(state, &present);
}

/* The lower, the more likely it boots where none is known to: the kernel's previous image, which
 * was verified; another kernel's; somebody else's, whom nobody asked for a proof: that of the
 * kernel that runs, then what was there before the kernel's own. A previous image loads the
 * same kernel as the first one: where that is known to be a new one, another comes before. */
static int rank(const struct choice *choice, const struct state *state,
		const struct boot_image *image)
{
	bool same = !strcmp(image->version, choice->first->version);

	if (image->id[0])
		return !image->previous                ? 1
		       : !same                         ? 2
		       : has_lost_kernel(state, image) ? 4
						       : 0;
	return image->running ? 3 : same ? 5 : 6;
}

struct booted choice_booted(const struct boot_image *image, const char *line)
{
	return (struct booted){ image->id, image->version, image->kernel_id,
				line && *line ? line : NULL };
}

/* An image of which a boot was good, if it is there with the kernel that it was good with. */
static const struct boot_image *find_image(const struct image_list *images,
					   const struct booted *good)
{
	const struct boot_image *image = image_list_find(images, good->image);
	struct booted whole;

	if (!image)
		return NULL;
	whole = choice_booted(image, good->cmdline);
	return booted_is(good, &whole) ? image : NULL;
}

/* `apart`: lines are not the same everywhere, so the first image's former one is another boot. */
static bool find_good(struct choice *choice, const struct image_list *images,
		      const struct state *state, bool apart)
{
	struct booted good;

	for (size_t i = 0; state_good(state, i, &good); i++) {
		const struct boot_image *image = find_image(images, &good);
		bool has_line = apart && good.cmdline && *choice->line;
		bool is_first = image == choice->first;

		if (!image ||
		    (is_first && (!has_line || !strcmp(good.cmdline, choice->line))))
			continue;
		choice->fallback = image;
		choice->fallback_line = has_line ? good.cmdline : choice->others_line;
		choice->same_image = is_first;
		return true;
	}
	return false;
}

static void find_fallback(struct choice *choice, const struct image_list *images,
			  const struct state *state, bool apart)
{
	if (find_good(choice, images, state, apart))
		return;
	for (size_t i = 0; i < images->count; i++) {
		const struct boot_image *image = &images->items[i];

		if (image != choice->first &&
		    (!choice->fallback ||
		     rank(choice, state, image) < rank(choice, state, choice->fallback)))
			choice->fallback = image;
	}
}

enum trial choice_trial(const struct choice *choice, const struct state *state, int tries,
			bool retry)
{
	const struct booted first = choice_booted(choice->first, choice->line);
	struct booted trial;
	bool failed,
		mine = state_trial(state, &trial, &failed) && booted_is(&trial, &first);

	/* Begun when the line was not ours to try. */
	mine = mine && (trial.cmdline || !*choice->line);

	if (!*first.image || state_is_good(state, &first))
		return TRIAL_NONE;
	/* It stays so, whether tries can be counted now or not. */
	if (mine && failed && !retry)
		return TRIAL_FAILED;
	if (tries <= 0)
		return TRIAL_NONE;
	return mine && !failed ? TRIAL_RUNS : TRIAL_BEGINS;
}

/* Whether the first entry is to be told from all others by its line. */
static bool is_apart(const struct choice *choice, const struct state *state, int tries,
		     enum trial trial)
{
	const struct booted first = choice_booted(choice->first, choice->line);

	return *first.image && !state_is_good(state, &first) &&
	       (tries || trial == TRIAL_FAILED);
}

void choice_make(struct choice *choice, const struct image_list *images,
		 const struct state *state, const char *line, int tries, bool retry)
{
	const char *good_line = state_good_line(state);
	enum trial trial;
	bool apart;

	*choice = (struct choice){ .line = line };
	choice->others_line = choice->fallback_line = line;
	if (!images->count)
		return;
	choice->first = &images->items[0];
	trial = choice_trial(choice, state, tries, retry);
	apart = is_apart(choice, state, tries, trial);
	if (apart && !state_has_proven(state, line) && good_line)
		choice->others_line = choice->fallback_line = good_line;
	find_fallback(choice, images, state, apart);
	if (choice->fallback)
		choice->trial = trial;
}

const char *choice_line(const struct choice *choice, const struct boot_image *image)
{
	if (image == choice->first)
		return choice->line;
	return image == choice->fallback ? choice->fallback_line : choice->others_line;
}

void choice_begin_trial(const struct choice *choice, struct state *state)
{
	struct booted first;

	if (choice->trial != TRIAL_BEGINS)
		return;
	first = choice_booted(choice->first, choice->line);
	state_begin_trial(state, &first);
}

/* ---- for people ---- */

void choice_write_news(const struct state *state, const struct booted *booted,
		       struct strbuf *out)
{
	const struct booted image = { .image = booted->image };
	const struct booted kernel = { .image = booted->image,
				       .kernel_id = booted->kernel_id };
	const char *line = booted->cmdline ? booted->cmdline : "";
	const char *news[] = { NULL, NULL };
	size_t count = 0;

	if (!state_is_good(state, &image))
		news[count++] = "the image";
	else if (!state_is_good(state, &kernel))
		news[count++] = "the kernel";
	if (!state_has_proven(state, line))
		news[count++] = "the command line";
	strbuf_adds(out, count ? news[0] : "the image");
	if (count > 1)
		strbuf_addf(out, " and %s", news[1]);
}

void choice_write_note(const struct choice *choice, const struct state *state, int tries,
		       struct strbuf *out)
{
	if (choice->trial != TRIAL_BEGINS || state_has_proven(state, choice->line))
		return;
	strbuf_addf(out,
		    "the new command line is tried %d time%s; then the entry with the "
		    "previous one is started\n",
		    tries, tries == 1 ? "" : "s");
}

char *choice_entry_name(const struct boot_image *image)
{
	if (!image->previous)
		return format_text("bedplate-%s", image->version);
	if (image->previous == 1)
		return format_text("bedplate-%s-prev", image->version);
	return format_text("bedplate-%s-prev%d", image->version, image->previous);
}

char *choice_fallback_name(const struct choice *choice)
{
	if (!choice->fallback)
		return NULL;
	return choice->same_image
		       ? format_text("bedplate-%s-cmdline", choice->fallback->version)
		       : choice_entry_name(choice->fallback);
}
