/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compress.c: a table of compressions, each a few calls into its library. */
#include <errno.h>
#include <lz4.h>
#include <lz4hc.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "lib/file.h"
#include "mkinitramfs/compress.h"

enum { BUFFER = 256 << 10 };

static int compress_put(struct compressor *c, const void *data, size_t size,
			struct err *err)
{
	int result = file_write_all(c->fd, data, size);

	if (result < 0)
		return err_sys(err, -result, "writing");
	c->written += size;
	return 0;
}

static int compress_allocate(struct compressor *c, size_t size, struct err *err)
{
	c->buffer = malloc(size);
	c->buffer_size = size;
	return c->buffer ? 0 : err_sys(err, ENOMEM, "starting %s", c->method->name);
}

/* ---- none: gathered into large writes, for cpio's pieces are small ---- */

struct none_state {
	size_t used;
};

static int none_open(struct compressor *c, int level, struct err *err)
{
	(void)level;
	c->state = calloc(1, sizeof(struct none_state));
	return c->state ? compress_allocate(c, BUFFER, err)
			: err_sys(err, ENOMEM, "starting to write");
}

static int none_finish(struct compressor *c, struct err *err)
{
	struct none_state *state = c->state;
	size_t used = state->used;

	state->used = 0;
	return compress_put(c, c->buffer, used, err);
}

static int none_write(struct compressor *c, const void *data, size_t size,
		      struct err *err)
{
	struct none_state *state = c->state;

	if (state->used + size > c->buffer_size) {
		int result = none_finish(c, err);

		if (result)
			return result;
	}
	if (size > c->buffer_size)
		return compress_put(c, data, size, err);
	memcpy(c->buffer + state->used, data, size);
	state->used += size;
	return 0;
}

static void none_release(struct compressor *c)
{
	free(c->state);
}

/* ---- zstd ---- */

static int zstd_check(size_t code, struct err *err)
{
	if (!ZSTD_isError(code))
		return 0;
	return err_set(err, EIO, "zstd: %s", ZSTD_getErrorName(code));
}

static int zstd_open(struct compressor *c, int level, struct err *err)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	int result;

	c->state = zstd;
	if (!zstd)
		return err_sys(err, ENOMEM, "starting zstd");
	result = zstd_check(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, level),
			    err);
	if (!result)
		result = zstd_check(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1),
				    err);
	return result ? result : compress_allocate(c, ZSTD_CStreamOutSize(), err);
}

static int zstd_run(struct compressor *c, const void *data, size_t size,
		    ZSTD_EndDirective mode, struct err *err)
{
	ZSTD_inBuffer in = { data, size, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { c->buffer, c->buffer_size, 0 };
		int result;

		left = ZSTD_compressStream2(c->state, &out, &in, mode);
		result = zstd_check(left, err);
		if (!result)
			result = compress_put(c, c->buffer, out.pos, err);
		if (result)
			return result;
	} while (mode == ZSTD_e_end ? left : in.pos < in.size);
	return 0;
}

static int zstd_write(struct compressor *c, const void *data, size_t size,
		      struct err *err)
{
	return zstd_run(c, data, size, ZSTD_e_continue, err);
}

static int zstd_finish(struct compressor *c, struct err *err)
{
	return zstd_run(c, NULL, 0, ZSTD_e_end, err);
}

static void zstd_release(struct compressor *c)
{
	ZSTD_freeCCtx(c->state);
}

/* ---- gzip ---- */

static int gzip_open(struct compressor *c, int level, struct err *err)
{
	z_stream *z = calloc(1, sizeof(*z));

	c->state = z;
	/* 16 more than the largest window asks for gzip's header instead of zlib's. */
	if (!z ||
	    deflateInit2(z, level, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY))
		return err_sys(err, ENOMEM, "starting gzip");
	return compress_allocate(c, BUFFER, err);
}

static int gzip_run(struct compressor *c, const void *data, size_t size, int mode,
		    struct err *err)
{
	z_stream *z = c->state;
	int code;

	z->next_in = (Bytef *)(uintptr_t)data;
	z->avail_in = (uInt)size;
	do {
		int result;

		z->next_out = c->buffer;
		z->avail_out = (uInt)c->buffer_size;
		code = deflate(z, mode);
		if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
			return err_set(err, EIO, "gzip: error %d", code);
		result = compress_put(c, c->buffer, c->buffer_size - z->avail_out, err);
		if (result)
			return result;
	} while (!z->avail_out || (mode == Z_FINISH && code != Z_STREAM_END));
	return 0;
}

static int gzip_write(struct compressor *c, const void *data, size_t size,
		      struct err *err)
{
	return gzip_run(c, data, size, Z_NO_FLUSH, err);
}

static int gzip_finish(struct compressor *c, struct err *err)
{
	return gzip_run(c, NULL, 0, Z_FINISH, err);
}

static void gzip_release(struct compressor *c)
{
	if (c->state)
		deflateEnd(c->state);
	free(c->state);
}

/* ---- xz ---- */

static int xz_open(struct compressor *c, int level, struct err *err)
{
	lzma_stream *xz = calloc(1, sizeof(*xz));

	c->state = xz;
	if (!xz || lzma_easy_encoder(xz, (uint32_t)level, LZMA_CHECK_CRC32) != LZMA_OK)
		return err_sys(err, ENOMEM, "starting xz");
	return compress_allocate(c, BUFFER, err);
}

