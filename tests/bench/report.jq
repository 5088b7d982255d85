# SPDX-License-Identifier: GPL-2.0-or-later
#
# The results of a run. Input: {host, facts: [...], boots: [...], update: [{seconds, kib, cpu}]};
# a fact is what is known of an image: {root, name, bytes, files, gen: [{seconds, kib, cpu}],
# vm_generation_s}.

include "lib";

def on_clock($boots): {
	init_us: [$boots[] | select(.ok) | .init_us] | spread,
	unpack_us: [$boots[] | select(.ok) | .unpack_us] | spread,
	sum_us: [$boots[] | select(.ok) | .sum_us] | spread,
	memory_peak_kib: [$boots[] | select(.ok) | .memory_peak_kib | select(.)] | spread,
	total_us: [$boots[] | select(.ok) | .total_us] | spread,
	failed: [$boots[] | select(.ok | not) | .ended]
};

# The boot that stands for all: the one with the median time.
def typical($boots): [$boots[] | select(.ok)] | sort_by(.init_us) | .[(length / 2 | floor)].boot;

def row($fact; $boots):
	[$boots[] | select(.root == $fact.root and .name == $fact.name)] as $own |
	[$own[] | select(.clock == "steady")] as $steady |
	$fact + {
		steady: on_clock($steady),
		real: on_clock([$own[] | select(.clock == "real")]),
		boot: typical($steady),
		generation_s: [$fact.gen[]?.seconds] | spread,
		generation_cpu_s: [$fact.gen[]?.cpu | select(.)] | spread,
		generation_peak_kib: [$fact.gen[]?.kib] | spread
	} | del(.gen);

def find($rows; $root; $name): first($rows[] | select(.root == $root and .name == $name)) // null;

# Targets: at_least a ratio of their time to ours, or at_most a value of our own.
def times_faster($rows; $root; $peer; $least):
	{target: "\($root) root: /init at least \($least) times as fast as \($peer)", unit: "times",
	 wanted: $least, at_least: true,
	 measured: ratio(find($rows; $root; $peer).steady.init_us.median;
		find($rows; $root; "bedplate-host").steady.init_us.median)};

# Of the images that are made on this machine itself, or (in_vm) in the VM of the lvm root.
def generated($row; $in_vm): if $in_vm then $row.vm_generation_s else $row.generation_s.median end;
def generated_faster($rows; $ours; $peer; $least; $in_vm):
	{target: "\($ours) generated at least \($least) times as fast as \($peer)\(
		if $in_vm then ", in the VM" else "" end)", unit: "times", wanted: $least, at_least: true,
	 measured: ratio(generated(find($rows; "lvm"; $peer); $in_vm);
		generated(find($rows; "lvm"; $ours); $in_vm))};

def peak_mb($rows; $name): find($rows; "lvm"; $name).generation_peak_kib
	| if . then .max * 1024 / 1e6 else null end;

# The better of the floor's packings, in µs of unpacking and init together.
def floor_us($rows; $kind):
	[find($rows; "lvm"; "floor" + $kind + "-zstd", "floor" + $kind + "-none")
		| .steady.sum_us.median | select(.)] | min;

def over_floor($rows; $kind):
	no_more("lvm root: unpacking and /init of bedplate-host\($kind) at most 1.2 times the floor"; "times"; 1.2;
		ratio(find($rows; "lvm"; "bedplate-host" + $kind).steady.sum_us.median; floor_us($rows; $kind)));

def targets($rows; $update):
	find($rows; "lvm"; "bedplate-host") as $host |
	[times_faster($rows; "lvm"; "dracut-hostonly"; 15),
	 times_faster($rows; "lvm"; "initramfs-tools-dep"; 6),
	 times_faster($rows; "plain"; "tiny-initramfs"; 1),
	 no_more("host image with lvm and rescue shell at most 2.5 MB"; "MB"; 2.5;
		if $host.bytes then $host.bytes / 1e6 else null end),
	 over_floor($rows; ""), over_floor($rows; "-unsigned"),
	 no_more("process 1 takes less than 4 MB"; "MB"; 4;
		if $host.steady.memory_peak_kib then $host.steady.memory_peak_kib.max * 1024 / 1e6 else null end),
	 no_more("host image generated in less than 0.2 s"; "s"; 0.2; $host.generation_s.median),
	 (("dracut-hostonly", "initramfs-tools-dep") as $peer
		| (false, true) as $in_vm | generated_faster($rows; "bedplate-host"; $peer; 20; $in_vm)),
	 (("dracut-generic", "initramfs-tools-most") as $peer
		| generated_faster($rows; "bedplate-generic"; $peer; 10; false)),
	 (("bedplate-host", "bedplate-generic") as $name
		| no_more("\($name) generated in less than 64 MB"; "MB"; 64; peak_mb($rows; $name))),
	 no_more("update of a host on which nothing has changed in less than 50 ms"; "ms"; 50;
		if $update then $update.median * 1000 else null end)]
	| map(verdict);

# Which image of ours one is compared with.
def ours: if .name | test("-(generic|most)$") then "bedplate-generic" else "bedplate-host" end;

. as $in
| [$in.facts[] | row(.; $in.boots)] as $rows
| [$rows[] | . + {
	ratio: ratio(.steady.init_us.median;
		find($rows; .root; "bedplate-host").steady.init_us.median),
	over_floor: (if .root == "lvm" then ratio(.steady.sum_us.median;
		floor_us($rows; if .name | test("unsigned") then "-unsigned" else "" end)) else null end),
	generation_ratio: ratio(.generation_s.median; find($rows; .root; ours).generation_s.median),
	vm_generation_ratio: ratio(.vm_generation_s; find($rows; .root; ours).vm_generation_s)}] as $rows
| ([$in.update[].seconds] | spread) as $update
| {host: $in.host, rows: $rows, update_s: $update,
   update_peak_kib: ([$in.update[].kib] | spread), targets: targets($rows; $update)}
