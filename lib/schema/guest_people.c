/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_people.c: the rules of what people see, hear and type on, of channels and shares. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/guest_rule.h"

int guest_check_inputs(const struct guest_conf *data, const struct conf *conf,
		       struct err *err)
{
	bool small = guest_family(data) == GUEST_FAMILY_MICROVM;
	int result = 0;

	for (size_t i = 0; !result && i < data->input.count; i++) {
		const struct guest_input *row = &data->input.items[i];
		bool evdev = row->type == guest_input_type_evdev;
		const struct guest_rule rows[] = {
			{ evdev && !*row->device, "Input", "Device",
			  "it does not say which of the host's",
			  "Device=/dev/input/by-id/NAME-event-kbd" },
			{ !evdev && *row->device, "Input", "Device",
			  "only evdev takes one of the host's", "Type=evdev" },
			{ !evdev && (row->grab_all || row->repeat), "Input",
			  row->grab_all ? "GrabAll" : "Repeat",
			  "only evdev takes turns with the host", "Type=evdev" },
			{ !evdev && small && row->bus == guest_input_bus_usb, "Input",
			  "Bus", "a microvm has no USB", "Bus=virtio" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
	}
	return result;
}

int guest_check_displays(const struct guest_conf *data, const struct conf *conf,
			 struct err *err)
{
	int result = 0, spices = 0;

	for (size_t i = 0; !result && i < data->display.count; i++) {
		const struct guest_display *row = &data->display.items[i];
		bool vnc = row->type == guest_display_type_vnc;
		bool spice = row->type == guest_display_type_spice;
		const struct guest_rule rows[] = {
			{ (row->port || *row->socket) && !vnc && !spice, "Display",
			  row->port ? "Port" : "Socket", "only VNC and SPICE listen",
			  "Type=vnc or spice" },
			{ row->port && *row->socket, "Display", "Socket",
			  "it listens on a port or on a socket",
			  "leave one of them out" },
			{ vnc && row->port && row->port < 5900, "Display", "Port",
			  "VNC's ports begin at 5900", "Port=5900 is display :0" },
			{ row->tls_port && !spice, "Display", "TlsPort",
			  "only SPICE has a port for TLS", "Type=spice" },
			{ row->tls_port && !*row->tls_folder, "Display", "TlsFolder",
			  "TLS needs keys", "TlsFolder=" },
			{ row->websocket && !vnc, "Display", "Websocket",
			  "only VNC has a port for web browsers", "Type=vnc" },
			{ *row->password_file && !vnc && !spice, "Display",
			  "PasswordFile", "only VNC and SPICE ask for a password",
			  "Type=vnc or spice" },
			{ row->usb_redir && !spice, "Display", "UsbRedir",
			  "only SPICE takes USB devices along", "Type=spice" },
			{ (row->image_compression || row->playback_compression ||
			   row->streaming_video) &&
				  !spice,
			  "Display",
			  row->image_compression      ? "ImageCompression"
			  : row->playback_compression ? "PlaybackCompression"
						      : "StreamingVideo",
			  "only SPICE has it", "Type=spice" },
			{ spice && spices, "Display", "Type",
			  "there is one SPICE at most", "leave it out" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
		spices += spice;
	}
	return result;
}

static bool has_display(const struct guest_conf *data, enum guest_display_type type)
{
	for (size_t i = 0; i < data->display.count; i++)
		if (data->display.items[i].type == type)
			return true;
	return false;
}

static bool has_gl(const struct guest_conf *data)
{
	for (size_t i = 0; i < data->display.count; i++)
		if (data->display.items[i].gl ||
		    data->display.items[i].type == guest_display_type_egl_headless)
			return true;
	return false;
}

int guest_check_video(const struct guest_conf *data, const struct conf *conf,
		      struct err *err)
{
	bool small = guest_family(data) == GUEST_FAMILY_MICROVM;
	size_t first = 0;
	int result = 0;

	for (size_t i = 0; !result && i < data->video.count; i++) {
		const struct guest_video *row = &data->video.items[i];
		bool none = row->model == guest_video_model_none;
		bool qxl = row->model == guest_video_model_qxl;
		bool virtio = row->model == guest_video_model_virtio;
		const struct guest_rule rows[] = {
			{ small && !none && !virtio, "Video", "Model",
			  "a microvm has virtio's only", "Model=virtio" },
			{ (row->ram || row->vram || row->vram64) && !qxl, "Video",
			  row->ram    ? "Ram"
			  : row->vram ? "Vram"
				      : "Vram64",
			  "only qxl has it", "Memory=" },
			{ row->gl && !virtio, "Video", "Gl", "only virtio has it",
			  "Model=virtio" },
			{ row->gl && !has_gl(data), "Video", "Gl",
			  "no [Display] draws by the host's GPU", "Gl=on in [Display]" },
			{ row->heads && !virtio, "Video", "Heads", "only virtio has it",
			  "a [Video] with Model=qxl and Secondary=yes for each screen" },
			{ row->secondary && !qxl && !virtio, "Video", "Secondary",
			  "only qxl and virtio can be without VGA", "Model=qxl" },
			{ !none && !row->secondary && first, "Video", "Secondary",
			  "a guest has one VGA card, and one in front is it",
			  "Secondary=yes" },
			{ !row->width != !row->height, "Video",
			  row->width ? "Height" : "Width",
			  "Width= and Height= go together", "Width=1920 Height=1080" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
		first += !none && !row->secondary;
	}
	return result;
}

int guest_check_audio(const struct guest_conf *data, const struct conf *conf,
		      struct err *err)
{
	bool small = guest_family(data) == GUEST_FAMILY_MICROVM;
	int result = 0;

	for (size_t i = 0; !result && i < data->audio.count; i++) {
		const struct guest_audio *row = &data->audio.items[i];
		bool wav = row->backend == guest_audio_backend_wav;
		const struct guest_rule rows[] = {
			{ small, "Audio", "Model", "a microvm has no sound",
			  "Type=q35 in [Machine]" },
			{ row->backend == guest_audio_backend_spice &&
				  !has_display(data, guest_display_type_spice),
			  "Audio", "Backend", "there is no SPICE",
			  "[Display] with Type=spice" },
			{ wav && !*row->path, "Audio", "Path", "the file is missing",
			  "Path=/tmp/web.wav" },
			{ !wav && *row->path, "Audio", "Path", "only wav has a file",
			  "Backend=wav" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
	}
	return result;
}
