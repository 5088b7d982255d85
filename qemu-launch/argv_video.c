/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_video.c: [Video] and [Audio]: graphics cards, and sound cards with their back ends. */
#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

/* In the order of Model='s words: with VGA's registers, and without. */
static const struct {
	const char *vga, *secondary;
} cards[] = {
	[guest_video_model_std] = { "VGA", "secondary-vga" },
	[guest_video_model_virtio] = { "virtio-vga", "virtio-gpu-pci" },
	[guest_video_model_qxl] = { "qxl-vga", "qxl" },
	[guest_video_model_cirrus] = { "cirrus-vga", NULL },
	[guest_video_model_vmware] = { "vmware-svga", NULL },
	[guest_video_model_bochs] = { "bochs-display", "bochs-display" },
	[guest_video_model_ramfb] = { "ramfb", "ramfb" },
};

static bool is_pc(const struct argv_build *b)
{
	return b->setup->family == SETUP_PC || b->setup->family == SETUP_Q35;
}

/* A card with VGA's registers is for PCs; others have virtio's plain one. */
static const char *card_name(const struct argv_build *b, const struct guest_video *row)
{
	bool secondary = row->secondary || !is_pc(b);

	if (row->model == guest_video_model_virtio && !setup_has_pci(b->setup))
		return row->gl ? "virtio-gpu-gl-device" : "virtio-gpu-device";
	if (row->model == guest_video_model_virtio && row->gl)
		return secondary ? "virtio-gpu-gl-pci" : "virtio-vga-gl";
	return secondary ? cards[row->model].secondary : cards[row->model].vga;
}

static void add_options(const struct guest_video *row, struct props *p)
{
	device_size(p, "ram_size", row->ram);
	device_size(p, "vram_size", row->vram);
	device_mebibytes(p, "vram64_size_mb", row->vram64);
	device_mebibytes(p, "vgamem_mb", row->memory);
	if (row->heads)
		props_add(p, "max_outputs", "%lld", (long long)row->heads);
	if (row->width)
		props_add(p, "xres", "%lld", (long long)row->width);
	if (row->height)
		props_add(p, "yres", "%lld", (long long)row->height);
}

static int add_card(struct argv_build *b, size_t i, const struct guest_video *row,
		    struct err *err)
{
	const char *name = card_name(b, row);
	_cleanup_props_ struct props p;
	int result = 0;

