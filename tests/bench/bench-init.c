/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The root's init in the benchmark: stamps its own first moment, reports, powers off.
 *
 * The stamp is a line on /dev/kmsg, so that it is on the same clock as the kernel's line
 * about starting /init. The report goes to ttyS1: "boottime_us N" (the stamp on
 * CLOCK_BOOTTIME, which boot.json uses), the kernel's log as "kmsg MICROSECONDS TEXT",
 * and /run/bedplate/boot.json where there is one, as "boot.json TEXT".
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

static void stamp(void)
{
	static const char text[] = "bench-init: start\n";
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0) {
		mount("none", "/dev", "devtmpfs", 0, NULL);
		fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	}
	if (fd < 0 || write(fd, text, sizeof(text) - 1) < 0)
		_exit(1);
	close(fd);
}

/* A record is "PRIORITY,NUMBER,MICROSECONDS,FLAGS;TEXT", one for each read. */
static void report_kmsg(FILE *report)
{
	char record[8192];
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t length;

	while ((length = read(fd, record, sizeof(record) - 1)) > 0) {
		char *text, *time = record;

		record[length] = '\0';
		text = strchr(record, ';');
		for (int comma = 0; time && comma < 2; comma++)
			time = strchr(time, ',') ? strchr(time, ',') + 1 : NULL;
		if (!text || !time)
			continue;
		text[1 + strcspn(text + 1, "\n")] = '\0';
		fprintf(report, "kmsg %lld %s\n", atoll(time), text + 1);
	}
	close(fd);
}

static void report_boot_json(FILE *report)
{
	FILE *json = fopen("/run/bedplate/boot.json", "re");
	int c;

	if (!json)
		return;
	fputs("boot.json ", report);
	while ((c = fgetc(json)) != EOF)
		fputc(c == '\n' ? ' ' : c, report);
	fputc('\n', report);
	fclose(json);
}

int main(void)
{
	struct timespec now;
	FILE *report;

	stamp();
	clock_gettime(CLOCK_BOOTTIME, &now);
	report = fopen("/dev/ttyS1", "we");
	if (report) {
		fprintf(report, "boottime_us %lld\n",
			now.tv_sec * 1000000LL + now.tv_nsec / 1000);
		report_kmsg(report);
		report_boot_json(report);
		fputs("end\n", report);
		fclose(report);
	}
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