static int xz_run(struct compressor *c, const void *data, size_t size, lzma_action mode,
		  struct err *err)
{
	lzma_stream *xz = c->state;
	lzma_ret code;

	xz->next_in = data;
	xz->avail_in = size;
	do {
		int result;

		xz->next_out = c->buffer;
		xz->avail_out = c->buffer_size;
		code = lzma_code(xz, mode);
		if (code != LZMA_OK && code != LZMA_STREAM_END)
			return err_set(err, EIO, "xz: error %d", code);
		result = compress_put(c, c->buffer, c->buffer_size - xz->avail_out, err);
		if (result)
			return result;
	} while (xz->avail_in || !xz->avail_out ||
		 (mode == LZMA_FINISH && code != LZMA_STREAM_END));
	return 0;
}

static int xz_write(struct compressor *c, const void *data, size_t size, struct err *err)
{
	return size ? xz_run(c, data, size, LZMA_RUN, err) : 0;
}

static int xz_finish(struct compressor *c, struct err *err)
{
	return xz_run(c, NULL, 0, LZMA_FINISH, err);
}

static void xz_release(struct compressor *c)
{
	if (c->state)
		lzma_end(c->state);
	free(c->state);
}

/* ---- lz4, legacy: a magic number, then blocks of 8 MiB, each behind its packed size
 * ---- */

enum { LZ4_BLOCK = 8 << 20, LZ4_FAST_LEVELS = 3 };

struct lz4_state {
	int level;
	int used;
	char block[LZ4_BLOCK];
};

static int lz4_open(struct compressor *c, int level, struct err *err)
{
	static const uint8_t magic[] = { 0x02, 0x21, 0x4c, 0x18 };
	struct lz4_state *state = malloc(sizeof(*state));

	c->state = state;
	if (!state)
		return err_sys(err, ENOMEM, "starting lz4");
	state->level = level;
	state->used = 0;
	if (compress_allocate(c, 4 + (size_t)LZ4_compressBound(LZ4_BLOCK), err))
		return -ENOMEM;
	return compress_put(c, magic, sizeof(magic), err);
}

static int lz4_finish(struct compressor *c, struct err *err)
{
	struct lz4_state *state = c->state;
	char *out = (char *)c->buffer + 4;
	int room = (int)c->buffer_size - 4, size;

	if (!state->used)
		return 0;
	if (state->level < LZ4_FAST_LEVELS)
		size = LZ4_compress_default(state->block, out, state->used, room);
	else
		size = LZ4_compress_HC(state->block, out, state->used, room,
				       state->level);
	if (size <= 0)
		return err_set(err, EIO, "lz4: a block was not taken");
	state->used = 0;
	for (int i = 0; i < 4; i++)
		c->buffer[i] = (uint8_t)(size >> 8 * i);
	return compress_put(c, c->buffer, (size_t)size + 4, err);
}

static int lz4_write(struct compressor *c, const void *data, size_t size, struct err *err)
{
	struct lz4_state *state = c->state;
	const char *next = data;

	while (size) {
		size_t part = (size_t)(LZ4_BLOCK - state->used);
		int result = 0;

		if (part > size)
			part = size;
		memcpy(state->block + state->used, next, part);
		state->used += (int)part;
		next += part;
		size -= part;
		if (state->used == LZ4_BLOCK)
			result = lz4_finish(c, err);
		if (result)
			return result;
	}
	return 0;
}

static void lz4_release(struct compressor *c)
{
	free(c->state);
}

/* ---- the table ---- */

/* The default levels are measured; bedplate-mkinitramfs(8) has the figures. */
#define METHOD(name, config, ...)                                                     \
	{                                                                             \
#name, config, __VA_ARGS__, name##_open, name##_write, name##_finish, \
			name##_release                                                \
	}
const struct compress_method compress_methods[] = {
	METHOD(zstd, "CONFIG_RD_ZSTD", 6, 1, 22),
	METHOD(gzip, "CONFIG_RD_GZIP", 6, 1, 9),
	METHOD(xz, "CONFIG_RD_XZ", 6, 1, 9),
	METHOD(lz4, "CONFIG_RD_LZ4", 9, 1, 12),
	METHOD(none, NULL, 0, 0, 0),
	{ .name = NULL },
};

const struct compress_method *compress_find(const char *name)
{
	for (const struct compress_method *m = compress_methods; m->name; m++)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

int compress_open(struct compressor *c, const struct compress_method *method, int level,
		  int fd, struct err *err)
{
	*c = (struct compressor){ .method = method, .fd = fd };
	if (!level)
		level = method->level;
	if (level < method->level_min || level > method->level_max)
		return err_set(err, EINVAL, "%s has no level %d: %d to %d", method->name,
			       level, method->level_min, method->level_max);
	return method->open(c, level, err);
}

int compress_write(struct compressor *c, const void *data, size_t size, struct err *err)
{
	return c->method->write(c, data, size, err);
}

int compress_finish(struct compressor *c, struct err *err)
{
	return c->method->finish(c, err);
}

void compress_release(struct compressor *c)
{
	if (c->method)
		c->method->release(c);
	free(c->buffer);
	*c = (struct compressor)COMPRESSOR_INIT;
}
