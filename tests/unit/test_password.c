/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/sha512.c lib/sha512_crypt.c lib/password_hash.c lib/err.c */
/* test_password.c: passwords' hashes are those that others make. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/password_hash.h"
#include "lib/sha512.h"
#include "tests/unit/tap.h"

/* Made by libxcrypt. */
static const struct known {
	const char *password, *hash;
} known[] = {
	{ "Hello world!",
	  "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1" },
	{ "Hello world!",
	  "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v." },
	{ "This is just a test",
	  "$6$rounds=1000$toolongsaltstrin$QbA2G.E5igIEXcly018YAb.mKjTg.TtDkX5lzWk1trSfQ8XNd6lrgYTQtSDZWT1z7TCpMybtgIuT2zxz5JjSb/" },
	{ "x",
	  "$6$a$AvQLBHPFSbE4d9QOBrglBdXuv.jRoEFLHgWJlsZ6XhNHrxkMbotj9kAr0GGhdZ5XM6DM29/LJ9jZin3Aj8Tph0" },
	{ "",
	  "$6$empty$MWslJBrCvUsbDfvDkNQwBNtJFEGiZ5CHosSR8Ol/yMiSd9JINPGkSH4OfOOVEIp87YcT49Wr.Qp4a8bJCR6y2/" },
	{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	  "$6$a$W/KPYyTsQRsy.wUFjcc8W1aOBOq4WEWeSdMgH5wnQYU/EzVVFBmhctHV.JrVOGOqWHqBNMgPvv4gioTe5oPXe/" },
	{ "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
	  "$6$Zz./9$JKQalTZGTGHJtGp2eCjinN2ef0dsSr5UyY8m8aNeArX1gkcsCRddolSofHpDVqTHpgYALFw3vse1bXOILPnLS/" },
	{ "grün",
	  "$6$Zz./9$CpcNPM0mvSlySeTYSRaPtSqzJduR3sT39R.9VvAdbkyF8yh9w4FW0aCAtJLQqMA.28szHBA9yAHSjUMpPZMn5/" },
};

static void test_known(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		char made[SHA512_CRYPT_SIZE] = "";

		ok(sha512_crypt(known[i].password, known[i].hash, made), "%s can be made",
		   known[i].hash);
		is_str(made, known[i].hash, "and is the same");
		is_int(password_hash_check(known[i].hash, NULL), 0, "and is one");
		ok(!sha512_crypt("Wrong", known[i].hash, made) ||
			   strcmp(made, known[i].hash) != 0,
		   "another password makes another");
	}
}

/* Every length of the last block, against the machine's own sums. */
static void test_lengths(void)
{
	static const struct {
		size_t length;
		const char *starts;
	} sums[] = {
		{ 0, "cf83e1357eefb8bd" },    { 1, "1f40fc92da241694" },
		{ 111, "fa9121c7b32b9e01" },  { 112, "c01d080efd492776" },
		{ 113, "55ddd8ac210a6e18" },  { 127, "828613968b501dc0" },
		{ 128, "b73d1929aa615934" },  { 129, "4f681e0bd53cda4b" },
		{ 239, "52c853cb8d907f3d" },  { 240, "4c296d90c61052a6" },
		{ 1000, "67ba5535a46e3f86" },
	};
	char text[1000], hex[17];
	uint8_t digest[SHA512_SIZE];

	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < ARRAY_SIZE(sums); i++) {
		struct sha512 sha;

		sha512_init(&sha);
		sha512_add(&sha, text, sums[i].length);
		sha512_finish(&sha, digest);
		for (int k = 0; k < 8; k++)
			snprintf(hex + 2 * k, 3, "%02x", digest[k]);
		is_str(hex, sums[i].starts, "SHA-512 of %zu bytes", sums[i].length);
	}
}

static void test_refused(void)
{
	static const char *const wrong[] = {
		"",
		"secret",
		"*",
		"!",
		"$6$",
		"$6$salt$",
		"$6$salt$short",
		"$y$j9T$salt$hash",
		"$1$salt$qJH7.N4xYta3aEG/dfqo/0",
	};
	char hash[200], made[SHA512_CRYPT_SIZE], password[600];
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		is_int(password_hash_check(wrong[i], NULL), -EINVAL, "\"%s\" is refused",
		       wrong[i]);
	password_hash_check("secret", &err);
	ok(!strstr(err.text, "secret"), "without repeating it");
	ok(strstr(err.hint, "openssl passwd -6"), "and with what makes one");
	snprintf(hash, sizeof(hash), "%sx", known[0].hash);
	is_int(password_hash_check(hash, NULL), -EINVAL, "one that is too long, too");
	snprintf(hash, sizeof(hash), "%s", known[0].hash);
	hash[strlen(hash) - 1] = ' ';
	is_int(password_hash_check(hash, NULL), -EINVAL, "and one with a blank");
	memset(password, 'a', sizeof(password) - 1);
	password[sizeof(password) - 1] = '\0';
	ok(!sha512_crypt(password, known[0].hash, made), "an endless password is wrong");
	ok(!sha512_crypt("x", "$5$salt", made), "another method is none of it");
}

int main(void)
{
	test_known();
	test_lengths();
	test_refused();
	return done_testing();
}
