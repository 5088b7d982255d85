# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# $GUESTS guests are started by one of several systems, all at the same time, and looked at.
#
#   qemu-launch-job.sh SYSTEM
#
# Runs in the Debian tree of tests/bench/qemu-launch, in namespaces of its own. It prints lines
# "SYSTEM WHAT VALUE": up_us: until all run; cpu_us: the processor time of whatever is not QEMU;
# pss_kib, rss_kib: the memory of the processes that look after the guests; own_us, own_cpu_us, of
# one guest alone: what the launcher itself took from reading its files to "cont".

set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
# shellcheck source=tests/bench/qemu-launch-guests.sh
. /run/bench/qemu-launch-guests.sh
guests=()
# shellcheck disable=SC2153 # of the environment
for ((i = 1; i <= GUESTS; i++)); do
	guests+=("g$i")
	cp /run/bench/guest.img "/srv/g$i.img"
done
launch=/run/bench/bedplate-qemu-launch
watched=() # processes that look after guests

# cpu_of PID...: nanoseconds on a processor, with all threads.
cpu_of() {
	local pid
	for pid; do
		cat /proc/"$pid"/task/*/schedstat
	done | awk '{ sum += $1 } END { printf "%d\n", sum }'
}

await() {
	local i
	for ((i = 0; i < 150; i++)); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	echo "waited for: $*" >&2
	return 1
}

# memory FIELD: of the watched processes, in KiB.
memory() {
	local pid
	for pid in "${watched[@]}"; do
		cat "/proc/$pid/smaps_rollup"
	done | awk -v field="$1:" '$1 == field { sum += $2 } END { print sum }'
}

# all_start COMMAND...: of each guest at the same time; sets us and cpu_ns, of what was waited for.
all_start() {
	local start=$EPOCHREALTIME end pids=() pid guest TIMEFORMAT='%3U %3S' failed=0
	{
		time {
			for guest in "${guests[@]}"; do
				"$@" "$guest" >/run/start.log 2>&1 &
				pids+=($!)
			done
			for pid in "${pids[@]}"; do
				wait "$pid" || failed=1
			done
		}
	} 2>/run/cpu
	end=$EPOCHREALTIME
	us=$((${end/./} - ${start/./}))
	cpu_ns=$(awk '{ printf "%d\n", ($1 + $2) * 1e9 }' /run/cpu)
	[ "$failed" = 0 ] || {
		cat /run/start.log >&2
		return 1
	}
}

tell() {
	echo "$system $1 $2"
}

# ---- bedplate ----

bedplate_begin() {
	local guest
	mkdir -p /etc/bedplate/guests
	rm -f /etc/bedplate/guests/*
	for guest in "${guests[@]}"; do
		bedplate_guest "$guest" >"/etc/bedplate/guests/$guest.conf"
	done
	# What a QEMU knows is asked once, and kept; libvirt does the same.
	"$launch" start g1
	"$launch" stop g1
}

bedplate_start() {
	"$launch" start "$1"
}

bedplate_is_running() {
	"$launch" qmp "$1" query-status | grep -q running
}

bedplate_watched() {
	sed -n '/"supervisor"/,/}/s/.*"pid": \([0-9]*\).*/\1/p' /run/bedplate/guests/*.json
}

bedplate_end() {
	"$launch" stop "${guests[@]}"
}

# One guest alone, three times: its supervisor says what it took.
bedplate_own() {
	local i
	for i in 1 2 3; do
		"$launch" run g1 --verbose >>/run/own.log 2>&1 &
		await bedplate_is_running g1
		"$launch" stop g1
		wait
	done
	sed -n 's/.*launched in \([0-9.]*\) ms, of which QEMU took \([0-9.]*\); processor time: \([0-9.]*\) ms.*/\1 \2 \3/p' \
		/run/own.log | awk -v name="$system" '{
			printf "%s own_us %d\n%s own_cpu_us %d\n", name, ($1 - $2) * 1000, name, $3 * 1000 }'
}

# ---- libvirt ----

# No cgroups and no name spaces for QEMU: neither has them here, and libvirt is the quicker for it.
libvirt_begin() {
	local guest
	mkdir -p /etc/libvirt/qemu /var/log/libvirt/qemu /run/libvirt
	rm -rf /etc/libvirt/qemu/*
	# The user whom Debian's libvirt-daemon-system makes; libvirtd does not start without.
	getent passwd libvirt-qemu >/dev/null || useradd --system --user-group libvirt-qemu
	printf '%s\n' 'auth_unix_rw = "none"' 'log_level = 4' >/etc/libvirt/libvirtd.conf
	printf '%s\n' 'log_level = 4' >/etc/libvirt/virtlogd.conf
	printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'namespaces = [ ]' \
		'cgroup_controllers = [ ]' >/etc/libvirt/qemu.conf
	virtlogd --config /etc/libvirt/virtlogd.conf --pid-file /run/virtlogd.pid --daemon
	libvirtd --config /etc/libvirt/libvirtd.conf --pid-file /run/libvirtd.pid --daemon
	await virsh -q list
	for guest in "${guests[@]}"; do
		libvirt_guest "$guest" >"/run/$guest.xml"
		virsh -q define "/run/$guest.xml"
	done
	virsh -q start g1
	virsh -q destroy g1
}

libvirt_start() {
	virsh -q start "$1"
}

libvirt_is_running() {
	virsh -q qemu-monitor-command "$1" '{"execute":"query-status"}' | grep -q running
}

libvirt_watched() {
	printf '%s\n' "$(cat /run/libvirtd.pid)" "$(cat /run/virtlogd.pid)"
}

libvirt_end() {
	local guest
	for guest in "${guests[@]}"; do
		virsh -q destroy "$guest"
	done
	kill "${watched[@]}"
}

# ---- QEMU alone ----

qemu_alone_begin() {
	qemu_alone_guest g1
	kill "$(pgrep_qemu g1)"
	await test ! -e /run/g1.qmp
	rm -f /run/g1.*
}

pgrep_qemu() {
	grep -lsz -- "^guest=$1," /proc/[0-9]*/cmdline | sed -n 's|/proc/\([0-9]*\)/.*|\1|p' | head -n 1
}

qemu_alone_start() {
	qemu_alone_guest "$1"
}

qemu_alone_is_running() {
	[ -n "$(pgrep_qemu "$1")" ]
}

qemu_alone_watched() {
	:
}

qemu_alone_end() {
	:
}

# ---- all ----

system=$1 name=${1//-/_}
"${name}_begin" >&2
if [ "$name" = libvirt ]; then
	mapfile -t watched < <(libvirt_watched)
	before=$(cpu_of "${watched[@]}")
fi
all_start "${name}_start"
for guest in "${guests[@]}"; do
	"${name}_is_running" "$guest"
done
mapfile -t watched < <("${name}_watched")
tell up_us "$us"
if [ "$name" != qemu_alone ]; then
	tell cpu_us $(((cpu_ns + $(cpu_of "${watched[@]}") - ${before:-0}) / 1000))
	# What looks after guests that run: what each system has to do after a start is done.
	sleep 2
	tell pss_kib "$(memory Pss)"
	tell rss_kib "$(memory Rss)"
fi
"${name}_end" >&2
[ "$name" != bedplate ] || bedplate_own
