/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vsocksay.c: says a line to somebody by vsock(7), and ends when the other side has closed,
 * which is when it has read it, or does not want to.
 *
 *   vsocksay CID PORT TEXT
 *
 * As process 1 it is a guest of guest-notify.bats: it loads the modules of /modules in the order of their
 * names, looks where the firmware's tables say that READY=1 is to be said, as systemd.system-credentials(7)
 * has it, and then hands there what it is told at its own port 1.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

enum { GUEST_PORT = 1, TEXT_MAX = 256 };

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static int say(unsigned cid, unsigned port, const char *text)
{
	const struct sockaddr_vm to = { .svm_family = AF_VSOCK,
					.svm_cid = cid,
					.svm_port = port };
	/* The kernel's two seconds are too short for a guest that is emulated in a guest. */
	const struct timeval patience = { .tv_sec = 120 };
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);
	char answer;

	if (fd < 0 ||
	    setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &patience,
		       sizeof(patience)) < 0 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return fail("vsocksay");
	/* The other side may have closed without reading. */
	send(fd, text, strlen(text), MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	while (read(fd, &answer, 1) > 0)
		;
	close(fd);
	return 0;
}

/* ---- the guest ---- */

static int load_modules(void)
{
	struct dirent **files;
	int count = scandir("/modules", &files, NULL, alphasort);
	int folder = open("/modules", O_RDONLY);

	for (int i = 0; i < count; i++) {
		int fd = openat(folder, files[i]->d_name, O_RDONLY);

		if (*files[i]->d_name != '.' && syscall(SYS_finit_module, fd, "", 0) < 0)
			return fail(files[i]->d_name);
		close(fd);
	}
	return count < 0 ? fail("/modules") : 0;
}

/* The strings stand behind one another, each with a zero at its end. */
static int find_place(unsigned *cid, unsigned *port)
{
	static const char name[] = "io.systemd.credential:vmm.notify_socket=";
	char table[4096] = "";
	int fd = open("/sys/firmware/dmi/entries/11-0/raw", O_RDONLY);
	ssize_t got = fd < 0 ? 0 : read(fd, table, sizeof(table) - 1);
	const char *found = memmem(table, got > 0 ? (size_t)got : 0, name, strlen(name));

	if (found && sscanf(found + strlen(name), "vsock-stream:%u:%u", cid, port) == 2)
		return 0;
	fputs("guest: nowhere to say that it is ready\n", stderr);
	return 1;
}

static int hand_on(int listener, unsigned cid, unsigned port)
{
	char text[TEXT_MAX + 1] = "";
	size_t length = 0;
	ssize_t got;
	int fd = accept(listener, NULL, NULL), result;

	if (fd < 0)
		return fail("accept");
	while (length < TEXT_MAX &&
	       (got = read(fd, text + length, TEXT_MAX - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	result = say(cid, port, text);
	printf("guest: said %s to %u:%u: %d\n", text, cid, port, result);
	close(fd);
	return 0;
}

static int be_guest(void)
{
	const struct sockaddr_vm here = { .svm_family = AF_VSOCK,
					  .svm_cid = VMADDR_CID_ANY,
					  .svm_port = GUEST_PORT };
	unsigned cid, port;
	int fd;

	mkdir("/sys", 0755);
	if (mount("none", "/sys", "sysfs", 0, NULL) < 0)
		return fail("/sys");
	if (load_modules() || find_place(&cid, &port))
		return 1;
	fd = socket(AF_VSOCK, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&here, sizeof(here)) < 0 ||
	    listen(fd, 4) < 0)
		return fail("listening");
	puts("guest: listens");
	while (!hand_on(fd, cid, port))
		;
	return 1;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (getpid() == 1)
		return be_guest();
	if (argc != 4)
		return 2;
	return say((unsigned)strtoul(argv[1], NULL, 10),
		   (unsigned)strtoul(argv[2], NULL, 10), argv[3]);
}
