/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.c: a table of decompressions, each a few calls into its library. */
#include <errno.h>
#include <lz4.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "mkinitramfs/unpack.h"

static int unpack_damaged(struct unpack *u, const char *why, struct err *err)
{
	return err_set(err, EBADMSG, "%s data damaged near byte %zu: %s", u->method->name,
		       u->consumed, why);
}

static int unpack_short(struct unpack *u, struct err *err)
{
	return err_set(err, EBADMSG, "%s data ends too early, at byte %zu",
		       u->method->name, u->input_size);
}

static int unpack_no_memory(struct unpack *u, struct err *err)
{
	return err_sys(err, ENOMEM, "starting to unpack %s", u->method->name);
}

/* ---- zstd ---- */

static int zstd_open(struct unpack *u, struct err *err)
{
	u->state = ZSTD_createDStream();
	return u->state ? 0 : unpack_no_memory(u, err);
}

static ssize_t zstd_read(struct unpack *u, void *data, size_t size, struct err *err)
{
	ZSTD_inBuffer in = { u->input, u->input_size, u->consumed };
	ZSTD_outBuffer out = { data, size, 0 };
	size_t code;

	do {
		size_t before = in.pos;

		code = ZSTD_decompressStream(u->state, &out, &in);
		u->consumed = in.pos;
		if (ZSTD_isError(code))
			return unpack_damaged(u, ZSTD_getErrorName(code), err);
		if (code && !out.pos && in.pos == in.size && in.pos == before)
			return unpack_short(u, err);
	} while (code && !out.pos);
	u->ended = !code;
	return (ssize_t)out.pos;
}

static void zstd_release(struct unpack *u)
{
	ZSTD_freeDStream(u->state);
}

/* ---- gzip ---- */

static int gzip_open(struct unpack *u, struct err *err)
{
	z_stream *z = calloc(1, sizeof(*z));

	u->state = z;
	if (!z || inflateInit2(z, MAX_WBITS + 16) != Z_OK)
		return unpack_no_memory(u, err);
	return 0;
}

static ssize_t gzip_read(struct unpack *u, void *data, size_t size, struct err *err)
{
	z_stream *z = u->state;
	size_t left = u->input_size - u->consumed;
	int code;

	z->next_in = (Bytef *)(uintptr_t)(u->input + u->consumed);
	z->avail_in = left > 1u << 30 ? 1u << 30 : (uInt)left;
	z->next_out = data;
	z->avail_out = (uInt)size;
	code = inflate(z, Z_NO_FLUSH);
	u->consumed = (size_t)(z->next_in - u->input);
	if (code == Z_STREAM_END)
		u->ended = true;
	else if (code != Z_OK && code != Z_BUF_ERROR)
		return unpack_damaged(u, z->msg ? z->msg : "unknown reason", err);
	if (!u->ended && z->avail_out == size)
		return unpack_short(u, err);
	return (ssize_t)(size - z->avail_out);
}

static void gzip_release(struct unpack *u)
{
	if (u->state)
		inflateEnd(u->state);
	free(u->state);
}

/* ---- xz and the older lzma ---- */

static int xz_open(struct unpack *u, struct err *err)
{
	lzma_stream *xz = calloc(1, sizeof(*xz));

	u->state = xz;
	if (!xz || lzma_stream_decoder(xz, UNPACK_MEMORY_MAX, 0) != LZMA_OK)
		return unpack_no_memory(u, err);
	return 0;
}

static int lzma_open(struct unpack *u, struct err *err)
{
	lzma_stream *xz = calloc(1, sizeof(*xz));

	u->state = xz;
	if (!xz || lzma_alone_decoder(xz, UNPACK_MEMORY_MAX) != LZMA_OK)
		return unpack_no_memory(u, err);
	return 0;
}

static ssize_t xz_read(struct unpack *u, void *data, size_t size, struct err *err)
{
	lzma_stream *xz = u->state;
	lzma_ret code;

	xz->next_in = u->input + u->consumed;
	xz->avail_in = u->input_size - u->consumed;
	xz->next_out = data;
	xz->avail_out = size;
	code = lzma_code(xz, LZMA_RUN);
	u->consumed = (size_t)(xz->next_in - u->input);
	if (code == LZMA_STREAM_END)
		u->ended = true;
	else if (code == LZMA_MEMLIMIT_ERROR)
		return unpack_damaged(u, "it asks for too much memory", err);
	else if (code != LZMA_OK && code != LZMA_BUF_ERROR)
		return unpack_damaged(u, "the check failed", err);
	if (!u->ended && xz->avail_out == size)
		return unpack_short(u, err);
	return (ssize_t)(size - xz->avail_out);
}

static void xz_release(struct unpack *u)
{
	if (u->state)
		lzma_end(u->state);
	free(u->state);
}

/* ---- lz4, legacy ---- */

enum { LZ4_BLOCK = 8 << 20, LZ4_MAGIC = 4 };

struct lz4_state {
	size_t used, given;
	char block[LZ4_BLOCK];
};

static int lz4_open(struct unpack *u, struct err *err)
{
	struct lz4_state *state = malloc(sizeof(*state));

	u->state = state;
	if (!state)
		return unpack_no_memory(u, err);
	state->used = state->given = 0;
	u->consumed = LZ4_MAGIC;
	return 0;
}

/* Unpacks the next block; the stream has no end mark, so whatever cannot be a block's
 * size ends it. */
