/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge_files.c: files are there and nobody else uses them; what a guest's file says can be
 * resolved; KVM can be used. */
#include <errno.h>
#include <string.h>

#include "lib/guest_user.h"
#include "qemu-launch/preflight.h"

void judge_setup(const struct preflight *preflight, struct findings *findings)
{
	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_guest *guest = &preflight->guests[i];

		if (guest->is_asked && guest->no_user.code) {
			finding_add(findings, CHECK_PROBLEM, "%s", guest->no_user.text);
			finding_advise(findings, "%s", guest->no_user.hint);
			preflight_place(findings, guest, "Guest", "User", 0);
		}
		if (!guest->is_asked || !guest->mistake.code)
			continue;
		/* The words have file and line in front already. */
		finding_add(findings, CHECK_PROBLEM, "%s", guest->mistake.text);
		finding_advise(findings, "%s", guest->mistake.hint);
		finding_locate(findings, guest->guest->name, "");
	}
}

void judge_kvm(const struct preflight *preflight, struct findings *findings)
{
	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_guest *guest = &preflight->guests[i];
		const char *arch = guest->setup.arch;
		bool is_other = *arch && strcmp(arch, preflight->host->arch) != 0 &&
				!(!strcmp(arch, "i386") &&
				  !strcmp(preflight->host->arch, "x86_64"));

		if (!guest->is_asked || !guest->setup.kvm)
			continue;
		if (is_other) {
			finding_add(findings, CHECK_PROBLEM,
				    "KVM runs no %s guests on %s", arch,
				    preflight->host->arch);
			finding_advise(findings, "Accel=tcg in [Machine]");
			preflight_place(findings, guest, "Machine", "Arch", 0);
		} else if (preflight->facts.kvm) {
			finding_add(findings, CHECK_PROBLEM,
				    "/dev/kvm cannot be opened: %s",
				    strerror(preflight->facts.kvm));
			finding_advise(
				findings,
				"`bedplate host-prep check` says why; Accel=tcg in "
				"[Machine] does without, slowly");
			preflight_place(findings, guest, "Machine", "Accel", 0);
		}
	}
}

/* ---- files ---- */

static void place(struct findings *findings, const struct preflight *preflight,
		  const struct preflight_use *use)
{
	finding_locate(findings, preflight->guests[use->guest].guest->name, use->origin);
}

static void judge_presence(const struct preflight *preflight,
			   const struct preflight_use *use,
			   const struct preflight_file *file, struct findings *findings)
{
	bool is_made = use->flags & USE_MADE && file->error == ENOENT;

	if (use->flags & USE_NODE)
		return;
	if (is_made && file->no_folder) {
		finding_add(findings, CHECK_PROBLEM,
			    "%s cannot be made: its folder is not there", use->path);
		finding_advise(findings, "`mkdir -p %.*s`",
			       (int)(strrchr(use->path, '/') - use->path), use->path);
		place(findings, preflight, use);
	} else if (file->error && !is_made) {
		finding_add(findings, CHECK_PROBLEM, "%s: %s", use->path,
			    strerror(file->error));
		if (use->flags & USE_WRITE && file->error == ENOENT)
			finding_advise(findings,
				       "with Size= a disk's file is made at the "
				       "first start; a logical volume may not be "
				       "active: `vgchange -ay`");
		place(findings, preflight, use);
	} else if (!file->error && use->flags & USE_FOLDER && !file->is_folder) {
		finding_add(findings, CHECK_PROBLEM, "%s is no folder", use->path);
		place(findings, preflight, use);
	} else if (!file->error && !(use->flags & USE_FOLDER) && file->is_folder) {
		finding_add(findings, CHECK_PROBLEM, "%s is a folder", use->path);
		place(findings, preflight, use);
	}
}

/* What the host does with a device that a guest writes to. */
static void judge_host(const struct preflight *preflight, const struct preflight_use *use,
		       const struct preflight_file *file, struct findings *findings)
{
	if (*file->used) {
		finding_add(findings, CHECK_PROBLEM, "%s is %s", use->path, file->used);
		finding_advise(findings,
			       "guest and host would destroy it: unmount it first");
	} else if (*file->holder) {
		finding_add(findings, CHECK_PROBLEM, "%s has %s on it", use->path,
			    file->holder);
		finding_advise(findings, "give the guest that device, or deactivate it");
	} else if (file->busy) {
		finding_add(findings, CHECK_PROBLEM, "%s is in use by the kernel",
			    use->path);
		finding_advise(findings,
			       "it is mounted in another namespace, or a part of "
			       "a RAID or volume group");
	} else {
		return;
	}
	place(findings, preflight, use);
}

