# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154,SC2016 # used by the cases; lib.bash sets them; for the shell in there
# A host with Debian's firewalld, Docker, libvirt and systemd-resolved: network namespaces as in lib.bash, but the
# host's root is a Debian system of its own, with process ids of its own.

# What mmdebstrap is to leave out: big, and asked for by nobody here.
others_unwanted=(/usr/bin/docker /usr/bin/ctr /usr/bin/containerd-shim\* /usr/bin/qemu-\* /usr/share/qemu/\* /usr/share/seabios/\*
	/usr/share/ipxe/\* /usr/lib/ipxe/\* /usr/lib/udev/hwdb\* /etc/udev/hwdb\*)
others_packages=iproute2,busybox,nftables,dnsmasq-base,procps,dbus,iptables,firewalld,docker.io,libvirt-daemon-system,libvirt-clients,systemd-resolved

# others_tree: the folder with that system, made where it is missing. Tests only read it.
others_tree() (
	set -euo pipefail
	cd "$net_top" # the build folder's name may be relative to that
	# shellcheck source=tests/vm/common.bash
	. "$net_top/tests/vm/common.bash"
	tar=$("$vm_here/debian-tar" others "$others_packages" "${others_unwanted[@]/#/--dpkgopt=path-exclude=}")
	tree=$vm_build/tests/net/others-$KERNEL
	vm_once "others-tree-$KERNEL"
	if [[ $(cat "$tree.key" 2>/dev/null) != "$(cat "$tar.key")" ]]; then
		rm -rf "$tree" "$tree.key"
		mkdir -p "$tree"
		tar -x -f "$tar" -C "$tree"
		cp "$tar.key" "$tree.key"
	fi
	echo "$tree"
)

# machine NAME TREE: a namespace with this root. Its first process is $NAME; all others end with that.
machine() {
	local dir=$BATS_TEST_TMPDIR/$1
	mkdir -p "$dir/root" "$dir/top"
	mkfifo "$dir/ready"
	unshare --net --mount --pid --fork --propagation private bash -e -c '
		read -r pid _ </proc/self/stat
		mount -t tmpfs tmpfs "$1/top"
		mkdir "$1/top/upper" "$1/top/work"
		mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/top/upper,workdir=$1/top/work" "$1/root"
		cp -a "$3" "$1/root/usr/bin/bedplate-host-prep"
		cd "$1/root"
		mount --rbind /dev dev
		mount -t proc proc proc
		mount -t sysfs sysfs sys
		mount --rbind /sys/fs/cgroup sys/fs/cgroup
		mount -t tmpfs tmpfs run
		mount -t tmpfs tmpfs tmp
		# The last is where /etc/resolv.conf leads to.
		mkdir -p run/lock run/dbus run/systemd/resolve
		exec 4>"$1/ready"
		pivot_root . mnt
		umount -l /mnt
		ip link set lo up
		echo "$pid" >&4
		exec 4>&-
		trap : TERM
		while :; do
			sleep 1000 &
			wait
		done
	' - "$dir" "$2" "$(dirname "$netstate")/../../host-prep/bedplate-host-prep" 3>&- >"$dir/log" 2>&1 &
	read -r "${1?}" <"$dir/ready"
}

# The host in the place of lib.bash's: also with its process ids.
on_host() {
	nsenter --target "$host" --net --mount --pid "$@"
}
host_prep() {
	on_host bedplate-host-prep "$@"
}

# network LINE...: what the host has of a network's file.
network() {
	printf '%s\n' "$@" | on_host sh -c 'mkdir -p /etc/bedplate/network && cat >/etc/bedplate/network/lan.conf'
}

# A host whose eth0 leads to 10.9.0.1, with a NAT network and a guest in that.
others_setup() {
	machine host "$(others_tree)"
	namespace far
	on_host ip link add eth0 type veth peer name far0
	nsenter --target "$host" --net ip link set far0 netns "$far"
	on_far sh -e -c 'ip link set far0 up; ip address add 10.9.0.1/24 dev far0'
	on_host sh -e -c 'ip link set eth0 up; ip address add 10.9.0.2/24 dev eth0; ip route add default via 10.9.0.1
		echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables || true'
	lan=('[Address]' Address=10.10.20.1/24 '[Lease]' Mac=52:54:00:00:00:01 Name=web Address=10.10.20.5)
	network "${lan[@]}"
	host_prep up network
	namespace web
	plug
	reaches_out
}

# The guest's cable; it is gone with its bridge.
plug() {
	nsenter --target "$host" --net ip link add tap-web type veth peer name eth0 netns "$web"
	on_host ip link set tap-web master br-lan up
	nsenter --target "$web" --net sh -e -c 'ip link set eth0 address 52:54:00:00:00:01 up
		ip address add 10.10.20.5/24 dev eth0; ip route add default via 10.10.20.1'
}
on_web() {
	nsenter --target "$web" --net busybox "$@"
}
reaches_out() {
	on_web ping -c 1 -W 2 10.9.0.1 >/dev/null
}
# It gets out, and has names resolved by the host.
assert_served() {
	await reaches_out
	on_web nslookup web.lan 10.10.20.1 >/dev/null
}

others_teardown() {
	[[ -z ${host:-} ]] || on_host sh -c 'tail -n 5 /tmp/*.log' 2>/dev/null || true
	[[ -z ${host:-} ]] || kill -KILL "$host"
	[[ -z ${far:-} ]] || kill "$far"
	[[ -z ${web:-} ]] || kill "$web"
	wait 2>/dev/null || true
}

# start NAME COMMAND...: a daemon of the host's.
start() {
	local name=$1
	shift
	on_host sh -c 'log=/tmp/$1.log; shift; exec setsid "$@" >>"$log" 2>&1 </dev/null' - "$name" "$@" 3>&- &
}
# stop NAME: until it is gone.
stop() {
	on_host pkill -x "$1"
	await on_host sh -c "! pgrep -x $1 >/dev/null"
}

# Rules of others, without counters.
rules() {
	on_host sh -c 'for family in "" 6; do
			"ip${family}tables-legacy-save"
		done
		nft -s list ruleset' 2>/dev/null | sed '/^#/d; s/\[[0-9]*:[0-9]*\]//; /^table inet bedplate {$/,/^}$/d'
}