static int lz4_next_block(struct unpack *u, struct err *err)
{
	struct lz4_state *state = u->state;
	const uint8_t *in = u->input + u->consumed;
	size_t left = u->input_size - u->consumed;
	uint32_t size;
	int used;

	if (left >= 4)
		size = in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 |
		       (uint32_t)in[3] << 24;
	if (left < 4 || !size || size > (uint32_t)LZ4_compressBound(LZ4_BLOCK)) {
		u->ended = true;
		return 0;
	}
	if (size > left - 4)
		return unpack_short(u, err);
	used = LZ4_decompress_safe((const char *)in + 4, state->block, (int)size,
				   LZ4_BLOCK);
	if (used < 0)
		return unpack_damaged(u, "a block does not unpack", err);
	u->consumed += 4 + (size_t)size;
	state->used = (size_t)used;
	state->given = 0;
	return 0;
}

static ssize_t lz4_read(struct unpack *u, void *data, size_t size, struct err *err)
{
	struct lz4_state *state = u->state;

	while (!u->ended && state->given == state->used) {
		int result = lz4_next_block(u, err);

		if (result)
			return result;
	}
	if (u->ended)
		return 0;
	if (size > state->used - state->given)
		size = state->used - state->given;
	memcpy(data, state->block + state->given, size);
	state->given += size;
	return (ssize_t)size;
}

static void lz4_release(struct unpack *u)
{
	free(u->state);
}

/* ---- none: the bytes as they are; they end where their reader says so ---- */

static int none_open(struct unpack *u, struct err *err)
{
	(void)u;
	(void)err;
	return 0;
}

static ssize_t none_read(struct unpack *u, void *data, size_t size, struct err *err)
{
	size_t left = u->input_size - u->consumed;

	(void)err;
	if (size > left)
		size = left;
	u->ended = !size;
	memcpy(data, u->input + u->consumed, size);
	u->consumed += size;
	return (ssize_t)size;
}

static void none_release(struct unpack *u)
{
	(void)u;
}

/* ---- the table ---- */

#define BYTES(...) { __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ })
static const struct unpack_method methods[] = {
	{ "zstd", BYTES(0x28, 0xb5, 0x2f, 0xfd), ".zst", zstd_open, zstd_read,
	  zstd_release },
	{ "gzip", BYTES(0x1f, 0x8b), ".gz", gzip_open, gzip_read, gzip_release },
	{ "xz", BYTES(0xfd, '7', 'z', 'X', 'Z', 0), ".xz", xz_open, xz_read, xz_release },
	{ "lz4", BYTES(0x02, 0x21, 0x4c, 0x18), NULL, lz4_open, lz4_read, lz4_release },
	{ "lzma", BYTES(0x5d, 0, 0), NULL, lzma_open, xz_read, xz_release },
	{ "none", BYTES('0', '7', '0', '7', '0', '1'), NULL, none_open, none_read,
	  none_release },
	{ "none", BYTES('0', '7', '0', '7', '0', '2'), NULL, none_open, none_read,
	  none_release },
	{ "bzip2", BYTES('B', 'Z', 'h'), NULL, NULL, NULL, NULL },
	{ "lzo", BYTES(0x89, 'L', 'Z', 'O'), NULL, NULL, NULL, NULL },
	{ "lz4 (frames)", BYTES(0x04, 0x22, 0x4d, 0x18), NULL, NULL, NULL, NULL },
	{ "cpio (old ASCII)", BYTES('0', '7', '0', '7', '0', '7'), NULL, NULL, NULL,
	  NULL },
	{ "cpio (old binary)", BYTES(0xc7, 0x71), NULL, NULL, NULL, NULL },
};
enum { METHODS = sizeof(methods) / sizeof(methods[0]) };

const struct unpack_method *unpack_detect(const void *data, size_t size)
{
	for (int i = 0; i < METHODS; i++)
		if (size >= methods[i].magic_size &&
		    !memcmp(data, methods[i].magic, methods[i].magic_size))
			return &methods[i];
	return NULL;
}

bool unpack_suffix(const char *name, size_t *length)
{
	size_t size = strlen(name);

	for (int i = 0; i < METHODS; i++) {
		size_t tail = methods[i].suffix ? strlen(methods[i].suffix) : 0;

		if (tail && size > tail &&
		    !strcmp(name + size - tail, methods[i].suffix)) {
			*length = size - tail;
			return true;
		}
	}
	return false;
}

int unpack_open(struct unpack *u, const struct unpack_method *method, const void *data,
		size_t size, struct err *err)
{
	*u = (struct unpack){ .method = method, .input = data, .input_size = size };
	if (method->open)
		return method->open(u, err);
	u->method = NULL;
	return err_set(err, ENOTSUP, "%s cannot be read here", method->name);
}

int unpack_limit_window(struct unpack *u, int window_log, struct err *err)
{
	size_t code = ZSTD_DCtx_setParameter(u->state, ZSTD_d_windowLogMax, window_log);

	if (ZSTD_isError(code))
		return err_set(err, EINVAL, "zstd: %s", ZSTD_getErrorName(code));
	return 0;
}

ssize_t unpack_read(struct unpack *u, void *data, size_t size, struct err *err)
{
	return u->ended || !size ? 0 : u->method->read(u, data, size, err);
}

void unpack_release(struct unpack *u)
{
	if (u->method)
		u->method->release(u);
	u->method = NULL;
}
