/* SPDX-License-Identifier: GPL-2.0-or-later */
/* password.c: the password in front of the rescue shell. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "init/password.h"
#include "lib/cleanup.h"
#include "lib/sha512.h"

enum { PASSWORD_MAX = 256, FREE_ATTEMPTS = 3, FIRST_DELAY_S = 2, LONGEST_DELAY_S = 60 };

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return; /* nobody hears it, then */
}

/* One line, whole: what does not fit cannot be right, and must not be taken for the next
 * answer. */
static bool read_answer(int fd, char *answer, size_t size)
{
	size_t used = 0;
	bool fits = true;
	char byte;

	while (read(fd, &byte, 1) == 1 && byte != '\n') {
		if (used + 1 < size)
			answer[used++] = byte;
		else
			fits = false;
	}
	answer[used] = '\0';
	return fits;
}

static bool is_right(const char *answer, const char *hash)
{
	char made[SHA512_CRYPT_SIZE];

	return sha512_crypt(answer, hash, made) && strcmp(made, hash) == 0;
}

static bool ask_once(int fd, const char *hash)
{
	char answer[PASSWORD_MAX];
	bool right;

	say(fd, "bedplate: password for the rescue shell: ");
	right = read_answer(fd, answer, sizeof(answer)) && is_right(answer, hash);
	explicit_bzero(answer, sizeof(answer));
	say(fd, right ? "\n" : "\nbedplate: that is not it\n");
	return right;
}

/* The delay after this many wrong answers. */
static unsigned delay_s(unsigned wrong)
{
	unsigned doublings = wrong - FREE_ATTEMPTS;

	if (doublings >= 5)
		return LONGEST_DELAY_S;
	return FIRST_DELAY_S << doublings;
}

static void wait_after(int fd, unsigned wrong)
{
	char text[64];

	if (wrong < FREE_ATTEMPTS)
		return;
	snprintf(text, sizeof(text), "bedplate: again in %u s\n", delay_s(wrong));
	say(fd, text);
	sleep(delay_s(wrong));
	/* What was typed meanwhile is no answer. */
	tcflush(fd, TCIFLUSH);
}

void password_ask(int fd, const char *hash)
{
	static const int keys[] = { SIGINT, SIGQUIT, SIGTSTP };
	struct termios before, silent;
	bool is_terminal = tcgetattr(fd, &before) == 0;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		signal(keys[i], SIG_IGN);
	if (is_terminal) {
		silent = before;
		silent.c_lflag = (silent.c_lflag | ICANON) & ~(tcflag_t)(ECHO | ECHONL);
		silent.c_iflag |= ICRNL;
		tcsetattr(fd, TCSAFLUSH, &silent);
	}
	for (unsigned wrong = 0; !ask_once(fd, hash);)
		wait_after(fd, ++wrong);
	if (is_terminal)
		tcsetattr(fd, TCSANOW, &before);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		signal(keys[i], SIG_DFL);
}
