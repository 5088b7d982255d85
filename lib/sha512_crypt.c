/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sha512_crypt.c: the password hash "$6$". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/sha512.h"

enum {
	SALT_MAX = 16,
	PASSWORD_MAX = 512,
	ROUNDS_DEFAULT = 5000,
	ROUNDS_MIN = 1000,
	ROUNDS_MAX = 999999999,
};

struct setting {
	const char *salt;
	size_t salt_length;
	unsigned long rounds;
	bool rounds_given;
};

static bool read_setting(struct setting *setting, const char *text)
{
	static const char prefix[] = "$6$", rounds[] = "rounds=";
	char *end;

	*setting = (struct setting){ .rounds = ROUNDS_DEFAULT };
	if (strncmp(text, prefix, strlen(prefix)) != 0)
		return false;
	text += strlen(prefix);
	if (strncmp(text, rounds, strlen(rounds)) == 0) {
		setting->rounds = strtoul(text + strlen(rounds), &end, 10);
		if (*end != '$')
			return false;
		text = end + 1;
		setting->rounds_given = true;
	}
	if (setting->rounds < ROUNDS_MIN)
		setting->rounds = ROUNDS_MIN;
	if (setting->rounds > ROUNDS_MAX)
		setting->rounds = ROUNDS_MAX;
	setting->salt = text;
	setting->salt_length = strcspn(text, "$");
	if (setting->salt_length > SALT_MAX)
		setting->salt_length = SALT_MAX;
	return setting->salt_length > 0;
}

/* `length` bytes of the digest, over and over. */
static void add_repeated(struct sha512 *sha, const uint8_t *digest, size_t length)
{
	for (; length > SHA512_SIZE; length -= SHA512_SIZE)
		sha512_add(sha, digest, SHA512_SIZE);
	sha512_add(sha, digest, length);
}

static void first_digest(const char *password, size_t length,
			 const struct setting *setting, uint8_t digest[SHA512_SIZE])
{
	struct sha512 sha;

	sha512_init(&sha);
	sha512_add(&sha, password, length);
	sha512_add(&sha, setting->salt, setting->salt_length);
	sha512_add(&sha, password, length);
	sha512_finish(&sha, digest);
	sha512_init(&sha);
	sha512_add(&sha, password, length);
	sha512_add(&sha, setting->salt, setting->salt_length);
	add_repeated(&sha, digest, length);
	for (size_t bits = length; bits; bits >>= 1) {
		if (bits & 1)
			sha512_add(&sha, digest, SHA512_SIZE);
		else
			sha512_add(&sha, password, length);
	}
	sha512_finish(&sha, digest);
}

/* The bytes that stand for a text in the rounds: the digest of many of it, cut to its own
 * length. */
static void stand_in(const char *text, size_t length, size_t times, uint8_t *bytes)
{
	uint8_t digest[SHA512_SIZE];
	struct sha512 sha;

	sha512_init(&sha);
	for (size_t i = 0; i < times; i++)
		sha512_add(&sha, text, length);
	sha512_finish(&sha, digest);
	for (size_t i = 0; i < length; i++)
		bytes[i] = digest[i % SHA512_SIZE];
}

static void one_round(unsigned long number, const uint8_t *password, size_t length,
		      const uint8_t *salt, size_t salt_length,
		      uint8_t digest[SHA512_SIZE])
{
	struct sha512 sha;

	sha512_init(&sha);
	if (number % 2)
		sha512_add(&sha, password, length);
	else
		sha512_add(&sha, digest, SHA512_SIZE);
	if (number % 3)
		sha512_add(&sha, salt, salt_length);
	if (number % 7)
		sha512_add(&sha, password, length);
	if (number % 2)
		sha512_add(&sha, digest, SHA512_SIZE);
	else
		sha512_add(&sha, password, length);
	sha512_finish(&sha, digest);
}

static char *add_characters(char *out, unsigned word, unsigned count)
{
	static const char alphabet[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz";

	for (; count; count--, word >>= 6)
		*out++ = alphabet[word & 63];
	return out;
}

/* Three bytes make four characters; which three, goes around by one each time. */
static void write_digest(const uint8_t digest[SHA512_SIZE], char *out)
{
	unsigned a = 0, b = 21, c = 42;

	for (unsigned i = 0; i < 21; i++) {
		unsigned was = a;

		out = add_characters(out,
				     (unsigned)digest[a] << 16 |
					     (unsigned)digest[b] << 8 | digest[c],
				     4);
		a = b + 1;
		b = c + 1;
		c = was + 1;
	}
	out = add_characters(out, digest[SHA512_SIZE - 1], 2);
	*out = '\0';
}

bool sha512_crypt(const char *password, const char *setting,
		  char result[SHA512_CRYPT_SIZE])
{
	uint8_t digest[SHA512_SIZE], stands[PASSWORD_MAX], salt[SALT_MAX];
	size_t length = strlen(password);
	char encoded[SHA512_SIZE * 2], rounds[32] = "";
	struct setting read;

	if (length > PASSWORD_MAX || !read_setting(&read, setting))
		return false;
	first_digest(password, length, &read, digest);
	stand_in(password, length, length, stands);
	stand_in(read.salt, read.salt_length, 16u + digest[0], salt);
	for (unsigned long i = 0; i < read.rounds; i++)
		one_round(i, stands, length, salt, read.salt_length, digest);
	write_digest(digest, encoded);
	explicit_bzero(stands, sizeof(stands));
	if (read.rounds_given)
		snprintf(rounds, sizeof(rounds), "rounds=%lu$", read.rounds);
	snprintf(result, SHA512_CRYPT_SIZE, "$6$%s%.*s$%s", rounds, (int)read.salt_length,
		 read.salt, encoded);
	return true;
}
