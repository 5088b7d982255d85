# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is not used here is used where this is sourced
#
# What the scripts and cases of the hooks' tests share.
#
# How it works: build/hooks/root-SUITE is a Debian system with the real tools. Bedplate, and the
# hooks of each packaging system, are trees of their own. A case lays those that it wants one over
# the other (overlayfs) and works in a chroot there. All of it happens in a mount namespace that
# tests/hooks/run makes, so nothing of it outlives the tests.

# shellcheck source=tests/vm/common.bash
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.bash"
hooks_here=$vm_top/tests/hooks
hooks_state=$vm_build/hooks

# The real tools, by suite.
hooks_packages() {
	case $1 in
	bookworm) echo "systemd,udev,initramfs-tools,zstd,kmod,linux-base,grub-pc,dkms,tcc,pacman-package-manager" ;;
	trixie) echo "systemd,udev,initramfs-tools,zstd,kmod,linux-base,systemd-boot,systemd-boot-efi,systemd-ukify,dkms" ;;
	esac
}
