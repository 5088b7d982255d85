/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.c: reads and writes IMAGE.json. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/record.h"
#include "lib/sha512.h"

enum { RECORD_VERSION = 1, HASH_STEP = 128 << 10 };

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "keeping the record of an image");
}

static char *record_path(const char *image)
{
	char *path;

	return asprintf(&path, "%s" RECORD_SUFFIX, image) < 0 ? NULL : path;
}

int record_read_file(struct record *record, int dir_fd, const char *path, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_close_ int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	json_error_t error;

	strbuf_init(&text, 0);
	record_release(record);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "opening %s", path);
	if (file_read_fd(fd, path, &text, err))
		return err ? err->code : -EIO;
	record->json = json_loadb(text.text, text.length, 0, &error);
	if (json_integer_value(json_object_get(record->json, "version")) ==
	    RECORD_VERSION)
		return 1;
	record_release(record);
	return err_set(err, EBADMSG, "%s is no record of an image", path);
}

int record_read(struct record *record, int dir_fd, const char *image, struct err *err)
{
	_cleanup_free_ char *path = record_path(image);

	return path ? record_read_file(record, dir_fd, path, err) : no_memory(err);
}

static char *record_text(const struct record *record, struct err *err)
{
	char *text = json_dumps(record->json, JSON_INDENT(1));

	if (!text)
		no_memory(err);
	return text;
}

int record_write(const struct record *record, int dir_fd, const char *image,
		 struct err *err)
{
	_cleanup_free_ char *path = record_path(image);
	_cleanup_free_ char *text = record_text(record, err);

	if (!path || !text)
		return no_memory(err);
	return file_replace(dir_fd, path, 0644, text, err);
}

int record_write_file(const struct record *record, int dir_fd, const char *name,
		      struct err *err)
{
	_cleanup_free_ char *text = record_text(record, err);
	_cleanup_close_ int fd = -1;
	int result;

	if (!text)
		return -ENOMEM;
	fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		    0644);
	if (fd < 0)
		return err_sys(err, errno, "creating %s", name);
	result = file_write_all(fd, text, strlen(text));
	if (!result && (fchmod(fd, 0644) < 0 || fsync(fd) < 0))
		result = -errno;
	return result ? err_sys(err, -result, "writing %s", name) : 0;
}

void record_release(struct record *record)
{
	json_decref(record->json);
	*record = (struct record)RECORD_INIT;
}

/* ---- what is in it ---- */

