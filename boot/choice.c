/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choice.c: chooses what is started. */
#include <string.h>

#include "boot/choice.h"
#include "lib/format_text.h"

struct candidates {
	const struct image_list *images;
	const struct boot_image *first;
};

static bool is_candidate(const char *id, const void *data)
{
	const struct candidates *candidates = data;
	const struct boot_image *image = image_list_find(candidates->images, id);

	return image && image != candidates->first;
}

/* The lower, the more likely it boots where none is known to: the kernel's previous image, which
 * was verified; another kernel's; somebody else's, whom nobody asked for a proof: that of the
 * kernel that runs, then what was there before the kernel's own. */
static int rank(const struct candidates *candidates, const struct boot_image *image)
{
	bool same = !strcmp(image->version, candidates->first->version);

	if (image->id[0])
		return !image->previous ? 1 : same ? 0 : 2;
	return image->running ? 3 : same ? 4 : 5;
}

static const struct boot_image *find_fallback(const struct candidates *candidates,
					      const struct state *state)
{
	const char *good = state_last_good(state, is_candidate, candidates);
	const struct boot_image *best = NULL;

	if (good)
		return image_list_find(candidates->images, good);
	for (size_t i = 0; i < candidates->images->count; i++) {
		const struct boot_image *image = &candidates->images->items[i];

		if (image != candidates->first &&
		    (!best || rank(candidates, image) < rank(candidates, best)))
			best = image;
	}
	return best;
}

enum trial choice_trial(const struct choice *choice, const struct state *state, int tries,
			bool retry)
{
	bool failed;
	const char *trial = state_trial(state, &failed);

	bool mine = trial && !strcmp(trial, choice->first->id);

	if (!choice->first->id[0] || state_is_good(state, choice->first->id))
		return TRIAL_NONE;
	/* It stays so, whether tries can be counted now or not. */
	if (mine && failed && !retry)
		return TRIAL_FAILED;
	if (!tries)
		return TRIAL_NONE;
	return mine && !failed ? TRIAL_RUNS : TRIAL_BEGINS;
}

void choice_make(struct choice *choice, const struct image_list *images,
		 const struct state *state, int tries, bool retry)
{
	struct candidates candidates = { .images = images };

	*choice = (struct choice){ .trial = TRIAL_NONE };
	if (!images->count || images->items[0].previous)
		return;
	choice->first = candidates.first = &images->items[0];
	choice->fallback = find_fallback(&candidates, state);
	if (choice->fallback)
		choice->trial = choice_trial(choice, state, tries, retry);
}

char *choice_entry_name(const struct boot_image *image)
{
	if (!image->previous)
		return format_text("bedplate-%s", image->version);
	if (image->previous == 1)
		return format_text("bedplate-%s-prev", image->version);
	return format_text("bedplate-%s-prev%d", image->version, image->previous);
}