	props_begin(&p, name);
	if (!name)
		return conf_fail(b->guest->conf, "Video", "Secondary", i, err,
				 "this card has VGA's registers always");
	props_add(&p, "id", "video%zu", i);
	if (row->model != guest_video_model_ramfb)
		result = device_place(b, &p, &row->slot, PCI_REGION_VIDEO, err);
	if (result)
		return result;
	add_options(row, &p);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

static bool has_display(const struct guest_conf *data)
{
	bool has = false;

	for (size_t i = 0; i < data->display.count; i++)
		has |= data->display.items[i].type != guest_display_type_none;
	return has;
}

int argv_build_video(struct argv_build *b, struct err *err)
{
	const struct guest_video usual = { .model = is_pc(b) ? guest_video_model_std
							     : guest_video_model_virtio };

	for (size_t i = 0; i < b->data->video.count; i++) {
		argv_from(b->argv, b->guest, "Video", "Model", i);
		if (b->data->video.items[i].model != guest_video_model_none &&
		    add_card(b, i, &b->data->video.items[i], err))
			return device_fail(b, "Video", "Model", i, err);
	}
	if (b->data->video.count || !has_display(b->data))
		return 0;
	return add_card(b, 0, &usual, err);
}

/* How back ends call the host's devices; NULL: they have none to choose. */
static const struct {
	const char *device;
	bool server;
} backends[] = {
	[guest_audio_backend_none] = { NULL, false },
	[guest_audio_backend_spice] = { NULL, false },
	[guest_audio_backend_pa] = { "name", true },
	[guest_audio_backend_pipewire] = { "name", false },
	[guest_audio_backend_alsa] = { "dev", false },
	[guest_audio_backend_jack] = { "connect-ports", false },
	[guest_audio_backend_sdl] = { NULL, false },
	[guest_audio_backend_wav] = { NULL, false },
};

static void add_end(struct props *p, const char *direction, const char *name,
		    const char *value)
{
	char key[32];

	snprintf(key, sizeof(key), "%s.%s", direction, name);
	props_add(p, key, "%s", value);
}

static void add_backend(struct argv_build *b, size_t i)
{
	const struct guest_audio *row = &b->data->audio.items[i];
	const char *device = backends[row->backend].device;
	struct props p;

	props_begin(&p, device_key_word("Audio", "Backend", row->backend));
	props_add(&p, "id", "audio%zu", i);
	if (*row->server && backends[row->backend].server)
		props_add(&p, "server", "%s", row->server);
	if (*row->server && row->backend == guest_audio_backend_jack) {
		add_end(&p, "in", "server-name", row->server);
		add_end(&p, "out", "server-name", row->server);
	}
	if (*row->input && device)
		add_end(&p, "in", device, row->input);
	if (*row->output && device)
		add_end(&p, "out", device, row->output);
	if (row->backend == guest_audio_backend_wav)
		props_add(&p, "path", "%s", row->path);
	argv_add_props(b->argv, "-audiodev", &p);
}

/* Intel's sound cards are a controller and what is plugged into it. */
static const struct {
	const char *device;
	enum { ON_PCI, ON_HDA, ON_ISA, ON_USB } bus;
} sounds[] = {
	[guest_audio_model_ich9] = { "ich9-intel-hda", ON_HDA },
	[guest_audio_model_ich6] = { "intel-hda", ON_HDA },
	[guest_audio_model_ac97] = { "AC97", ON_PCI },
	[guest_audio_model_es1370] = { "ES1370", ON_PCI },
	[guest_audio_model_sb16] = { "sb16", ON_ISA },
	[guest_audio_model_usb] = { "usb-audio", ON_USB },
	[guest_audio_model_virtio] = { "virtio-sound-pci", ON_PCI },
};

static void add_codec(struct argv_build *b, size_t i)
{
	const struct guest_audio *row = &b->data->audio.items[i];
	char name[32];
	struct props p;

	snprintf(name, sizeof(name), "hda-%s",
		 device_key_word("Audio", "Codec", row->codec));
	props_begin(&p, name);
	props_add(&p, "id", "sound%zu-codec", i);
	props_add(&p, "bus", "sound%zu.0", i);
	props_add(&p, "audiodev", "audio%zu", i);
	argv_add_props(b->argv, "-device", &p);
}

static int add_sound(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_audio *row = &b->data->audio.items[i];
	int bus = sounds[row->model].bus;
	_cleanup_props_ struct props p;
	int result = 0;

	props_begin(&p, sounds[row->model].device);
	props_add(&p, "id", "sound%zu", i);
	if (bus == ON_USB)
		result = device_usb(b, &p, err);
	else if (bus != ON_ISA)
		result = device_place(b, &p, &row->slot, PCI_REGION_OTHER, err);
	if (result)
		return device_fail(b, "Audio", "Model", i, err);
	if (bus != ON_HDA)
		props_add(&p, "audiodev", "audio%zu", i);
	argv_add_props(b->argv, "-device", &p);
	if (bus == ON_HDA)
		add_codec(b, i);
	return 0;
}

int argv_build_audio(struct argv_build *b, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < b->data->audio.count; i++) {
		argv_from(b->argv, b->guest, "Audio", "Model", i);
		if (b->data->audio.items[i].backend == guest_audio_backend_wav &&
		    !*b->data->audio.items[i].path)
			return conf_fail(b->guest->conf, "Audio", "Path", i, err,
					 "it does not say which file");
		add_backend(b, i);
		result = add_sound(b, i, err);
	}
	return result;
}
