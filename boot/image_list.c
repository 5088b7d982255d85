/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image_list.c: finds the images that boot entries are made for. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot/image_list.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/kernel_file.h"

/* A release candidate comes before its release. */
static int rank(const char *text)
{
	return !strncmp(text, "-rc", 3) ? -1 : *text != '\0';
}

int kernel_version_compare(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *a_end, *b_end;
			unsigned long long x = strtoull(a, &a_end, 10);
			unsigned long long y = strtoull(b, &b_end, 10);

			if (x != y)
				return x > y ? 1 : -1;
			a = a_end;
			b = b_end;
			continue;
		}
		if (rank(a) != rank(b) || *a != *b)
			break;
		a++;
		b++;
	}
	if (rank(a) != rank(b))
		return rank(a) > rank(b) ? 1 : -1;
	return (unsigned char)*a - (unsigned char)*b;
}

static void image_release(struct boot_image *image)
{
	free(image->version);
	free(image->kernel);
	free(image->path);
	free(image->id);
	free(image->kernel_id);
	free(image->made);
}

static int add_image(struct image_list *list, struct boot_image image, struct err *err)
{
	struct boot_image *items = NULL;

	if (image.version && image.kernel && image.path && image.id && image.made)
		items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items) {
		image_release(&image);
		return err_sys(err, ENOMEM, "listing images");
	}
	list->items = items;
	items[list->count++] = image;
	return 0;
}

static char *path_of(const struct place *place, const char *name)
{
	return format_text("%s/%s", place->dir + (*place->dir == '/'), name);
}

static int add_placed(struct image_list *list, const struct placed *placed,
		      const struct place *place, int root_fd, struct err *err)
{
	struct boot_image image = { .previous = placed->previous };
	struct record_verdict verdict;
	struct record_facts facts;

	record_get(&placed->record, &facts);
	record_get_verdict(&placed->record, &verdict);
	if (!placed->whole || !*facts.kernel || !strcmp(verdict.result, "failed"))
		return 0;
	image.kernel = kernel_file_find(root_fd, place->dir, facts.kernel);
	if (!image.kernel)
		return 0;
	image.version = strdup(facts.kernel);
	image.path = path_of(place, placed->name);
	image.id = strdup(facts.id);
	image.made = strdup(facts.made);
	return add_image(list, image, err);
}

/* An image of somebody else, which has no record, if there is one of this name; `image` says the
 * rest of it. */
static int add_foreign(struct image_list *list, struct boot_image image, const char *name,
		       const char *version, const struct place *place, int root_fd,
		       struct err *err)
{
	_cleanup_placed_ struct placed placed = { .name = NULL };
	int result = placed_read(place, name, &placed, err);

	if (result || !placed.there || placed.record.json)
		return result;
	image.kernel = kernel_file_find(root_fd, place->dir, version);
	if (!image.kernel)
		return 0;
	image.version = strdup(version);
	image.path = path_of(place, name);
	image.id = strdup("");
	image.made = strdup("");
	return add_image(list, image, err);
}

/* What was in an image's place before it may be somebody else's: of a host on which ours is the
 * first, it is what is known to boot. */
static int add_before(struct image_list *list, const struct placed *placed,
		      const struct place *place, int root_fd, struct err *err)
{
	struct record_facts facts;
	int result = 0;

	record_get(&placed->record, &facts);
	for (int number = 1; !result && number <= PLACE_KEEP_MAX; number++) {
		const struct boot_image image = { .previous = number };
		_cleanup_free_ char *name = place_previous(placed->name, number);

		result = name ? add_foreign(list, image, name, facts.kernel, place,
					    root_fd, err)
			      : err_sys(err, ENOMEM, "listing images");
	}
	return result;
}

/* As distributions call the images that their own generators make (mkinitcpio's bear the
 * package's name, and no version). */
static const char *const foreign_names[] = { "initrd.img-%v", "initramfs-%v.img",
					     "initrd-%v" };

static bool has_image(const struct image_list *list, const char *version)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i].version, version))
			return true;
	return false;
}

/* The kernel that runs has come up, with somebody else's image where it has none of ours: so this
 * is known to boot, too. */
static int add_running(struct image_list *list, const char *version,
		       const struct place *place, int root_fd, struct err *err)
{
	const struct boot_image image = { .previous = 1, .running = true };
	size_t before = list->count;
	int result = 0;

	for (size_t i = 0;
	     !result && list->count == before && i < ARRAY_SIZE(foreign_names); i++) {
		const struct place names = { .name = foreign_names[i] };
		_cleanup_free_ char *name = place_image(&names, version);

		result = name ? add_foreign(list, image, name, version, place, root_fd,
					    err)
			      : err_sys(err, ENOMEM, "listing images");
	}
	return result;
}

static int by_age(const void *a, const void *b)
{
	const struct boot_image *x = a, *y = b;
	int order;

	if (x->running != y->running)
		return x->running ? 1 : -1;
	if (!x->previous != !y->previous)
		return x->previous ? 1 : -1;
	order = kernel_version_compare(y->version, x->version);
	return order ? order : x->previous - y->previous;
}

static char *read_kernel_id(int root_fd, const char *path)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_RDONLY, NULL);
	static uint8_t data[256 << 10];
	ssize_t got = fd < 0 ? -1 : 1;
	uint64_t sum = 0;

	while (got > 0) {
		got = read(fd, data, sizeof(data));
		if (got > 0)
			sum = lzma_crc64(data, (size_t)got, sum);
	}
	return got < 0 ? strdup("") : format_text("%016llx", (unsigned long long)sum);
}

/* Several images are of the same kernel, which is read once. */
static int add_kernel_ids(struct image_list *list, int root_fd, struct err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		struct boot_image *image = &list->items[i];
		size_t same = 0;

		while (strcmp(list->items[same].kernel, image->kernel) != 0)
			same++;
		image->kernel_id = same < i ? strdup(list->items[same].kernel_id)
					    : read_kernel_id(root_fd, image->kernel);
		if (!image->kernel_id)
			return err_sys(err, ENOMEM, "listing images");
	}
	return 0;
}

int image_list_read(struct image_list *list, const struct place *place, int root_fd,
		    const char *running, struct err *err)
{
	_cleanup_placed_list_ struct placed_list placed = PLACED_LIST_INIT;
	int result = place_list(place, &placed, err);

	for (size_t i = 0; !result && i < placed.count; i++) {
		size_t before = list->count;

		result = add_placed(list, &placed.items[i], place, root_fd, err);
		if (!result && list->count > before && !placed.items[i].previous)
			result = add_before(list, &placed.items[i], place, root_fd, err);
	}
	if (!result && list->count && *running && !has_image(list, running))
		result = add_running(list, running, place, root_fd, err);
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), by_age);
	return result ? result : add_kernel_ids(list, root_fd, err);
}

const struct boot_image *image_list_find(const struct image_list *list, const char *id)
{
	for (size_t i = 0; *id && i < list->count; i++)
		if (!strcmp(list->items[i].id, id))
			return &list->items[i];
	return NULL;
}

void image_list_release(struct image_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		image_release(&list->items[i]);
	free(list->items);
	*list = (struct image_list)IMAGE_LIST_INIT;
}
