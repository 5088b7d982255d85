/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The init on the test disks: report on ttyS1 what the initramfs left behind, then power
 * off.
 *
 * A report is lines of "KEY VALUE"; a key may come several times, and the last line is
 * "end". Nothing is repaired or mounted first, apart from /proc and /sys where missing
 * (then "missing /proc" is reported): what is seen is what any init would have found.
 * testinit.show=PATH[,PATH...] on the kernel's command line adds those files ("show
 * PATH").
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static FILE *report;

static void say_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	fprintf(report, "start_us %lld\n", now.tv_sec * 1000000LL + now.tv_nsec / 1000);
}

/* Each line of a file, with blanks for control characters and `key` in front. */
static void say_lines(const char *key, const char *path)
{
	char line[8192];
	FILE *stream = fopen(path, "re");

	while (stream && fgets(line, sizeof(line), stream)) {
		line[strcspn(line, "\n")] = '\0';
		for (char *c = line; *c; c++)
			if (iscntrl((unsigned char)*c))
				*c = ' ';
		fprintf(report, "%s %s\n", key, line);
	}
	if (stream)
		fclose(stream);
}

static void say_link(const char *key, const char *path, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);

	if (length < 0)
		return;
	target[length] = '\0';
	fprintf(report, "%s %s %s\n", key, name, target);
}

static int read_word(const char *path, char *word)
{
	FILE *stream = fopen(path, "re");
	int found = stream && fscanf(stream, "%255s", word) == 1;

	if (stream)
		fclose(stream);
	return found;
}

static void each_entry(const char *dir, void (*entry)(const char *path, const char *name))
{
	char path[PATH_MAX];
	DIR *stream = opendir(dir);

	for (struct dirent *e; stream && (e = readdir(stream));) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    (int)sizeof(path) <=
			    snprintf(path, sizeof(path), "%s/%s", dir, e->d_name))
			continue;
		entry(path, e->d_name);
	}
	if (stream)
		closedir(stream);
}

static void say_fd(const char *path, const char *name)
{
	char target[PATH_MAX] = "";

	/* The directory being read shows up as a descriptor of our own. */
	if (readlink(path, target, sizeof(target) - 1) > 0 &&
	    strcmp(target, "/proc/1/fd"))
		fprintf(report, "fd %s %s\n", name, target);
}

static void say_dm(const char *path, const char *name)
{
	char file[PATH_MAX + 16], dm_name[256] = "-", dm_uuid[256] = "-",
				  devno[256] = "-";

	if (strncmp(name, "dm-", 3) != 0)
		return;
	snprintf(file, sizeof(file), "%s/dev", path);
	read_word(file, devno);
	snprintf(file, sizeof(file), "%s/dm/name", path);
	read_word(file, dm_name);
	snprintf(file, sizeof(file), "%s/dm/uuid", path);
	read_word(file, dm_uuid);
	fprintf(report, "dm %s %s %s %s\n", name, devno, dm_name, dm_uuid);
}

static void say_mapper(const char *path, const char *name)
{
	struct stat st;

	say_link("link", path, path);
	if (!stat(path, &st) && S_ISBLK(st.st_mode))
		fprintf(report, "mapper %s %u:%u\n", name, major(st.st_rdev),
			minor(st.st_rdev));
}

static void say_udev(const char *path, const char *name)
{
	char key[300];

	snprintf(key, sizeof(key), "udev %s", name);
	say_lines(key, path);
}

static void say_run(const char *path, const char *name)
{
	(void)name;
	fprintf(report, "run %s\n", path);
}

static void say_module(const char *path, const char *name)
{
	char file[PATH_MAX + 16];

	snprintf(file, sizeof(file), "%s/initstate", path);
	if (!access(file, F_OK))
		fprintf(report, "module %s\n", name);
}

/* The root's device by the name that people use: /dev/mapper/NAME or /dev/NODE. */
static void say_root_device(dev_t devno)
{
	char path[PATH_MAX], word[256], line[256];
	FILE *stream;

	fprintf(report, "root_devno %u:%u\n", major(devno), minor(devno));
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/dm/name", major(devno),
		 minor(devno));
	if (read_word(path, word)) {
		fprintf(report, "root_device /dev/mapper/%s\n", word);
		return;
	}
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/uevent", major(devno),
		 minor(devno));
	stream = fopen(path, "re");
	while (stream && fgets(line, sizeof(line), stream))
		if (!strncmp(line, "DEVNAME=", 8))
			fprintf(report, "root_device /dev/%s", line + 8);
	if (stream)
		fclose(stream);
}

