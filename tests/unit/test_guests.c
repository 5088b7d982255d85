/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/guests.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/conf.c */
/* SOURCES: lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c */
/* SOURCES: lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c */
/* SOURCES: lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih */
/* test_guests.c: guest files are read in the order of their names, with their origins. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/guests.h"
#include "lib/origin.h"
#include "tests/unit/tap.h"

static void put(int root, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (write(fd, text, strlen(text)) < 0)
		perror(path);
}

static void all(int root)
{
	_cleanup_guests_ struct guests guests = GUESTS_INIT;
	char origin[ORIGIN_MAX];

	is_int(guests_read(&guests, root, NULL), 0, "no folder is no guests");
	is_int(guests.count, 0, "none at all");
	file_make_dirs(root, "etc/bedplate/guests", NULL);
	put(root, "etc/bedplate/guests/web.conf",
	    "[Memory]\nSize=4G\nHugePages=1G\n[Passthrough]\nAddress=01:00.0\n"
	    "[Passthrough]\nId=10de:1b80\n");
	put(root, "etc/bedplate/guests/db.conf", "[Memory]\nSize=2G\n");
	put(root, "etc/bedplate/guests/.web.conf.swp", "not a guest");
	put(root, "etc/bedplate/guests/web.conf~", "not a guest");
	is_int(guests_read(&guests, root, NULL), 0, "guest files are read");
	is_int(guests.count, 2, "and nothing else that lies there");
	is_str(guests.items[0].name, "db", "by name");
	is_str(guests.items[1].name, "web", "all of them");
	is_int(guests.items[1].data->passthrough.count, 2, "with what they pass through");
	is_str(origin_text(guests.items[1].conf, "Passthrough", "Address", 0, origin,
			   sizeof(origin)),
	       "guests/web.conf:5", "and where that stands");
	is_str(origin_text(guests.items[1].conf, "Passthrough", "Id", 1, origin,
			   sizeof(origin)),
	       "guests/web.conf:7", "for each section");
	is_str(origin_text(guests.items[0].conf, "Memory", "HugePages", 0, origin,
			   sizeof(origin)),
	       "", "a default has no place");
	is_str(guests_keep(&guests, &guests.items[1])->name, "web", "one may be kept");
	is_int(guests.count, 1, "and the others given back");
	is_int(guests.items[0].data->passthrough.count, 2, "with all that it has");
}

static void wrong(int root)
{
	_cleanup_guests_ struct guests guests = GUESTS_INIT;
	struct err err = ERR_INIT;

	put(root, "etc/bedplate/guests/web.conf", "[Memory]\nSize=much\n");
	is_int(guests_read(&guests, root, &err), -EINVAL, "a wrong file is an error");
	ok(strstr(err.text, "guests/web.conf:2"), "with file and line");
}

static void each(int root)
{
	_cleanup_guests_ struct guests guests = GUESTS_INIT;

	put(root, "etc/bedplate/guests/web.conf",
	    "[Memory]\nSize=much\n[Guest]\nStopTimeout=7s\n");
	put(root, "etc/bedplate/guests/-x.conf", "[Memory]\nSize=1G\n");
	put(root, "etc/bedplate/guests/zero.conf", "[Memory]\nSize=1G\n");
	is_int(guests_read_each(&guests, root, NULL), 0, "wrong files are no failure");
	is_int(guests.wrong_count, 2, "for those who go on without");
	is_str(guests.wrong[0].guest.name, "-x", "a wrong name");
	ok(!guests.wrong[0].guest.data, "is not read");
	is_str(guests.wrong[1].guest.name, "web", "of another");
	is_int(guests.wrong[1].guest.data->guest.stop_timeout_ms, 7000,
	       "there is what could be read");
	ok(strstr(guests.wrong[1].why.text, "guests/web.conf:2"), "and what could not");
	is_str(guests.items[guests.count - 1].name, "zero", "the others are there");
	guests_keep_wrong(&guests);
	is_int(guests.wrong_count, 1, "for guests that run");
	is_str(guests.items[guests.count - 2].name, "web", "they stand in their places");
}

int main(void)
{
	char tree[] = "/tmp/bedplate-test-XXXXXX", command[64];
	int root;

	if (!mkdtemp(tree))
		return 1;
	root = open(tree, O_RDONLY | O_DIRECTORY);
	all(root);
	wrong(root);
	each(root);
	close(root);
	snprintf(command, sizeof(command), "rm -rf %s", tree);
	return system(command) || done_testing();
}