static uint64_t number_of(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static const char *const state_words[] = { [INPUT_ABSENT] = "absent",
					   [INPUT_FILE] = "file",
					   [INPUT_FOLDER] = "folder",
					   [INPUT_TEXT] = "text" };

/* A path that is no UTF-8 cannot stand in JSON; it will not be found again, and the image is
 * made anew each time. */
static json_t *json_path(const char *path)
{
	json_t *value = json_string(path);

	return value ? value : json_string("(not UTF-8)");
}

static json_t *input_json(const struct input *input)
{
	char digest[DIGEST_TEXT_SIZE];

	digest_write(input->digest, digest);
	return json_pack("{s:s, s:o, s:s, s:I, s:I, s:I, s:I, s:s}", "kind", input->kind,
			 "path", json_path(input->path), "state",
			 state_words[input->state], "size", (json_int_t)input->size,
			 "inode", (json_int_t)input->inode, "modified_ns",
			 (json_int_t)input->modified_ns, "changed_ns",
			 (json_int_t)input->changed_ns, "digest", digest);
}

static json_t *inputs_json(const struct inputs *inputs)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < inputs->count; i++) {
		if (json_array_append_new(list, input_json(&inputs->items[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

int record_make(struct record *record, const struct record_facts *facts,
		const struct inputs *inputs, struct err *err)
{
	record_release(record);
	record->json =
		json_pack("{s:i, s:s, s:s, s:s, s:s, s:{s:s, s:I, s:s}, s:o}", "version",
			  RECORD_VERSION, "kernel", facts->kernel, "mode", facts->mode,
			  "made", facts->made, "made_by", facts->made_by, "image", "id",
			  facts->id, "size", (json_int_t)facts->size, "sha512",
			  facts->sha512, "inputs", inputs_json(inputs));
	return record->json ? 0 : no_memory(err);
}

void record_get(const struct record *record, struct record_facts *facts)
{
	const json_t *image = json_object_get(record->json, "image");

	*facts = (struct record_facts){ .kernel = json_text(record->json, "kernel"),
					.mode = json_text(record->json, "mode"),
					.made = json_text(record->json, "made"),
					.made_by = json_text(record->json, "made_by"),
					.id = json_text(image, "id"),
					.sha512 = json_text(image, "sha512"),
					.size = number_of(image, "size") };
}

static int input_read(const json_t *object, struct inputs *inputs, struct err *err)
{
	struct input input = { .kind = (char *)json_text(object, "kind"),
			       .path = (char *)json_text(object, "path"),
			       .size = number_of(object, "size"),
			       .inode = number_of(object, "inode"),
			       .modified_ns = (int64_t)number_of(object, "modified_ns"),
			       .changed_ns = (int64_t)number_of(object, "changed_ns") };
	const char *state = json_text(object, "state");

	input.digest = strtoull(json_text(object, "digest"), NULL, 16);
	for (size_t i = 0; i < ARRAY_SIZE(state_words); i++)
		if (!strcmp(state, state_words[i]))
			input.state = (enum input_state)i;
	return inputs_add(inputs, &input, err);
}

int record_get_inputs(const struct record *record, struct inputs *inputs, struct err *err)
{
	const json_t *list = json_object_get(record->json, "inputs");
	int result = 0;

	for (size_t i = 0; !result && i < json_array_size(list); i++)
		result = input_read(json_array_get(list, i), inputs, err);
	return result;
}

bool record_get_verdict(const struct record *record, struct record_verdict *verdict)
{
	const json_t *object = json_object_get(record->json, "verified");

	*verdict = (struct record_verdict){ .method = json_text(object, "method"),
					    .result = json_text(object, "result"),
					    .reason = json_text(object, "reason"),
					    .when = json_text(object, "when") };
	return json_is_object(object);
}

int record_set_verdict(struct record *record, const struct record_verdict *verdict,
		       struct err *err)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "method", verdict->method,
				   "result", verdict->result, "reason", verdict->reason,
				   "when", verdict->when);

	if (!object || json_object_set_new(record->json, "verified", object) < 0)
		return no_memory(err);
	return 0;
}

/* ---- which image it is about ---- */

static int64_t modified_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

int record_set_file(struct record *record, const struct stat *st, struct err *err)
{
	json_t *image = json_object_get(record->json, "image");

	if (json_object_set_new(image, "inode", json_integer((json_int_t)st->st_ino)) <
		    0 ||
	    json_object_set_new(image, "modified_ns", json_integer(modified_ns(st))) < 0)
		return no_memory(err);
	return 0;
}

bool record_is_about(const struct record *record, int image_fd)
{
	const json_t *image = json_object_get(record->json, "image");
	char hash[2 * SHA512_SIZE + 1];
	struct stat st;

	if (fstat(image_fd, &st) < 0 || (uint64_t)st.st_size != number_of(image, "size"))
		return false;
	if (st.st_ino == number_of(image, "inode") &&
	    modified_ns(&st) == (int64_t)number_of(image, "modified_ns"))
		return true;
	return !record_hash(image_fd, hash, NULL) &&
	       !strcmp(hash, json_text(image, "sha512"));
}

int record_hash(int fd, char text[129], struct err *err)
{
	_cleanup_free_ uint8_t *data = malloc(HASH_STEP);
	uint8_t digest[SHA512_SIZE];
	struct sha512 sha;
	off_t offset = 0;
	ssize_t got;

	if (!data)
		return no_memory(err);
	sha512_init(&sha);
	while ((got = pread(fd, data, HASH_STEP, offset)) > 0) {
		sha512_add(&sha, data, (size_t)got);
		offset += got;
	}
	if (got < 0)
		return err_sys(err, errno, "reading the image");
	sha512_finish(&sha, digest);
	for (size_t i = 0; i < SHA512_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

void record_now(char text[RECORD_TIME_SIZE])
{
	time_t now = time(NULL);
	struct tm parts;

	strftime(text, RECORD_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
}