/* The mount's source is asked first, since btrfs' files have a device number of no disk.
 */
static void say_root(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct stat source, root;
	dev_t devno = 0;

	for (struct mntent *m; mounts && (m = getmntent(mounts));) {
		if (strcmp(m->mnt_dir, "/") != 0 || !strcmp(m->mnt_type, "rootfs"))
			continue;
		fprintf(report, "root_source %s\nroot_fstype %s\nroot_options %s\n",
			m->mnt_fsname, m->mnt_type, m->mnt_opts);
		if (!stat(m->mnt_fsname, &source) && S_ISBLK(source.st_mode))
			devno = source.st_rdev;
	}
	if (mounts)
		endmntent(mounts);
	if (!devno && !stat("/", &root))
		devno = root.st_dev;
	say_root_device(devno);
}

static void need_mount(const char *type, const char *dir, const char *probe)
{
	if (!access(probe, F_OK))
		return;
	mount(type, dir, type, 0, NULL);
	fprintf(report, "missing %s\n", dir);
}

static void say_process(char **argv)
{
	fprintf(report, "pid %d\n", getpid());
	for (int i = 0; argv[i]; i++)
		fprintf(report, "argv %d %s\n", i, argv[i]);
	for (char **e = environ; *e; e++)
		fprintf(report, "env %s\n", *e);
	fprintf(report, "session %d\numask %03o\n", getsid(0), umask(022));
	say_link("cwd", "/proc/1/cwd", "-");
	say_lines("status", "/proc/1/status");
}

static void say_shown(void)
{
	char line[4096] = "", key[300], *paths, *end;
	FILE *stream = fopen("/proc/cmdline", "re");

	if (!stream)
		return;
	if (fgets(line, sizeof(line), stream) &&
	    (paths = strstr(line, "testinit.show="))) {
		paths += strlen("testinit.show=");
		paths[strcspn(paths, " \n")] = '\0';
		for (char *path = strtok_r(paths, ",", &end); path;
		     path = strtok_r(NULL, ",", &end)) {
			snprintf(key, sizeof(key), "show %s", path);
			say_lines(key, path);
		}
	}
	fclose(stream);
}

static void say_system(void)
{
	say_lines("cmdline", "/proc/cmdline");
	say_lines("mount", "/proc/1/mounts");
	say_root();
	each_entry("/sys/block", say_dm);
	each_entry("/dev/mapper", say_mapper);
	each_entry("/run/udev/data", say_udev);
	each_entry("/run", say_run);
	each_entry("/run/initramfs", say_run);
	each_entry("/sys/module", say_module);
	say_lines("meminfo", "/proc/meminfo");
	say_lines("boot.json", "/run/bedplate/boot.json");
	say_shown();
}

/* A raw terminal, so that lines end as they are written. */
static FILE *report_open(void)
{
	struct termios mode;
	FILE *stream = fopen("/dev/ttyS1", "we");

	if (!stream) {
		mknod("/run/ttyS1", S_IFCHR | 0600, makedev(4, 65));
		stream = fopen("/run/ttyS1", "we");
	}
	if (!stream)
		return stdout;
	setvbuf(stream, NULL, _IOFBF, 1 << 16);
	if (!tcgetattr(fileno(stream), &mode)) {
		cfmakeraw(&mode);
		tcsetattr(fileno(stream), TCSANOW, &mode);
	}
	return stream;
}

int main(int argc, char **argv)
{
	(void)argc;
	report = report_open();
	say_time();
	need_mount("proc", "/proc", "/proc/self");
	need_mount("sysfs", "/sys", "/sys/block");
	if (report != stdout)
		fprintf(report, "report_fd %d\n", fileno(report));
	each_entry("/proc/1/fd", say_fd);
	say_process(argv);
	say_system();
	fputs("end\n", report);
	fclose(report);
	printf("testinit: reported\n");
	sync();
	return getpid() == 1 ? reboot(RB_POWER_OFF) : 0;
}
