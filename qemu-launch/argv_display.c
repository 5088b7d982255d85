/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv_display.c: [Display]: where people see the guest's screen.
 *
 * A password never stands on the command line, nor in a file that QEMU could read: VNC and SPICE are told to ask for
 * one and let nobody in until the launcher has set it by QMP (set_password), before the guest runs.
 */
#include <errno.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

enum { VNC_FIRST_PORT = 5900 };

static int add_vnc(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_display *row = &b->data->display.items[i];
	unsigned port = b->setup->displays[i].port;
	_cleanup_strbuf_ struct strbuf address;
	struct props p;

	strbuf_init(&address, 0);
	ip_address_format(&row->address, &address);
	if (!*row->socket && port < VNC_FIRST_PORT)
		return conf_fail(b->guest->conf, "Display", "Port", i, err,
				 "VNC's ports begin with %d", VNC_FIRST_PORT);
	props_begin(&p, NULL);
	if (*row->socket)
		props_add(&p, "vnc", "unix:%s", row->socket);
	else
		props_add(&p, "vnc",
			  row->address.family == AF_INET6 ? "[%s]:%u" : "%s:%u",
			  address.text, port - VNC_FIRST_PORT);
	if (*row->password_file)
		props_add_switch(&p, "password", true);
	if (row->websocket)
		props_add(&p, "websocket", "%lld", (long long)row->websocket);
	argv_add_props(b->argv, "-vnc", &p);
	return 0;
}

static void add_spice_address(const struct argv_build *b, size_t i, struct props *p)
{
	const struct guest_display *row = &b->data->display.items[i];
	_cleanup_strbuf_ struct strbuf address;

	strbuf_init(&address, 0);
	ip_address_format(&row->address, &address);
	if (*row->socket) {
		props_add_switch(p, "unix", true);
		props_add(p, "addr", "%s", row->socket);
		return;
	}
	if (b->setup->displays[i].port)
		props_add(p, "port", "%u", b->setup->displays[i].port);
	if (row->tls_port) {
		props_add(p, "tls-port", "%lld", (long long)row->tls_port);
		props_add(p, "x509-dir", "%s", row->tls_folder);
	}
	props_add(p, "addr", "%s", address.text);
}

static void add_spice_words(const struct guest_display *row, struct props *p)
{
	if (row->image_compression != guest_display_image_compression_auto)
		props_add(p, "image-compression", "%s",
			  device_plain_word("Display", "ImageCompression",
					    row->image_compression));
	if (row->playback_compression != guest_display_playback_compression_auto)
		device_word(p, "playback-compression", "Display", "PlaybackCompression",
			    row->playback_compression);
	if (row->streaming_video != guest_display_streaming_video_auto)
		device_word(p, "streaming-video", "Display", "StreamingVideo",
			    row->streaming_video);
}

static void add_redirection(struct argv_build *b, int64_t count)
{
	for (int64_t n = 0; n < count; n++) {
		struct props p;

		props_begin(&p, "spicevmc");
		props_add(&p, "id", "redir%lld", (long long)n);
		props_add(&p, "name", "usbredir");
		argv_add_props(b->argv, "-chardev", &p);
		props_begin(&p, "usb-redir");
		props_add(&p, "chardev", "redir%lld", (long long)n);
		props_add(&p, "id", "redir%lld", (long long)n);
		props_add(&p, "bus", "usb0.0");
		argv_add_props(b->argv, "-device", &p);
	}
}

static int add_spice(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_display *row = &b->data->display.items[i];
	struct props p;

	if (row->tls_port && !*row->tls_folder)
		return conf_fail(b->guest->conf, "Display", "TlsPort", i, err,
				 "it needs TlsFolder=");
	props_begin(&p, NULL);
	add_spice_address(b, i, &p);
	if (!*row->password_file)
		props_add_switch(&p, "disable-ticketing", true);
	add_spice_words(row, &p);
	if (!row->clipboard)
		props_add_switch(&p, "disable-copy-paste", true);
	if (!row->file_transfer)
		props_add_switch(&p, "disable-agent-file-xfer", true);
	if (row->gl == guest_display_gl_on) {
		props_add_switch(&p, "gl", true);
		if (*row->render_node)
			props_add(&p, "rendernode", "%s", row->render_node);
	}
	props_add_switch(&p, "seamless-migration", true);
	argv_add_props(b->argv, "-spice", &p);
	add_redirection(b, row->usb_redir);
	return 0;
}

static int add_window(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_display *row = &b->data->display.items[i];
	bool headless = row->type == guest_display_type_egl_headless;
	struct props p;

	(void)err;
	props_begin(&p, device_key_word("Display", "Type", row->type));
	if (!headless && row->gl == guest_display_gl_on)
		props_add_switch(&p, "gl", true);
	if (headless && *row->render_node)
		props_add(&p, "rendernode", "%s", row->render_node);
	if (!headless && row->full_screen)
		props_add_switch(&p, "full-screen", true);
	argv_add_props(b->argv, "-display", &p);
	return 0;
}

static int (*const kinds[])(struct argv_build *b, size_t i, struct err *err) = {
	[guest_display_type_none] = NULL,
	[guest_display_type_vnc] = add_vnc,
	[guest_display_type_spice] = add_spice,
	[guest_display_type_gtk] = add_window,
	[guest_display_type_sdl] = add_window,
	[guest_display_type_egl_headless] = add_window,
};

/* QEMU has one SPICE server and one window. */
static int check_alone(const struct argv_build *b, size_t index, struct err *err)
{
	const struct guest_display *rows = b->data->display.items;
	int (*kind)(struct argv_build * build, size_t i, struct err * why) =
		kinds[rows[index].type];

	for (size_t i = 0; i < index; i++)
		if (kind && kind != add_vnc && kinds[rows[i].type] == kind)
			return conf_fail(b->guest->conf, "Display", "Type", index, err,
					 "a guest has one %s at most",
					 kind == add_spice ? "SPICE server" : "window");
	return 0;
}

int argv_build_display(struct argv_build *b, struct err *err)
{
	bool any = false;
	const char *keymap = "";

	for (size_t i = 0; i < b->data->display.count; i++) {
		const struct guest_display *row = &b->data->display.items[i];
		int result = check_alone(b, i, err);

		argv_from(b->argv, b->guest, "Display", "Type", i);
		if (!result && kinds[row->type])
			result = kinds[row->type](b, i, err);
		if (result)
			return result;
		any |= kinds[row->type] != NULL;
		if (*row->keymap && !*keymap) {
			keymap = row->keymap;
			argv_add(b->argv, "-k", "%s", keymap);
		}
	}
	if (!any)
		argv_add(b->argv, "-display", "none");
	return 0;
}
