/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_kvm.c: whether guests run at the processor's own speed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "host-prep/check.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* linux/miscdevice.h, which is not among the kernel's headers for programs */
enum { MISC_MAJOR_NUMBER = 10, KVM_MINOR = 232 };

/* What a processor of x86 says of itself in /proc/cpuinfo. */
static const struct maker {
	const char *flag, *module, *name;
} makers[] = {
	{ "vmx", "kvm_intel", "VT-x" },
	{ "svm", "kvm_amd", "AMD-V (SVM)" },
};

static bool has_flag(const char *cpuinfo, const char *flag)
{
	const char *line = strstr(cpuinfo, "\nflags");
	size_t length = strlen(flag);

	for (line = line ? strchr(line, ':') : NULL; line && *line && *line != '\n';) {
		line += strspn(line, ": \t");
		if (!strncmp(line, flag, length) &&
		    (line[length] == ' ' || line[length] == '\n' || !line[length]))
			return true;
		line += strcspn(line, " \n");
	}
	return false;
}

static const struct maker *find_maker(const char *cpuinfo)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (has_flag(cpuinfo, makers[i].flag))
			return &makers[i];
	return NULL;
}

static bool has_module(int root_fd, const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "sys/module/%s", module);
	return file_exists(root_fd, path);
}

static void read_cpuinfo(int root_fd, struct strbuf *cpuinfo)
{
	strbuf_init(cpuinfo, 0);
	strbuf_addc(cpuinfo, '\n');
	file_read(root_fd, "proc/cpuinfo", cpuinfo, NULL);
}

bool check_is_virtual_machine(int root_fd)
{
	_cleanup_strbuf_ struct strbuf cpuinfo;

	read_cpuinfo(root_fd, &cpuinfo);
	return has_flag(cpuinfo.text, "hypervisor");
}

static void explain_absence(int root_fd, struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf cpuinfo;
	const struct maker *maker;

	read_cpuinfo(root_fd, &cpuinfo);
	maker = find_maker(cpuinfo.text);
	if (!maker && has_flag(cpuinfo.text, "hypervisor")) {
		finding_add(findings, CHECK_PROBLEM,
			    "there is no /dev/kvm: this is a virtual machine that is not "
			    "let run others");
		finding_advise(findings, "allow nested virtualisation for it on its host "
					 "(cpu host, kvm_intel.nested=1 or "
					 "kvm_amd.nested=1)");
	} else if (!maker && strstr(cpuinfo.text, "\nflags")) {
		finding_add(findings, CHECK_PROBLEM,
			    "there is no /dev/kvm: the processor shows neither vmx nor "
			    "svm");
		finding_advise(findings, "switch virtualisation on in the firmware "
					 "(VT-x, AMD-V or SVM)");
	} else if (maker && !has_module(root_fd, maker->module)) {
		finding_add(findings, CHECK_PROBLEM,
			    "there is no /dev/kvm: the module %s is not loaded",
			    maker->module);
		finding_advise(findings,
			       "`modprobe %s`; if that fails, switch %s on in the "
			       "firmware. [KernelModules] Load=%s of host.conf loads it",
			       maker->module, maker->name, maker->module);
	} else {
		finding_add(findings, CHECK_PROBLEM, "there is no /dev/kvm");
		finding_advise(findings, "load the kernel's module kvm; `dmesg | grep -i "
					 "kvm` says why it does not start");
	}
}

static void check_version(int fd, struct findings *findings)
{
	int version = ioctl(fd, KVM_GET_API_VERSION, 0);

	if (version == KVM_API_VERSION)
		return;
	finding_add(findings, CHECK_PROBLEM, "/dev/kvm does not answer as KVM does%s%s",
		    version < 0 ? ": " : "", version < 0 ? strerror(errno) : "");
	finding_advise(findings, "look for what else took its place");
}

void check_kvm(const struct check_context *context, struct findings *findings)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (fstatat(context->root_fd, "dev/kvm", &st, 0) < 0) {
		explain_absence(context->root_fd, findings);
		return;
	}
	fd = file_open(context->root_fd, "dev/kvm", O_RDWR, NULL);
	if (fd >= 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == makedev(MISC_MAJOR_NUMBER, KVM_MINOR))
		check_version(fd, findings);
	if (fd >= 0)
		return;
	finding_add(findings, CHECK_PROBLEM, "/dev/kvm cannot be opened: %s",
		    strerror(-fd));
	if (fd == -EACCES)
		finding_advise(findings, "run this as root, or join the group that may");
	else
		finding_advise(findings, "load kvm_intel or kvm_amd; `dmesg | grep -i "
					 "kvm` says why it does not start");
}
