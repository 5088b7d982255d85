/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/uevent.c lib/err.c */
/* fuzz_uevent.c: no device event makes the parser fail otherwise than by an error, and all
 * texts it gives lie in the message. The first byte chooses: 'l' lines of sysfs, else a
 * message of netlink. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/uevent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_texts(const struct uevent *event, const char *message, size_t size)
{
	const char *const texts[] = { event->devpath, event->subsystem, event->devname,
				      event->devtype, event->modalias,  event->partname,
				      event->partuuid };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!texts[i])
			abort();
		if (texts[i][0] && (texts[i] < message || texts[i] >= message + size))
			abort();
	}
	if (event->action > UEVENT_OTHER)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct uevent event;
	char *message;

	if (!size)
		return 0;
	/* Of the exact size, so that a byte too far is seen. */
	message = malloc(size);
	if (!message)
		return 0;
	memcpy(message, data + 1, size - 1);
	message[size - 1] = '\0';
	if (data[0] == 'l')
		uevent_parse_lines(&event, message);
	if (data[0] == 'l' || uevent_parse(&event, message, size - 1) == 0)
		check_texts(&event, message, size);
	free(message);
	return 0;
}