static void judge_locks(const struct preflight *preflight,
			const struct preflight_use *use,
			const struct preflight_file *file, struct findings *findings)
{
	bool writes = use->flags & USE_WRITE, shares = use->flags & USE_SHARE;

	if (writes && (file->guarded || (file->locked && !shares)))
		finding_add(findings, CHECK_PROBLEM, "%s is in use by a QEMU", use->path);
	else if (!writes && file->locked && !shares)
		finding_add(findings, CHECK_PROBLEM, "%s is being written to by a QEMU",
			    use->path);
	else
		return;
	finding_advise(findings,
		       "`fuser -v %s` shows which; Shareable=yes is for guests "
		       "that know how to share a disk",
		       use->path);
	place(findings, preflight, use);
}

/* Who may open the kernel's own devices says udev, of systemd's rules: 50-udev-default.rules. */
static void advise_access(const struct preflight *preflight,
			  const struct preflight_use *use, const char *user,
			  struct findings *findings)
{
	if (use->flags & USE_NODE)
		finding_advise(findings,
			       "udev gives it to the group kvm, of which this user is "
			       "to be: `usermod -a -G kvm %s`; `ls -l %s` shows whom "
			       "it belongs to",
			       user, use->path);
	else if (preflight->facts.files[use->file].is_block)
		finding_advise(findings,
			       "`chown %s %s` until the next boot, a rule of udev's for "
			       "good: DISKS in bedplate-qemu-launch(8)",
			       user, use->path);
	else
		finding_advise(findings,
			       "`namei -l %s` shows whom it and its folders belong to",
			       use->path);
}

static void judge_access(const struct preflight *preflight,
			 const struct preflight_use *use, struct findings *findings)
{
	const struct guest *guest = preflight->guests[use->guest].guest;
	const char *user = guest_user(guest, preflight->host->conf).name;

	if (!use->denied)
		return;
	finding_add(findings, CHECK_PROBLEM, "%s: QEMU's user %s may not %s it: %s",
		    use->path, user,
		    use->flags & (USE_WRITE | USE_INPUT) ? "read and write" : "read",
		    strerror(use->denied));
	advise_access(preflight, use, user, findings);
	place(findings, preflight, use);
}

static void judge_use(const struct preflight *preflight, const struct preflight_use *use,
		      struct findings *findings)
{
	const struct preflight_guest *guest = &preflight->guests[use->guest];
	const struct preflight_file *file;

	if (!guest->is_asked || use->flags & USE_SOCKET)
		return;
	file = &preflight->facts.files[use->file];
	judge_presence(preflight, use, file, findings);
	/* What a running guest has in use it has itself. */
	if (file->error || guest->is_running)
		return;
	judge_access(preflight, use, findings);
	if (use->flags & USE_WRITE && !(use->flags & USE_NODE))
		judge_host(preflight, use, file, findings);
	if (use->flags & USE_IMAGE)
		judge_locks(preflight, use, file, findings);
}

static bool is_same(const struct preflight *preflight, const struct preflight_use *a,
		    const struct preflight_use *b)
{
	const struct preflight_file *one, *two;

	if ((a->flags | b->flags) & USE_SOCKET)
		return a->flags & b->flags & USE_SOCKET && !strcmp(a->path, b->path);
	one = &preflight->facts.files[a->file];
	two = &preflight->facts.files[b->file];
	return one == two || (!one->error && !two->error && one->device == two->device &&
			      one->inode == two->inode);
}

static void judge_pair(const struct preflight *preflight, const struct preflight_use *a,
		       const struct preflight_use *b, struct findings *findings)
{
	unsigned either = a->flags | b->flags, both = a->flags & b->flags;
	size_t at, other;
	enum check_severity severity;

	if (a->guest == b->guest || !(either & (USE_WRITE | USE_SOCKET | USE_INPUT)) ||
	    both & USE_SHARE || !is_same(preflight, a, b))
		return;
	severity = preflight_clash(preflight, a->guest, b->guest, &at, &other);
	if (severity == CHECK_OK)
		return;
	if (at == a->guest) {
		const struct preflight_use *swap = a;

		a = b;
		b = swap;
	}
	finding_add(findings, severity, "%s is also the guest %s's (%s)", b->path,
		    preflight->guests[other].guest->name, a->origin);
	finding_advise(findings, either & USE_WRITE
					 ? "two guests that write to one disk destroy it"
					 : "one guest at a time can have it");
	place(findings, preflight, b);
}

void judge_files(const struct preflight *preflight, struct findings *findings)
{
	for (size_t i = 0; i < preflight->use_count; i++) {
		judge_use(preflight, &preflight->uses[i], findings);
		for (size_t j = 0; j < i; j++)
			judge_pair(preflight, &preflight->uses[j], &preflight->uses[i],
				   findings);
	}
}
